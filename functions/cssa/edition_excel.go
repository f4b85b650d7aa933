package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire/sheet"
)

func (d *desk) exportEdition(ctx context.Context, id checklist.EditionID, out string) error {
	folder, files, err := d.editionFiles(id)
	if err != nil {
		return err
	}
	ed, findings, err := d.library().Load(ctx, folder)
	if err != nil {
		return err
	}
	if len(findings) > 0 {
		ed = nil // its conditions have no words yet
	}
	var buf bytes.Buffer
	if err := sheet.Export(&buf, id, files, ed); err != nil {
		return failure{exitSomeFailed, fmt.Errorf("edition %s: %w", id, err)}
	}
	if out == "" {
		out = string(id) + "-edition.xlsx"
	}
	if err := os.WriteFile(d.path(out), buf.Bytes(), 0o600); err != nil {
		return err
	}
	return d.emit(map[string]any{"edition": id, "file": out, "bytes": buf.Len(), "findings": len(findings)}, func() {
		d.say("%s: the files of %s, a sheet each. Edit it, save it, then: cssa edition import %s", out, id, out)
		if len(findings) > 0 {
			d.say("It has %d findings: cssa edition lint %s", len(findings), id)
		}
	})
}

func (d *desk) importEdition(ctx context.Context, file string) error {
	body, err := os.ReadFile(d.path(file))
	if err != nil {
		return usage("%v", err)
	}
	left, err := d.leftByImports()
	if err != nil {
		return err
	}
	in, problems, err := sheet.Import(body, func(id checklist.EditionID) (map[string][]byte, error) {
		if _, err := os.Stat(d.ownEdition(id)); errors.Is(err, fs.ErrNotExist) {
			return nil, someFailed("there is no folder %s to import into; first: cssa edition new", d.short(d.ownEdition(id)))
		}
		_, files, err := d.editionFiles(id)
		return files, err
	}, left)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return d.notImported(file, problems)
	}
	dir := d.ownEdition(in.Edition)
	changed := map[string][]byte{}
	for _, name := range in.Changed {
		changed[name] = in.Files[name]
	}
	if err := replaceFiles(dir, changed); err != nil {
		return err
	}
	for _, name := range in.Removed {
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	if err := d.keepLeft(in.Left); err != nil {
		return err
	}
	_, findings, err := d.library().Load(ctx, os.DirFS(dir))
	if err != nil {
		return err
	}
	for _, f := range findings {
		problems = append(problems, in.Place(f))
	}
	err = d.emit(map[string]any{"edition": in.Edition, "changed": orEmpty(in.Changed), "removed": orEmpty(in.Removed), "problems": problemViews(problems)}, func() {
		for _, name := range in.Changed {
			d.say("changed  %s", name)
		}
		for _, name := range in.Removed {
			d.say("removed  %s", name)
		}
		if len(in.Changed)+len(in.Removed) == 0 {
			d.say("nothing in %s is other than in the text files", file)
		}
		d.sayProblems(problems)
		if len(problems) == 0 {
			d.say("ok    %s   Next: cssa edition preview %s", in.Edition, in.Edition)
		}
	})
	if err == nil && len(problems) > 0 {
		return someFailed("%s is imported; mend these in it and import it again: %d", file, len(problems))
	}
	return err
}

// leftByImports reads how the imports so far have left files. Without it a workbook can be imported once.
func (d *desk) leftByImports() (sheet.Left, error) {
	body, err := os.ReadFile(filepath.Join(d.data, "editions", ".imports.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var left sheet.Left
	if err := json.Unmarshal(body, &left); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(d.data, "editions", ".imports.json"), err)
	}
	return left, nil
}

func (d *desk) keepLeft(left sheet.Left) error {
	body, err := json.Marshal(left)
	if err != nil {
		return err
	}
	return replaceFiles(filepath.Join(d.data, "editions"), map[string][]byte{".imports.json": body})
}

func (d *desk) notImported(file string, problems []sheet.Problem) error {
	err := d.emit(map[string]any{"changed": []string{}, "removed": []string{}, "problems": problemViews(problems)}, func() { d.sayProblems(problems) })
	if err != nil {
		return err
	}
	return someFailed("nothing of %s is imported; problems: %d", file, len(problems))
}

func orEmpty(s []string) []string { return append([]string{}, s...) }

type problemView struct {
	Sheet  string `json:"sheet,omitempty"`
	Cell   string `json:"cell,omitempty"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	WhatJA string `json:"what_ja"`
	WhatEN string `json:"what_en"`
	MendJA string `json:"mend_ja"`
	MendEN string `json:"mend_en"`
}

func problemViews(problems []sheet.Problem) []problemView {
	views := []problemView{}
	for _, p := range problems {
		views = append(views, problemView{p.Sheet, p.Cell, p.File, p.Line, p.What.JA, p.What.EN, p.Mend.JA, p.Mend.EN})
	}
	return views
}

func (d *desk) sayProblems(problems []sheet.Problem) {
	for _, p := range problems {
		at := strings.Trim(p.Sheet+"!"+p.Cell, "!")
		switch {
		case p.File != "" && p.Line > 0:
			at = strings.TrimSpace(fmt.Sprintf("%s   %s:%d", at, p.File, p.Line))
		case at == "":
			at = p.File
		}
		d.say("FAIL  %s\n      %s\n      %s", at, p.What.In(d.lang), p.Mend.In(d.lang))
	}
}
