package athena

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/glue"

	"cssa/shared/lake"
)

// A request is BatchCreatePartition as it goes over the wire.
type request struct {
	DatabaseName, TableName string
	PartitionInputList      []struct {
		Values            []string
		StorageDescriptor struct {
			Location string
			Columns  []struct{ Name, Type string }
		}
	}
}

// glueServer answers the protocol of Glue and keeps the partitions it was given. Before it does, trouble may answer
// instead: a status and a body.
type glueServer struct {
	partitions map[string]bool // "database.table s3://…"
	requests   []request
	trouble    func(n int, r request) (int, string)
}

func (g *glueServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in request
	body, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(body, &in); err != nil || r.Header.Get("X-Amz-Target") != "AWSGlue.BatchCreatePartition" {
		http.Error(w, "unknown operation "+r.Header.Get("X-Amz-Target"), http.StatusBadRequest)
		return
	}
	g.requests = append(g.requests, in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if g.trouble != nil {
		if status, answer := g.trouble(len(g.requests), in); status != 0 {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, answer)
			return
		}
	}
	var failed []map[string]any
	for _, p := range in.PartitionInputList {
		key := in.DatabaseName + "." + in.TableName + " " + p.StorageDescriptor.Location
		if g.partitions[key] {
			failed = append(failed, map[string]any{"PartitionValues": p.Values, "ErrorDetail": map[string]string{"ErrorCode": "AlreadyExistsException", "ErrorMessage": "Partition already exists."}})
		}
		g.partitions[key] = true
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"Errors": failed})
}

func serve(t *testing.T, d Door, trouble func(int, request) (int, string)) (*glueServer, *Catalog) {
	t.Helper()
	g := &glueServer{partitions: map[string]bool{}, trouble: trouble}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	client := glue.New(glue.Options{
		Region: "ap-northeast-1", BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
		RetryMaxAttempts: 1,
	})
	c := New(client, d)
	c.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return g, c
}

const run = "20231101T020000Z-freeze"

func TestARunIsRegisteredInEveryTableOfItsDoorAndAgainWithoutHarm(t *testing.T) {
	for _, d := range doors {
		g, c := serve(t, d, nil)
		for range 2 {
			if err := c.AddPartitions(context.Background(), "2023-securities", run); err != nil {
				t.Fatal(err)
			}
		}
		if want := map[bool]int{false: 20, true: 11}[d.Open]; len(g.partitions) != want {
			t.Errorf("%s: %d partitions, want %d", d.Database, len(g.partitions), want)
		}
		// The partition is the very folder that the run writes to.
		for _, table := range lake.Catalog() {
			if table.Open != d.Open {
				continue
			}
			key := lake.Key(table.Folder, "2023-securities", run, 0)
			if !table.ByRun {
				key = lake.CurrentKey("2023-securities")
			}
			folder := key[:strings.LastIndex(key, "/")+1]
			if want := d.Database + "." + table.Base() + " s3://" + d.Bucket + "/" + folder; !g.partitions[want] {
				t.Errorf("not registered: %s", want)
			}
		}
	}
}

func TestAPartitionsColumnsAndValuesAreItsTables(t *testing.T) {
	g, c := serve(t, doors[0], nil)
	if err := c.AddPartitions(context.Background(), "2023-securities", run); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(g.requests, func(r request) bool { return r.TableName == "answers_runs" })
	p := g.requests[i].PartitionInputList[0]
	if !slices.Equal(p.Values, []string{"2023-securities", run}) || len(p.StorageDescriptor.Columns) != 8 || p.StorageDescriptor.Columns[6].Type != "decimal(18,4)" {
		t.Errorf("%+v", p)
	}
	i = slices.IndexFunc(g.requests, func(r request) bool { return r.TableName == "current_run" })
	if got := g.requests[i].PartitionInputList[0].Values; !slices.Equal(got, []string{"2023-securities"}) {
		t.Errorf("current_run: %v", got)
	}
}

const (
	unavailable = `{"Errors":[{"PartitionValues":["x"],"ErrorDetail":{"ErrorCode":"InternalServiceException","ErrorMessage":"try again"}}]}`
	thereWhole  = `{"__type":"AlreadyExistsException","Message":"there"}`
	denied      = `{"__type":"AccessDeniedException","Message":"not you"}`
)

func TestWhatGlueCouldNotDoIsAskedForAgain(t *testing.T) {
	g, c := serve(t, doors[1], func(n int, _ request) (int, string) {
		if n <= 3 {
			return http.StatusOK, unavailable
		}
		return 0, ""
	})
	if err := c.AddPartitions(context.Background(), "2023-securities", run); err != nil {
		t.Fatal(err)
	}
	if len(g.partitions) != 11 || len(g.requests) != 14 {
		t.Errorf("%d partitions after %d requests, want 11 after 14", len(g.partitions), len(g.requests))
	}
}

func TestTroubleIsTold(t *testing.T) {
	always := func(status int, body string) func(int, request) (int, string) {
		return func(int, request) (int, string) { return status, body }
	}
	for _, c := range []struct {
		name     string
		trouble  func(int, request) (int, string)
		requests int
		says     string
	}{
		{"never done", always(http.StatusOK, unavailable), attempts, "try again"},
		{"denied", always(http.StatusBadRequest, denied), 1, "AccessDeniedException"},
	} {
		g, catalog := serve(t, doors[0], c.trouble)
		err := catalog.AddPartitions(context.Background(), "2023-securities", run)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "cssa_restricted.current_run") || len(g.requests) != c.requests {
			t.Errorf("%s: after %d requests: %v", c.name, len(g.requests), err)
		}
	}
	_, catalog := serve(t, doors[0], always(http.StatusBadRequest, thereWhole))
	if err := catalog.AddPartitions(context.Background(), "2023-securities", run); err != nil {
		t.Errorf("all there: %v", err)
	}
}

// A function about to end does not wait for Glue.
func TestWaitingEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, c := serve(t, doors[0], func(int, request) (int, string) { cancel(); return http.StatusOK, unavailable })
	c.Wait = wait
	if err := c.AddPartitions(ctx, "2023-securities", run); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
