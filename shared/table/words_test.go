package table_test

import (
	"testing"

	"cssa/shared/table"
)

// The edges of every band, in tenths of a percent, worked out by hand from the list in the doc comment.
func TestWordsHoldInTheirBand(t *testing.T) {
	for words, band := range map[string][2]table.Share{ // first and last share that are in
		"2割": {175, 224}, "2割程度": {175, 224}, "約2割": {175, 224}, "２割程度": {175, 224},
		"2割台半ば": {225, 274}, "8割近く": {750, 799}, "8割弱": {750, 799}, "8割強": {800, 849}, "8割超": {801, 849},
		"9割程度": {875, 924}, "7割以上": {700, 1000}, "1割未満": {0, 99},
		"半数程度": {475, 524}, "約半数": {475, 524}, "半数近く": {450, 499}, "半数超": {501, 549},
		"多くの先": {501, 1000}, "一定数": {50, 500}, "一定割合": {50, 500}, "中心": {500, 1000}, "限定的": {0, 299},
	} {
		w, err := table.ParseWords(words)
		if err != nil {
			t.Errorf("%s: %v", words, err)
			continue
		}
		for s := table.Share(0); s <= 1000; s++ {
			if want := s >= band[0] && s <= band[1]; w.Holds(s, nil) != want {
				t.Errorf("%s holds for %s: %v, want %v", words, s, !want, want)
				break
			}
		}
	}
}

func TestWordsThatCompare(t *testing.T) {
	low, high := table.Share(300), table.Share(700)
	for _, tc := range []struct {
		words string
		share table.Share
		than  *table.Share
		want  bool
	}{
		{"相対的に低い", 300, &high, true},
		{"相対的に低い", 700, &high, false},
		{"相対的に低い", 300, nil, false},
		{"相対的に高い", 700, &low, true},
		{"相対的に高い", 300, &low, false},
		{"中心", 700, &low, true},
		{"中心", 600, &high, false},
		{"限定的", 200, &low, true},
		{"限定的", 299, &[]table.Share{299}[0], false},
		{"2割程度", 200, &low, true}, // a number does not compare
	} {
		w, err := table.ParseWords(tc.words)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Holds(tc.share, tc.than); got != tc.want {
			t.Errorf("%s of %s: %v, want %v", tc.words, tc.share, got, tc.want)
		}
	}
}

func TestWordsLeaveNoGapAndDoNotOverlap(t *testing.T) {
	for _, pair := range [][]string{{"程度", "台半ば"}, {"弱", "強"}} {
		var all []table.Words
		for _, n := range "123456789" {
			for _, end := range pair {
				w, err := table.ParseWords(string(n) + "割" + end)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, w)
			}
		}
		for s := table.Share(75); s < 925; s++ {
			in := 0
			for _, w := range all {
				if w.Contains(s) {
					in++
				}
			}
			if in != 1 {
				t.Errorf("%s has %d words of %v", s, in, pair)
			}
		}
	}
}

func TestWordsForAShareAreTrueOfIt(t *testing.T) {
	for s := table.Share(0); s <= 1000; s++ {
		words := table.WordsFor(s)
		if (words == "") != (s < 75 || s >= 925) {
			t.Errorf("%s has words %q", s, words)
		}
		if words == "" {
			continue
		}
		if w, err := table.ParseWords(words); err != nil || !w.Holds(s, nil) {
			t.Errorf("%s is called %s", s, words)
		}
	}
	for s, want := range map[table.Share]string{202: "2割程度", 500: "半数程度", 530: "5割台半ば", 784: "8割程度"} {
		if got := table.WordsFor(s); got != want {
			t.Errorf("%s is called %s, want %s", s, got, want)
		}
	}
}

func TestWhatIsNotWordsForAShare(t *testing.T) {
	for _, s := range []string{"", "0割", "10割", "割程度", "2割くらい", "約2割程度", "約", "約多くの先", "2", "20%", "ほぼ全て"} {
		if w, err := table.ParseWords(s); err == nil {
			from, to := w.Band()
			t.Errorf("%q is read as %s–%s", s, from, to)
		}
	}
}
