package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
	"cssa/shared/publication"
	"cssa/shared/publication/snapshot"
	"cssa/shared/questionnaire"
	"cssa/shared/table"
)

// A publicationOrder is what the verb was asked for.
type publicationOrder struct {
	out, run, snapshot, from, text string
	unchecked                      bool
}

func (d *desk) publicationCommand() *cobra.Command {
	var o publicationOrder
	c := &cobra.Command{
		Use: "publication [EDITION]", Short: "Write the publication pack of a release, or check a text against its numbers (公表資料)", Args: cobra.MaximumNArgs(1),
		Long: "The pack is made of what was released, and of nothing else: every table as CSV with its metadata, JSON and Parquet, all of them\n" +
			"as one workbook, and a list of contents. Before it is written, the released tables are recomputed from the answers of the frozen\n" +
			"run; a table that differs is named, and nothing is written. The same release makes the same bytes. A folder that holds the pack\n" +
			"is compared with it.\n\n" +
			"--snapshot writes the frozen run as a file from which the pack can be made again elsewhere (--from), without the deployment. It\n" +
			"holds every firm's answers. --text reads prose and checks what it says of figures, in words and in percent.",
		Example: "  cssa publication 2023-securities --out pack\n  cssa publication 2023-securities --snapshot frozen.zip\n" +
			"  cssa publication 2023-securities --from frozen.zip --out again\n  cssa publication 2023-securities --text summary.md",
	}
	f := c.Flags()
	f.StringVar(&o.out, "out", "", "folder for the pack (default publication-EDITION)")
	f.StringVar(&o.run, "run", "", "the released run (default the newest that was released)")
	f.StringVar(&o.snapshot, "snapshot", "", "write the frozen run to this file instead: restricted, it holds every firm's answers")
	f.StringVar(&o.from, "from", "", "make the pack of this snapshot instead of a deployment")
	f.StringVar(&o.text, "text", "", "check this text (.md, .txt) against the released numbers instead")
	f.BoolVar(&o.unchecked, "unchecked", false, "do not recompute from the answers, e.g. where they have passed their retention")
	onDeployment := d.with(func(ctx context.Context, l *deployment, _ []string) error {
		is, err := d.issueOf(ctx, l, o.run)
		if err != nil {
			return err
		}
		return d.publication(ctx, is, o)
	})
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			id, err := checklist.ParseEditionID(args[0])
			if err != nil {
				return failure{exitUsage, err}
			}
			d.edition = string(id)
		}
		if err := o.check(); err != nil {
			return err
		}
		if o.from == "" {
			return onDeployment(cmd, args)
		}
		is, err := d.issueFrom(cmd.Context(), o.from)
		if err != nil {
			return err
		}
		return d.publication(cmd.Context(), is, o)
	}
	return c
}

// check refuses flags that do not go together.
func (o publicationOrder) check() error {
	one := 0
	for _, f := range []string{o.out, o.snapshot, o.text} {
		if f != "" {
			one++
		}
	}
	switch {
	case one > 1:
		return usage("--out, --snapshot and --text are three tasks; give one")
	case o.from != "" && (o.snapshot != "" || o.run != ""):
		return usage("--from names a snapshot, which is of one run; give neither --snapshot nor --run")
	}
	return nil
}

// An issue is one release with the doors to what it was made of.
type issue struct {
	ed       *checklist.Edition
	library  *questionnaire.Library
	run      string
	released time.Time
	corrects []publication.Issue
	doors    snapshot.Doors
}

// issueOf returns a release of a deployment: of the run, or the newest. What was released before it is what it corrects.
func (d *desk) issueOf(ctx context.Context, l *deployment, run string) (*issue, error) {
	ed, err := l.Editions.Edition(ctx, d.editionID())
	if err != nil {
		return nil, failure{exitSomeFailed, err}
	}
	all, err := l.Ledger.Releases(ctx, ed.ID)
	if err != nil {
		return nil, err
	}
	approved := slices.DeleteFunc(all, func(r ledger.Release) bool { return r.ApprovedBy == "" })
	slices.SortStableFunc(approved, func(a, b ledger.Release) int { return a.ApprovedAt.Compare(b.ApprovedAt) })
	is := &issue{ed: ed, library: l.Editions, doors: snapshot.Doors{Restricted: l.Lake, Open: l.Open}}
	for _, r := range approved {
		if is.run != "" {
			is.corrects = append(is.corrects, publication.Issue{Run: is.run, Released: is.released})
		}
		is.run, is.released = r.Run, r.ApprovedAt
		if r.Run == run {
			break
		}
	}
	switch {
	case is.run == "":
		return nil, someFailed("nothing of %s was released; first: cssa release propose, then cssa release approve", ed.ID)
	case run != "" && is.run != run:
		return nil, someFailed("run %s of %s was not released; the newest that was is %s", run, ed.ID, is.run)
	}
	return is, nil
}

