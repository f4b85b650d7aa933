package workbook

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// ErrNoIdentity means that a file is not a checklist, or that its identity cells cannot be read.
var ErrNoIdentity = errors.New("not a checklist workbook")

// A Reading is what a workbook says, and everything that is wrong with it.
type Reading struct {
	Identity Identity // as far as it could be read; FirmName is the cover's
	Cover    checklist.Cover
	Answers  checklist.Answers
	Faults   []checklist.Fault // of the file, the cover and the answers, in printed order
	Places   map[checklist.Ref]Location
	Reasons  []checklist.Confirmation // what the firm typed on the list of findings it was sent, if it was
}

// Read reads a filled checklist of ed. Every problem is a fault, and all are reported at once; only where the file cannot
// be read, or is of another edition, definition or firm, does its one fault stand alone. Empty fields of want are not
// compared, except that the edition is always that of ed. It holds at most about 128 MB however hostile the file is.
func Read(r io.ReaderAt, size int64, ed *checklist.Edition, want Identity) Reading {
	var out Reading
	c, err := open(r, size)
	if err == nil {
		var b *book
		if b, err = openBook(c); err == nil {
			return readCells(b, b.date04, ed, want)
		}
	}
	out.Faults = []checklist.Fault{faultOf(err)}
	return out
}

// Precheck looks at a file's container alone: its first bytes and the directory of its zip. Nothing of what the firm wrote
// is inflated or parsed. It returns what is wrong with it, if anything is.
func Precheck(r io.ReaderAt, size int64) (checklist.Fault, bool) {
	if _, err := open(r, size); err != nil {
		return faultOf(err), true
	}
	return checklist.Fault{}, false
}

// IdentityOf reads whose checklist a file is. Its error is or wraps ErrNoIdentity.
func IdentityOf(r io.ReaderAt, size int64) (Identity, error) {
	c, err := open(r, size)
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrNoIdentity, err)
	}
	b, err := openBook(c)
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrNoIdentity, err)
	}
	f, err := find(b, headingsOf(&Layout{}))
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrNoIdentity, err)
	}
	who := f.identity()
	if who.Edition == "" || who.Firm == "" || who.Definition == "" {
		return who, ErrNoIdentity
	}
	return who, nil
}

// reader turns the rows that were found into a Reading.
type reader struct {
	Reading
	ed     *checklist.Edition
	want   Identity
	before checklist.Answers // last time's, in this edition's terms
	layout *Layout
	found  *finding
	date04 bool
	summed bool                     // what last time's answers were stands in the workbook
	below  []strayRow               // rows that are answered, with a text below them
	skip   map[checklist.Ref]bool   // places that have a fault already
	typed  map[checklist.Ref]string // what stands in the answer cells that are not blank
}

func readCells(cells cellReader, date04 bool, ed *checklist.Edition, want Identity) Reading {
	if want.Edition == "" {
		want.Edition = ed.ID
	}
	r := &reader{ed: ed, want: want, layout: LayoutOf(ed), date04: date04, skip: map[checklist.Ref]bool{}}
	var err error
	if r.found, err = find(cells, headingsOf(r.layout)); err != nil {
		r.Faults = []checklist.Fault{faultOf(err)}
		return r.Reading
	}
	if r.checkIdentity(); len(r.Faults) > 0 {
		return r.Reading
	}
	r.Reasons = r.found.reasons
	places := len(r.layout.answers)
	r.Answers, r.Places, r.typed = make(checklist.Answers, places), make(map[checklist.Ref]Location, places), make(map[checklist.Ref]string, places)
	r.readCover()
	r.checkCarried()
	r.summed = r.found.summed()
	r.readAnswers()
	if len(r.typed) == 0 && len(r.skip) == 0 {
		r.Faults = append(r.Faults, checklist.NewFault(checklist.CodeNoAnswers))
	} else {
		r.checkAnswers()
	}
	r.sort()
	return r.Reading
}

