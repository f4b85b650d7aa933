package lake_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/laketest"
	"cssa/shared/tally"
)

// coding is an edition whose filters ask for numbers too, and the rows of some firms' answers to it.
func coding(t *testing.T, firms int) (*tally.Coder, []checklist.Answers, []lake.AnswerRow) {
	t.Helper()
	ed, least := laketest.Edition(), int64(50)
	long := ed.Figures[0]
	long.ID, long.Base = "long", &checklist.Condition{Compare: &checklist.Compare{Ref: checklist.Ref{Question: "hours"}, AtLeast: &least}}
	ed.Figures = append(ed.Figures, long)
	var given []checklist.Answers
	var rows []lake.AnswerRow
	for i := range firms {
		a := laketest.Answers()[i%6]
		more, err := lake.AnswerRows(ed, checklist.FirmID(fmt.Sprintf("S-%04d", i)), a)
		if err != nil {
			t.Fatal(err)
		}
		given, rows = append(given, a), append(rows, more...)
	}
	return tally.NewCoder(ed), given, rows
}

// codes reads a file of answers.
func codes(t *testing.T, coder *tally.Coder, files ...[]byte) ([][]byte, error) {
	t.Helper()
	dir := laketest.Dir(t.TempDir())
	for i, f := range files {
		if _, err := dir.Put(t.Context(), lake.Key("answers", "e", "r", i), f); err != nil {
			t.Fatal(err)
		}
	}
	var out [][]byte
	for firm, err := range lake.CodesOf(t.Context(), dir, coder, "e", "r") {
		if err != nil {
			return nil, err
		}
		if want := fmt.Sprintf("S-%04d", len(out)); string(firm.Firm) != want {
			t.Fatalf("firm %s, want %s", firm.Firm, want)
		}
		out = append(out, slices.Clone(firm.Codes))
	}
	return out, nil
}

func encoded[T any](t *testing.T, rows []T, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, options...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Rows as other programs write them: all optional with dictionaries, and plain, with the columns in another order.
type optionalRow struct {
	Firm     *string `parquet:"firm,optional,dict"`
	Question *string `parquet:"question,optional,dict"`
	Item     *string `parquet:"item,optional,dict"`
	Stage    *string `parquet:"stage,optional,dict"`
	State    *string `parquet:"state,optional,dict"`
	Choice   *string `parquet:"choice,optional,dict"`
	Number   *int64  `parquet:"number,optional,decimal(4:18)"`
}

type plainRow struct {
	Number   *int64  `parquet:"number,optional,decimal(4:18)"`
	Choice   *string `parquet:"choice,optional,plain"`
	State    string  `parquet:"state,plain"`
	Stage    string  `parquet:"stage,plain"`
	Item     string  `parquet:"item,plain"`
	Question string  `parquet:"question,plain"`
	Firm     string  `parquet:"firm,plain"`
}

func blank(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// However the pages are encoded and the rows divided, a run's files give the vectors that the answers give.
func TestCodesOfAreThoseOfTheAnswers(t *testing.T) {
	const firms = 1500
	coder, given, rows := coding(t, firms)
	if !coder.ReadsNumbers() {
		t.Fatal("no filter asks for a number")
	}
	var optional []optionalRow
	var plain []plainRow
	for _, r := range rows {
		optional = append(optional, optionalRow{&r.Firm, &r.Question, blank(r.Item), blank(r.Stage), &r.State, blank(r.Choice), r.Number})
		plain = append(plain, plainRow{r.Number, blank(r.Choice), r.State, r.Stage, r.Item, r.Question, r.Firm})
	}
	cut := len(rows)/2 + 7 // within a firm
	ours := func(rows []lake.AnswerRow) []byte {
		b, err := lake.Encode(rows)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	small := []parquet.WriterOption{parquet.PageBufferSize(600), parquet.MaxRowsPerRowGroup(1009)}
	for name, files := range map[string][][]byte{
		"the lake's own":        {ours(rows)},
		"two files":             {ours(rows[:cut]), ours(rows[cut:])},
		"small pages":           {encoded(t, rows, small...)},
		"optional":              {encoded(t, optional, append(small, parquet.DataPageVersion(1))...)},
		"plain":                 {encoded(t, plain, append(small, parquet.DataPageVersion(2))...)},
		"one file in each form": {encoded(t, optional[:cut]), encoded(t, plain[cut:])},
	} {
		got, err := codes(t, coder, files...)
		if err != nil || len(got) != firms {
			t.Errorf("%s: %d firms, %v", name, len(got), err)
			continue
		}
		for i, a := range given {
			want, err := coder.Codes(a)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got[i], want) {
				t.Fatalf("%s: firm %d is %v, want %v", name, i, got[i], want)
			}
		}
	}
}

// Rows that are not a round's answers are refused, whatever is wrong with them.
func TestCodesOfWhatIsNoAnswers(t *testing.T) {
	coder, _, rows := coding(t, 3)
	places := coder.Places()
	for name, c := range map[string]struct {
		change func(rows []lake.AnswerRow) []lake.AnswerRow
		want   string
	}{
		"a row is missing":     {func(r []lake.AnswerRow) []lake.AnswerRow { return slices.Delete(r, 4, 5) }, "S-0000 has"},
		"the last is missing":  {func(r []lake.AnswerRow) []lake.AnswerRow { return r[:len(r)-1] }, "S-0002 has"},
		"a place twice":        {func(r []lake.AnswerRow) []lake.AnswerRow { r[5] = r[4]; return r }, "twice"},
		"a row too many":       {func(r []lake.AnswerRow) []lake.AnswerRow { return slices.Insert(r, places, r[places-1]) }, "more rows"},
		"another question":     {func(r []lake.AnswerRow) []lake.AnswerRow { r[2].Question = "weather"; return r }, "no place weather"},
		"another state":        {func(r []lake.AnswerRow) []lake.AnswerRow { r[2].State = "lost"; return r }, "state"},
		"another choice":       {func(r []lake.AnswerRow) []lake.AnswerRow { r[0].State, r[0].Choice = "answered", "maybe"; return r }, "none of its choices"},
		"nothing of the sort":  {func([]lake.AnswerRow) []lake.AnswerRow { return nil }, ""},
		"in another order":     {func(r []lake.AnswerRow) []lake.AnswerRow { slices.Reverse(r[:places]); return r }, ""},
		"of two firms at once": {func(r []lake.AnswerRow) []lake.AnswerRow { r[1], r[places+1] = r[places+1], r[1]; return r }, "S-0000 has 1 rows"},
	} {
		file, err := lake.Encode(c.change(slices.Clone(rows)))
		if err != nil {
			t.Fatal(err)
		}
		_, err = codes(t, coder, file)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	file, err := lake.Encode(rows)
	if err != nil {
		t.Fatal(err)
	}
	for at := 100; at < len(file); at += 61 {
		bad := slices.Clone(file)
		bad[at] ^= 0x10
		if got, err := codes(t, coder, bad); err == nil {
			good, _ := codes(t, coder, file)
			if !slices.EqualFunc(got, good, bytes.Equal) {
				t.Errorf("a changed byte at %d goes unnoticed", at)
			}
		}
	}
	other, err := lake.Encode(lake.FirmRows(laketest.Firms()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := codes(t, coder, other); err == nil || !strings.Contains(err.Error(), "no column question") {
		t.Errorf("a file of firms: %v", err)
	}
	if _, err := codes(t, coder); err == nil {
		t.Error("codes of a run that there is not")
	}
}
