package workbook_test

import (
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

// TestTheRunSeesDefects plants a defect in the reader, one after the other, and expects the run to see it.
func TestTheRunSeesDefects(t *testing.T) {
	all := subjects(t, mutationSeed, 6, 1)
	// shifted gives every place the answer of the next one of its question.
	shifted := func(ed *checklist.Edition, a checklist.Answers) {
		for _, q := range ed.Questions() {
			refs := q.Refs()
			for i := range refs[1:] {
				if x, ok := a[refs[i+1]]; ok {
					a[refs[i]] = x
				}
			}
		}
	}
	without := func(code checklist.FaultCode) func(*checklist.Edition, []byte) workbook.Reading {
		return func(ed *checklist.Edition, data []byte) workbook.Reading {
			got := read(ed, data)
			got.Faults = slices.DeleteFunc(got.Faults, func(f checklist.Fault) bool { return f.Code == code })
			return got
		}
	}
	defects := map[string]struct {
		read func(*checklist.Edition, []byte) workbook.Reading
		as   verdict
	}{
		"answers shifted by a row": {func(ed *checklist.Edition, data []byte) workbook.Reading {
			got := read(ed, data)
			shifted(ed, got.Answers)
			return got
		}, silentlyWrong},
		"answers shifted by a row, in one workbook of a hundred": {func(ed *checklist.Edition, data []byte) workbook.Reading {
			got := read(ed, data)
			if len(data)%100 == 7 {
				shifted(ed, got.Answers)
			}
			return got
		}, silentlyWrong},
		"an answer lost": {func(ed *checklist.Edition, data []byte) workbook.Reading {
			got := read(ed, data)
			delete(got.Answers, checklist.Ref{Question: "remarks"})
			return got
		}, silentlyWrong},
		"free text trimmed": {func(ed *checklist.Edition, data []byte) workbook.Reading {
			got := read(ed, data)
			for r, a := range got.Answers {
				a.Text = strings.TrimSpace(a.Text)
				got.Answers[r] = a
			}
			return got
		}, silentlyWrong},
		"the first of two equal rows taken":    {without(checklist.CodeDuplicateRow), silentlyWrong},
		"a formula without a result taken":     {without(checklist.CodeFormula), silentlyWrong},
		"an answer typed beside its cell lost": {without(checklist.CodeMovedAnswer), silentlyWrong},
		"rows sorted without their ids":        {without(checklist.CodeMisplacedRow), silentlyWrong},
		"a date nobody can read passed over":   {without(checklist.CodeCoverDate), silentlyWrong},
		"damage passed over": {func(ed *checklist.Edition, data []byte) workbook.Reading {
			got := read(ed, data)
			if len(got.Faults) == 1 && got.Faults[0].Code == checklist.CodeDamaged {
				got.Faults, got.Answers = nil, checklist.Answers{}
			}
			return got
		}, silentlyWrong},
		"faults that name the cell below": {func(ed *checklist.Edition, data []byte) workbook.Reading {
			got := read(ed, data)
			for i := range got.Faults {
				if f := &got.Faults[i]; f.Cell != "" {
					column, row := coordinates(f.Cell)
					f.Cell = columnOf(column) + number(row+1)
				}
			}
			return got
		}, wronglyTold},
		"faults of the first sheet for every part": {func(ed *checklist.Edition, data []byte) workbook.Reading {
			got := read(ed, data)
			if len(got.Faults) == 1 && got.Answers == nil && got.Faults[0].Sheet != "" {
				got.Faults[0].Sheet, got.Faults[0].Cell = "表紙", ""
			}
			return got
		}, wronglyTold},
	}
	for story, d := range defects {
		t.Run(story, func(t *testing.T) {
			for n := range 3000 {
				m, _, names := mutate(all, n)
				if v, why := m.judge(d.read(m.ed, m.pack())); v == d.as {
					t.Logf("seen in mutation %d, %s: %s", n, strings.Join(names, " + "), why)
					return
				}
			}
			t.Error("not seen")
		})
	}
}
