package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cssa/shared/archive"
	"cssa/shared/lake"
)

// A door that gives out other bytes for one key.
type changedDoor struct {
	lake.Source
	key  string
	body []byte
}

func (c changedDoor) Get(ctx context.Context, key, id string, most int64) ([]byte, archive.Object, error) {
	if key == c.key {
		return c.body, archive.Object{}, nil
	}
	return c.Source.Get(ctx, key, id, most)
}

// Every way in which a publication may not be what the frozen answers give is found, and the table named.
func TestAPublicationThatTheAnswersDoNotGiveIsRefused(t *testing.T) {
	dir := t.TempDir()
	var said bytes.Buffer
	env := environment{out: io.Discard, err: &said, dir: dir, now: time.Now, lookup: func(string) (string, bool) { return "", false }}
	sql := filepath.Dir(program(t, "cssa-sql"))
	t.Setenv("PATH", sql+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, args := range [][]string{{"demo", "--firms", "30"}, {"publication", "--snapshot", "frozen.zip"}} {
		if code := run(t.Context(), env, args); code != exitDone && args[0] != "demo" {
			t.Fatalf("cssa %s: exit code %d: %s", args[0], code, said.String())
		}
	}
	d := &desk{environment: env, edition: "2023-securities"}
	sound := func() *issue {
		is, err := d.issueFrom(t.Context(), "frozen.zip")
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	check := func(what string, is *issue, want string) {
		t.Helper()
		published, err := is.published(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = is.recount(t.Context(), published)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	check("as it was released", sound(), "")

	is := sound()
	changeRows(t, is, &is.doors.Open, func(r *lake.OpenDistributionRow) bool {
		if r.Count == nil || *r.Count == 0 {
			return false
		}
		*r.Count--
		return true
	})
	check("a published count changed", is, " as it was published is not what the frozen run 20231030T080000Z-freeze gives")

	is = sound()
	changeRows(t, is, &is.doors.Open, func(r *lake.OpenFigureRow) bool {
		if r.Figure != "fig05" {
			return false
		}
		r.Unanswered++
		return true
	})
	check("a published figure changed", is, "table fig05 for all all as it was published is not")

	is = sound()
	changeRows(t, is, &is.doors.Restricted, func(r *lake.AnswerRow) bool {
		if r.Question != "policy" || r.Choice != "published" {
			return false
		}
		r.Choice = "none"
		return true
	})
	check("an answer changed after the freeze", is, "table policy for all all of the frozen run 20231030T080000Z-freeze is not what its answers give")

	is = sound()
	changeRows(t, is, &is.doors.Restricted, func(r *lake.RunRow) bool { r.Definition = "other"; return true })
	check("another definition", is, "was made with another definition of 2023-securities")
}

// changeRows changes the first row that change takes, behind a door of the issue.
func changeRows[T lake.Row](t *testing.T, is *issue, door *lake.Source, change func(*T) bool) {
	t.Helper()
	rows, err := lake.Read[T](t.Context(), *door, is.ed.ID, is.run)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if change(&rows[i]) {
			body, err := lake.Encode(rows)
			if err != nil {
				t.Fatal(err)
			}
			var row T
			*door = changedDoor{*door, lake.Key(row.TableName(), is.ed.ID, is.run, 0), body}
			return
		}
	}
	t.Fatal("no row was changed")
}
