package main

import (
	"slices"
	"testing"
)

func TestTheLanguageIsThatOfTheFirstWordThatIsSet(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"":            {},
		"ja_JP.UTF-8": {"LANG": "ja_JP.UTF-8"},
		"ja_JP":       {"LC_ALL": "", "LC_MESSAGES": "ja_JP", "LANG": "en_US"},
		"C":           {"LC_ALL": "C", "LC_MESSAGES": "ja_JP", "LANG": "ja_JP"},
	} {
		got := locale(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
		if got != want {
			t.Errorf("%v: %q, want %q", env, got, want)
		}
	}
}

func TestLettersAreListedByNumber(t *testing.T) {
	got := []string{"10", "2", "20230801T120000Z-v10", "1", "20230801T120000Z-v2"}
	slices.SortFunc(got, byNumber)
	if want := []string{"1", "2", "10", "20230801T120000Z-v2", "20230801T120000Z-v10"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
