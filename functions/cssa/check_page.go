package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"cssa/functions/cssa/checkpage"
	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
)

func (d *desk) pageCommand() *cobra.Command {
	var out string
	c := &cobra.Command{Use: "page [ID]", Short: "Write the page on which firms check a filled workbook before they send it", Args: cobra.MaximumNArgs(1),
		Long: "One HTML file that holds the rules of intake and the edition. It works in a browser without a network and sends nothing:\n" +
			"the workbook does not leave the firm. It is good for one definition: make it anew when the edition's files change.",
		Example: "  cssa edition page 2023-securities --out check.html",
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.checkPage(cmd.Context(), d.named(args), out)
		}}
	c.Flags().StringVar(&out, "out", "", "file to write; default ID-check.html")
	return c
}

func (d *desk) checkPage(ctx context.Context, id checklist.EditionID, out string) error {
	program, err := checkProgram(d.lookup)
	if err != nil {
		return err
	}
	page, err := checkpage.HTML(ctx, d.library(), id, program, version)
	var findings questionnaire.Findings
	if errors.Is(err, questionnaire.ErrNotFound) || errors.As(err, &findings) {
		return failure{exitSomeFailed, err}
	}
	if err != nil {
		return err
	}
	if out == "" {
		out = string(id) + "-check.html"
	}
	if err := os.WriteFile(d.path(out), page, 0o600); err != nil {
		return err
	}
	return d.emit(map[string]any{"file": out, "edition": id, "bytes": len(page)}, func() {
		d.say("%s: the page on which firms check %s before they send it, %.1f MB. It needs no network and sends nothing.", out, id, float64(len(page))/1e6)
		d.say("Next: open it in a browser; give it to the firms with their checklists")
	})
}

// checkProgram finds the rules as WebAssembly and the script that runs them: beside this program, or in the folder that
// CSSA_CHECK names.
func checkProgram(lookup func(string) (string, bool)) (p checkpage.Program, err error) {
	dir, ok := lookup("CSSA_CHECK")
	if !ok || dir == "" {
		self, err := os.Executable()
		if err != nil {
			return p, fmt.Errorf("find check.wasm: %w", err)
		}
		dir = filepath.Dir(self)
	}
	read := func(name string) (body []byte) {
		if err == nil {
			body, err = os.ReadFile(filepath.Join(dir, name))
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%s is not in %s; build it: make build", name, dir)
		}
		return body
	}
	p.WASM, p.Runtime = read("check.wasm"), read("wasm_exec.js")
	return p, err
}
