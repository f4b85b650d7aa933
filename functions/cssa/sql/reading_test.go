package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cssa/shared/checklist"
)

// A reading is what a reader makes of the sentence of a table: words and the labels of the questionnaire, no definition. It
// panics on words it does not know.
type reading struct {
	ed     *checklist.Edition
	ja     bool
	rest   string
	q      *checklist.Question
	bases  []readBase
	asked  holds
	after  map[checklist.StageID][]checklist.ChoiceID // answers to the stage before
	counts map[string]readCount                       // by the label of the column
}

// holds says whether a statement is true of a firm's answers.
type holds func(checklist.Answers) bool

type readBase struct {
	items         []checklist.ItemID // nil: each
	stage         checklist.StageID
	among         holds
	blank, notPut bool
}

type readCount struct {
	stage   checklist.StageID
	choices []checklist.ChoiceID
}

func everybody(checklist.Answers) bool { return true }

// in returns the text in the reading's language.
func (r *reading) in(t checklist.Text) string {
	if r.ja {
		return t.JA
	}
	return t.EN
}

// take reads one of the two, by language.
func (r *reading) take(ja, en string) bool {
	s := r.in(checklist.Text{JA: ja, EN: en})
	rest, ok := strings.CutPrefix(r.rest, s)
	if ok {
		r.rest = rest
	}
	return ok
}

func (r *reading) must(ja, en string) {
	if !r.take(ja, en) {
		panic(fmt.Sprintf("want %q, read %q", r.in(checklist.Text{JA: ja, EN: en}), r.rest))
	}
}

// longest reads the longest of the words that stands here, between open and end; -1: none does.
func (r *reading) longest(words []checklist.Text, open, end string) int {
	best := -1
	for i, w := range words {
		if strings.HasPrefix(r.rest, open+r.in(w)+end) && (best < 0 || len(r.in(w)) > len(r.in(words[best]))) {
			best = i
		}
	}
	if best >= 0 {
		r.rest = r.rest[len(open+r.in(words[best])+end):]
	}
	return best
}

func (r *reading) quoted(words []checklist.Text) int {
	if r.ja {
		return r.longest(words, "「", "」")
	}
	return r.longest(words, "“", "”")
}

func (r *reading) question() (*checklist.Question, bool) {
	var numbers []checklist.Text
	for _, q := range r.ed.Questions() {
		numbers = append(numbers, checklist.Text{JA: q.Number, EN: q.Number})
	}
	i := r.longest(numbers, "", "")
	if i < 0 {
		return nil, false
	}
	return r.ed.Questions()[i], true
}

func (r *reading) stage(q *checklist.Question) checklist.StageID {
	var labels []checklist.Text
	for _, st := range q.Stages {
		labels = append(labels, st.Label)
	}
	i := r.longest(labels, "（", "）")
	if !r.ja {
		if i = r.longest(labels, " (", ")"); i < 0 {
			i = r.longest(labels, "(", ")")
		}
	}
	if i < 0 {
		return ""
	}
	return q.Stages[i].ID
}

func (r *reading) item(q *checklist.Question) (checklist.ItemID, bool) {
	var labels []checklist.Text
	for _, it := range q.Items {
		labels = append(labels, it.Label)
	}
	before := r.rest
	if !r.ja {
		r.rest = strings.TrimPrefix(r.rest, " ")
	}
	i := r.quoted(labels)
	if i < 0 {
		r.rest = before
		return "", false
	}
	return q.Items[i].ID, true
}

// choices reads quoted choices joined by "or".
func (r *reading) choices(q *checklist.Question, stage checklist.StageID) []checklist.ChoiceID {
	var labels []checklist.Text
	for _, c := range q.ChoicesAt(stage) {
		labels = append(labels, c.Label)
	}
	var ids []checklist.ChoiceID
	for {
		i := r.quoted(labels)
		if i < 0 {
			panic(fmt.Sprintf("want a choice of %s, read %q", q.Number, r.rest))
		}
		ids = append(ids, q.ChoicesAt(stage)[i].ID)
		if !r.take("または", " or ") {
			return ids
		}
	}
}

