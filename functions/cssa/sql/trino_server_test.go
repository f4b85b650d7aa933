//go:build trino

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A trino is a server of one node over a folder, where tables lie at local:///… below it. Its catalogue is files there too.
type trino struct{ url string }

// startTrino starts the server that .ci/install trino puts into build/trino. It ends with the test, or by itself.
func startTrino(t *testing.T, root string) trino {
	t.Helper()
	home, err := filepath.Abs("../../../build/trino")
	must(t, err)
	if _, err := os.Stat(filepath.Join(home, "server", "lib")); err != nil {
		t.Fatalf("Trino is not installed: run make conformance-trino, which installs it: %v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	must(t, listener.Close())
	etc := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(etc, "catalog"), 0o700))
	must(t, os.MkdirAll(filepath.Join(root, "metastore"), 0o700))
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	must(t, os.WriteFile(filepath.Join(etc, "config.properties"), fmt.Appendf(nil, `coordinator=true
node-scheduler.include-coordinator=true
node.internal-address=127.0.0.1
node.bind-ip=127.0.0.1
http-server.http.port=%d
discovery.uri=%s
catalog.config-dir=%s
plugin.dir=%s
query.max-memory=300MB
query.max-stage-count=1000
query.max-memory-per-node=300MB
memory.heap-headroom-per-node=200MB
`, port, url, filepath.Join(etc, "catalog"), filepath.Join(home, "server", "plugin")), 0o600))
	must(t, os.WriteFile(filepath.Join(etc, "catalog", "hive.properties"), fmt.Appendf(nil, `connector.name=hive
hive.metastore=file
hive.metastore.catalog.dir=local:///metastore
fs.native-local.enabled=true
local.location=%s
hive.timestamp-precision=MILLISECONDS
`, root), 0o600))
	ctx, stop := context.WithTimeout(context.Background(), 15*time.Minute)
	server := exec.CommandContext(ctx, filepath.Join(home, "java", "bin", "java"), "-Xmx1G", "-XX:+UseSerialGC", "-Djdk.attach.allowAttachSelf=true",
		"-Dconfig="+filepath.Join(etc, "config.properties"), "-Dnode.environment=test", "-Dnode.id=one", "-Dnode.data-dir="+etc,
		"-cp", filepath.Join(home, "server", "lib", "*"), "io.trino.server.TrinoServer")
	server.Dir = etc // it writes beside itself
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	must(t, server.Start())
	ended := make(chan struct{})
	go func() { _ = server.Wait(); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	for {
		select {
		case <-ended:
			t.Fatalf("Trino ended:\n%s", log.String()[max(0, log.Len()-4000):])
		case <-time.After(300 * time.Millisecond):
		}
		res, err := http.Get(url + "/v1/info")
		if err != nil {
			continue
		}
		var info struct {
			Starting    bool
			NodeVersion struct{ Version string }
		}
		err = json.NewDecoder(res.Body).Decode(&info)
		res.Body.Close()
		if err == nil && !info.Starting {
			t.Logf("Trino %s", info.NodeVersion.Version)
			return trino{url}
		}
	}
}

// A column and its type as Trino names them.
type trinoColumn struct{ Name, Type string }

// run runs a statement in a schema of the catalogue, by the protocol of Trino's clients, and returns its result: numbers as
// they are written, NULL as nil.
func (s trino) run(schema, sql string) (columns []trinoColumn, rows [][]any, err error) {
	req, err := http.NewRequest(http.MethodPost, s.url+"/v1/statement", strings.NewReader(sql))
	if err != nil {
		return nil, nil, err
	}
	for {
		req.Header.Set("X-Trino-User", "test")
		req.Header.Set("X-Trino-Catalog", "hive")
		req.Header.Set("X-Trino-Schema", schema)
		req.Header.Set("X-Trino-Time-Zone", "UTC")
		req.Header.Set("X-Trino-Client-Capabilities", "PARAMETRIC_DATETIME") // types of instants are told whole
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return nil, nil, err
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			return nil, nil, err
		}
		if res.StatusCode != http.StatusOK {
			return nil, nil, fmt.Errorf("%s: %s", res.Status, body)
		}
		var page struct {
			NextURI string
			Columns []trinoColumn
			Data    [][]any
			Error   *struct{ ErrorName, Message string }
		}
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		if err := dec.Decode(&page); err != nil {
			return nil, nil, err
		}
		if page.Error != nil {
			return nil, nil, fmt.Errorf("%s: %s", page.Error.ErrorName, page.Error.Message)
		}
		if page.Columns != nil {
			columns = page.Columns
			for i := range columns {
				columns[i].Type = strings.ReplaceAll(columns[i].Type, ", ", ",")
			}
		}
		rows = append(rows, page.Data...)
		if page.NextURI == "" {
			return columns, rows, nil
		}
		if req, err = http.NewRequest(http.MethodGet, page.NextURI, http.NoBody); err != nil {
			return nil, nil, err
		}
	}
}

func (s trino) must(t *testing.T, schema, sql string) ([]trinoColumn, [][]any) {
	t.Helper()
	columns, rows, err := s.run(schema, sql)
	if err != nil {
		t.Fatalf("%s\n%v", sql, err)
	}
	return columns, rows
}
