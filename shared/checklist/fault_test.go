package checklist

import "testing"

func TestTheEnglishTextTakesTheEnglishValueWhereThereIsOne(t *testing.T) {
	for name, c := range map[string]struct {
		f    Fault
		want string
	}{
		"English is given":                            {NewFault(CodeUnanswered, "want", "記入", "want_en", "Fill in."), "Fill in."},
		"English is not given":                        {NewFault(CodeUnanswered, "want", "記入"), "記入"},
		"what was found, in English":                  {NewFault(CodeDamaged, "found", "途中", "found_en", "cut off"), "The file is damaged (cut off)."},
		"what was found, the same in both":            {NewFault(CodeDamaged, "found", "zip"), "The file is damaged (zip)."},
		"a value that looks like a placeholder stays": {NewFault(CodeDamaged, "found", "{want}", "want", "x"), "The file is damaged ({want})."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.f.What.EN; got != c.want && c.f.Mend.EN != c.want {
				t.Errorf("%q, %q, want %q", got, c.f.Mend.EN, c.want)
			}
		})
	}
	if f := NewFault(CodeDamaged, "want", "found", "found", "x"); f.Found != "x" {
		t.Errorf("Found is %q", f.Found)
	}
}
