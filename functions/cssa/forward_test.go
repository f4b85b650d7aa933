package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cssa/functions/aggregate"
	"cssa/functions/release"
	"cssa/shared/ledger"
)

// What a program prints comes in pieces that may end within a character.
func TestACharacterInTwoPiecesComesWhole(t *testing.T) {
	rec := httptest.NewRecorder()
	to := &lineWriter{enc: json.NewEncoder(rec), flush: http.NewResponseController(rec)}
	for _, b := range []byte("図表1 はい\n") {
		_, err := streamWriter{to, false}.Write([]byte{b})
		if err != nil {
			t.Fatal(err)
		}
	}
	code := exitDone
	to.write(line{Exit: &code})
	var out, errs bytes.Buffer
	d := &desk{environment: environment{out: &out, err: &errs}}
	if err := d.copyLines(rec.Body); err != nil {
		t.Fatal(err)
	}
	if out.String() != "図表1 はい\n" || errs.Len() > 0 {
		t.Errorf("printed %q, and %q beside", out.String(), errs.String())
	}
}

func TestAStrangerGivesNoOrders(t *testing.T) {
	d := testDesk(t, t.TempDir())
	stop, err := d.listen(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(handlePath(d.data))
	if err != nil {
		t.Fatal(err)
	}
	var h handle
	if err := json.Unmarshal(raw, &h); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"", "Bearer ", "Bearer " + strings.Repeat("0", len(h.Key)), h.Key} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+h.Address+"/verb", strings.NewReader(`{"args":["--version"]}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", key)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("with the key %q: %s", key, res.Status)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(handlePath(d.data)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("serve.json is still there: %v", err)
	}
}

// The deployment is closed after stop: a verb that still worked on it then would find its ledger gone.
func TestStoppingWaitsForTheVerbThatIsAtWork(t *testing.T) {
	d := testDesk(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	stop, err := d.listen(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(d.data, "synthetic")
	d.args = []string{"synthesise", "--out", out}
	ended := make(chan error, 1)
	go func() { ended <- d.forward(t.Context()) }()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(out); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the verb never began")
		}
	}
	cancel()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	var f failure
	if err := <-ended; !errors.As(err, &f) || f.code == exitDone {
		t.Errorf("the verb was not told to end and let end: %v", err)
	}
}

func TestWhatTheSystemRefusesIsNoBrokenEnvironment(t *testing.T) {
	for _, no := range []error{aggregate.ErrNotClosed, release.ErrNotFrozen, ledger.ErrFrozen} {
		var f failure
		if err := refused(fmt.Errorf("it: %w", no)); !errors.As(err, &f) || f.code != exitSomeFailed {
			t.Errorf("%v: exit code %d, want %d", no, f.code, exitSomeFailed)
		}
	}
	var f failure
	if errors.As(refused(errors.New("the disk is full")), &f) {
		t.Errorf("a full disk: exit code %d", f.code)
	}
}
