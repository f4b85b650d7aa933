package main

import (
	"context"
	"errors"
	"os/user"

	"github.com/spf13/cobra"

	"cssa/infra/laptop/access"
)

// account is the operating system's user that this program runs as.
func account() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

func (d *desk) accessCommand() *cobra.Command {
	var after string
	c := &cobra.Command{
		Use: "access", Short: "Show who asked behind the restricted door, when, why and what, for a second person to read", Args: cobra.NoArgs,
		Long: "Every record carries the hash of the one before it: a line that was changed, taken out or put in between is found here.\n" +
			"Keep the hash of the last record you saw elsewhere; --after HASH shows what is new, and finds out if it was cut off.",
		Example: "  cssa access\n  cssa access --after 3f0c…",
	}
	c.Flags().StringVar(&after, "after", "", "only the records after the one with this `hash`, which must be there")
	c.RunE = d.with(func(_ context.Context, l *deployment, _ []string) error {
		log := l.Queries.accessLog()
		if log == "" {
			return usage("on a stage AWS keeps this: the trail says who asked and when, the workgroup's history what and why; see the README")
		}
		records, err := access.Read(log)
		if err == nil && after != "" {
			records, err = access.After(records, after)
		}
		if errors.Is(err, access.ErrBroken) {
			return failure{exitSomeFailed, err}
		}
		if err != nil {
			return err
		}
		if d.json && records == nil {
			records = []access.Record{}
		}
		return d.emit(records, func() {
			for _, r := range records {
				d.say("%s  %q (%s): %q\n    %q", r.At.Format("2006-01-02T15:04:05Z"), r.By, r.Account, r.Why, r.Query) // quoted: no record writes to the terminal
			}
			d.say("%d records, unchanged. They lie in %s", len(records), log)
			if len(records) > 0 {
				d.say("The last one's hash, to keep elsewhere: %s", records[len(records)-1].Hash)
			}
		})
	})
	return c
}
