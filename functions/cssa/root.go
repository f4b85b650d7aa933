package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cssa/infra/laptop"
	"cssa/shared/checklist"
)

// The exit codes of every verb.
const (
	exitDone        = 0
	exitSomeFailed  = 1
	exitUsage       = 2
	exitEnvironment = 3
)

// version is what `cssa --version` prints.
const version = "0.1.0"

// An environment is what a verb may know of the world around it.
type environment struct {
	out, err io.Writer
	dir      string // relative paths start here
	lookup   func(string) (string, bool)
	now      func() time.Time
	watched  bool               // a person watches err: draw progress bars
	held     *laptop.Deployment // set where the deployment is already open: in a running serve
}

// A failure is an error with the exit code it leads to.
type failure struct {
	code int
	err  error
}

func (f failure) Error() string { return f.err.Error() }
func (f failure) Unwrap() error { return f.err }

func usage(format string, a ...any) error { return failure{exitUsage, fmt.Errorf(format, a...)} }
func someFailed(format string, a ...any) error {
	return failure{exitSomeFailed, fmt.Errorf(format, a...)}
}

// run parses args, does what they say and returns the exit code.
func run(ctx context.Context, env environment, args []string) int {
	d := &desk{environment: env, args: args}
	root := d.root()
	root.SetArgs(args)
	root.SetOut(env.out)
	root.SetErr(env.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	code := exitEnvironment
	var f failure
	switch {
	case errors.As(err, &f):
		code = f.code
	case !d.began:
		code = exitUsage // cobra refused the arguments
	}
	var f2 forwarded
	if errors.As(err, &f2) {
		return code // who did the verb has said why
	}
	fmt.Fprintf(env.err, "cssa: %s\n", d.here(err.Error()))
	if code == exitUsage {
		fmt.Fprintf(env.err, "See: cssa %s--help\n", verbOf(root, args))
	}
	return code
}

func verbOf(root *cobra.Command, args []string) string {
	cmd, _, err := root.Find(args)
	if err != nil || cmd == root {
		return ""
	}
	return strings.TrimPrefix(cmd.CommandPath(), "cssa ") + " "
}

// A desk holds the flags every verb has and what a verb needs to do its work.
type desk struct {
	environment
	data    string
	stage   string // a deployment in the cloud; "": the folder
	edition string
	json    bool
	lang    string
	began   bool     // a verb's own work began, so an error is not one of usage
	args    []string // as given, for a running serve
}

func (d *desk) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "cssa",
		Short:         "Cyber security self-assessment of a sector: checklists in, figures and feedback out",
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Example:       "  cssa demo\n  cssa status\n  cssa tab 1-2 --by group",
	}
	data, ok := d.lookup("CSSA_DATA")
	if !ok || data == "" {
		data = "cssa-data"
	}
	lang := "en"
	if strings.HasPrefix(locale(d.lookup), "ja") {
		lang = "ja"
	}
	stage, _ := d.lookup("CSSA_STAGE")
	f := root.PersistentFlags()
	f.StringVar(&d.data, "data", data, "folder of the deployment (CSSA_DATA)")
	f.StringVar(&d.stage, "stage", stage, "work on this stage in the cloud instead, e.g. prod (CSSA_STAGE)")
	f.StringVar(&d.edition, "edition", "2023-securities", "edition, e.g. 2023-securities")
	f.BoolVar(&d.json, "json", false, "print the result as JSON (keys in English, see README)")
	f.StringVar(&d.lang, "lang", lang, "language of questions and answers: ja or en")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if d.lang != "ja" && d.lang != "en" {
			return usage("--lang %q: want ja or en", d.lang)
		}
		if _, err := checklist.ParseEditionID(d.edition); err != nil {
			return failure{exitUsage, err}
		}
		d.data = d.path(d.data)
		d.began = true
		return nil
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		d.demoCommand(), d.serveCommand(), d.synthesiseCommand(), d.editionCommand(), d.firmsCommand(),
		d.templateCommand(), d.ticketCommand(), d.submitCommand(), d.receiveCommand(), d.checkCommand(), d.faultsCommand(), d.withdrawCommand(), d.remindCommand(), d.messagesCommand(),
		d.statusCommand(), d.aggregateCommand(), d.releaseCommand(), d.publicationCommand(), d.tabCommand(), d.trendCommand(), d.queryCommand(), d.accessCommand(), d.showCommand(),
	)
	return root
}

// locale returns what the environment asks messages to be in, e.g. ja_JP.UTF-8, by the order of POSIX (XBD 8.2).
func locale(lookup func(string) (string, bool)) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if l, _ := lookup(name); l != "" {
			return l
		}
	}
	return ""
}

// path returns p as an absolute path.
func (d *desk) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(d.dir, p)
}

func (d *desk) editionID() checklist.EditionID { return checklist.EditionID(d.edition) }
