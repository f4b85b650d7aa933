package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"cssa/infra/laptop"
)

func (d *desk) serveCommand() *cobra.Command {
	addr, at := "127.0.0.1:9600", "02:00"
	c := &cobra.Command{
		Use: "serve", Short: "Keep the deployment up: S3 endpoint, messages, nightly run; other verbs reach it", Args: cobra.NoArgs,
		Example: "  cssa serve --addr 127.0.0.1:9600",
	}
	c.Flags().StringVar(&addr, "addr", addr, "loopback address of the S3 endpoint; port 0 picks a free one")
	c.Flags().StringVar(&at, "nightly", at, "time of the nightly run, HH:MM in the edition's time zone")
	c.RunE = func(cmd *cobra.Command, _ []string) error { return d.serve(cmd.Context(), addr, at) }
	return c
}

func (d *desk) serve(ctx context.Context, addr, at string) error {
	if d.stage != "" {
		return usage("serve is for a folder: a stage is kept up by AWS")
	}
	night, err := time.Parse("15:04", at)
	if err != nil {
		return usage("--nightly %q: want HH:MM", at)
	}
	if err := loopback(addr); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(d.err, &slog.HandlerOptions{Level: slog.LevelInfo}))
	l, err := d.open(ctx, addr, log)
	if errors.Is(err, laptop.ErrHeld) {
		return fmt.Errorf("%s: %w; stop it first, or use the verbs: they reach it", d.data, laptop.ErrHeld)
	}
	if err != nil {
		return err
	}
	defer func() {
		if err := l.Close(); err != nil {
			fmt.Fprintf(d.err, "cssa: close: %v\n", err)
		}
	}()
	g, ctx := errgroup.WithContext(ctx)
	stop, err := d.listen(ctx, l)
	if err != nil {
		return err
	}
	defer func() {
		if err := stop(); err != nil {
			fmt.Fprintf(d.err, "cssa: stop listening: %v\n", err)
		}
	}()
	nights, err := l.Nights(ctx, night.Hour(), night.Minute())
	if err != nil {
		return err
	}
	d.greet(l, at)
	g.Go(func() error { return l.Work(ctx) })
	g.Go(func() error { <-ctx.Done(); return nights() })
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	d.say("Stopped. Everything that was acknowledged is in %s.", d.data)
	return nil
}

// loopback refuses an address that others than this machine's users would reach: the endpoint speaks plain HTTP.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return usage("--addr %q: want HOST:PORT, e.g. 127.0.0.1:9600", addr)
	}
	ip, err := netip.ParseAddr(host)
	if host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return usage("--addr %q: want a loopback address, e.g. 127.0.0.1:9600", addr)
	}
	return nil
}

// greet says where everything is, and the two lines that upload a workbook.
func (d *desk) greet(l *laptop.Deployment, at string) {
	v := map[string]any{"data": l.Dir, "endpoint": l.Objects.Endpoint(), "outbox": l.OutboxDir(), "nightly": at}
	_ = d.emit(v, func() { // a terminal that is gone does not stop the service
		d.say("cssa %s   data %s", version, l.Dir)
		d.say("  S3 endpoint   %s   (loopback only)", l.Objects.Endpoint())
		d.say("  nightly run   %s, edition's time zone", at)
		d.say("  letters       %s   (a folder; nothing is sent)", l.OutboxDir())
		d.say("")
		d.say("  Upload a workbook from another terminal: the first line mints a ticket for the file's SHA-256 and size, the")
		d.say("  second is the PUT it prints.")
		d.say("    T=$(cssa ticket --data %s --edition %s --firm S-0001 FILE.xlsx)", word(l.Dir), d.editionID())
		d.say("    eval \"$T\"      # curl -X PUT --upload-file FILE.xlsx -H 'X-Amz-Checksum-Sha256: …' 'http://…'")
		d.say("")
		d.say("  Ctrl-C stops it; the data stays. Next: cssa status --data %s", word(l.Dir))
	})
}
