package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/questionnaire/preview"
	"cssa/shared/workbook"
)

// The verbs on an edition's files need no deployment: an edition is a folder, EDITIONS/ID under --data or built in.

func (d *desk) editionFileCommands() []*cobra.Command {
	var from, out string
	follow := &cobra.Command{Use: "new ID", Short: "Make next year's edition from an earlier one", Args: cobra.ExactArgs(1),
		Long: "Copies the questions of an edition into a new folder. Title and dates are moved by as many years as the ids are apart,\n" +
			"and what you must look at is listed. Its mapping.yaml says that nothing has changed yet.",
		Example: "  cssa edition new 2025-securities --from 2024-securities",
		RunE:    func(cmd *cobra.Command, args []string) error { return d.newEdition(cmd.Context(), args[0], from) }}
	follow.Flags().StringVar(&from, "from", "", "the edition that it follows (required)")
	export := &cobra.Command{Use: "export [ID]", Short: "Write an edition's files into one workbook, to edit it in Excel", Args: cobra.MaximumNArgs(1),
		Example: "  cssa edition export 2025-securities --out edition.xlsx",
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.exportEdition(cmd.Context(), d.named(args), out)
		}}
	export.Flags().StringVar(&out, "out", "", "file to write; default ID-edition.xlsx")
	read := &cobra.Command{Use: "import FILE", Short: "Merge the edited workbook into the edition's files", Args: cobra.ExactArgs(1),
		Long: "Changes those lines of the text files that the workbook says otherwise, and lints. What cannot be understood is listed with\n" +
			"its sheet and cell, and then nothing is changed.",
		Example: "  cssa edition import edition.xlsx",
		RunE:    func(cmd *cobra.Command, args []string) error { return d.importEdition(cmd.Context(), args[0]) }}
	show := &cobra.Command{Use: "preview [ID]", Short: "Write what firms will see: a page to read and the blank workbook", Args: cobra.MaximumNArgs(1),
		Example: "  cssa edition preview 2025-securities --out preview",
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.previewEdition(cmd.Context(), d.named(args), out)
		}}
	show.Flags().StringVar(&out, "out", ".", "folder to write")
	lint := &cobra.Command{Use: "lint [FOLDER|ID]", Short: "Check an edition's files; FOLDER, ID or the edition of --edition",
		Example: "  cssa edition lint 2024-securities\n  cssa edition lint ./editions/2024-securities", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return d.lintEdition(cmd.Context(), args) }}
	return []*cobra.Command{follow, export, read, lint, show, d.pageCommand()}
}

// named is the edition of an argument or of --edition.
func (d *desk) named(args []string) checklist.EditionID {
	if len(args) == 1 {
		return checklist.EditionID(args[0])
	}
	return d.editionID()
}

func (d *desk) library() *questionnaire.Library {
	return questionnaire.NewLibrary(d.editionSources()...)
}

// editionFiles reads an edition's folder.
func (d *desk) editionFiles(id checklist.EditionID) (fs.FS, map[string][]byte, error) {
	if _, err := checklist.ParseEditionID(string(id)); err != nil {
		return nil, nil, failure{exitUsage, err}
	}
	folder, err := d.library().Folder(id)
	if err != nil {
		return nil, nil, failure{exitSomeFailed, fmt.Errorf("edition %s: %w", id, err)}
	}
	files, findings, err := questionnaire.Files(folder)
	if err == nil && len(findings) > 0 {
		err = failure{exitSomeFailed, fmt.Errorf("edition %s: %w", id, questionnaire.Findings(findings))}
	}
	return folder, files, err
}

func (d *desk) newEdition(ctx context.Context, to, from string) error {
	if from == "" {
		return usage("--from EDITION is required, e.g. --from 2023-securities")
	}
	id, err := checklist.ParseEditionID(to)
	if err != nil {
		return failure{exitUsage, err}
	}
	if _, err := d.library().Folder(id); !errors.Is(err, questionnaire.ErrNotFound) {
		return errors.Join(someFailed("there is an edition %s already", id), err)
	}
	_, files, err := d.editionFiles(checklist.EditionID(from))
	if err != nil {
		return err
	}
	old, err := d.library().Edition(ctx, checklist.EditionID(from))
	if err != nil {
		return failure{exitSomeFailed, err}
	}
	next, looks, err := questionnaire.Follow(files, old, id)
	if err != nil {
		return failure{exitUsage, err}
	}
	dir := d.ownEdition(id)
	if err := makeFolder(dir, next); err != nil {
		return err
	}
	views := d.findingViews(looks)
	return d.emit(map[string]any{"edition": id, "from": from, "folder": dir, "look_at": views}, func() {
		d.say("%s follows %s, with the same questions: %s", id, from, d.short(dir))
		d.say("Look at:")
		for _, v := range views {
			d.say("  %s  %s", v.Where, v.What)
		}
		d.say("Next: edit the text files, or: cssa edition export %s --out edition.xlsx", id)
	})
}

