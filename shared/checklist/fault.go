package checklist

import (
	"slices"
	"strings"
)

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

// A FaultCode is printed beside every fault. Codes are stored words: never reused, never renumbered.
type FaultCode string

// A Severity says whether a fault stands in the way of acceptance. Values are stored words.
type Severity string

// The severities.
const (
	Mend    Severity = "mend"    // ✗ the checklist is returned (差戻し)
	Confirm Severity = "confirm" // △ accepted; the firm is asked to look again
)

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
)

// Faults of the cover.
const (
	CodeCoverBlank    FaultCode = "C001"
	CodeNoApproval    FaultCode = "C002"
	CodeReferenceDate FaultCode = "C003"
	CodeCoverDate     FaultCode = "C004"
	CodeFirmName      FaultCode = "C005"
	CodeNotConfirmed  FaultCode = "C006"
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
)

// messages holds what a firm reads for each code. {found}, {want}, {name} and so on are filled in by NewFault. Lines are
// short (about 50 full-width characters) and never blame.
var messages = map[FaultCode]struct {
	severity   Severity
	what, mend Text
}{
	CodeEmptyFile: {Mend,
		Text{"ファイルの中身がありません（0バイト）。", "The file is empty (0 bytes)."},
		Text{"記入済みの点検票（.xlsx）をもう一度お送りください。", "Please send the filled checklist (.xlsx) again."}},
	CodeNotWorkbook: {Mend,
		Text{"Excelブック（.xlsx）ではありません。", "This is not an Excel workbook (.xlsx)."},
		Text{"お送りした点検票に記入し、.xlsx形式のままお送りください。", "Please fill in the checklist you were sent and send it as .xlsx."}},
	CodeEncrypted: {Mend,
		Text{"パスワードや権限管理で保護されていて、開けません。", "The file is protected by a password or rights management and cannot be opened."},
		Text{"保護を解除して保存し、お送りください。送信路は暗号化されています。", "Please save it without protection. The upload itself is encrypted."}},
	CodeOldFormat: {Mend,
		Text{"古いExcel形式（.xls）です。", "The file is in the old Excel format (.xls)."},
		Text{"「名前を付けて保存」で .xlsx形式にしてお送りください。", "Please use Save As to save it as .xlsx."}},
	CodeMacros: {Mend,
		Text{"マクロを含むブックです。", "The workbook contains macros."},
		Text{"「Excelブック（.xlsx）」として保存し直してお送りください。", "Please save it as an Excel Workbook (.xlsx) without macros."}},
	CodeBinaryWorkbook: {Mend,
		Text{"バイナリ形式のブック（.xlsb）です。", "The file is a binary workbook (.xlsb)."},
		Text{"「Excelブック（.xlsx）」として保存し直してお送りください。", "Please save it as an Excel Workbook (.xlsx)."}},
	CodeTooLarge: {Mend,
		Text{"ファイルが大きすぎます（{found}）。上限は{want}です。", "The file is too large ({found}); the limit is {want}."},
		Text{"貼り付けた画像や不要な行・シートを除いてお送りください。", "Please remove pasted pictures and unused rows or sheets."}},
	CodeDamaged: {Mend,
		Text{"ファイルが壊れています（{found}）。", "The file is damaged ({found})."},
		Text{"Excelで開けるか確かめ、保存し直してお送りください。", "Please check that Excel opens it, save it again and resend."}},
	CodeText: {Mend,
		Text{"テキストまたはCSVのファイルです。", "The file is text or CSV."},
		Text{"お送りした点検票（.xlsx）に記入してお送りください。", "Please fill in the checklist (.xlsx) you were sent."}},
	CodePicture: {Mend,
		Text{"画像またはPDFのファイルです（{found}）。", "The file is a picture or PDF ({found})."},
		Text{"お送りした点検票（.xlsx）に記入してお送りください。", "Please fill in the checklist (.xlsx) you were sent."}},
	CodeUnreadable: {Mend,
		Text{"ファイルを読み取れませんでした（{found}）。", "The file could not be read ({found})."},
		Text{"Excelで開いて保存し直し、お送りください。", "Please open it in Excel, save it again and resend."}},
	CodeInfected: {Mend,
		Text{"ウイルス検査で問題が見つかりました。中身は読んでいません。", "The virus scan found a problem. The file was not read."},
		Text{"端末を検査し、お送りした点検票に記入し直してお送りください。", "Please check the computer and fill in the checklist you were sent anew."}},
	CodeNotScanned: {Mend,
		Text{"ウイルス検査のできない形式です。中身は読んでいません。", "The file cannot be scanned for viruses and was not read."},
		Text{"パスワードを付けず、Excelで保存し直してお送りください。", "Please save it again in Excel, without a password."}},
	CodeNoIdentity: {Mend,
		Text{"点検票の識別欄（実施回・先番号）が読み取れません。", "The checklist's identity cells (edition, firm) cannot be read."},
		Text{"お送りした点検票に記入し直してお送りください。", "Please use the checklist workbook you were sent."}},
	CodeWrongEdition: {Mend,
		Text{"別の実施回の点検票です（{found}）。", "This is the checklist of another edition ({found})."},
		Text{"今回（{want}）の点検票に記入してお送りください。", "Please fill in the checklist of this edition ({want})."}},
	CodeOldTemplate: {Mend,
		Text{"点検票の様式が今回のものと異なります。", "The checklist's template is not the one issued for this edition."},
		Text{"お送りした点検票に回答を写してお送りください。", "Please copy the answers into the checklist you were sent."}},
	CodeOtherFirm: {Mend,
		Text{"別の先の点検票です（{found}）。", "This is another firm's checklist ({found})."},
		Text{"貴社（{want}）の点検票をお送りください。", "Please send your own firm's checklist ({want})."}},
	CodeUnknownFirm: {Mend,
		Text{"先番号が名簿にありません（{found}）。", "The firm id is not in the register ({found})."},
		Text{"貴社にお送りした点検票を、そのままの先番号でお使いください。", "Please use the checklist sent to your firm, with its firm id unchanged."}},
	CodeSheetMissing: {Mend,
		Text{"シート「{want}」がありません。", "The sheet “{want}” is missing."},
		Text{"シートを削除していない点検票をお送りください。", "Please send the checklist with all its sheets."}},
	CodeRowMissing: {Mend,
		Text{"設問{want}の行が見つかりません。", "The row of question {want} cannot be found."},
		Text{"行や列を削除・挿入していない点検票をお送りください。", "Please send the checklist without deleted or inserted rows and columns."}},
	CodeDuplicateRow: {Mend,
		Text{"設問{want}の行が2つ以上あります。", "The row of question {want} appears more than once."},
		Text{"複写された行を削除してお送りください。", "Please delete the copied rows."}},
	CodeMovedAnswer: {Mend,
		Text{"回答欄の外に文字があります。", "There is text outside the answer cell."},
		Text{"回答は色の付いた回答欄に記入し、ここは空欄にしてください。", "Please write the answer in the coloured answer cell and clear this one."}},
	CodeAnswerColumn: {Mend,
		Text{"シート「{want}」の回答欄の列がないか、2つあります。", "The answer column of the sheet “{want}” is missing or there twice."},
		Text{"列を削除・複写していない点検票をお送りください。", "Please send the checklist without deleted or copied columns."}},
	CodeAfterClosing: {Mend,
		Text{"受付終了（{want}）後に届きました。", "It arrived after the doors closed ({want})."},
		Text{"事務局にご連絡ください。", "Please contact the secretariat."}},
	CodeFrozen: {Mend,
		Text{"集計の確定後に処理されたため、受理できませんでした。", "It was handled only after the round was frozen and could not be accepted."},
		Text{"受付終了までに届いています。事務局にご連絡ください。", "It had come before the doors closed. Please contact the secretariat."}},
	CodeNotOpen: {Mend,
		Text{"この実施回は受付中ではありません。", "This edition is not open for submissions."},
		Text{"受付期間を案内でご確認ください。", "Please check the dates in the invitation."}},
	CodeNoAnswers: {Mend,
		Text{"回答がひとつも記入されていません。", "No question is answered."},
		Text{"記入したファイルかどうかお確かめください。", "Please check that this is the file you filled in."}},
	CodeCoverBlank: {Mend,
		Text{"表紙の「{name}」が空欄です。", "“{name}” on the cover is blank."},
		Text{"記入してください。", "Please fill it in."}},
	CodeNoApproval: {Mend,
		Text{"承認者の「{name}」がありません。", "The approval lacks “{name}”."},
		Text{"承認した役員の氏名・役職・承認日を記入してください。", "Please give the approving officer's name, title and date."}},
	CodeReferenceDate: {Mend,
		Text{"基準日が今回のもの（{want}）ではありません。", "The reference date is not that of this edition ({want})."},
		Text{"{want} 時点の状況で回答し、基準日を {want} としてください。", "Please answer as of {want} and enter {want}."}},
	CodeCoverDate: {Mend,
		Text{"「{name}」の日付を読み取れません。", "The date in “{name}” cannot be read."},
		Text{"2023/7/31 のように記入してください。", "Please write it like 2023/7/31."}},
	CodeFirmName: {Confirm,
		Text{"先の名称が名簿（{want}）と異なります。", "The firm's name differs from the register ({want})."},
		Text{"正しければ、そのままで構いません。", "Leave it as it is if it is right."}},
	CodeNotConfirmed: {Mend,
		Text{"前回から引き継いだ回答の確認がありません。", "The answers carried over from last time are not confirmed."},
		Text{"引き継いだ回答を見直し、表紙で「確認しました」を選んでください。", "Please look them over and choose the entry of the list on the cover."}},
	CodeJump: {Confirm,
		Text{"前回の回答（{want}）から大きく変わっています。", "It is far from last time's answer ({want})."},
		Text{"正しければ、そのままで構いません。", "Leave it as it is if it is right."}},
	CodeUnanswered: {Mend,
		Text{"回答がありません。", "Not answered."},
		Text{"{want}", "{want_en}"}},
	CodeNotAChoice: {Mend,
		Text{"選択肢にない回答です。", "This is not one of the choices."},
		Text{"{want}", "{want_en}"}},
	CodeTwoChoices: {Mend,
		Text{"2つ以上の選択肢が入っています。", "More than one choice is given."},
		Text{"{want}", "{want_en}"}},
	CodeNotANumber: {Mend,
		Text{"数値ではありません。", "This is not a number."},
		Text{"数字だけを記入してください（単位：{want}）。", "Please enter digits only (unit: {want_en})."}},
	CodeOutOfRange: {Mend,
		Text{"範囲（{want}）の外の数値です。", "The number is outside the range {want}."},
		Text{"{want} の数値を記入してください。", "Please enter a number within {want}."}},
	CodeTooLong: {Mend,
		Text{"{want}文字を超えています。", "Longer than {want} characters."},
		Text{"{want}文字以内にしてください。", "Please shorten it to {want} characters."}},
	CodeCellError: {Mend,
		Text{"セルがエラー値になっています。", "The cell holds an error value."},
		Text{"式を消し、回答を選び直してください。", "Please clear the formula and choose the answer again."}},
	CodeFormula: {Mend,
		Text{"式が入っていて、計算結果が保存されていません。", "The cell holds a formula without a saved result."},
		Text{"式を消し、回答を選び直してください。", "Please clear the formula and choose the answer again."}},
	CodeDecimals: {Mend,
		Text{"小数点以下の桁数が多すぎます。", "The number has too many decimal places."},
		Text{"小数点以下{want}桁までで記入してください。", "Please give at most {want} decimal places."}},
	CodeMerged: {Mend,
		Text{"回答欄がほかのセルと結合されています（{found}）。", "The answer cell is merged with other cells ({found})."},
		Text{"セルの結合を解除し、回答を記入してください。", "Please unmerge the cells and fill in the answer."}},
	CodeExclusive: {Mend,
		Text{"「{name}」とほかの「はい」は両立しません。", "“{name_en}” contradicts the other “yes” answers."},
		Text{"どちらかを「いいえ」にしてください。", "Please change one of them to “no”."}},
	CodeNotApplicable: {Mend,
		Text{"この設問は、{name} の回答により対象外です。", "This question does not apply, given the answer to {name}."},
		Text{"ここを空欄にするか、{name} の回答を直してください。", "Please clear this cell or correct {name}."}},
	CodeNothingChosen: {Mend,
		Text{"すべて「いいえ」です。", "Every item is “no”."},
		Text{"どれにも当たらなければ「{name}」を「はい」にしてください。", "If none applies, please answer “yes” to “{name_en}”."}},
	CodeRule:        {Mend, Text{"{what}", "{what_en}"}, Text{"{mend}", "{mend_en}"}},
	CodeRuleConfirm: {Confirm, Text{"{what}", "{what_en}"}, Text{"{mend}", "{mend_en}"}},
}

// NewFault returns a fault with its wording. Args are pairs of a placeholder's name and its value. A value for the English
// text alone has a name ending in "_en"; where it is not given, the English text takes the value without "_en".
func NewFault(code FaultCode, args ...string) Fault {
	m, ok := messages[code]
	if !ok {
		panic("checklist: no message for fault code " + string(code))
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
		english = append(english, "{"+name+"}", inEnglish, "{"+name+"_en}", inEnglish)
	}
	ja, en := strings.NewReplacer(japanese...), strings.NewReplacer(english...)
	return Fault{
		Code: code, Severity: m.severity, Found: given["found"],
		What: Text{ja.Replace(m.what.JA), en.Replace(m.what.EN)},
		Mend: Text{ja.Replace(m.mend.JA), en.Replace(m.mend.EN)},
	}
}

// FaultCodes returns every code that has a message, sorted.
func FaultCodes() []FaultCode {
	var codes []FaultCode
	for c := range messages {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	return codes
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
