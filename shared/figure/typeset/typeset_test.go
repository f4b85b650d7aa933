package typeset_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"cssa/shared/figure/fonts"
	"cssa/shared/figure/typeset"
)

func regular(s string) typeset.Span {
	return typeset.Span{Text: s, Face: fonts.Get(fonts.Regular)}
}

func texts(lines []typeset.Line) []string {
	var out []string
	for _, l := range lines {
		out = append(out, l.Text())
	}
	return out
}

// Widths are in full-width characters: the size is 1. The rules are those of JIS X 4051; what is expected was set by hand.
func TestRunningText(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		width float64
		want  []string
	}{
		"a full stop goes with its character":      {"あいうえお。かき", 5, []string{"あいうえ", "お。かき"}},
		"a bracket opens the next line":            {"あいうえ「おか」", 5, []string{"あいうえ", "「おか」"}},
		"small kana and long vowels stay":          {"リスクファースト", 4, []string{"リスク", "ファース", "ト"}},
		"a number is not parted":                   {"回答先数は272先", 6, []string{"回答先数は", "272先"}},
		"a number keeps its percent sign":          {"割合は計78.4％です", 4.9, []string{"割合は計", "78.4％で", "す"}},
		"a dash of two is one":                     {"あいうえ――お", 5, []string{"あいうえ", "――お"}},
		"English breaks at spaces":                 {"peers ahead of you", 6, []string{"peers ahead", "of you"}},
		"English in Japanese is a word":            {"外部のSOCが監視", 4, []string{"外部の", "SOCが監", "視"}},
		"a word that is too wide is broken anyway": {"longwordlong", 3, []string{"longw", "ordlo", "ng"}},
		"an end of line is one":                    {"あい\nうえ", 9, []string{"あい", "うえ"}},
		"nothing is one line":                      {"", 9, []string{""}},
		"a space that does not break":              {"あい n\u00a0=\u00a064", 3.5, []string{"あい", "n\u00a0=\u00a064"}},
		"a selector stays with its character":      {"葛\U000E0100葛\U000E0100", 1, []string{"葛\U000E0100", "葛\U000E0100"}},
	} {
		if got := texts(typeset.Running(c.width, 1, regular(c.text))); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestLabelsAreBalancedAndBreakAtPhrases(t *testing.T) {
	for text, want := range map[string][]string{
		"ネットワークから直接アクセスできない方法での保管":              {"ネットワークから", "直接アクセスできない方法での保管"},
		"データの書換・削除が不可能な媒体での保管":                  {"データの書換・削除が", "不可能な媒体での保管"},
		"自組織のサイバーインシデントの発生状況":                   {"自組織の", "サイバーインシデントの発生状況"},
		"Restricting the use of external media": {"Restricting the use", "of external media"},
	} {
		lines := texts(typeset.Label(16, 1, regular(text)))
		if !slices.Equal(lines, want) {
			t.Errorf("%q, want %q", lines, want)
		}
	}
}

func TestSpansKeepTheirFaces(t *testing.T) {
	bold := fonts.Get(fonts.Bold)
	lines := typeset.Running(9, 1, regular("同じ段階 "), typeset.Span{Text: "57.8%", Face: bold}, regular("、手前の段階"))
	for _, l := range lines {
		for _, s := range l.Spans {
			if (s.Face == bold) != (s.Text == "57.8%") {
				t.Errorf("%q is in the face %s", s.Text, s.Face.Name)
			}
		}
	}
	if got := texts(lines); !slices.Equal(got, []string{"同じ段階 57.8%、", "手前の段階"}) {
		t.Errorf("%q", got)
	}
}

const (
	closing = "」）、。・：ーッゃ％"
	opening = "「（￥"
)

// mixed draws text as firms write it: phrases, numbers, words and marks, with no mark that stands alone.
func mixed(t *rapid.T) string {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{"経営層の", "関与", "サーバー", "は", "です。", "「重要」", "（SOC等）", "272先", "78.4%",
		"firms", " ", "and peers ", "・", "：", "、", "チェック", "髙﨑", "24時間", "￥100", "実施している", "e-mail", "\u3000"}), 1, 30).Draw(t, "parts")
	return "図" + strings.Join(parts, "")
}

func TestLinesKeepTheRulesAndLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := mixed(t)
		width := float64(rapid.IntRange(8, 40).Draw(t, "width"))
		running, label := typeset.Running(width, 1, regular(text)), typeset.Label(width, 1, regular(text))
		if len(label) != len(running) {
			t.Fatalf("%d lines of a label where %d do", len(label), len(running))
		}
		for _, lines := range [][]typeset.Line{running, label} {
			all := strings.Join(texts(lines), "")
			if bare(all) != bare(text) {
				t.Fatalf("lines %q of %q", texts(lines), text)
			}
			for i, l := range lines {
				s := l.Text()
				if got := fonts.Get(fonts.Regular).Width(s, 1); got > width+1e-9 || got-l.Width > 1e-9 || l.Width-got > 1e-9 {
					t.Fatalf("line %q is %v wide, said %v, in %v", s, got, l.Width, width)
				}
				first, _ := utf8.DecodeRuneInString(s)
				last, _ := utf8.DecodeLastRuneInString(s)
				if forcedFor(text) {
					continue
				}
				if i > 0 && strings.ContainsRune(closing, first) {
					t.Fatalf("line %q begins with what ends one", s)
				}
				if i < len(lines)-1 && strings.ContainsRune(opening, last) {
					t.Fatalf("line %q ends with what begins one", s)
				}
			}
		}
	})
}

// forcedFor says whether a text has a run of marks so long that a line must break in it.
func forcedFor(text string) bool {
	run := 0
	for _, r := range text {
		if strings.ContainsRune(closing, r) {
			if run++; run > 3 {
				return true
			}
		} else {
			run = 0
		}
	}
	return false
}

func bare(s string) string { return strings.NewReplacer(" ", "", "\u3000", "").Replace(s) }

func TestWhatDoesNotFitIsSaid(t *testing.T) {
	f := fonts.Get(fonts.Regular)
	for _, c := range []struct {
		text, want string
		width      float64
		cut        bool
	}{
		{"架空さくら証券", "架空さくら証券", 7, false},
		{"架空さくら証券", "架空さくら…", 6.9, true},
		{"監視・分析の態勢", "監視…", 4, true},
	} {
		got, cut := typeset.Fit(f, c.text, c.width, 1)
		if got != c.want || cut != c.cut {
			t.Errorf("%q in %v is %q, %v", c.text, c.width, got, cut)
		}
	}
}
