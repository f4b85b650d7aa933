package workbook

import "cssa/shared/checklist"

// A coverField is one row of the cover that is read.
type coverField struct {
	field  Field
	row    int
	label  checklist.Text
	short  checklist.Text // as a fault names it
	locked bool
	date   bool
}

// Rows of the cover.
const (
	coverTitleRow   = 2
	coverHeadRow    = 5
	coverFirstField = 6
	coverFacts      = 13
	coverIdentity   = 19
	coverContents   = 24
)

// coverFields are in printed order.
var coverFields = [...]coverField{
	{FirmName, coverFirstField, checklist.Text{JA: "先の名称", EN: "Name of the firm"}, checklist.Text{JA: "先の名称", EN: "name of the firm"}, false, false},
	{ReferenceDate, coverFirstField + 1, checklist.Text{JA: "基準日", EN: "Reference date"}, checklist.Text{JA: "基準日", EN: "reference date"}, false, true},
	{Preparer, coverFirstField + 2, checklist.Text{JA: "作成者（氏名・部署）", EN: "Prepared by (name, department)"}, checklist.Text{JA: "作成者", EN: "prepared by"}, false, false},
	{Approver, coverFirstField + 3, checklist.Text{JA: "承認した役員の氏名", EN: "Approved by (officer's name)"}, checklist.Text{JA: "氏名", EN: "name"}, false, false},
	{ApproverTitle, coverFirstField + 4, checklist.Text{JA: "承認した役員の役職", EN: "Officer's title"}, checklist.Text{JA: "役職", EN: "title"}, false, false},
	{ApprovedOn, coverFirstField + 5, checklist.Text{JA: "承認日", EN: "Date of approval"}, checklist.Text{JA: "承認日", EN: "date of approval"}, false, true},
	{EditionCell, coverIdentity + 1, checklist.Text{JA: "実施回", EN: "Edition"}, checklist.Text{}, true, false},
	{FirmCell, coverIdentity + 2, checklist.Text{JA: "先番号", EN: "Firm id"}, checklist.Text{}, true, false},
	{ChecksumCell, coverIdentity + 3, checklist.Text{JA: "様式の識別符号", EN: "Definition checksum"}, checklist.Text{}, true, false},
}

// followingFields are those of an edition that follows another.
var followingFields = [...]coverField{
	{Carried, coverFirstField + 6, checklist.Text{JA: "引き継いだ回答の確認", EN: "Answers carried over"}, checklist.Text{JA: "引き継いだ回答の確認", EN: "confirmation of the answers carried over"}, false, false},
	{PrefilledFrom, coverIdentity + 4, checklist.Text{JA: "回答の引継ぎ元", EN: "Carried over from"}, checklist.Text{}, true, false},
}

// confirmed is the one entry of the list at Carried.
const confirmed = "確認しました"

// coverFieldsOf returns the fields of an edition's cover, in printed order, with their rows.
func coverFieldsOf(ed *checklist.Edition) []coverField {
	if ed.Mapping == nil {
		return coverFields[:]
	}
	var fields []coverField
	for _, f := range coverFields {
		if f.field == EditionCell {
			fields = append(fields, followingFields[0])
		}
		f.row = coverRow(ed, f.row)
		fields = append(fields, f)
	}
	fields = append(fields, followingFields[1])
	fields[len(fields)-1].row = coverRow(ed, followingFields[1].row-1) + 1
	return fields
}

// coverRow moves a row of the cover down for the fields of an edition that follows another.
func coverRow(ed *checklist.Edition, row int) int {
	switch {
	case ed.Mapping == nil || row <= coverFirstField+5:
		return row
	case row < coverContents:
		return row + 1
	}
	return row + 2
}

// Words of the cover and of the heads of the sheets.
var (
	wordEntry    = checklist.Text{JA: "記入欄", EN: "To be filled in"}
	wordDeadline = checklist.Text{JA: "提出期限", EN: "Deadline"}
	wordClosing  = checklist.Text{JA: "受付終了", EN: "Doors close"}
	wordOffice   = checklist.Text{JA: "事務局", EN: "Secretariat"}
	wordContact  = checklist.Text{JA: "お問い合わせ", EN: "Contact"}
	wordIdentity = checklist.Text{JA: "受付に使う情報です。変更しないでください。", EN: "Used on receipt. Please do not change."}
	wordContents = checklist.Text{JA: "内容", EN: "Contents"}
	wordNumber   = checklist.Text{JA: "番号", EN: "No."}
	wordQuestion = checklist.Text{JA: "設問", EN: "Question"}
	wordAnswer   = checklist.Text{JA: "回答", EN: "Answer"}
	wordPrevious = checklist.Text{JA: "前回の回答", EN: "Last time's answer"}
	wordTerm     = checklist.Text{JA: "用語", EN: "Term"}
	wordMeaning  = checklist.Text{JA: "定義", EN: "Definition"}
	wordHowTo    = checklist.Text{JA: "記入要領", EN: "Instructions"}
	wordGlossary = checklist.Text{JA: "用語集", EN: "Glossary"}
)

// value returns what stands in a field of the cover: a string or a date.
func (f *coverField) value(ed *checklist.Edition, who Identity, c checklist.Cover) (string, checklist.Date) {
	switch f.field {
	case FirmName:
		return c.FirmName, checklist.Date{}
	case ReferenceDate:
		return "", c.ReferenceDate
	case Preparer:
		return c.Preparer, checklist.Date{}
	case Approver:
		return c.Approver, checklist.Date{}
	case ApproverTitle:
		return c.ApproverTitle, checklist.Date{}
	case ApprovedOn:
		return "", c.ApprovedOn
	case EditionCell:
		return string(ed.ID), checklist.Date{}
	case FirmCell:
		return string(who.Firm), checklist.Date{}
	case Carried, PrefilledFrom:
		return "", checklist.Date{} // [Template.fillPrevious]
	}
	return ed.Checksum, checklist.Date{}
}
