package lake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/parquet-go/parquet-go"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/tally"
)

// Coded are one firm's answers, as a run stored them, as a code vector. Codes is good until the next firm.
type Coded struct {
	Firm  checklist.FirmID
	Codes []byte
}

// CodesOf counts a run's answers anew without looking at a word of them twice: it returns each firm's code vector, made of
// the dictionary indexes of the answers' pages. It holds one compressed file and the indexes of one row group in memory.
//
// A firm's rows must stand together and have every place of the coder's edition once; anything else is an error. Pages may
// be dictionary-encoded or plain, and columns optional, so that files which another program wrote anew are read too.
func CodesOf(ctx context.Context, source Source, coder *tally.Coder, ed checklist.EditionID, run string) iter.Seq2[Coded, error] {
	return func(yield func(Coded, error) bool) {
		var row AnswerRow
		d := newDecoder(coder, yield)
		for part := 0; ; part++ {
			key := Key(row.TableName(), ed, run, part)
			file, _, err := source.Get(ctx, key, "", math.MaxInt64)
			if part > 0 && errors.Is(err, archive.ErrNotFound) {
				break
			}
			if err == nil {
				err = d.file(file)
			}
			if errors.Is(err, errEnough) {
				return
			}
			if err != nil {
				yield(Coded{}, fmt.Errorf("lake: codes of %s: %w", key, err))
				return
			}
		}
		if err := d.flush(); err != nil && !errors.Is(err, errEnough) {
			yield(Coded{}, fmt.Errorf("lake: codes of %s: %w", ed, err))
		}
	}
}

// errEnough ends the reading when nobody wants more.
var errEnough = errors.New("enough")

// A decoder turns rows of answers into code vectors.
type decoder struct {
	coder    *tally.Coder
	yield    func(Coded, error) bool
	columns  [6]words // firm, and the five below
	numbers  numbers  // read only if a filter asks for them
	decimals []int    // of each place

	firm    int32   // of the rows at hand; -1: none yet
	codes   []byte  // of the firm
	number  []int64 // of the firm, by place
	got     int     // rows of the firm
	stamp   []int   // of each place: the number of the firm that had it last
	count   int     // the number of the firm
	turns   []turn  // of each row of a firm: where its place was found last
	places  map[[3]int32]int
	coded   [][]int16 // of each place, by state and choice: its code; -1: not known yet
	choices int       // that coded has room for
}

// A turn is a place by its words. Every firm's places come in one order, so that the next is nearly always known.
type turn struct {
	words [3]int32 // question, item, stage
	place int
}

const (
	colFirm = iota
	colQuestion
	colItem
	colStage
	colState
	colChoice
)

var codeColumns = [...]string{"firm", "question", "item", "stage", "state", "choice"}

func newDecoder(coder *tally.Coder, yield func(Coded, error) bool) *decoder {
	d := &decoder{coder: coder, yield: yield, firm: -1, codes: make([]byte, coder.Width()), number: make([]int64, coder.Places()),
		stamp: make([]int, coder.Places()), count: 1, turns: make([]turn, coder.Places()), places: map[[3]int32]int{}, coded: make([][]int16, coder.Places())}
	for i := range d.turns {
		d.turns[i].place = -1
		_, q := coder.Ref(i)
		d.decimals = append(d.decimals, q.Decimals)
	}
	return d
}

func (d *decoder) file(b []byte) error {
	f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return err
	}
	var at [len(codeColumns)]int
	for i, name := range codeColumns {
		leaf, ok := f.Schema().Lookup(name)
		if !ok || leaf.Node.Type().Kind() != parquet.ByteArray || leaf.MaxRepetitionLevel > 0 {
			return fmt.Errorf("no column %s of text", name)
		}
		at[i] = leaf.ColumnIndex
	}
	number, ok := f.Schema().Lookup("number")
	if d.coder.ReadsNumbers() && (!ok || number.Node.Type().Kind() != parquet.Int64 || number.MaxRepetitionLevel > 0) {
		return errors.New("no column number of 64-bit decimals")
	}
	for _, group := range f.RowGroups() {
		chunks := group.ColumnChunks()
		for i := range d.columns {
			if err := d.columns[i].read(chunks[at[i]], group.NumRows()); err != nil {
				return fmt.Errorf("column %s: %w", codeColumns[i], err)
			}
		}
		if d.coder.ReadsNumbers() {
			if err := d.numbers.read(chunks[number.ColumnIndex], group.NumRows()); err != nil {
				return fmt.Errorf("column number: %w", err)
			}
		}
		if err := d.rows(); err != nil {
			return err
		}
	}
	return nil
}

