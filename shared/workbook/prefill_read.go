package workbook

import (
	"strings"

	"cssa/shared/checklist"

	"golang.org/x/text/unicode/norm"
)

// checkCarried asks a workbook that was prefilled whether its answers were looked at.
func (r *reader) checkCarried() {
	if r.ed.Mapping == nil {
		return
	}
	fault := func(at *foundRow, f Field, code checklist.FaultCode, args ...string) {
		x := checklist.NewFault(code, args...)
		x.Sheet = r.layout.Cover(f).Sheet
		if at != nil {
			x.Sheet, x.Cell = at.sheet, at.cell(0)
		}
		r.Faults = append(r.Faults, x)
	}
	for i := range followingFields {
		f := &followingFields[i]
		name := f.label
		switch at := r.found.rows[string(f.field)]; {
		case at == nil:
			fault(at, f.field, checklist.CodeRowMissing, "want", name.JA, "want_en", name.EN)
			return
		case at.again != "":
			fault(at, f.field, checklist.CodeDuplicateRow, "want", name.JA, "want_en", name.EN)
			return
		}
	}
	if r.found.text(PrefilledFrom) == "" {
		return
	}
	if text := r.found.text(Carried); !strings.Contains(confirmedForms, "|"+tightForm(text)+"|") {
		fault(r.found.rows[string(Carried)], Carried, checklist.CodeNotConfirmed, "found", quote(text))
	}
}

// confirmedForms are what people write for the entry of the list.
const confirmedForms = "|確認しました|確認した|確認済み|確認済|confirmed|"

func tightForm(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(text)), ""))
}

// readPrevious reads last time's answer where it is compared with this time's. It stands there as [Template.Prefilled]
// wrote it; anything else, such as an old answer in other words, is not compared.
func (r *reader) readPrevious(q *checklist.Question, ref checklist.Ref, v value) {
	if r.ed.Mapping == nil || q.Jump == 0 && q.JumpRanks == 0 || v.blank() {
		return
	}
	if _, ok := r.ed.Mapping.Keeps(ref); !ok {
		return
	}
	ans := checklist.Answer{}
	if q.Kind == checklist.Number {
		n, code := parseNumber(q, v)
		if v.kind != kindNumber || code != "" {
			return
		}
		ans.Number = n
	} else {
		for i, c := range q.ChoicesAt(ref.Stage) {
			if trim(v.text) == entry(q, ref.Stage, i) {
				ans.Choice = c.ID
			}
		}
		if ans.Choice == "" {
			return
		}
	}
	if r.before == nil {
		r.before = checklist.Answers{}
	}
	r.before[ref] = ans
}

// checkJumps compares with last time's answers, where no other fault has to be mended first.
func (r *reader) checkJumps(faults []checklist.Fault) []checklist.Fault {
	if len(r.before) == 0 {
		return nil
	}
	skip := map[checklist.Ref]bool{}
	for ref := range r.before {
		skip[ref] = r.skip[ref]
	}
	for i := range faults {
		if faults[i].Severity == checklist.Mend {
			skip[faults[i].Ref] = true
		}
	}
	return r.ed.CheckJumps(r.Answers, r.before, skip)
}
