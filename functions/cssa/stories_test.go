package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"cssa/infra/laptop"
)

// The stories of testdata/stories, each a supervisor at a terminal. DEADLINE and CLOSING are days ahead of now. Beside
// testscript's own commands there are:
//
//	exits N PROGRAM ARG...   the program ends with exit code N
//	hold DIR                 another process holds the data folder, until the story's end
//	await DIR                a serve takes orders for the data folder
//	put FILE                 sends FILE as the ticket in stdout (JSON) says
//	fill FILE SHEET CELL TEXT   types into a workbook and saves it, as a person does
//	now VAR                  puts the present second into VAR, and lets it pass
//	excel …                  edits a workbook, see excel
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/stories",
		Setup: func(e *testscript.Env) error {
			e.Setenv("CSSA_DATA", "data")
			tokyo := time.FixedZone("JST", 9*60*60)
			e.Setenv("DEADLINE", time.Now().In(tokyo).AddDate(0, 0, 5).Format("2006-01-02T15:04"))
			e.Setenv("CLOSING", time.Now().In(tokyo).AddDate(0, 0, 9).Format("2006-01-02T15:04"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "hold": hold, "await": await, "put": putTicket, "fill": fill, "now": nowInto, "excel": excel,
		},
	})
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func hold(ts *testscript.TestScript, _ bool, args []string) {
	lock, err := laptop.Lock(context.Background(), ts.MkAbs(args[0]), 0)
	ts.Check(err)
	ts.Defer(func() { _ = lock.Unlock() }) // the folder goes anyway
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		_, err := orderTo(ctx, ts.MkAbs(args[0]), "edition", "show", "--json")
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			ts.Fatalf("no serve takes orders: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func putTicket(ts *testscript.TestScript, _ bool, args []string) {
	var g grant
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &g))
	body, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	req, err := http.NewRequestWithContext(context.Background(), g.Method, g.URL, bytes.NewReader(body))
	ts.Check(err)
	for name, value := range g.Header {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	ts.Check(res.Body.Close())
	if res.StatusCode != http.StatusOK {
		ts.Fatalf("the object store answers %s", res.Status)
	}
}

func fill(ts *testscript.TestScript, _ bool, args []string) {
	f, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(f.SetCellValue(args[1], args[2], args[3]))
	ts.Check(f.Save())
	ts.Check(f.Close())
}

func nowInto(ts *testscript.TestScript, _ bool, args []string) {
	now := time.Now().Truncate(time.Second)
	ts.Setenv(args[0], now.Format(time.RFC3339))
	time.Sleep(time.Until(now.Add(1500 * time.Millisecond)))
	fmt.Fprintf(ts.Stdout(), "%s=%s\n", args[0], ts.Getenv(args[0]))
}