// checkIdentity compares the identity cells with what is wanted. The answers of a workbook that is another firm's are not
// looked at: their faults would tell the sender about that firm.
func (r *reader) checkIdentity() {
	r.Identity = r.found.identity()
	who := r.Identity
	fault := func(code checklist.FaultCode, f Field, found, want string) {
		x := checklist.NewFault(code, "found", clip(found), "want", want)
		at := r.found.rows[string(f)]
		x.Sheet, x.Cell = r.layout.Cover(f).Sheet, r.layout.Cover(f).Cell
		if at != nil {
			x.Sheet, x.Cell = at.sheet, at.cell(0)
		}
		r.Faults = append(r.Faults, x)
	}
	switch {
	case who.Edition == "" || who.Firm == "" || who.Definition == "":
		r.Faults = append(r.Faults, checklist.NewFault(checklist.CodeNoIdentity))
	case who.Edition != r.want.Edition || who.Edition != r.ed.ID:
		fault(checklist.CodeWrongEdition, EditionCell, string(who.Edition), string(r.want.Edition))
	case r.want.Firm != "" && who.Firm != r.want.Firm:
		fault(checklist.CodeOtherFirm, FirmCell, string(who.Firm), string(r.want.Firm))
	case r.want.Definition != "" && who.Definition != r.want.Definition:
		fault(checklist.CodeOldTemplate, ChecksumCell, who.Definition, r.want.Definition)
	}
}

// readAnswers reads every place, and reports rows that are missing or there twice.
func (r *reader) readAnswers() {
	for i := range r.layout.pages {
		p := &r.layout.pages[i]
		if r.pageMissing(p) {
			continue
		}
		reported := map[checklist.FaultCode]checklist.QuestionID{} // one fault a question is enough for its rows
		missing := map[checklist.QuestionID]string{}               // the numbers of the items whose rows are not there
		for j := range p.lines {
			if l := &p.lines[j]; l.kind == answerLine && len(l.q.Items) > 0 && r.found.rows[l.id] == nil {
				missing[l.q.ID] += l.number()
			}
		}
		for j := range p.lines {
			l := &p.lines[j]
			if l.kind != answerLine {
				continue
			}
			at := r.found.rows[l.id]
			code := checklist.CodeRowMissing
			switch {
			case at == nil:
			case at.again != "":
				code = checklist.CodeDuplicateRow
			case at.other != "":
				code = checklist.CodeMisplacedRow
			default:
				r.readRow(l, at)
				continue
			}
			for _, ref := range l.refs {
				r.skip[ref] = true
			}
			if reported[code] == l.q.ID {
				continue
			}
			reported[code] = l.q.ID
			want := l.q.Number
			if code == checklist.CodeRowMissing {
				want += missing[l.q.ID]
			}
			f := checklist.NewFault(code, "want", want)
			switch f.Sheet = p.name; code {
			case checklist.CodeDuplicateRow:
				f.Sheet, f.Cell = at.againSheet, at.again
			case checklist.CodeMisplacedRow:
				f.Sheet, f.Cell, f.Found = at.sheet, cell(at.id, at.row), clip(at.other)
			}
			r.add(f, l.q, l.refs[0])
		}
	}
	r.readBelow()
}

// withoutIDs returns the sheet of a page that is there without its ids. Of a page of one row it must be the column that is gone: a
// row that has lost its id may be gone itself.
func (r *reader) withoutIDs(p *page) (sheet string, ok bool) {
	rows, sheet := 0, p.name
	for j := range p.lines {
		if p.lines[j].kind == answerLine {
			rows++
		}
		if s, bare := r.found.bare[p.lines[j].q]; bare {
			sheet, ok = s, true
		}
	}
	return sheet, ok && rows > 1 || r.found.lost[sheet]
}

// pageMissing reports a section none of whose rows is there.
func (r *reader) pageMissing(p *page) bool {
	var first *line
	for j := range p.lines {
		l := &p.lines[j]
		if l.kind != answerLine {
			continue
		}
		if r.found.rows[l.id] != nil {
			return false
		}
		if first == nil {
			first = l
		}
	}
	if first == nil {
		return false
	}
	for j := range p.lines {
		for _, ref := range p.lines[j].refs {
			r.skip[ref] = true
		}
	}
	f := checklist.NewFault(checklist.CodeSheetMissing, "want", p.name)
	f.Sheet = p.name
	if sheet, ok := r.withoutIDs(p); ok {
		f = checklist.NewFault(checklist.CodeIDsMissing, "want", sheet)
		f.Sheet = sheet
	}
	r.add(f, first.q, first.refs[0])
	return true
}