// number reads a number in the units of its last decimal.
func (r *reading) number() int64 {
	end := strings.IndexFunc(r.rest, func(c rune) bool { return !strings.ContainsRune("-0123456789.", c) })
	s := r.rest[:end]
	r.rest = r.rest[end:]
	n, err := strconv.ParseInt(strings.ReplaceAll(s, ".", ""), 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// firms reads which firms are meant: the Japanese ends in 先.
func (r *reading) firms() holds {
	if r.take("全ての先", "all firms") {
		return everybody
	}
	r.take("", "firms for which ")
	h := r.clauses()
	r.must("先", "")
	return h
}

// clauses reads clauses joined by "and", or by "or".
func (r *reading) clauses() holds {
	list := []holds{r.clause()}
	for {
		switch {
		case r.take("、かつ", ", and "):
			a, b := list[len(list)-1], r.clause()
			list[len(list)-1] = func(x checklist.Answers) bool { return a(x) && b(x) }
		case r.take("、または", ", or "):
			a, b := list[len(list)-1], r.clause()
			list[len(list)-1] = func(x checklist.Answers) bool { return a(x) || b(x) }
		default:
			return list[0]
		}
	}
}

func (r *reading) clause() holds {
	switch {
	case r.ja && r.take("（", ""):
		h := r.clauses()
		r.must("先）に当た", "")
		if r.take("らない", "") || r.take("らなく", "") {
			return func(a checklist.Answers) bool { return !h(a) }
		}
		if !r.take("る", "") {
			r.must("り", "")
		}
		return h
	case !r.ja && r.take("", "it is not so that "):
		h := r.clause()
		return func(a checklist.Answers) bool { return !h(a) }
	case !r.ja && r.take("", "("):
		h := r.clauses()
		r.must("", ")")
		return h
	case !r.ja && r.take("", "the answer is "):
		return r.counted(nil)
	}
	r.take("", "the answer to ")
	q, ok := r.question()
	if !ok {
		panic(fmt.Sprintf("want a place, read %q", r.rest))
	}
	ref := checklist.Ref{Question: q.ID}
	ref.Item, _ = r.item(q)
	ref.Stage = r.stage(q)
	switch {
	case r.take("の回答が", " is “"):
		if !r.ja {
			r.rest = "“" + r.rest
		}
		ids := r.choices(q, ref.Stage)
		r.ending()
		return func(a checklist.Answers) bool { return slices.Contains(ids, a[ref].Choice) }
	case r.take("に回答があ", " is answered"):
		if r.ja && !r.take("る", "") {
			r.must("り", "")
		}
		return func(a checklist.Answers) bool { _, ok := a[ref]; return ok }
	case r.ja && r.take("のうち回答が", ""):
		return r.counted(&ref)
	}
	r.must("が", " is ")
	low, high := r.between(q.Unit)
	if r.ja {
		r.ending()
	} else {
		r.must("", " ("+q.Unit.EN+")")
	}
	return func(a checklist.Answers) bool {
		ans, ok := a[ref]
		return ok && (low == nil || ans.Number >= *low) && (high == nil || ans.Number <= *high)
	}
}

func (r *reading) ending() {
	if r.ja && !r.take("の", "") {
		r.must("で", "")
	}
}

func (r *reading) between(unit checklist.Text) (low, high *int64) {
	for strings.HasPrefix(r.rest, "at ") || r.ja && strings.ContainsAny(r.rest[:1], "-0123456789") {
		least := !r.ja && r.take("", "at least ")
		if !r.ja && !least {
			r.must("", "at most ")
		}
		n := r.number()
		r.must(unit.JA, "")
		if least || r.take("以上", "\x00") {
			low = &n
		} else {
			r.must("以下", "")
			high = &n
		}
		r.take("", " and ")
	}
	return low, high
}

// counted reads how many items have an answer; the exclusive one does not count. In Japanese the place was read.
func (r *reading) counted(place *checklist.Ref) holds {
	var q *checklist.Question
	var ids []checklist.ChoiceID
	var stage checklist.StageID
	var low, high *int64
	if r.ja {
		q, _ = r.ed.Question(string(place.Question))
		stage = place.Stage
		ids = r.choices(q, stage)
		r.must("の項目が", "")
		low, high = r.between(checklist.Text{JA: "個"})
		r.ending()
	} else { // the question comes last, and its labels are needed first
		tail := r.rest[strings.Index(r.rest, " of the items of ")+len(" of the items of "):]
		ahead := *r
		ahead.rest = tail
		q, _ = ahead.question()
		stage = ahead.stage(q)
		ids = r.choices(q, stage)
		r.must("", " for ")
		low, high = r.between(checklist.Text{})
		r.rest = ahead.rest
	}
	return func(a checklist.Answers) bool {
		n := int64(0)
		for _, it := range q.Items {
			if !it.Exclusive && slices.Contains(ids, a[checklist.Ref{Question: q.ID, Item: it.ID, Stage: stage}].Choice) {
				n++
			}
		}
		return (low == nil || n >= *low) && (high == nil || n <= *high)
	}
}
