// Package runtime runs a Lambda function's own bootstrap, unchanged, as Lambda would: it starts the process with its
// environment, serves it the Runtime API on loopback (2018-06-01: next, response, error, init error), gives every
// invocation a request id and a deadline, and ends the process that misses it.
//
// An Instance is one sandbox: one invocation at a time, started again after it died, which is what Lambda does.
package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Function is what to run: the settings of a template.
type Function struct {
	Name    string
	ARN     string
	Program []string // the bootstrap, and what runs it if the host cannot (qemu)
	Env     map[string]string
	Timeout time.Duration
	Memory  int // MB, told to the function
}

// Errors of an invocation that are not the function's own answer.
var (
	ErrDied    = errors.New("the function's process ended")
	ErrTimeout = errors.New("the function's time ran out")
	ErrInit    = errors.New("the function did not start")
)

// A FunctionError is an error that the function answered with.
type FunctionError struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

// Measures of an instance's first life.
type Measures struct {
	Ready  time.Duration // from exec until it asked for its first event
	First  time.Duration // from exec until its first answer, if the event was waiting
	PeakMB float64       // the largest resident memory seen after an invocation; 0 where the host does not say
}

// An Instance is one sandbox of a function. Use it from several goroutines: they take turns.
type Instance struct {
	f      Function
	server *http.Server
	addr   string

	turn     sync.Mutex // one invocation at a time
	mu       sync.Mutex
	life     *life
	lives    int
	requests int
	measures Measures
	log      bytes.Buffer
}

// A life is one process of an instance.
type life struct {
	cmd     *exec.Cmd
	started time.Time
	ready   chan struct{} // closed at the first "next"
	readyOK sync.Once
	next    chan invocation
	answers chan answer
	dead    chan struct{}
	how     error
}

type invocation struct {
	id       string
	payload  []byte
	deadline time.Time
}

type answer struct {
	id   string
	body []byte
	err  error
}

// New prepares a sandbox. The process starts with the first invocation.
func New(f Function) (*Instance, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("runtime api: %w", err)
	}
	i := &Instance{f: f, addr: l.Addr().String()}
	mux := http.NewServeMux()
	const api = "/{life}/2018-06-01/runtime/"
	mux.HandleFunc("GET "+api+"invocation/next", i.serveNext)
	mux.HandleFunc("POST "+api+"invocation/{id}/response", i.serveResponse)
	mux.HandleFunc("POST "+api+"invocation/{id}/error", i.serveError)
	mux.HandleFunc("POST "+api+"init/error", i.serveInitError)
	i.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = i.server.Serve(l) }() // ends with Close
	return i, nil
}

// Invoke sends one event and returns the function's answer. A process that died or was too slow is started again by the
// next call.
func (i *Instance) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	i.turn.Lock()
	defer i.turn.Unlock()
	i.mu.Lock()
	i.requests++
	inv := invocation{fmt.Sprintf("00000000-0000-4000-8000-%012d", i.requests), payload, time.Now().Add(i.f.Timeout)}
	i.mu.Unlock()
	for {
		l, err := i.alive()
		if err != nil {
			return nil, err
		}
		body, err := i.give(ctx, l, inv)
		if !errors.Is(err, errNotTaken) {
			return body, err
		}
	}
}

// errNotTaken is of a process that ended, after it had been ready, before it took the event: it was still dying of the one
// before.
var errNotTaken = errors.New("not taken")

// give hands the event to one process and waits for what becomes of it.
func (i *Instance) give(ctx context.Context, l *life, inv invocation) ([]byte, error) {
	timer := time.NewTimer(time.Until(inv.deadline))
	defer timer.Stop()
	l.next <- inv // room for one
	for {
		select {
		case a := <-l.answers:
			if a.id != inv.id && a.id != "" {
				continue // an answer to an earlier request, which was given up
			}
			i.measure(l)
			return a.body, a.err
		case <-l.dead:
			select {
			case a := <-l.answers: // it answered with an error and then ended, as a panic does
				if a.id == inv.id || a.id == "" {
					return a.body, a.err
				}
			default:
			}
			select {
			case <-l.ready:
			default:
				return nil, fmt.Errorf("%s: %w: %w", i.f.Name, ErrInit, l.how)
			}
			select {
			case <-l.next:
				return nil, errNotTaken
			default:
			}
			return nil, fmt.Errorf("%s: %w: %w", i.f.Name, ErrDied, l.how)
		case <-timer.C:
			l.kill()
			return nil, fmt.Errorf("%s: %w after %s", i.f.Name, ErrTimeout, i.f.Timeout)
		case <-ctx.Done():
			l.kill()
			return nil, ctx.Err()
		}
	}
}

