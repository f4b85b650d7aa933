package checklist

import "strings"

// A Fault (不備) is something in an upload that the firm must mend or confirm. It is data, not an error: all faults of an
// upload are reported at once. Found may quote an answer, so a Fault is as confidential as the answers; never log one.
type Fault struct {
	Code     FaultCode
	Severity Severity
	Ref      Ref    // zero for faults of the file or the cover
	Question string // the question's printed number, "" if none
	Sheet    string // "" for faults of the file as a whole
	Cell     string // e.g. "D11"; "" if the fault is not in one cell
	Found    string // what was found, as typed; "" for a blank
	What     Text   // what is wrong
	Mend     Text   // how to mend it
	Rule     string // id of the edition's rule, for CodeRule and CodeRuleConfirm
}

// A FaultCode is printed beside every fault. Codes are stored words: never reused, never renumbered. Each has one line in
// faults.csv.
type FaultCode string

// A Severity says whether a fault stands in the way of acceptance. Values are stored words.
type Severity string

// The severities.
const (
	Mend    Severity = "mend"    // ✗ the checklist is returned (差戻し)
	Confirm Severity = "confirm" // △ accepted; the firm is asked to look again
)

// Mark returns the sign and the words that stand for a severity wherever a fault is shown.
func (s Severity) Mark() Text {
	if s == Confirm {
		return Text{JA: "△ 要確認", EN: "△ to confirm"}
	}
	return Text{JA: "✗ 要修正", EN: "✗ to mend"}
}

// Faults of the file: nothing of it could be used.
const (
	CodeEmptyFile      FaultCode = "F001"
	CodeNotWorkbook    FaultCode = "F002"
	CodeEncrypted      FaultCode = "F003"
	CodeOldFormat      FaultCode = "F004"
	CodeMacros         FaultCode = "F005"
	CodeTooLarge       FaultCode = "F006"
	CodeDamaged        FaultCode = "F007"
	CodeText           FaultCode = "F008"
	CodePicture        FaultCode = "F009"
	CodeNoIdentity     FaultCode = "F010"
	CodeWrongEdition   FaultCode = "F011"
	CodeOldTemplate    FaultCode = "F012"
	CodeOtherFirm      FaultCode = "F013"
	CodeUnknownFirm    FaultCode = "F014"
	CodeSheetMissing   FaultCode = "F015"
	CodeRowMissing     FaultCode = "F016"
	CodeAfterClosing   FaultCode = "F017"
	CodeNotOpen        FaultCode = "F018"
	CodeNoAnswers      FaultCode = "F019"
	CodeDuplicateRow   FaultCode = "F020"
	CodeMovedAnswer    FaultCode = "F021"
	CodeUnreadable     FaultCode = "F022"
	CodeBinaryWorkbook FaultCode = "F023"
	CodeInfected       FaultCode = "F024"
	CodeNotScanned     FaultCode = "F025"
	CodeFrozen         FaultCode = "F026"
	CodeAnswerColumn   FaultCode = "F027"
	CodeMisplacedRow   FaultCode = "F028"
	CodeIDsMissing     FaultCode = "F029"
)

// Faults of the cover.
const (
	CodeCoverBlank    FaultCode = "C001"
	CodeNoApproval    FaultCode = "C002"
	CodeReferenceDate FaultCode = "C003"
	CodeCoverDate     FaultCode = "C004"
	CodeFirmName      FaultCode = "C005"
	CodeNotConfirmed  FaultCode = "C006"
	CodeApprovalDate  FaultCode = "C007"
)

// Faults of an answer.
const (
	CodeUnanswered    FaultCode = "E001"
	CodeNotAChoice    FaultCode = "E101"
	CodeTwoChoices    FaultCode = "E102"
	CodeNotANumber    FaultCode = "E103"
	CodeOutOfRange    FaultCode = "E104"
	CodeTooLong       FaultCode = "E105"
	CodeCellError     FaultCode = "E106"
	CodeFormula       FaultCode = "E107"
	CodeDecimals      FaultCode = "E108"
	CodeMerged        FaultCode = "E109"
	CodeExclusive     FaultCode = "E201"
	CodeNotApplicable FaultCode = "E202"
	CodeNothingChosen FaultCode = "E203"
	CodeRule          FaultCode = "E301"
	CodeRuleConfirm   FaultCode = "W301"
	CodeJump          FaultCode = "W302"
	CodeNotRead       FaultCode = "W303"
)

// NewFault returns a fault with the wording of the catalogue ([Explain]). Args are pairs of a placeholder's name and its
// value. A value for the English text alone has a name ending in "_en"; where it is not given, the English text takes the
// value without "_en".
func NewFault(code FaultCode, args ...string) Fault {
	m := entries[code]
	if m == nil {
		panic("checklist: fault code " + string(code) + " is not in the catalogue")
	}
	given := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		given[args[i]] = args[i+1]
	}
	var japanese, english []string // their order does not matter: no placeholder is part of another
	for name, value := range given {
		if strings.HasSuffix(name, "_en") {
			continue
		}
		inEnglish, ok := given[name+"_en"]
		if !ok {
			inEnglish = value
		}
		japanese = append(japanese, "{"+name+"}", value)
		english = append(english, "{"+name+"}", inEnglish)
	}
	ja, en := strings.NewReplacer(japanese...), strings.NewReplacer(english...)
	return Fault{
		Code: code, Severity: m.Severity, Found: given["found"],
		What: Text{ja.Replace(m.What.JA), en.Replace(m.What.EN)},
		Mend: Text{ja.Replace(m.Mend.JA), en.Replace(m.Mend.EN)},
	}
}

// Blocking returns how many of the faults stand in the way of acceptance.
func Blocking(faults []Fault) int {
	n := 0
	for _, f := range faults {
		if f.Severity == Mend {
			n++
		}
	}
	return n
}
