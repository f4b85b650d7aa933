package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"cssa/infra/laptop"
)

// A running serve is reached over loopback: POST /verb with the arguments, answered by lines of what the verb printed.
// The address and a key that only the folder's owner can read stand in serve.json.
type handle struct {
	Address string `json:"address"`
	Key     string `json:"key"`
	PID     int    `json:"pid"`
}

// An order is a verb to be done by the process that holds the folder.
type order struct {
	Args []string `json:"args"`
	Dir  string   `json:"dir"`
	Lang string   `json:"lang"`
}

// A line is a piece of what the verb printed, or its exit code, which comes last. A piece may end within a character, so
// it is bytes.
type line struct {
	Out  []byte `json:"out,omitempty"`
	Err  []byte `json:"err,omitempty"`
	Exit *int   `json:"exit,omitempty"`
}

// forwarded is the outcome of a verb done elsewhere, which has printed its own error.
type forwarded struct{ error }

func handlePath(data string) string { return filepath.Join(data, "serve.json") }

// forward has the running serve do this command.
func (d *desk) forward(ctx context.Context) error {
	var h handle
	raw, err := os.ReadFile(handlePath(d.data))
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is held by a cssa process that takes no orders (a demo, or another verb); wait for it to end", d.data)
	}
	if err != nil {
		return fmt.Errorf("reach the running serve: %w", err)
	}
	if err := json.Unmarshal(raw, &h); err != nil {
		return fmt.Errorf("reach the running serve: %s: %w", handlePath(d.data), err)
	}
	lang := ""
	if d.lang == "ja" {
		lang = "ja_JP.UTF-8"
	}
	body, err := json.Marshal(order{Args: d.args, Dir: d.dir, Lang: lang})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+h.Address+"/verb", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+h.Key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("reach the running serve (process %d): %w", h.PID, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the running serve (process %d) answers %s", h.PID, res.Status)
	}
	return d.copyLines(res.Body)
}

// copyLines prints what the verb printed, to its exit code.
func (d *desk) copyLines(from io.Reader) error {
	in := json.NewDecoder(from)
	for {
		var l line
		if err := in.Decode(&l); err != nil {
			return fmt.Errorf("the running serve stopped before it was done: %w", err)
		}
		_, errOut := d.out.Write(l.Out)
		_, errErr := d.err.Write(l.Err)
		if err := errors.Join(errOut, errErr); err != nil {
			return err
		}
		if l.Exit == nil {
			continue
		}
		if *l.Exit == exitDone {
			return nil
		}
		return failure{*l.Exit, forwarded{errors.New("done by the running serve")}}
	}
}

// listen takes orders for the deployment on loopback until the returned function is called, and says where in serve.json.
// The function lets verbs that are at work end, for a while: ctx tells them to.
func (d *desk) listen(ctx context.Context, l *laptop.Deployment) (func() error, error) {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for orders: %w", err)
	}
	h := handle{Address: ln.Addr().String(), Key: hex.EncodeToString(secret), PID: os.Getpid()}
	raw, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(handlePath(d.data), raw, 0o600); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /verb", func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+h.Key)) != 1 {
			http.Error(w, "not allowed", http.StatusForbidden)
			return
		}
		var o order
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&o); err != nil {
			http.Error(w, "not an order", http.StatusBadRequest)
			return
		}
		d.obey(r.Context(), w, l, o)
	})
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	go srv.Serve(ln) //nolint:errcheck // it ends by Close below; a listener that breaks is noticed by who calls
	return func() error {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return errors.Join(os.Remove(handlePath(d.data)), srv.Shutdown(ending))
	}, nil
}

// obey does an order with the open deployment and writes what it prints.
func (d *desk) obey(ctx context.Context, w http.ResponseWriter, l *laptop.Deployment, o order) {
	lines := &lineWriter{enc: json.NewEncoder(w), flush: http.NewResponseController(w)}
	env := environment{
		out: streamWriter{lines, false}, err: streamWriter{lines, true}, dir: o.Dir, now: d.now, held: l,
		lookup: func(name string) (string, bool) {
			switch name {
			case "LANG":
				return o.Lang, o.Lang != ""
			case "LC_ALL", "LC_MESSAGES": // decided where the order was given
				return "", false
			}
			return d.lookup(name)
		},
	}
	code := run(ctx, env, o.Args)
	lines.write(line{Exit: &code})
}

// A lineWriter sends lines as they come, from any goroutine.
type lineWriter struct {
	mu    sync.Mutex
	enc   *json.Encoder
	flush *http.ResponseController
}

func (w *lineWriter) write(l line) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.enc.Encode(l) == nil {
		_ = w.flush.Flush() // a caller that is gone has cancelled the verb's context
	}
}

type streamWriter struct {
	to    *lineWriter
	isErr bool
}

func (s streamWriter) Write(p []byte) (int, error) {
	if s.isErr {
		s.to.write(line{Err: p})
	} else {
		s.to.write(line{Out: p})
	}
	return len(p), nil
}
