package workbook_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"cssa/shared/checklist"

	"github.com/xuri/excelize/v2"
)

// A mutation is one line of the tables below: what is done to a correct workbook, and what must come of it.
type mutation struct {
	name string
	come string
	// do changes a subject and its meaning. It returns false if this subject has nothing to do it to.
	do func(m *subject, r *rand.Rand) bool
	// few is set for what is slow and is not repeated as often.
	few bool
}

// What must come of a mutation.
const (
	read_   = "read"                                   // every answer exactly as intended, no fault
	told_   = "told"                                   // a fault that names the cell, the row or the sheet; all other answers as intended
	refused = "refused"                                // one fault of the file, which names the part where it is in one
	either  = "read or refused"                        // what is damaged may be something that holds no answer
	asRules = "read, and the edition's rules say more" // the answers as intended, and the faults that the rules find in them
)

type mutationKind struct {
	name  string
	table []mutation
}

func mutationKinds() []mutationKind {
	return []mutationKind{
		{"cell", cellMutations}, {"cover", coverMutations}, {"structure", structureMutations}, {"sheets", sheetMutations},
		{"writing", writingMutations}, {"encoding", encodingMutations}, {"container", containerMutations},
	}
}

// subjects are correct workbooks of two editions, with answers drawn from a seed.
func subjects(t testing.TB, seed uint64, small, real int) []*subject {
	r := rand.New(rand.NewPCG(seed, 0))
	var all []*subject
	add := func(ed *checklist.Edition, n int) {
		for range n {
			a := drawAnswers(ed, r)
			m := takeApart(t, write(t, ed, signed(ed), a))
			m.means(ed, signed(ed), a)
			all = append(all, m)
		}
	}
	add(smallEdition(), small)
	add(realEdition(t), real)
	return all
}

// drawAnswers draws answers with nothing in them to mend.
func drawAnswers(ed *checklist.Edition, r *rand.Rand) checklist.Answers {
	for {
		a := checklist.Answers{}
		for _, q := range ed.Questions() {
			yes := false
			for _, ref := range q.Refs() {
				if !ed.Applies(q, ref, a) || !q.Required && r.IntN(4) == 0 {
					continue
				}
				switch q.Kind {
				case checklist.Number:
					a[ref] = checklist.Answer{Number: q.Min + r.Int64N(q.Max-q.Min+1)}
				case checklist.FreeText:
					a[ref] = checklist.Answer{Text: drawText(r)}
				default:
					cs := q.ChoicesAt(ref.Stage)
					c := cs[r.IntN(len(cs))].ID
					if it, ok := q.Item(ref.Item); ok && it.Exclusive {
						c = checklist.Yes
						if yes {
							c = checklist.No
						}
					}
					yes = yes || c == checklist.Yes
					a[ref] = checklist.Answer{Choice: c}
				}
			}
		}
		if checklist.Blocking(ed.Check(a, nil)) == 0 {
			return a
		}
	}
}

// drawText draws a text with what programs and people get wrong in it, and something visible.
func drawText(r *rand.Rand) string {
	pieces := []string{"特になし", "=1+1", "-", "@x", "+81", " ", "　", "\n", "\t", "_x0041_", "_x000D_", "_x", "a&b", "<t>", "]]>", "\"'", "１２", "12", "𠮷", "👪", "か\u3099", "㈱", "①", "&amp;", "はい", "0", "TRUE", "#N/A", "2023-07-31"}
	s := []string{"特", "a", "9"}[r.IntN(3)]
	for range r.IntN(7) {
		s += pieces[r.IntN(len(pieces))]
	}
	return s
}

func number(n int) string { return strconv.Itoa(n) }

func coordinates(name string) (column, row int) {
	column, row, err := excelize.CellNameToCoordinates(name)
	if err != nil {
		panic(err)
	}
	return column, row
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// chosen is a place, with what it belongs to.
type chosen struct {
	*gridPlace
	q    *checklist.Question
	page *gridPage
	line *gridLine
}

// choose picks one of the places that are there, answered, not yet changed, and as ok wants them.
func (m *subject) choose(r *rand.Rand, ok func(chosen) bool) (chosen, bool) {
	var all []chosen
	for _, p := range m.pages {
		for _, l := range p.lines {
			if l.lost || l.mixed || l.twin != nil || len(p.gone) > 0 {
				continue
			}
			for _, a := range l.places {
				x := chosen{a, l.q, p, l}
				if a.answer != nil && a.code == "" && (ok == nil || ok(x)) {
					all = append(all, x)
				}
			}
		}
	}
	if len(all) == 0 {
		return chosen{}, false
	}
	return pick(r, all...), true
}

func isNumber(x chosen) bool   { return x.q.Kind == checklist.Number }
func isText(x chosen) bool     { return x.q.Kind == checklist.FreeText }
func isMultiple(x chosen) bool { return x.q.Kind == checklist.Multiple }
func isChoice(x chosen) bool   { return !isNumber(x) && !isText(x) }
func notText(x chosen) bool    { return !isText(x) }
func isSingle(x chosen) bool   { return isChoice(x) && !isMultiple(x) }

// choice returns the number of the choice that a place is answered with, from 0, and the choice.
func (x chosen) choice() (int, checklist.Choice) {
	for i, c := range x.q.ChoicesAt(x.ref.Stage) {
		if c.ID == x.answer.Choice {
			return i, c
		}
	}
	panic("no choice at " + x.ref.String())
}

// spoil gives a place a fault.
func (x chosen) spoil(code checklist.FaultCode) bool {
	x.code = code
	return true
}
