package synthesise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/sync/errgroup"

	"cssa/shared/checklist"
	"cssa/shared/register"
	"cssa/shared/workbook"
)

// conversionTime is how long LibreOffice may take for one file, its first start included.
const conversionTime = 2 * time.Minute

// WriteWorkbook writes the file that an upload of the round sends. It is safe to call from several goroutines.
func (r *Round) WriteWorkbook(w io.Writer, u *Upload) error {
	body, err := r.body(u)
	if err != nil {
		return fmt.Errorf("make %s: %w", u.File, err)
	}
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("write %s: %w", u.File, err)
	}
	return nil
}

func (r *Round) body(u *Upload) ([]byte, error) {
	if u.Spoil.Picture {
		return picture()
	}
	var buf bytes.Buffer
	id := workbook.Identity{Edition: r.Edition.ID, Firm: u.Firm, Definition: r.Edition.Checksum, FirmName: u.FirmName}
	if u.Spoil.Firm != "" {
		id.Firm = u.Spoil.Firm
	}
	t, err := r.template()
	if err != nil {
		return nil, err
	}
	if last, ok := r.Prefill(u.Firm); ok {
		err = t.FilledFrom(&buf, id, last, u.Cover, u.Answers)
	} else {
		err = t.Filled(&buf, id, u.Cover, u.Answers)
	}
	if err != nil {
		return nil, err
	}
	body, err := r.edited(buf.Bytes(), u)
	if err != nil {
		return nil, err
	}
	if u.Spoil.Truncated {
		body = body[:len(body)*6/10]
	}
	return body, nil
}

// edited opens the workbook again for what can only be done to its cells, and saves it.
func (r *Round) edited(body []byte, u *Upload) ([]byte, error) {
	if u.Spoil.Resaved && r.Options.Soffice != "" {
		return convert(r.Options.Soffice, body)
	}
	if !u.Spoil.Resaved && u.Spoil.Edition == "" && u.Spoil.FullWidth == (checklist.Ref{}) {
		return body, nil
	}
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("open it again: %w", err)
	}
	defer f.Close()
	layout := workbook.LayoutOf(r.Edition)
	if e := u.Spoil.Edition; e != "" {
		at := layout.Cover(workbook.EditionCell)
		err = errors.Join(err, f.SetCellStr(at.Sheet, at.Cell, string(e)))
		at = layout.Cover(workbook.ChecksumCell)
		err = errors.Join(err, f.SetCellStr(at.Sheet, at.Cell, strings.Repeat("0", len(r.Edition.Checksum))))
	}
	if ref := u.Spoil.FullWidth; ref != (checklist.Ref{}) {
		at := layout.Answer(ref)
		err = errors.Join(err, f.SetCellStr(at.Sheet, at.Cell, fullWidth(r.typed(ref, u.Answers[ref]))))
	}
	if err != nil {
		return nil, fmt.Errorf("edit its cells: %w", err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, fmt.Errorf("save it again: %w", err)
	}
	return out.Bytes(), nil
}

// typed is how a person types an answer in digits: a number as it is, a choice by its printed number.
func (r *Round) typed(ref checklist.Ref, a checklist.Answer) string {
	q, ok := r.Edition.Question(string(ref.Question))
	switch {
	case !ok:
		return ""
	case q.Kind == checklist.Number:
		return q.Format(a.Number)
	}
	at := slices.IndexFunc(q.ChoicesAt(ref.Stage), func(c checklist.Choice) bool { return c.ID == a.Choice })
	return fmt.Sprint(at + 1)
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r + 0xFEE0 // the full-width forms stand in the order of ASCII
		}
		return r
	}, s)
}

// picture draws a small picture: a photograph of a signed page, say.
func picture() ([]byte, error) {
	img := image.NewGray(image.Rect(0, 0, 210, 297))
	for y := range 297 {
		for x := range 210 {
			img.SetGray(x, y, color.Gray{Y: uint8(255 - (x*y)%64)})
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("draw a picture: %w", err)
	}
	return buf.Bytes(), nil
}

// convert has LibreOffice open and save a workbook, under a profile of its own so that several can run.
func convert(soffice string, body []byte) ([]byte, error) {
	dir, err := os.MkdirTemp("", "cssa-soffice-")
	if err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	defer os.RemoveAll(dir)
	in := filepath.Join(dir, "in", "checklist.xlsx")
	if err := os.MkdirAll(filepath.Dir(in), 0o700); err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	if err := os.WriteFile(in, body, 0o600); err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), conversionTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, soffice, "-env:UserInstallation=file://"+filepath.ToSlash(filepath.Join(dir, "profile")),
		"--headless", "--convert-to", "xlsx", "--outdir", dir, in)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("convert with %s: %w: %s", soffice, err, bytes.TrimSpace(out))
	}
	converted, err := os.ReadFile(filepath.Join(dir, "checklist.xlsx"))
	if err != nil {
		return nil, fmt.Errorf("convert with %s: %w", soffice, err)
	}
	return converted, nil
}

// Write writes the round into dir: register/firms.csv and register/contacts.csv, workbooks/*.xlsx and plan.json.
// Progress, unless it is nil, is told of every workbook written; its calls do not overlap.
func (r *Round) Write(ctx context.Context, dir string, progress func(done, total int)) error {
	for _, sub := range []string{"register", "workbooks"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return fmt.Errorf("write the round: %w", err)
		}
	}
	if err := r.writeTables(dir); err != nil {
		return fmt.Errorf("write the round: %w", err)
	}
	var mu sync.Mutex
	done := 0
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range r.Uploads {
		u := &r.Uploads[i]
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := writeFile(filepath.Join(dir, "workbooks", u.File), func(w io.Writer) error { return r.WriteWorkbook(w, u) }); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			if progress != nil {
				progress(done, len(r.Uploads))
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("write the round: %w", err)
	}
	return nil
}

func (r *Round) writeTables(dir string) error {
	return errors.Join(
		writeFile(filepath.Join(dir, "register", "firms.csv"), func(w io.Writer) error { return register.WriteFirms(w, r.Register.Firms) }),
		writeFile(filepath.Join(dir, "register", "contacts.csv"), func(w io.Writer) error { return register.WriteContacts(w, r.Register.Contacts) }),
		writeFile(filepath.Join(dir, "plan.json"), func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(r.manifest())
		}))
}

func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
