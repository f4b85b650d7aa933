package rehearsal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"cssa/infra/rehearsal/template"
	"cssa/shared/ledger/dynamo"
)

// openDynamo starts dynalite and makes the tables.
func (w *World) openDynamo(ctx context.Context, tables []string) error {
	if _, err := os.Stat(w.c.Dynalite); err != nil {
		return fmt.Errorf("dynalite is not installed (npm ci --prefix infra): %w", err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	var said bytes.Buffer
	cmd := exec.Command("node", w.c.Dynalite, "--host", "127.0.0.1", "--port", port, "--createTableMs", "0")
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start dynalite: %w", err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Wait()
		close(ended)
	}()
	w.stops = append(w.stops, func() error {
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		for range ended { // killed: how it ended says nothing
		}
		return nil
	})
	if err := listening(ctx, addr, ended); err != nil {
		return fmt.Errorf("dynalite: %w: %s", err, said.String())
	}
	w.Dynamo = dynamodb.New(dynamodb.Options{
		Region: template.Region, BaseEndpoint: aws.String("http://" + addr),
		Credentials: credentials.NewStaticCredentialsProvider("invented", "invented", ""),
	})
	for _, t := range tables {
		if err := dynamo.Create(ctx, w.Dynamo, t); err != nil {
			return err
		}
	}
	return nil
}

// listening waits until something listens, at most half a minute.
func listening(ctx context.Context, addr string, ended chan error) error {
	for range 300 {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case err := <-ended:
			return fmt.Errorf("it ended: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("it does not listen")
}