func (r *reader) readRow(l *line, at *foundRow) {
	blank := 0
	for k, ref := range l.refs {
		if at.columns[k] == 0 {
			r.skip[ref] = true
			r.columnMissing(l, at, ref)
			continue
		}
		r.Places[ref] = Location{at.sheet, at.cell(k)}
		if k < len(at.before) {
			r.readPrevious(l.q, ref, at.before[k])
		}
		if at.merged != nil && at.merged[k] != "" {
			r.skip[ref] = true
			f := checklist.NewFault(checklist.CodeMerged, "found", at.merged[k])
			f.Sheet, f.Cell = at.sheet, at.cell(k)
			r.add(f, l.q, ref)
			continue
		}
		v := at.values[k]
		if v.blank() {
			blank++
			continue
		}
		r.typed[ref] = v.text
		ans, fault := parseAnswer(l.q, ref, v)
		if fault == nil {
			r.Answers[ref] = ans
			continue
		}
		r.skip[ref] = true
		fault.Sheet, fault.Cell = at.sheet, at.cell(k)
		r.add(*fault, l.q, ref)
	}
	if r.typedOver(l, at) || at.stray == "" {
		return
	}
	if blank == 0 && !at.beside {
		r.below = append(r.below, strayRow{l, at})
		return
	}
	for k, ref := range l.refs {
		if !r.skip[ref] && (at.values[k].blank() || blank == 0 && r.contradicted(l.q, ref, at.strayText)) {
			r.moved(l, ref, Location{at.sheet, at.stray}, at.strayText)
			return
		}
	}
}

// columnMissing reports, once for each sheet, that an answer column cannot be told.
func (r *reader) columnMissing(l *line, at *foundRow, ref checklist.Ref) {
	for i := range r.Faults {
		if f := &r.Faults[i]; f.Code == checklist.CodeAnswerColumn && f.Sheet == at.sheet {
			return
		}
	}
	f := checklist.NewFault(checklist.CodeAnswerColumn, "want", at.sheet)
	f.Sheet = at.sheet
	r.add(f, l.q, ref)
}

// checkAnswers lets the edition check the answers, says of unreadable answers that do not apply that they do not, and
// gives every fault its cell.
func (r *reader) checkAnswers() {
	for i := range r.Faults {
		r.notApplicable(&r.Faults[i])
	}
	faults := r.ed.Check(r.Answers, r.skip)
	for _, f := range append(faults, r.checkJumps(faults)...) {
		if at, ok := r.Places[f.Ref]; ok {
			f.Sheet, f.Cell = at.Sheet, at.Cell
		}
		f.Found = quote(trim(r.typed[f.Ref]))
		r.Faults = append(r.Faults, f)
	}
}

// notApplicable changes the fault of a cell that should be blank because its question does not apply: "－" or 該当なし
// there is not an unknown choice.
func (r *reader) notApplicable(f *checklist.Fault) {
	q, ok := r.ed.Question(string(f.Ref.Question))
	switch f.Code {
	case checklist.CodeNotAChoice, checklist.CodeTwoChoices, checklist.CodeNotANumber, checklist.CodeDecimals:
	default:
		return
	}
	if !ok || r.ed.Applies(q, f.Ref, r.Answers) {
		return
	}
	var numbers []string
	gate := q.When.Refs(r.ed)
	if q.When.Holds(r.ed, r.Answers) {
		gate = nil
		for i := range q.Stages {
			if i > 0 && q.Stages[i].ID == f.Ref.Stage {
				gate = []checklist.Ref{{Question: q.ID, Item: f.Ref.Item, Stage: q.Stages[i-1].ID}}
			}
		}
	}
	for _, g := range gate {
		if r.skip[g] {
			return
		}
		if gq, ok := r.ed.Question(string(g.Question)); ok && !slices.Contains(numbers, gq.Number) {
			numbers = append(numbers, gq.Number)
		}
	}
	x := checklist.NewFault(checklist.CodeNotApplicable, "name", strings.Join(numbers, ", "), "found", f.Found)
	x.Ref, x.Question, x.Sheet, x.Cell = f.Ref, f.Question, f.Sheet, f.Cell
	*f = x
}

func (r *reader) add(f checklist.Fault, q *checklist.Question, ref checklist.Ref) {
	f.Ref, f.Question = ref, q.Number
	r.Faults = append(r.Faults, f)
}

// sort puts the faults into printed order: of the file, of the cover, then place by place.
func (r *reader) sort() {
	if len(r.Faults) < 2 {
		return
	}
	order := make(map[checklist.Ref]int, len(r.Faults))
	for i := range r.Faults {
		order[r.Faults[i].Ref] = 0
	}
	place := 0
	for i := range r.layout.pages {
		for j := range r.layout.pages[i].lines {
			for _, ref := range r.layout.pages[i].lines[j].refs {
				place++
				if _, ok := order[ref]; ok {
					order[ref] = place
				}
			}
		}
	}
	slices.SortStableFunc(r.Faults, func(a, b checklist.Fault) int { return cmp.Compare(order[a.Ref], order[b.Ref]) })
}
