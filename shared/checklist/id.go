package checklist

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

type (
	// EditionID names one round for one sector (年度・実施回), e.g. "2023-securities".
	EditionID string
	// FirmID names a firm (先) for good, e.g. "S-0137"; it never changes hands.
	FirmID string
	// SectionID names a section (区分) within an edition.
	SectionID string
	// QuestionID names a question (設問) within an edition. It is stable: a question keeps its id as long as its wording holds.
	QuestionID string
	// ItemID names an item (項目), a row of a multiple, matrix or nested question.
	ItemID string
	// StageID names a stage of a nested question, e.g. "plan", then "drill".
	StageID string
	// ChoiceID names a choice (選択肢) within its question or stage.
	ChoiceID string
	// FigureID names a figure (図表), e.g. "fig01".
	FigureID string
	// SeriesID names one numerator of a figure.
	SeriesID string
	// TicketNumber counts a firm's tickets (提出券) within an edition from 1. It is the version (版) printed on paper.
	TicketNumber int
)

// The choices of every item of a multiple question.
const (
	Yes ChoiceID = "yes" // はい
	No  ChoiceID = "no"  // いいえ
)

var (
	idPattern      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	firmPattern    = regexp.MustCompile(`^[A-Z]{1,4}-[0-9]{4,8}$`)
	editionPattern = regexp.MustCompile(`^[0-9]{4}-[a-z0-9]+(-[a-z0-9]+)*$`)
)

// ValidID says whether s can be the id of a section, question, item, stage, choice, figure, series, group or rule:
// lower-case ASCII letters and digits in words joined by single hyphens.
func ValidID(s string) bool { return len(s) <= 64 && idPattern.MatchString(s) }

// ParseFirmID returns s as a FirmID, or an error that says what a firm id looks like.
func ParseFirmID(s string) (FirmID, error) {
	if !firmPattern.MatchString(s) {
		return "", fmt.Errorf("firm id %q: want 1 to 4 capital letters, a hyphen and 4 to 8 digits, e.g. S-0137", s)
	}
	return FirmID(s), nil
}

// ParseEditionID returns s as an EditionID, or an error that says what an edition id looks like.
func ParseEditionID(s string) (EditionID, error) {
	if len(s) > 64 || !editionPattern.MatchString(s) {
		return "", fmt.Errorf("edition id %q: want a year, a hyphen and a sector, e.g. 2023-securities", s)
	}
	return EditionID(s), nil
}

// A Ref names one place for an answer: a question, its item if it has items, its stage if it is nested.
// It is comparable and serves as a map key.
type Ref struct {
	Question QuestionID
	Item     ItemID
	Stage    StageID
}

// String returns the parts joined by dots, e.g. "policy", "report.incidents", "contingency.ransomware.drill".
// [ParseRef] reads it back.
func (r Ref) String() string {
	s := string(r.Question)
	if r.Item != "" {
		s += "." + string(r.Item)
	}
	if r.Stage != "" {
		s += "." + string(r.Stage)
	}
	return s
}

// ParseRef reads what [Ref.String] writes. It checks the form only, not whether an edition has such a place.
func ParseRef(s string) (Ref, error) {
	parts := strings.Split(s, ".")
	if len(parts) > 3 {
		return Ref{}, fmt.Errorf("reference %q: want question, question.item or question.item.stage", s)
	}
	for _, p := range parts {
		if !ValidID(p) {
			return Ref{}, fmt.Errorf("reference %q: %q is not an id", s, p)
		}
	}
	parts = append(parts, "", "")
	return Ref{QuestionID(parts[0]), ItemID(parts[1]), StageID(parts[2])}, nil
}

// CompareRefs orders refs by their ids, for output that must not depend on map order.
func CompareRefs(a, b Ref) int {
	return cmp.Or(cmp.Compare(a.Question, b.Question), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Stage, b.Stage))
}
