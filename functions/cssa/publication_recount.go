package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strings"

	"cssa/functions/release"
	"cssa/shared/checklist"
	"cssa/shared/disclosure"
	"cssa/shared/lake"
	"cssa/shared/publication/snapshot"
	"cssa/shared/table"
	"cssa/shared/tally"
)

// recount makes the release again from the answers of the frozen run: counts them, protects the tables and works the figures
// out. It fails where the definition is another than the run's, or a table differs, which it names.
func (is *issue) recount(ctx context.Context, published []table.Table) error {
	runs, err := lake.Read[lake.RunRow](ctx, is.doors.Restricted, is.ed.ID, is.run)
	if err != nil {
		return err
	}
	if len(runs) != 1 || runs[0].Definition != is.ed.Checksum {
		return someFailed("run %s was made with another definition of %s than the one at hand, %s", is.run, is.ed.ID, is.ed.Checksum)
	}
	counted, err := is.count(ctx)
	if err != nil {
		return err
	}
	rows, err := lake.Read[lake.DistributionRow](ctx, is.doors.Restricted, is.ed.ID, is.run)
	if err != nil {
		return err
	}
	frozen, err := lake.DistributionTables(is.ed.ID, is.run, rows)
	if err != nil {
		return err
	}
	if name, same := sameTables(frozen, counted); !same {
		return someFailed("%s of the frozen run %s is not what its answers give", name, is.run)
	}
	family, err := release.Family(ctx, is.doors.Restricted, is.ed, is.run)
	if err != nil {
		return err
	}
	distributions, err := family.Protect()
	if err != nil {
		return err
	}
	figures, err := disclosure.Figures(is.ed, distributions)
	if err != nil {
		return err
	}
	again, err := asIssued(is.ed, is.run, figures, distributions)
	if err != nil {
		return err
	}
	if name, same := sameTables(published, again); !same {
		return someFailed("%s as it was published is not what the frozen run %s gives with this program", name, is.run)
	}
	return nil
}

// count returns the distributions that the frozen answers give.
func (is *issue) count(ctx context.Context) ([]table.Table, error) {
	firms, err := lake.Read[lake.FirmRow](ctx, is.doors.Restricted, is.ed.ID, is.run)
	if err != nil {
		return nil, err
	}
	groups := map[string][]table.Group{}
	for _, f := range firms {
		for by, id := range map[checklist.Dimension]string{checklist.BySector: f.Sector, checklist.ByGroup: f.PeerGroup, checklist.BySize: f.SizeBand} {
			if id != "" {
				groups[f.Firm] = append(groups[f.Firm], table.Group{Dimension: string(by), ID: id})
			}
		}
	}
	if len(is.ed.Attributes) > 0 {
		added, err := lake.Read[lake.FirmAttributeRow](ctx, is.doors.Restricted, is.ed.ID, is.run)
		if err != nil {
			return nil, err
		}
		for _, a := range added {
			groups[a.Firm] = append(groups[a.Firm], table.Group{Dimension: a.Dimension, ID: a.GroupID})
		}
	}
	members := make([]tally.Member, len(firms))
	for i, f := range firms {
		members[i] = tally.Member{Firm: checklist.FirmID(f.Firm), Groups: groups[f.Firm]}
	}
	all := tally.New(is.ed, members)
	for firm, err := range lake.AnswersOf(is.ed, lake.ReadSeq[lake.AnswerRow](ctx, is.doors.Restricted, is.ed.ID, is.run)) {
		if err != nil {
			return nil, err
		}
		if err := all.Add(firm.Firm, firm.Answers); err != nil {
			return nil, fmt.Errorf("count the frozen answers of %s: %w", firm.Firm, err)
		}
	}
	var tables []table.Table
	for _, t := range all.Distributions() {
		if len(t.Columns) > 0 { // free text has no rows in the lake
			t.Edition, t.Run = string(is.ed.ID), is.run
			tables = append(tables, t)
		}
	}
	return tables, nil
}

// asIssued passes tables through the rows of the open lake, as a release does.
func asIssued(ed *checklist.Edition, run string, figures, distributions []table.Table) ([]table.Table, error) {
	figureRows, err := lake.OpenFigureRows(ed, figures)
	if err != nil {
		return nil, err
	}
	rows, err := lake.OpenDistributionRows(distributions)
	if err != nil {
		return nil, err
	}
	out, err := lake.OpenFigureTables(ed.ID, run, figureRows)
	if err != nil {
		return nil, err
	}
	more, err := lake.OpenDistributionTables(ed.ID, run, rows)
	return append(out, more...), err
}

// sameTables compares two lists of tables and names the first that differs or that only one of them has.
func sameTables(a, b []table.Table) (string, bool) {
	name := func(t table.Table) string {
		return strings.TrimSuffix("table "+t.ID+"/"+t.Stage, "/") + " for " + t.Group.Dimension + " " + t.Group.ID
	}
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return name(b[i]), false
		case i >= len(b) || !reflect.DeepEqual(a[i], b[i]):
			return name(a[i]), false
		}
	}
	return "", true
}

func (d *desk) writeSnapshot(ctx context.Context, is *issue, file string) error {
	folders := map[checklist.EditionID]fs.FS{}
	for ed := is.ed; ed != nil; {
		folder, err := is.library.Folder(ed.ID)
		if err != nil {
			return err
		}
		folders[ed.ID] = folder
		if ed, err = is.library.Previous(ctx, ed); err != nil {
			return err
		}
	}
	m := snapshot.Manifest{Edition: is.ed.ID, Run: is.run, Definition: is.ed.Checksum, Released: is.released, Corrects: []snapshot.Issue{}}
	for _, c := range is.corrects {
		m.Corrects = append(m.Corrects, snapshot.Issue(c))
	}
	body, err := snapshot.Take(ctx, is.doors, folders, m)
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.path(file), body, 0o600); err != nil {
		return err
	}
	return d.emit(map[string]any{"edition": is.ed.ID, "run": is.run, "file": file, "bytes": len(body)}, func() {
		d.say("Wrote %s, %d bytes: the frozen run %s.", file, len(body), is.run)
		d.say("It holds the answers of every firm: keep it behind the restricted door.")
		d.say("Next, on any machine: cssa publication %s --from %s --out DIR", is.ed.ID, word(file))
	})
}
