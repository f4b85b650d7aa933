package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cssa/infra/laptop"
)

func (d *desk) messagesCommand() *cobra.Command {
	var redrive bool
	c := &cobra.Command{
		Use: "messages", Short: "List the messages that could not be handled, and have them handled again", Args: cobra.NoArgs,
		Long:    "A message that failed five times is set aside with its error. Mend the cause, then --redrive.\nOn a stage they wait in its dead-letter queues: see the runbook in the README.",
		Example: "  cssa messages\n  cssa messages --redrive",
	}
	c.Flags().BoolVar(&redrive, "redrive", false, "try all of them again")
	c.RunE = d.with(func(ctx context.Context, l *deployment, _ []string) error { return d.listMessages(ctx, l, redrive) })
	return c
}

// A stuck message could not be handled. Its error holds no answer and no address.
type stuck struct {
	Name     string    `json:"message"`
	Key      string    `json:"key"`
	Attempts int       `json:"attempts"`
	Why      string    `json:"why"`
	At       time.Time `json:"at"`
}

func (d *desk) listMessages(ctx context.Context, l *deployment, redrive bool) error {
	m, ok := l.messages.(laptopMessages)
	if !ok {
		return usage("on a stage they wait in its dead-letter queues: see the runbook in the README")
	}
	again := 0
	if redrive {
		var err error
		if again, err = m.Queue.Redrive(ctx); err != nil {
			return err
		}
	}
	if err := m.Drain(ctx); err != nil {
		return err
	}
	list, err := m.list(ctx)
	if err != nil {
		return err
	}
	err = d.emit(map[string]any{"redriven": again, "stuck": list}, func() {
		for _, s := range list {
			why, more, cut := strings.Cut(s.Why, "\n")
			if cut {
				why += fmt.Sprintf("   (and %d lines more: --json)", 1+strings.Count(more, "\n"))
			}
			d.say("FAIL  %s %s   %d attempts, last %s\n      %s", s.Name, s.Key, s.Attempts, s.At.Format(time.RFC3339), why)
		}
		if redrive {
			d.say("%d tried again.", again)
		}
		if len(list) == 0 {
			d.say("No message is stuck. Next: cssa status")
		} else {
			d.say("Mend the cause, then: cssa messages --redrive")
		}
	})
	if err == nil && len(list) > 0 {
		return someFailed("%d messages could not be handled", len(list))
	}
	return err
}

func (m laptopMessages) list(ctx context.Context) ([]stuck, error) {
	dead, err := m.Queue.DeadLetters(ctx)
	if err != nil {
		return nil, err
	}
	list := []stuck{}
	for _, x := range dead {
		list = append(list, stuck{x.Name, x.Key, x.Attempts, x.Error, x.At})
	}
	return list, nil
}

// noUploadStuck refuses where an upload was received and could not be handled: to freeze now would leave its firm out.
func noUploadStuck(ctx context.Context, l *deployment) error {
	m, ok := l.messages.(laptopMessages)
	if !ok {
		return nil // a stage's alarms tell of its dead-letter queues
	}
	list, err := m.list(ctx)
	if err != nil {
		return err
	}
	n := 0
	for _, s := range list {
		if s.Name == "Uploaded" {
			n++
		}
	}
	if n > 0 {
		return someFailed("%d uploads were received and could not be handled; first: cssa messages --redrive", n)
	}
	return nil
}

// dropStale removes what a killed serve left behind, once the folder is ours: it would send orders, and the key, to
// whoever has that port now.
func dropStale(data string) error {
	if err := os.Remove(handlePath(data)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

var _ messages = laptopMessages{(*laptop.Deployment)(nil)}
