//go:build conformance

package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cssa/functions/cssa/synthesise"
	"cssa/infra/laptop"
	"cssa/shared/checklist"
	"cssa/shared/table"
	"cssa/shared/workbook"
)

// python is where .ci/install puts openpyxl.
const python = "../../infra/.venv/bin/python"

// script runs a Python program of testdata on what is told to it and reads its answer, if it is to have one.
func script(t *testing.T, python string, told, answer any, args ...string) {
	t.Helper()
	in, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, args...)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v (make conformance installs what it needs)", python, args[0], err)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatal(err)
	}
}

// Every number of every distribution of the frozen run is counted again by a program that knows nothing of this one, from
// the accepted originals as they lie in the archive.
func TestRecountedFromTheOriginals(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	demo := start(t, "demo", "--data", dir, "--firms", "60", "--stories", "40")
	if <-demo.exited; demo.err != nil {
		t.Fatalf("%v\n%s", demo.err, &demo.out)
	}
	ctx := t.Context()
	l, err := laptop.Open(context.WithoutCancel(ctx), laptop.Config{Dir: dir, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	shut := sync.OnceFunc(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	defer shut()
	ed, err := l.Editions.Edition(ctx, "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	reg, err := l.Ledger.Register(ctx)
	if err != nil {
		t.Fatal(err)
	}
	type firm struct {
		Firm   checklist.FirmID `json:"firm"`
		File   string           `json:"file"`
		Groups []string         `json:"groups"`
	}
	var told struct {
		Firms   []firm                 `json:"firms"`
		Choices map[string][][2]string `json:"choices"`
		Numbers []string               `json:"numbers"`
	}
	for c, err := range l.Ledger.Currents(ctx, ed.ID) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Submission.Status != checklist.Accepted {
			continue
		}
		f, err := reg.Firm(c.Submission.Firm, ed.ReferenceDate)
		if err != nil {
			t.Fatal(err)
		}
		told.Firms = append(told.Firms, firm{
			f.ID, filepath.Join(l.Objects.Path(laptop.ArchiveBucket), c.Submission.Object),
			[]string{"all/all", "sector/" + f.Sector, "group/" + f.PeerGroup, "size/" + f.SizeBand},
		})
	}
	told.Choices = map[string][][2]string{}
	for _, q := range ed.Questions() {
		for _, r := range q.Refs() {
			if q.Kind == checklist.Number {
				told.Numbers = append(told.Numbers, r.String())
			}
			for _, c := range q.ChoicesAt(r.Stage) {
				if q.Kind == checklist.Number {
					told.Choices[r.String()] = append(told.Choices[r.String()], [2]string{string(c.ID), q.Format(c.From)})
					continue
				}
				told.Choices[r.String()] = append(told.Choices[r.String()], [2]string{string(c.ID), c.Label.JA})
			}
		}
	}
	run, tables, err := currentDistributions(ctx, l.Lake, ed)
	if err != nil {
		t.Fatal(err)
	}
	shut() // gives back the working directory, on which the paths of scripts depend
	recount := map[string][2]int{}
	script(t, python, told, &recount, "testdata/recount.py")

	cells := 0
	for _, tab := range tables {
		for _, row := range tab.Rows {
			place := checklist.Ref{Question: checklist.QuestionID(tab.ID), Item: checklist.ItemID(row.Item), Stage: checklist.StageID(tab.Stage)}
			for i, cell := range row.Cells {
				key := fmt.Sprintf("%s/%s %s %s", tab.Group.Dimension, tab.Group.ID, place, tab.Columns[i])
				want, ok := recount[key]
				count, shown := cell.Count()
				if !ok && tab.Replied > 0 {
					t.Errorf("%s was not counted again", key)
				}
				if !shown || count != want[0] || row.Base != want[1] {
					t.Errorf("%s: %d of %d in %s, counted again %d of %d", key, count, row.Base, run, want[0], want[1])
				}
				delete(recount, key)
				cells++
			}
		}
	}
	for key, n := range recount {
		if n[1] > 0 {
			t.Errorf("%s was counted again and is in no table: %v", key, n)
		}
	}
	if cells < 1000 || !slices.ContainsFunc(tables, func(tab table.Table) bool { return tab.Group == table.All }) {
		t.Errorf("%d cells are too few to mean anything", cells)
	}
	t.Logf("%d cells of %d workbooks counted again", cells, len(told.Firms))
}

// office starts LibreOffice, which listens on a port until the test ends.
func office(t *testing.T) (port string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err = net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	// The launcher and the office are two processes: the office is asked to end by the script's --terminate.
	cmd := exec.Command("soffice", "-env:UserInstallation=file://"+filepath.ToSlash(t.TempDir()), "--headless", "--norestore",
		"--accept=socket,host=127.0.0.1,port="+port+";urp;")
	if err := cmd.Start(); err != nil {
		t.Fatalf("LibreOffice: %v (make conformance installs it)", err)
	}
	t.Cleanup(func() {
		_ = exec.Command("/usr/bin/python3", "testdata/office.py", port, "--terminate").Run() // it may be gone
		_ = cmd.Wait()
	})
	return port
}

// filling says how LibreOffice fills in answers: choices from the drop-down list, the rest at the keyboard.
type filling struct {
	Choose [][3]any `json:"choose"`
	Type   [][3]any `json:"type"`
}

func fillingOf(ed *checklist.Edition, u *synthesise.Upload) filling {
	layout := workbook.LayoutOf(ed)
	var f filling
	for _, q := range ed.Questions() {
		for _, r := range q.Refs() {
			a, ok := u.Answers[r]
			if !ok {
				continue
			}
			at := layout.Answer(r)
			if n := slices.IndexFunc(q.ChoicesAt(r.Stage), func(c checklist.Choice) bool { return c.ID == a.Choice }); n >= 0 {
				f.Choose = append(f.Choose, [3]any{at.Sheet, at.Cell, n + 1})
			} else if q.Kind == checklist.Number {
				f.Type = append(f.Type, [3]any{at.Sheet, at.Cell, q.Format(a.Number)})
			} else {
				f.Type = append(f.Type, [3]any{at.Sheet, at.Cell, a.Text})
			}
		}
	}
	for field, text := range map[workbook.Field]string{
		workbook.Preparer: "架空 作成", workbook.Approver: "架空 承認", workbook.ApproverTitle: "代表取締役", workbook.ApprovedOn: "2023-07-20",
	} {
		at := layout.Cover(field)
		f.Type = append(f.Type, [3]any{at.Sheet, at.Cell, text})
	}
	return f
}

// LibreOffice fills in the blank checklist of a firm, and the line that `cssa ticket` prints uploads it to a running serve:
// it is accepted, with the answers that were chosen. One with words in a choice cell and a blank comes back, and the letter
// names both cells.
func TestFilledInByLibreOffice(t *testing.T) {
	port := office(t)
	dir := filepath.Join(t.TempDir(), "served")
	r := openRound(t, dir, 30)
	l := start(t, "serve", "--data", dir, "--addr", "127.0.0.1:0")
	greeted(t, l, dir)
	work := t.TempDir()
	cssa := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(program(t, "cssa"), append(args, "--data", dir)...)
		cmd.Dir = work
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("cssa %s: %v\n%s", args[0], err, out)
		}
		return string(out)
	}
	upload := func(u *synthesise.Upload, name string, f filling) {
		t.Helper()
		cssa("template", "--firm", string(u.Firm), "--out", "blank-"+name)
		script(t, "/usr/bin/python3", f, nil, "testdata/office.py", port, filepath.Join(work, "blank-"+name), filepath.Join(work, name))
		cmd := exec.Command("sh", "-c", cssa("ticket", name, "--firm", string(u.Firm)))
		cmd.Dir = work
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("curl: %v\n%s", err, out)
		}
		cssa("status") // everything is handled when it answers
	}

	good, bad := &r.Uploads[0], &r.Uploads[1]
	upload(good, "good.xlsx", fillingOf(r.Edition, good))
	spoilt := fillingOf(r.Edition, bad)
	words, blank := spoilt.Choose[0], spoilt.Choose[len(spoilt.Choose)-1]
	spoilt.Type = append(spoilt.Type, [3]any{words[0], words[1], "おおむね実施"})
	spoilt.Choose = spoilt.Choose[1 : len(spoilt.Choose)-1]
	upload(bad, "bad.xlsx", spoilt)

	letter := func(name string) string {
		t.Helper()
		raw, err := os.ReadFile(filepath.Join(dir, "outbox", name))
		if err != nil {
			t.Fatal(err)
		}
		return text(t, raw)
	}
	letter(fmt.Sprintf("%s-%s-accepted-1.eml", r.Edition.ID, good.Firm))
	returned := letter(fmt.Sprintf("%s-%s-returned-1.eml", r.Edition.ID, bad.Firm))
	for _, cell := range []any{words[1], blank[1]} {
		if !strings.Contains(returned, cell.(string)) {
			t.Errorf("the letter does not name %v:\n%s", cell, returned)
		}
	}
	if !strings.Contains(returned, "おおむね実施") {
		t.Error("the letter does not say what was found")
	}
	l.kill()

	held, err := laptop.Open(context.WithoutCancel(t.Context()), laptop.Config{Dir: dir, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	cur, err := held.Ledger.Current(t.Context(), r.Edition.ID, good.Firm)
	if err != nil {
		t.Fatal(err)
	}
	for ref, a := range good.Answers {
		if got := cur.Submission.Answers[ref]; got != a {
			t.Errorf("%s: %+v was chosen, %+v was read", ref, a, got)
		}
	}
	if len(cur.Submission.Answers) != len(good.Answers) {
		t.Errorf("%d answers were read, %d given", len(cur.Submission.Answers), len(good.Answers))
	}
}

// text returns the text of a letter that has no attachment: one part, in base64.
func text(t *testing.T, raw []byte) string {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	encoded := m.Body
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(kind, "multipart/") { // a returned letter carries the marked workbook after its text
		if encoded, err = multipart.NewReader(m.Body, params["boundary"]).NextPart(); err != nil {
			t.Fatal(err)
		}
	}
	body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, encoded))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
