package workbook_test

import (
	"math/rand/v2"
	"strconv"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

// free picks one of the fields of the cover that are as they were.
func (m *subject) free(r *rand.Rand, of ...workbook.Field) (workbook.Field, *gridField, bool) {
	f := pick(r, of...)
	g := m.fields[f]
	return f, g, g.code == "" && !g.lost
}

// coverMutations change the cover. Every place of it is a field of its own.
var coverMutations = []mutation{
	{name: "a date in one of the ways it is written", come: read_, do: func(m *subject, r *rand.Rand) bool {
		f, g, ok := m.free(r, workbook.ApprovedOn, workbook.ReferenceDate)
		if !ok {
			return false
		}
		day := m.cover.ApprovedOn
		if f == workbook.ReferenceDate {
			day = m.cover.ReferenceDate
		}
		at := time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, time.UTC)
		serial := strconv.Itoa(int(at.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24))
		era := strconv.Itoa(day.Year - 2018)
		switch r.IntN(4) {
		case 0:
			g.cell.number(serial)
			g.cell.style = pick(r, g.cell.style, "", m.format(pick(r, 14, 22, 27, 57)))
		case 1:
			g.cell.kind, g.cell.inner = "d", "<v>"+at.Format(pick(r, "2006-01-02", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z"))+"</v>"
		case 2:
			m.type_(g.cell, at.Format(pick(r, "2006/1/2", "2006-01-02", "2006年1月2日", "2006.1.2", "20060102", "2006 / 1 / 2", " 2006年01月02日\n")), r)
		case 3:
			md := at.Format("1月2日")
			m.type_(g.cell, pick(r, "令和"+era+"年"+md, "令和"+wide(era)+"年"+wide(at.Format("1"))+"月"+wide(at.Format("2"))+"日", "R"+era+at.Format(".1.2"), "Ｒ"+wide(era)+at.Format("/1/2"), "㋿"+era+"年"+md), r)
		}
		return true
	}},
	{name: "a date that may be two days, or none", come: told_, do: func(m *subject, r *rand.Rand) bool {
		f, g, ok := m.free(r, workbook.ApprovedOn, workbook.ReferenceDate)
		if !ok {
			return false
		}
		if r.IntN(4) == 0 {
			g.cell.number(pick(r, "2023", "12", "-1", "99999999", "0.5"))
		} else {
			m.type_(g.cell, pick(r, "7/8/2023", "23/7/8", "2023年2月30日", "2023/13/1", "7月31日", "7月末", "昨日", "令和五年七月", "2023", "1923/7/31", "平成35年7月31日"), r)
		}
		g.code = checklist.CodeCoverDate
		if m.cover.ApprovedOn = (checklist.Date{}); f == workbook.ReferenceDate {
			m.cover.ApprovedOn, m.cover.ReferenceDate = signed(m.ed).ApprovedOn, checklist.Date{}
		}
		return m.fields[workbook.ApprovedOn].code == "" || m.fields[workbook.ReferenceDate].code == ""
	}},
	{name: "another reference date", come: told_, do: func(m *subject, r *rand.Rand) bool {
		_, g, ok := m.free(r, workbook.ReferenceDate)
		if ok {
			m.type_(g.cell, pick(r, "2023/3/31", "2023年3月31日", "令和5年3月31日"), r)
			m.cover.ReferenceDate, g.code = checklist.Date{Year: 2023, Month: 3, Day: 31}, checklist.CodeReferenceDate
		}
		return ok
	}},
	{name: "an approval that lacks something", come: told_, do: func(m *subject, r *rand.Rand) bool {
		f, g, ok := m.free(r, workbook.Approver, workbook.ApproverTitle, workbook.ApprovedOn)
		if ok {
			if g.cell.clear(); r.IntN(2) == 0 {
				m.type_(g.cell, pick(r, "", " ", "　", "\u200b", "\n"), r)
			}
			g.code = checklist.CodeNoApproval
			m.forget(f)
		}
		return ok
	}},
	{name: "no preparer, or no name", come: told_, do: func(m *subject, r *rand.Rand) bool {
		f, g, ok := m.free(r, workbook.Preparer, workbook.FirmName)
		if ok {
			g.cell.clear()
			g.code = checklist.CodeCoverBlank
			m.forget(f)
		}
		return ok
	}},
	{name: "an error value or a formula without a result", come: told_, do: func(m *subject, r *rand.Rand) bool {
		f, g, ok := m.free(r, workbook.Preparer, workbook.FirmName, workbook.Approver, workbook.ApproverTitle, workbook.ApprovedOn, workbook.ReferenceDate)
		if ok {
			g.cell.kind, g.cell.inner, g.code = "e", "<v>"+pick(r, "#REF!", "#N/A")+"</v>", checklist.CodeCellError
			if r.IntN(2) == 0 {
				g.cell.kind, g.cell.inner, g.code = "", "<f>A1</f>", checklist.CodeFormula
			}
			m.forget(f)
		}
		return ok
	}},
	{name: "the firm's name, its form written in another way", come: read_, do: func(m *subject, r *rand.Rand) bool {
		_, g, ok := m.free(r, workbook.FirmName)
		if ok {
			m.cover.FirmName = pick(r, "架空さくら証券㈱", "架空さくら証券(株)", "架空さくら証券（株）", "架空さくら証券　株式会社", "架空さくら証券㍿")
			m.type_(g.cell, m.cover.FirmName, r)
		}
		return ok
	}},
	{name: "another name", come: "read, and to be confirmed", do: func(m *subject, r *rand.Rand) bool {
		_, g, ok := m.free(r, workbook.FirmName)
		if ok {
			m.cover.FirmName, g.code = pick(r, "架空もみじ証券", "株式会社架空さくら証券", "架空さくら証券"), checklist.CodeFirmName
			m.type_(g.cell, m.cover.FirmName, r)
		}
		return ok
	}},
	{name: "another firm's, edition's or definition's identity", come: refused, do: func(m *subject, r *rand.Rand) bool {
		f, g, ok := m.free(r, workbook.EditionCell, workbook.FirmCell, workbook.ChecksumCell)
		if !ok || m.whole != nil {
			return false
		}
		m.type_(g.cell, pick(r, "S-0138", "2019-other", "0000"), r)
		code := map[workbook.Field]checklist.FaultCode{workbook.EditionCell: checklist.CodeWrongEdition, workbook.FirmCell: checklist.CodeOtherFirm, workbook.ChecksumCell: checklist.CodeOldTemplate}[f]
		m.whole = &wholeFault{codes: []checklist.FaultCode{code}, at: g}
		return true
	}},
	{name: "no identity", come: refused, do: func(m *subject, r *rand.Rand) bool {
		_, g, ok := m.free(r, workbook.EditionCell, workbook.FirmCell, workbook.ChecksumCell)
		if ok && m.whole == nil {
			g.cell.clear()
			m.whole = &wholeFault{codes: []checklist.FaultCode{checklist.CodeNoIdentity}}
		}
		return ok && m.whole != nil
	}},
	{name: "a date in a workbook that counts from 1904", come: read_, do: func(m *subject, r *rand.Rand) bool {
		for _, f := range []workbook.Field{workbook.ApprovedOn, workbook.ReferenceDate} {
			g := m.fields[f]
			n, err := strconv.Atoi(between(g.cell.inner, "<v>", "</v>"))
			if g.cell.kind != "" || g.code != "" || err != nil || n < 40000 {
				return false
			}
			g.cell.number(strconv.Itoa(n - 1462))
		}
		return m.replace(bookPart, "<workbookPr ", `<workbookPr date1904="`+pick(r, "1", "true")+`" `)
	}},
}

// forget takes a field off the cover as it must be read.
func (m *subject) forget(f workbook.Field) {
	switch f {
	case workbook.FirmName:
		m.cover.FirmName = ""
	case workbook.Preparer:
		m.cover.Preparer = ""
	case workbook.Approver:
		m.cover.Approver = ""
	case workbook.ApproverTitle:
		m.cover.ApproverTitle = ""
	case workbook.ApprovedOn:
		m.cover.ApprovedOn = checklist.Date{}
	case workbook.ReferenceDate:
		m.cover.ReferenceDate = checklist.Date{}
	}
}