// issueFrom returns the release of a snapshot.
func (d *desk) issueFrom(ctx context.Context, file string) (*issue, error) {
	body, err := os.ReadFile(d.path(file))
	if err != nil {
		return nil, someFailed("%v", err)
	}
	s, err := snapshot.Open(body)
	if err != nil {
		return nil, someFailed("%s: %w", file, err)
	}
	if s.Edition != d.editionID() {
		return nil, someFailed("%s is of %s, not of %s", file, s.Edition, d.edition)
	}
	folders, err := s.Definitions()
	if err != nil {
		return nil, err
	}
	library := questionnaire.NewLibrary(folders)
	ed, err := library.Edition(ctx, s.Edition)
	if err != nil {
		return nil, someFailed("%s: %w", file, err)
	}
	is := &issue{ed: ed, library: library, run: s.Run, released: s.Released, doors: s.Doors()}
	for _, c := range s.Corrects {
		is.corrects = append(is.corrects, publication.Issue(c))
	}
	return is, nil
}

func (d *desk) publication(ctx context.Context, is *issue, o publicationOrder) error {
	published, err := is.published(ctx)
	if err != nil {
		return err
	}
	if o.text != "" {
		return d.checkText(is, published, o.text)
	}
	if !o.unchecked {
		if err := is.recount(ctx, published); err != nil {
			return err
		}
	}
	if o.snapshot != "" {
		return d.writeSnapshot(ctx, is, o.snapshot)
	}
	program, _ := debug.ReadBuildInfo()
	pack := publication.Pack{Edition: is.ed, Run: is.run, Released: is.released, Code: publication.Code(program), Corrects: is.corrects, Tables: published}
	files, err := pack.Files()
	if err != nil {
		return err
	}
	out := o.out
	if out == "" {
		out = "publication-" + string(is.ed.ID)
	}
	wrote, err := writeFiles(d.path(out), files)
	if err != nil {
		return err
	}
	view := publicationView{
		Edition: is.ed.ID, Run: is.run, Released: is.released.UTC(), Corrects: []string{}, Definition: is.ed.Checksum, Code: pack.Code,
		Recomputed: !o.unchecked, Tables: len(published), Folder: out, Files: len(files), Written: wrote,
	}
	for _, c := range is.corrects {
		view.Corrects = append(view.Corrects, c.Run)
	}
	for _, f := range files {
		if f.Name == "SHA256SUMS" {
			view.SHA256 = f.SHA256()
		}
	}
	return d.emit(view, func() { d.sayPublication(view) })
}

// A publicationView is what the verb did, as JSON. SHA256 is that of the file SHA256SUMS, and so of the whole pack.
type publicationView struct {
	Edition    checklist.EditionID `json:"edition"`
	Run        string              `json:"run"`
	Released   time.Time           `json:"released"`
	Corrects   []string            `json:"corrects"`
	Definition string              `json:"definition"`
	Code       string              `json:"code"`
	Recomputed bool                `json:"recomputed"`
	Tables     int                 `json:"tables"`
	Folder     string              `json:"folder"`
	Files      int                 `json:"files"`
	Written    int                 `json:"written"`
	SHA256     string              `json:"sha256"`
}

func (d *desk) sayPublication(v publicationView) {
	d.say("Release %s of %s", v.Run, v.Edition)
	if len(v.Corrects) > 0 {
		d.say("  corrects     %s", strings.Join(v.Corrects, ", "))
	}
	d.say("  definition   %s", v.Definition)
	d.say("  code         %s", v.Code)
	if v.Code == publication.Unstated {
		d.say("               This program was built without its revision. Published numbers should name one: build in a clone, with version control stamped.")
	}
	if v.Recomputed {
		d.say("  recomputed   %d tables from the answers of the frozen run: 0 differ", v.Tables)
	}
	if v.Written == 0 {
		d.say("  %s   %d files are there already, the same to the byte", v.Folder, v.Files)
	} else {
		d.say("  %s   %d files, of them %d written now", v.Folder, v.Files, v.Written)
	}
	d.say("  SHA256SUMS   %s", v.SHA256)
}

// published returns the released tables, figures and distributions, as they were issued.
func (is *issue) published(ctx context.Context) ([]table.Table, error) {
	figures, err := lake.Read[lake.OpenFigureRow](ctx, is.doors.Open, is.ed.ID, is.run)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, someFailed("run %s was approved but not issued; approve it again: cssa release approve", is.run)
	}
	if err != nil {
		return nil, err
	}
	tables, err := lake.OpenFigureTables(is.ed.ID, is.run, figures)
	if err != nil {
		return nil, err
	}
	distributions, err := lake.Released{Source: is.doors.Open}.Released(ctx, is.ed.ID, is.run)
	return append(tables, distributions...), err
}

// writeFiles writes a pack into a folder and returns how many files it wrote: those that were not there. A folder with other
// files, or the same with other bytes, is refused before anything is written.
func writeFiles(folder string, files []publication.File) (int, error) {
	mine := map[string][]byte{}
	for _, f := range files {
		mine[filepath.FromSlash(f.Name)] = f.Body
	}
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		body, ok := mine[name]
		if !ok {
			return someFailed("%s holds %s, which is not of this pack; name another folder with --out", folder, name)
		}
		have, err := os.ReadFile(path) //nolint:gosec // a file of the folder the user named
		if err == nil && string(have) != string(body) {
			return someFailed("%s differs from this release; name another folder with --out", path)
		}
		delete(mine, name)
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	for name, body := range mine {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // it is published
			return 0, err
		}
		if err := os.WriteFile(path, body, 0o644); err != nil { //nolint:gosec // it is published
			return 0, fmt.Errorf("write the pack: %w", err)
		}
	}
	return len(mine), nil
}
