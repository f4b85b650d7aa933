package workbook_test

import (
	"bytes"
	"reflect"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"

	"pgregory.net/rapid"
)

var who = workbook.Identity{Edition: "2023-invented", Firm: "S-0137", Definition: smallEdition().Checksum, FirmName: "架空さくら証券株式会社"}

func signed(ed *checklist.Edition) checklist.Cover {
	return checklist.Cover{
		FirmName: who.FirmName, ReferenceDate: ed.ReferenceDate, Preparer: "架空 太郎（システム部）",
		Approver: "架空 花子", ApproverTitle: "取締役", ApprovedOn: checklist.Date{Year: 2023, Month: 7, Day: 31},
	}
}

func identityOf(ed *checklist.Edition) workbook.Identity {
	return workbook.Identity{Edition: ed.ID, Firm: who.Firm, Definition: ed.Checksum, FirmName: who.FirmName}
}

func write(t interface{ Fatal(...any) }, ed *checklist.Edition, c checklist.Cover, a checklist.Answers) []byte {
	var b bytes.Buffer
	if err := workbook.Filled(&b, ed, identityOf(ed), c, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(ed *checklist.Edition, data []byte) workbook.Reading {
	return workbook.Read(bytes.NewReader(data), int64(len(data)), ed, identityOf(ed))
}

// draw draws answers that are complete and pass the edition's checks, apart from places to confirm.
func draw(t *rapid.T, ed *checklist.Edition) checklist.Answers {
	a := checklist.Answers{}
	for _, q := range ed.Questions() {
		refs := q.Refs()
		for _, r := range refs {
			if !ed.Applies(q, r, a) || !q.Required && rapid.Bool().Draw(t, "skip") {
				continue
			}
			switch q.Kind {
			case checklist.Number:
				a[r] = checklist.Answer{Number: rapid.Int64Range(q.Min, q.Max).Draw(t, r.String())}
			case checklist.FreeText:
				a[r] = checklist.Answer{Text: rapid.OneOf(
					rapid.SampledFrom([]string{"=1+1", "@SUM(A1)", "+81", "-", "  前後に空白  ", "二行\nの文", "_x0041_", "_x000D_", "a&b<c>\"'", "１２３", "𠮷野家👪", "\t字下げ", "2023-07-31", "007"}),
					rapid.StringOfN(rapid.RuneFrom([]rune("あア漢ab 1,.=<&>\"'_x0041\n")), 1, 60, -1).Filter(func(s string) bool { return len(bytes.TrimSpace([]byte(s))) > 0 }),
				).Draw(t, r.String())}
			default:
				cs := q.ChoicesAt(r.Stage)
				a[r] = checklist.Answer{Choice: cs[rapid.IntRange(0, len(cs)-1).Draw(t, r.String())].ID}
			}
		}
		if q.Kind != checklist.Multiple {
			continue
		}
		yes := false
		for _, it := range q.Items {
			r := checklist.Ref{Question: q.ID, Item: it.ID}
			if _, ok := a[r]; !ok {
				continue
			}
			if it.Exclusive {
				a[r] = checklist.Answer{Choice: checklist.Yes}
				if yes {
					a[r] = checklist.Answer{Choice: checklist.No}
				}
			}
			yes = yes || a[r].Choice == checklist.Yes
		}
	}
	return a
}

func TestFilledReadsBackTheSame(t *testing.T) {
	ed := smallEdition()
	rapid.Check(t, func(t *rapid.T) {
		a := draw(t, ed)
		got := read(ed, write(t, ed, signed(ed), a))
		if !reflect.DeepEqual(got.Answers, a) {
			t.Fatalf("answers\n%v\nread back as\n%v\n%v", a, got.Answers, got.Faults)
		}
		if got.Cover != signed(ed) || got.Identity != identityOf(ed) {
			t.Fatalf("cover read back as %+v of %+v", got.Cover, got.Identity)
		}
		if n := checklist.Blocking(got.Faults); n != 0 {
			t.Fatalf("%d faults: %v", n, got.Faults)
		}
		layout := workbook.LayoutOf(ed)
		for r, at := range got.Places {
			if layout.Answer(r) != at {
				t.Fatalf("%s found in %v, laid out in %v", r, at, layout.Answer(r))
			}
		}
	})
}

func TestSameBytes(t *testing.T) {
	ed := smallEdition()
	a := checklist.Answers{{Question: "staff"}: {Number: 3}}
	if !bytes.Equal(write(t, ed, signed(ed), a), write(t, ed, signed(ed), a)) {
		t.Error("the same answers gave different bytes")
	}
}
