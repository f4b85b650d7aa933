package questionnaire

import "cssa/shared/checklist"

// Lint returns what is wrong with an edition as a whole.
func Lint(e *checklist.Edition) []Finding {
	if e.Threshold < 3 {
		return []Finding{{Where: "edition", What: "the threshold is below 3", Mend: "set it to 3 or more"}}
	}
	return nil
}
