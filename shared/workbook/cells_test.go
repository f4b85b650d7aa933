package workbook

import (
	"strings"
	"testing"
)

// TestItems: items are told apart however their ends are written or hidden.
func TestItems(t *testing.T) {
	items := []string{
		"<si><t>0</t></si>", "<si/>", "<si><t>2</t></si >", "<si><!-- </si><si> --><t>3</t></si>", "<si><t><![CDATA[</si>]]></t></si>",
		"<si ><t>5</t></si\n>", "<extLst><ext><si>no</si></ext></extLst>", "<si><t/></si>", "<si><t>7</t><phoneticPr/></si>",
	}
	want := []string{"0", "", "2", "3", "</si>", "5", "", "7"}
	sheet := "<worksheet" + mainNS + "><sheetData><row>" + strings.Repeat(`<c t="s"><v>?</v></c>`, len(want)) + "</row></sheetData></worksheet>"
	for i := range want {
		sheet = strings.Replace(sheet, "?", string(rune('0'+i)), 1)
	}
	b, _ := openBoth(t, handmade(t, sheet, "<sst"+mainNS+">"+strings.Join(items, "\n")+"</sst>"))
	got, err := cellsOf(b)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range want {
		if at := "Sheet1!" + cell(i+1, 1); got[at] != text {
			t.Errorf("item %d read as %q, want %q", i, got[at], text)
		}
	}
}

// TestShows: a run is shown if it is there as a whole and needs no decoding.
func TestShows(t *testing.T) {
	b := &book{}
	for _, s := range []struct {
		raw, text string
		want      bool
	}{
		{"<t>契約時の確認</t>", "契約時の確認", true},
		{`<r><t xml:space="preserve">契約時の確認</t></r><r><t>At contract</t></r>`, "契約時の確認", true},
		{"<t>契約時の確認（毎年）</t>", "契約時の確認", false},
		{"<t>重要な契約時の確認</t>", "契約時の確認", false},
		{"<t>&amp;</t>", "&amp;", false},
		{"<t>_x0041_</t>", "_x0041_", false},
		{"<t>a</t>", "t", false},
		{"<t></t>", "", false},
	} {
		if got := b.Shows(&rawCell{kind: kindInline, raw: []byte(s.raw)}, s.text); got != s.want {
			t.Errorf("%s shows %q: %v", s.raw, s.text, got)
		}
	}
}
