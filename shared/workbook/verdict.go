package workbook

import (
	"io"

	"cssa/shared/checklist"
)

// A Verdict is what a workbook would be answered, found before it is sent: the page in the browser shows it and
// `cssa check --json` prints it. Its keys stay as they are.
type Verdict struct {
	Edition checklist.EditionID `json:"edition"` // that it was checked for
	Firm    checklist.FirmID    `json:"firm"`    // that the workbook names
	Answers int                 `json:"answers"`
	Faults  []VerdictLine       `json:"faults"`
}

// A VerdictLine is a fault, in printed order.
type VerdictLine struct {
	Code     checklist.FaultCode `json:"code"`
	Severity checklist.Severity  `json:"severity"`
	Place    string              `json:"place,omitempty"`
	Question string              `json:"question,omitempty"`
	Sheet    string              `json:"sheet,omitempty"`
	Cell     string              `json:"cell,omitempty"`
	Found    string              `json:"found,omitempty"`
	WhatJA   string              `json:"what_ja"`
	WhatEN   string              `json:"what_en"`
	MendJA   string              `json:"mend_ja"`
	MendEN   string              `json:"mend_en"`
}

// VerdictLines returns faults as they are printed for programs; never nil.
func VerdictLines(faults []checklist.Fault) []VerdictLine {
	lines := make([]VerdictLine, len(faults))
	for i, f := range faults {
		lines[i] = VerdictLine{f.Code, f.Severity, f.Ref.String(), f.Question, f.Sheet, f.Cell, f.Found, f.What.JA, f.What.EN, f.Mend.JA, f.Mend.EN}
	}
	return lines
}

// Check reads a filled checklist of ed as it will be read on receipt, as far as the workbook alone shows what is wrong with
// it: the register, the dates and the virus scan are not at hand. The firm is the one that the workbook names, unless firm
// says which it must be.
func Check(r io.ReaderAt, size int64, ed *checklist.Edition, firm checklist.FirmID) (Reading, Verdict) {
	got := Read(r, size, ed, Identity{Edition: ed.ID, Definition: ed.Checksum, Firm: firm})
	return got, Verdict{ed.ID, got.Identity.Firm, len(got.Answers), VerdictLines(got.Faults)}
}
