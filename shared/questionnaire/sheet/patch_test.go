package sheet

import (
	"strings"
	"testing"
)

const rulesText = `# The rules.
# Two lines.

rules:
  # about the first
  - id: first   # kept
    severity: mend            # 差戻し
    fails:
      all:
        - is: {place: a, choices: [x]}
        - answered: b
    at: [a, b]
    what: {ja: あ, en: "A: a"}
    mend:
      ja: い   # of mend
      en: I

  # about the second
  # and more
  - id: second
    severity: confirm
    fails:
      answered: c
    at:
      - c
    what:
      ja: う
      en: U
# the end
`

// Every change touches the lines that it must and no other.
func TestAChangeTouchesOnlyItsLines(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(file *thing)
		old, new string // the only lines that differ
	}{
		"nothing":  {func(*thing) {}, "", ""},
		"a word":   {func(f *thing) { f.under["rules"][0].set("severity", "confirm") }, "    severity: mend            # 差戻し", "    severity: confirm         # 差戻し"},
		"an id":    {func(f *thing) { f.under["rules"][0].set("id", "one") }, "  - id: first   # kept", "  - id: one     # kept"},
		"a text":   {func(f *thing) { f.under["rules"][1].set("what.en", "V: v # w") }, "      en: U", `      en: "V: v # w"`},
		"in flow":  {func(f *thing) { f.under["rules"][0].set("what.en", "B") }, `    what: {ja: あ, en: "A: a"}`, "    what:\n      ja: あ\n      en: B"},
		"a list":   {func(f *thing) { f.under["rules"][1].set("at", "c, d") }, "    at:\n      - c", "    at: [c, d]"},
		"new key":  {func(f *thing) { f.under["rules"][1].set("mend.ja", "え") }, "      en: U\n", "      en: U\n    mend:\n      ja: え\n"},
		"key gone": {func(f *thing) { f.under["rules"][0].set("mend.en", "") }, "      en: I\n", ""},
		"condition": {func(f *thing) { f.under["rules"][1].set("fails", `not: {is: {place: c, choices: ["yes"]}}`) },
			"      answered: c", "      not:\n        is: {place: c, choices: [\"yes\"]}"},
		"second gone": {func(f *thing) { f.under["rules"] = f.under["rules"][:1] }, rulesText[strings.Index(rulesText, "\n  # about the second"):strings.Index(rulesText, "# the end")], ""},
		"turned round": {func(f *thing) { r := f.under["rules"]; r[0], r[1] = r[1], r[0] }, between(rulesText, "  # about the first", "# the end"),
			"  # about the first\n" + between(rulesText, "  # about the second", "# the end") + "\n" + between(rulesText, "  - id: first", "\n  # about the second")},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := readSource(rulesForm, []byte(rulesText))
			if err != nil {
				t.Fatal(err)
			}
			c.change(file)
			got, err := merge([]byte(rulesText), file)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.Replace(rulesText, c.old, c.new, 1); string(got) != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			dos, err := merge([]byte(strings.ReplaceAll(rulesText, "\n", "\r\n")), file)
			if err != nil || string(dos) != strings.ReplaceAll(string(got), "\n", "\r\n") {
				t.Errorf("with other line ends: %v\n%q", err, dos)
			}
		})
	}
}

func between(s, from, to string) string {
	s = s[strings.Index(s, from):]
	return s[:strings.Index(s, to)]
}

// A file that is written in no way that lines could be told apart is written anew, below what stands above its first key.
func TestAFileInBracketsIsWrittenAnew(t *testing.T) {
	body := "# kept\nrules: [{id: a, severity: mend, at: [x], fails: {answered: x}, what: {ja: あ, en: A}, mend: {ja: い, en: I}}]\n"
	file, err := readSource(rulesForm, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	file.under["rules"][0].set("severity", "confirm")
	got, err := merge([]byte(body), file)
	want := "# kept\nrules:\n  - id: a\n    severity: confirm\n    fails:\n      answered: x\n    at: [x]\n    what:\n      ja: あ\n      en: A\n    mend:\n      ja: い\n      en: I\n"
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
}