// rows takes the rows of one row group.
func (d *decoder) rows() error {
	if n := len(d.columns[colChoice].list); n > d.choices {
		d.choices = 2 * n // the codes found so far are found again
		clear(d.coded)
	}
	n := len(d.columns[colFirm].ids)
	firms, questions, items := d.columns[colFirm].ids, d.columns[colQuestion].ids[:n], d.columns[colItem].ids[:n]
	stages, states, choices := d.columns[colStage].ids[:n], d.columns[colState].ids[:n], d.columns[colChoice].ids[:n]
	for i, firm := range firms {
		if firm != d.firm {
			if err := d.flush(); err != nil {
				return err
			}
			d.firm = firm
		}
		words := [3]int32{questions[i], items[i], stages[i]}
		if d.got == len(d.turns) {
			return fmt.Errorf("firm %s has more rows than there are places", d.name())
		}
		t := &d.turns[d.got]
		if t.place < 0 || t.words != words {
			p, err := d.place(words)
			if err != nil {
				return err
			}
			t.words, t.place = words, p
		}
		p := t.place
		if d.stamp[p] == d.count {
			r, _ := d.coder.Ref(p)
			return fmt.Errorf("firm %s has place %s twice", d.name(), r)
		}
		d.stamp[p] = d.count
		d.got++
		coded, at := d.coded[p], int(states[i])*d.choices+int(choices[i])
		if at >= len(coded) || coded[at] < 0 {
			if err := d.learn(p, states[i], choices[i]); err != nil {
				return fmt.Errorf("firm %s: %w", d.name(), err)
			}
			coded = d.coded[p]
		}
		d.codes[p] = byte(coded[at])
		if len(d.numbers.values) > 0 {
			d.number[p] = unscaled(d.numbers.values[i], d.decimals[p])
		}
	}
	return nil
}

func (d *decoder) name() string { return d.columns[colFirm].list[d.firm] }

func (d *decoder) place(words [3]int32) (int, error) {
	if p, ok := d.places[words]; ok {
		return p, nil
	}
	r := checklist.Ref{
		Question: checklist.QuestionID(d.columns[colQuestion].list[words[0]]), Item: checklist.ItemID(d.columns[colItem].list[words[1]]),
		Stage: checklist.StageID(d.columns[colStage].list[words[2]]),
	}
	p, ok := d.coder.Place(r)
	if !ok {
		return 0, fmt.Errorf("firm %s: the edition has no place %s", d.name(), r)
	}
	d.places[words] = p
	return p, nil
}

// learn notes the code of a state and a choice at a place.
func (d *decoder) learn(p int, state, choice int32) error {
	c, err := d.coder.Code(p, checklist.State(d.columns[colState].list[state]), checklist.ChoiceID(d.columns[colChoice].list[choice]))
	if err != nil {
		return err
	}
	for need := (int(state) + 1) * d.choices; len(d.coded[p]) < need; {
		d.coded[p] = append(d.coded[p], -1)
	}
	d.coded[p][int(state)*d.choices+int(choice)] = int16(c)
	return nil
}

// flush gives the firm at hand to whoever asked for it.
func (d *decoder) flush() error {
	if d.firm < 0 {
		return nil
	}
	if d.got != len(d.turns) {
		return fmt.Errorf("firm %s has %d rows, want one for each of %d places", d.name(), d.got, len(d.turns))
	}
	d.coder.Filter(d.codes, d.number)
	if !d.yield(Coded{checklist.FirmID(d.name()), d.codes}, nil) {
		return errEnough
	}
	d.got, d.firm = 0, -1
	d.count++
	return nil
}

// unscaled turns one of the lake's decimals into a number of a question's units.
func unscaled(n int64, decimals int) int64 {
	for n != 0 && decimals < 4 {
		n, decimals = n/10, decimals+1
	}
	return n
}

// pagesOf calls each with the pages of a column chunk.
func pagesOf(chunk parquet.ColumnChunk, each func(parquet.Page) error) error {
	pages := chunk.Pages()
	defer pages.Close()
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		err = each(page)
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
}