func (d *desk) ownEdition(id checklist.EditionID) string {
	return filepath.Join(d.data, "editions", string(id))
}

// short is a path as the person at the terminal would write it.
func (d *desk) short(p string) string {
	if rel, err := filepath.Rel(d.dir, p); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return p
}

func (d *desk) previewEdition(ctx context.Context, id checklist.EditionID, out string) error {
	ed, err := d.library().Edition(ctx, id)
	if err != nil {
		return failure{exitSomeFailed, err}
	}
	var page, book bytes.Buffer
	if err := preview.HTML(&page, ed); err != nil {
		return err
	}
	// No firm has such an id, so that a preview that is sent in is refused.
	who := workbook.Identity{Edition: ed.ID, Firm: "X-0000", Definition: ed.Checksum, FirmName: "（プレビュー）"}
	if err := workbook.Blank(&book, ed, who); err != nil {
		return err
	}
	html, xlsx := filepath.Join(out, string(id)+".html"), filepath.Join(out, string(id)+".xlsx")
	if err := errors.Join(os.MkdirAll(d.path(out), 0o700), os.WriteFile(d.path(html), page.Bytes(), 0o600), os.WriteFile(d.path(xlsx), book.Bytes(), 0o600)); err != nil {
		return err
	}
	return d.emit(map[string]any{"edition": id, "page": html, "workbook": xlsx}, func() {
		d.say("%s   every question as firms will be asked; open it in a browser", html)
		d.say("%s   the blank workbook", xlsx)
		d.say("Next: cssa edition freeze --definition --edition %s", id)
	})
}

type findingView struct {
	Where string `json:"where"`
	What  string `json:"what"`
	Mend  string `json:"mend"`
}

func (d *desk) findingViews(findings []questionnaire.Finding) []findingView {
	views := []findingView{}
	for _, f := range findings {
		what, mend := f.Texts()
		views = append(views, findingView{strings.Trim(fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Where), ": "), what.In(d.lang), mend.In(d.lang)})
	}
	return views
}

func (d *desk) lintEdition(ctx context.Context, args []string) error {
	name := d.edition
	if len(args) == 1 {
		name = args[0]
	}
	load := func() (*checklist.Edition, []questionnaire.Finding, error) {
		return d.library().Check(ctx, checklist.EditionID(name))
	}
	if _, err := checklist.ParseEditionID(name); err != nil {
		name = d.path(name)
		beside := append([]fs.FS{os.DirFS(filepath.Dir(name))}, d.editionSources()...) // there may be the edition before
		load = func() (*checklist.Edition, []questionnaire.Finding, error) {
			return questionnaire.NewLibrary(beside...).Load(ctx, os.DirFS(name))
		}
	}
	ed, findings, err := load()
	if err != nil {
		return failure{exitSomeFailed, fmt.Errorf("edition %s: %w", name, err)}
	}
	rows := d.findingViews(findings)
	err = d.emit(map[string]any{"edition": name, "findings": rows}, func() {
		for _, r := range rows {
			d.say("FAIL  %s  %s\n      %s", r.Where, r.What, r.Mend)
		}
		if len(rows) == 0 {
			d.say("ok    %s   %d questions, %d places, %d figures   checksum %.12s", name, len(ed.Questions()), len(ed.Refs()), len(ed.Figures), ed.Checksum)
		}
	})
	if err == nil && len(rows) > 0 {
		return someFailed("%d findings in %s", len(rows), name)
	}
	return err
}

// freezeDefinition fixes the files of an own edition by their checksum.
func (d *desk) freezeDefinition() error {
	id := d.editionID()
	dir := d.ownEdition(id)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return someFailed("there is no folder %s: an edition that comes with the program is frozen", d.short(dir))
	}
	if err := questionnaire.Freeze(dir); err != nil {
		return failure{exitSomeFailed, err}
	}
	sum, err := os.ReadFile(filepath.Join(dir, "FROZEN"))
	if err != nil {
		return err
	}
	checksum := strings.TrimSpace(string(sum))
	return d.emit(map[string]any{"edition": id, "checksum": checksum}, func() {
		d.say("The files of %s are frozen: checksum %.12s. Any change to them is a finding.", id, checksum)
		d.say("Next: cssa edition open --edition %s", id)
	})
}