// alive returns the running life, or begins one.
func (i *Instance) alive() (*life, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.life != nil {
		select {
		case <-i.life.dead:
		default:
			return i.life, nil
		}
	}
	i.lives++
	l := &life{
		ready: make(chan struct{}), next: make(chan invocation, 1), answers: make(chan answer, 16), dead: make(chan struct{}),
		cmd: exec.Command(i.f.Program[0], i.f.Program[1:]...),
	}
	// Nothing of the caller's environment reaches the function.
	l.cmd.Env = []string{
		fmt.Sprintf("AWS_LAMBDA_RUNTIME_API=%s/%d", i.addr, i.lives), "AWS_LAMBDA_FUNCTION_NAME=" + i.f.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(i.f.Memory), "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_EC2_METADATA_DISABLED=true", "LANG=en_US.UTF-8", "TZ=:UTC", "HOME=/nonexistent", "PATH=/usr/local/bin:/usr/bin/:/bin",
	}
	for k, v := range i.f.Env {
		l.cmd.Env = append(l.cmd.Env, k+"="+v)
	}
	out := &lockedWriter{mu: &i.mu, w: &i.log}
	l.cmd.Stdout, l.cmd.Stderr = out, out
	l.started = time.Now()
	if err := l.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", i.f.Name, ErrInit, err)
	}
	go func() {
		err := l.cmd.Wait()
		if err == nil {
			err = errors.New("exit status 0")
		}
		l.how = err
		close(l.dead)
	}()
	i.life = l
	return l, nil
}

func (l *life) kill() {
	_ = l.cmd.Process.Kill() // it may have ended by itself
	<-l.dead
}

// Kill ends the process at once (SIGKILL), whatever it is doing. It does nothing where none runs.
func (i *Instance) Kill() {
	i.mu.Lock()
	l := i.life
	i.mu.Unlock()
	if l != nil {
		l.kill()
	}
}

// Close ends the process and the Runtime API.
func (i *Instance) Close() error {
	i.Kill()
	return i.server.Close()
}

// Log returns everything that the function's processes have printed.
func (i *Instance) Log() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.log.String()
}

// Measures returns what was measured of the first process, and the peak of all.
func (i *Instance) Measures() Measures {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.measures
}

func (i *Instance) measure(l *life) {
	peak := peakMB(l.cmd.Process.Pid)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.measures.PeakMB = max(i.measures.PeakMB, peak)
	if i.measures.First == 0 {
		i.measures.First = time.Since(l.started)
	}
}

// peakMB reads the high water mark of a process's resident memory. It is not that of rusage, which begins with the
// parent's memory.
func peakMB(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			if err == nil {
				return float64(kb) / 1024
			}
		}
	}
	return 0
}

// of returns the life that a request of the Runtime API is from, or nil if it is over.
func (i *Instance) of(r *http.Request) *life {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.life == nil || r.PathValue("life") != strconv.Itoa(i.lives) {
		return nil
	}
	return i.life
}

func (i *Instance) serveNext(w http.ResponseWriter, r *http.Request) {
	l := i.of(r)
	if l == nil {
		http.Error(w, "gone", http.StatusGone)
		return
	}
	l.readyOK.Do(func() {
		i.mu.Lock()
		if i.measures.Ready == 0 {
			i.measures.Ready = time.Since(l.started)
		}
		i.mu.Unlock()
		close(l.ready)
	})
	select {
	case inv := <-l.next:
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", i.f.ARN)
		h.Set("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0")
		_, _ = w.Write(inv.payload) // if it does not arrive the process is gone, which Invoke sees
	case <-l.dead:
	case <-r.Context().Done():
	}
}

func (i *Instance) serveResponse(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	i.answer(w, r, answer{id: r.PathValue("id"), body: body, err: err})
}

func (i *Instance) serveError(w http.ResponseWriter, r *http.Request) {
	i.answer(w, r, answer{id: r.PathValue("id"), err: functionError(r)})
}

func (i *Instance) serveInitError(w http.ResponseWriter, r *http.Request) {
	i.answer(w, r, answer{err: fmt.Errorf("%w: %w", ErrInit, functionError(r))})
}

func functionError(r *http.Request) error {
	var e FunctionError
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		return fmt.Errorf("the function's error cannot be read: %w", err)
	}
	return &e
}

func (i *Instance) answer(w http.ResponseWriter, r *http.Request, a answer) {
	l := i.of(r)
	if l == nil {
		http.Error(w, "gone", http.StatusGone)
		return
	}
	l.answers <- a
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`) // the answer is taken, whether or not this arrives
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
