package runtime

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "runtime")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "bootstrap")
	out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", path, "./testdata/fn").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := build(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

func start(t *testing.T, env map[string]string) *Instance {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	i, err := New(Function{Name: "fn", ARN: "arn:aws:lambda:x:1:function:fn", Program: []string{path}, Env: env, Timeout: 3 * time.Second, Memory: 128})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { i.Close() })
	return i
}

func ask(t *testing.T, i *Instance, do string) (map[string]string, error) {
	t.Helper()
	body, err := i.Invoke(t.Context(), []byte(`{"Do":"`+do+`"}`))
	if err != nil {
		return nil, err
	}
	var m map[string]string
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return m, nil
}

// A function that lives through everything: errors, a panic, running out of time, its own end and a kill. Each time the
// next event finds it alive.
func TestALife(t *testing.T) {
	t.Setenv("LEAK", "of the host")
	i := start(t, map[string]string{"MUST": "1"})
	first, err := ask(t, i, "")
	if err != nil {
		t.Fatal(err)
	}
	if first["arn"] != "arn:aws:lambda:x:1:function:fn" || first["left"] != "3s" || first["leaked"] != "" {
		t.Errorf("the first answer is %v", first)
	}
	second, err := ask(t, i, "")
	if err != nil || second["pid"] != first["pid"] || second["id"] == first["id"] {
		t.Errorf("the second answer %v (%v) is not of the same process and of another request than %v", second, err, first)
	}
	var fe *FunctionError
	if _, err := ask(t, i, "fail"); !errors.As(err, &fe) || fe.Message != "as told" {
		t.Errorf("an error: %v", err)
	}
	third, err := ask(t, i, "")
	if err != nil || third["pid"] != first["pid"] {
		t.Errorf("after an error the process should stay: %v, %v", third, err)
	}
	if _, err := ask(t, i, "panic"); !errors.As(err, &fe) || fe.Message != "as told" {
		t.Errorf("a panic: %v", err)
	}
	if _, err := ask(t, i, "exit"); !errors.Is(err, ErrDied) || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("an exit: %v", err)
	}
	if _, err := ask(t, i, "sleep"); !errors.Is(err, ErrTimeout) {
		t.Errorf("a long sleep: %v", err)
	}
	go func() {
		time.Sleep(300 * time.Millisecond)
		i.Kill()
	}()
	if _, err := ask(t, i, "sleep"); !errors.Is(err, ErrDied) {
		t.Errorf("a kill: %v", err)
	}
	if last, err := ask(t, i, ""); err != nil || last["pid"] == first["pid"] {
		t.Errorf("after all this: %v, %v", last, err)
	}
	m := i.Measures()
	if m.Ready <= 0 || m.First < m.Ready || m.PeakMB < 1 || m.PeakMB > 128 {
		t.Errorf("measures: %+v", m)
	}
	t.Logf("ready %s, first answer %s, peak %.1f MB", m.Ready, m.First, m.PeakMB)
}

func TestAMissingVariableEndsTheStart(t *testing.T) {
	i := start(t, nil)
	if _, err := ask(t, i, ""); !errors.Is(err, ErrInit) {
		t.Fatalf("it started: %v", err)
	}
	if log := i.Log(); !strings.Contains(log, "MUST is missing") {
		t.Errorf("the log is %q", log)
	}
}
