package dynamo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"cssa/shared/ledger"
	"cssa/shared/ledger/ledgertest"
)

// An emulator is a DynamoDB on loopback, as a process of its own.
type emulator struct {
	client *dynamodb.Client
	tables atomic.Int64
}

// start runs the command, which must serve on the port that stands for PORT in its arguments, and waits until it does.
func start(t *testing.T, name string, args ...string) *emulator {
	t.Helper()
	addr := freeAddr(t)
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "PORT", port)
	}
	var said bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	ended := make(chan struct{})
	var how error
	go func() {
		how = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("stop %s: %v", name, err)
		}
		<-ended
	})
	for range 300 {
		select {
		case <-ended:
			t.Fatalf("%s %s ended: %v\n%s", name, strings.Join(args, " "), how, said.String())
		default:
		}
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		conn.Close()
		return &emulator{client: dynamodb.New(dynamodb.Options{
			Region:       "ap-northeast-1",
			BaseEndpoint: aws.String("http://" + addr),
			Credentials:  credentials.NewStaticCredentialsProvider("invented", "invented", ""),
		})}
	}
	t.Fatalf("%s did not listen on %s within 30 seconds", name, addr)
	return nil
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// table makes a new table and returns its name.
func (e *emulator) table(t *testing.T) string {
	t.Helper()
	name := fmt.Sprintf("ledger-%d", e.tables.Add(1))
	if err := Create(t.Context(), e.client, name); err != nil {
		t.Fatal(err)
	}
	return name
}

func (e *emulator) open(t *testing.T) ledgertest.Ledger {
	t.Helper()
	return New(e.client, e.table(t))
}

func dynalite(t *testing.T) *emulator {
	t.Helper()
	cli, err := filepath.Abs("../../../infra/node_modules/dynalite/cli.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(cli); err != nil {
		t.Fatalf("dynalite is not installed: run `npm ci --prefix infra` (or make test, which does): %v", err)
	}
	return start(t, "node", cli, "--host", "127.0.0.1", "--port", "PORT", "--createTableMs", "0")
}

// dynalite is right on limits and validation, and its conditional writes are atomic.
func TestLedgerOnDynalite(t *testing.T) {
	ledgertest.Run(t, dynalite(t).open, ledgertest.Caps{Races: true, Sizes: true})
}

func TestCreateTwice(t *testing.T) {
	e := dynalite(t)
	table := e.table(t)
	if err := Create(t.Context(), e.client, table); err != nil {
		t.Fatal(err)
	}
}

// The limit that package ledger keeps is the real one's: a little more is refused by the store itself.
func TestAnItemOfMoreThan400KBIsRefused(t *testing.T) {
	e := dynalite(t)
	s := &store{client: e.client, table: e.table(t)}
	k := ledger.Key{Partition: "p", Sort: "s"}
	if done, err := s.Swap(t.Context(), k, 0, strings.Repeat("x", ledger.MaxSubmission+4<<10)); err != nil || !done {
		t.Fatalf("the largest document: %t, %v", done, err)
	}
	if _, err := s.Swap(t.Context(), k, 1, strings.Repeat("x", 400<<10)); err == nil {
		t.Fatal("400 KB and a key were taken")
	}
}

func TestSwapTellsWhoWasFirst(t *testing.T) {
	e := dynalite(t)
	s := &store{client: e.client, table: e.table(t)}
	k := ledger.Key{Partition: "p", Sort: "s"}
	for i, step := range []struct {
		revision int64
		want     bool
	}{{1, false}, {0, true}, {0, false}, {2, false}, {1, true}, {1, false}, {2, true}} {
		done, err := s.Swap(t.Context(), k, step.revision, fmt.Sprint("body ", i))
		if err != nil || done != step.want {
			t.Fatalf("step %d: %t, %v, want %t", i, done, err, step.want)
		}
	}
	d, err := s.Get(t.Context(), k)
	if err != nil || d != (ledger.Document{Key: k, Revision: 3, Body: "body 6"}) {
		t.Fatalf("got %+v, %v", d, err)
	}
}

// What is not processed for throttling is sent again, in the same batch or a later one, until all is written.
func TestUnprocessedItemsAreSentAgain(t *testing.T) {
	e := dynalite(t)
	table := e.table(t)
	throttled := dynamodb.New(e.client.Options(), func(o *dynamodb.Options) { o.HTTPClient = &halfDone{HTTPClient: o.HTTPClient} })
	s := &store{client: throttled, table: table}
	var put []ledger.Document
	var keys []ledger.Key
	for i := range 60 {
		k := ledger.Key{Partition: "p", Sort: fmt.Sprintf("%03d", i)}
		put, keys = append(put, ledger.Document{Key: k, Body: "{}"}), append(keys, k)
	}
	count := func() int {
		n := 0
		for _, err := range s.List(t.Context(), "p", "") {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	if err := s.Bulk(t.Context(), put, nil); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 60 {
		t.Fatalf("%d written of 60", n)
	}
	if err := s.Bulk(t.Context(), nil, keys[:59]); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 1 {
		t.Fatalf("%d left, want 1", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Bulk(ctx, put, nil); err == nil {
		t.Fatal("no error")
	}
}
