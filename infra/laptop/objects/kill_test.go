package objects_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"cssa/infra/laptop/objects"
	"cssa/shared/archive/s3"
)

// A child is this test binary, run again as a server on a folder until it is killed.
const child = "CSSA_TEST_OBJECTS"

func TestMain(m *testing.M) {
	if dir := os.Getenv(child); dir != "" {
		serveUntilKilled(dir)
	}
	os.Exit(m.Run())
}

func killBuckets() []objects.Bucket {
	return []objects.Bucket{{Name: "inbox", Versioned: true, Notify: true, Durable: true}, {Name: "lake"}}
}

// serveUntilKilled writes what is announced to the file "told" and its endpoint to standard output.
func serveUntilKilled(dir string) {
	told, err := os.OpenFile(dir+".told", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	srv, err := objects.Start(context.Background(), objects.Config{
		Dir: dir, Now: time.Now, Buckets: killBuckets(),
		OnCommit: func(_ context.Context, c objects.Commit) error {
			_, err := fmt.Fprintf(told, "%s %s\n", c.Key, c.VersionID)
			return err
		},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(srv.Endpoint())
	time.Sleep(time.Minute) // should the parent die first
	os.Exit(1)
}

// remote reaches a child's server with the folder's key.
func remote(t *testing.T, dir, endpoint string) *awss3.Client {
	t.Helper()
	var key struct{ Access, Secret string }
	data, err := os.ReadFile(filepath.Join(dir, "credentials.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &key); err != nil {
		t.Fatal(err)
	}
	return awss3.New(awss3.Options{
		Region: objects.Region, BaseEndpoint: &endpoint, UsePathStyle: true, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key.Access, key.Secret, ""),
	})
}

// The server is killed at a random moment under four writers, again and again. What was acknowledged is there, whole, and
// was announced before it was acknowledged; what was not can be written again; what was being replaced is one of the two.
func TestKilled(t *testing.T) {
	const lives = 8
	dir := filepath.Join(t.TempDir(), "objects")
	body := func(key string) []byte { return bytes.Repeat([]byte(key+"\n"), 2000) }
	var mu sync.Mutex
	acknowledged, tried := map[string]string{}, map[string]bool{} // key → version id
	current := -1                                                 // the last replacement that was acknowledged

	for life := range lives {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), child+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		endpoint, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		client := remote(t, dir, strings.TrimSpace(endpoint))
		var writers sync.WaitGroup
		for w := range 4 {
			writers.Go(func() {
				for i := 0; ; i++ {
					key := fmt.Sprintf("2023-securities/S%d/%d-%d", w, life, i)
					mu.Lock()
					tried[key] = true
					mu.Unlock()
					o, err := client.PutObject(t.Context(), &awss3.PutObjectInput{
						Bucket: aws.String("inbox"), Key: &key, Body: bytes.NewReader(body(key)), IfNoneMatch: aws.String("*"),
					})
					if err != nil {
						return
					}
					mu.Lock()
					acknowledged[key] = aws.ToString(o.VersionId)
					mu.Unlock()
				}
			})
		}
		writers.Go(func() {
			for {
				next := fmt.Sprintf("run %06d", current+1)
				if _, err := s3.New(client, "lake").Replace(t.Context(), "current_run", []byte(next)); err != nil {
					return
				}
				current++
			}
		})
		time.Sleep(time.Duration(20+rand.IntN(180)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		writers.Wait()
		if err := cmd.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
		told, err := os.ReadFile(dir + ".told")
		if err != nil {
			t.Fatal(err)
		}
		for key, id := range acknowledged {
			if !bytes.Contains(told, []byte(key+" "+id+"\n")) {
				t.Errorf("life %d: %s %s was acknowledged and not announced", life, key, id)
			}
		}
	}

	var f feed
	srv := serve(t, objects.Config{Dir: dir, Now: time.Now, Buckets: killBuckets(), OnCommit: f.onCommit})
	in, lake := s3.New(srv.Client(), "inbox"), s3.New(srv.Client(), "lake")
	announced := map[string]string{}
	for _, c := range f.take() {
		announced[c.Key] = c.VersionID
	}
	for _, key := range slices.Sorted(maps.Keys(acknowledged)) {
		got, o, err := in.Get(t.Context(), key, "", 1<<20)
		if err != nil || !bytes.Equal(got, body(key)) || o.ID != acknowledged[key] || announced[key] != o.ID {
			t.Errorf("%s: %d bytes, %+v, %v; acknowledged as %s, announced at start as %s", key, len(got), o, err, acknowledged[key], announced[key])
		}
	}
	cut := 0
	for key := range tried {
		if _, ok := acknowledged[key]; !ok {
			cut++
			if _, err := in.Put(t.Context(), key, body(key)); err != nil {
				t.Errorf("%s, cut off, cannot be written again: %v", key, err)
			}
		}
	}
	for _, bucket := range []string{"inbox", "lake"} {
		entries, _ := os.ReadDir(filepath.Join(srv.Path(bucket), ".sgwtmp")) // not there is as good
		for _, e := range entries {
			if !e.IsDir() {
				t.Errorf("an upload that was cut off is left in %s: %s", bucket, e.Name())
			}
		}
	}
	got, _, err := lake.Get(t.Context(), "current_run", "", 100)
	var n int
	if _, scan := fmt.Sscanf(string(got), "run %d", &n); scan != nil || err != nil || n != current && n != current+1 {
		t.Errorf("current_run holds %q, %v; acknowledged was run %d", got, err, current)
	}
	for o, err := range lake.List(t.Context(), "") {
		if err != nil || o.Key != "current_run" {
			t.Errorf("the lake holds %+v, %v", o, err)
		}
	}
	if len(acknowledged) < lives || cut < lives {
		t.Errorf("%d acknowledged and %d cut off are too few to mean anything", len(acknowledged), cut)
	}
	t.Logf("%d lives: %d acknowledged, %d cut off, %d replacements", lives, len(acknowledged), cut, current+1)
}
