package preview_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/questionnaire/preview"
)

// shown returns the page of an edition and the words on it, spaces folded.
func shown(t *testing.T, ed *checklist.Edition) (page, words string) {
	t.Helper()
	var buf bytes.Buffer
	if err := preview.HTML(&buf, ed); err != nil {
		t.Fatal(err)
	}
	page = buf.String()
	doc, err := html.Parse(&buf)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" {
			b.WriteString(n.Data + " ")
		}
	}
	return page, fold(b.String())
}

func fold(s string) string { return strings.Join(strings.Fields(s), " ") }

// Every text of every edition stands on its page, every condition in words, and the page asks for nothing else.
func TestThePageShowsAll(t *testing.T) {
	lib := questionnaire.NewLibrary(questionnaire.Builtin())
	ids, err := lib.IDs()
	if err != nil || len(ids) == 0 {
		t.Fatal(err)
	}
	for _, id := range ids {
		t.Run(string(id), func(t *testing.T) {
			ed, err := lib.Edition(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			page, words := shown(t, ed)
			want := []checklist.Text{ed.Title}
			want = append(want, ed.Instructions...)
			for _, q := range ed.Questions() {
				want = append(append(want, q.Title, q.Prompt), q.Notes...)
				for _, it := range q.Items {
					want = append(want, it.Label)
				}
				for _, c := range q.Choices {
					want = append(want, c.Label)
				}
				for _, st := range q.Stages {
					want = append(want, st.Label)
				}
				if q.When != nil {
					want = append(want, questionnaire.Sentence(ed, q.When))
				}
				if l := lineOf(ed, q.ID); l != nil {
					want = append(want, l.Note)
				}
				for _, term := range q.Terms {
					d, _ := ed.Term(term)
					want = append(want, d.Definition)
				}
			}
			for i := range ed.Rules {
				want = append(want, ed.Rules[i].What, ed.Rules[i].Mend, questionnaire.Sentence(ed, &ed.Rules[i].Fails))
			}
			for _, f := range ed.Figures {
				want = append(want, f.Title, f.Population)
			}
			for _, w := range want {
				if !strings.Contains(words, fold(w.JA)) || !strings.Contains(words, fold(w.EN)) {
					t.Errorf("%q / %q is not on the page", w.JA, w.EN)
				}
			}
			for _, bad := range []string{"<script", "http://", "https://", "src=", "url(", "ZgotmplZ"} {
				if strings.Contains(page, bad) {
					t.Errorf("the page holds %s", bad)
				}
			}
		})
	}
}

func lineOf(ed *checklist.Edition, q checklist.QuestionID) *checklist.MappingLine {
	if ed.Mapping == nil {
		return nil
	}
	return ed.Mapping.LineOfNew(checklist.Part{Question: q})
}

// Texts are texts, whatever they hold.
func TestTextsAreNoMarkup(t *testing.T) {
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	evil := *ed
	evil.Title = checklist.Text{JA: "<script>alert(1)</script>", EN: `"><img src=x>`}
	page, words := shown(t, &evil)
	if strings.Contains(page, "<script>") || strings.Contains(page, "<img") || !strings.Contains(words, "<script>alert(1)</script>") {
		t.Error("the title is markup")
	}
}
