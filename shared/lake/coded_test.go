package lake_test

import (
	"fmt"
	"reflect"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/laketest"
	"cssa/shared/tally"
)

// Rows made of a vector, the numbers and the texts are those made of the answers.
func TestCodedFirmsMakeTheSameRows(t *testing.T) {
	ed := laketest.Edition()
	coder := tally.NewCoder(ed)
	numbers, texts := 0, 0
	for i, a := range laketest.Answers() {
		firm := checklist.FirmID(fmt.Sprintf("S-%04d", i))
		want, err := lake.AnswerRows(ed, firm, a)
		if err != nil {
			t.Fatal(err)
		}
		coded, err := lake.CodeFirm(coder, a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := coded.Rows(coder, firm)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v, %v", firm, got, want, err)
		}
		numbers, texts = numbers+len(coded.Numbers), texts+len(coded.Texts)
		for name, bad := range map[string]lake.CodedFirm{
			"a number more": {Codes: coded.Codes, Numbers: append([]int64{1}, coded.Numbers...), Texts: coded.Texts},
			"a text more":   {Codes: coded.Codes, Numbers: coded.Numbers, Texts: append([]string{"x"}, coded.Texts...)},
			"cut short":     {Codes: coded.Codes[1:], Numbers: coded.Numbers, Texts: coded.Texts},
		} {
			if _, err := bad.Rows(coder, firm); err == nil {
				t.Errorf("%s: taken", name)
			}
		}
		if len(coded.Numbers) > 0 {
			if _, err := (lake.CodedFirm{Codes: coded.Codes, Texts: coded.Texts}).Rows(coder, firm); err == nil {
				t.Error("without its numbers: taken")
			}
		}
	}
	if numbers == 0 || texts == 0 {
		t.Errorf("%d numbers and %d texts in the sample", numbers, texts)
	}
}
