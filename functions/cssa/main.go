// Command cssa runs a sector-wide cyber security self-assessment: the whole system in one process, and the operator's tool.
//
// A deployment lives in one folder (--data). One process at a time holds it: while `cssa serve` or `cssa demo` runs, other
// verbs reach it on loopback and their work is done there. Exit codes: 0 done, 1 some items failed and are listed, 2 wrong
// usage, 3 the environment is broken.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	code := run(ctx, environment{
		out: os.Stdout, err: os.Stderr, dir: dir, lookup: os.LookupEnv, now: time.Now,
		watched: term.IsTerminal(int(os.Stderr.Fd())),
	}, os.Args[1:])
	stop()
	os.Exit(code)
}
