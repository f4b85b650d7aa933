package workbook

import "testing"

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
