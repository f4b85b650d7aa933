package workbook

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"cssa/shared/checklist"
)

// readCover reads the cover. A missing approval is a fault like any other.
func (r *reader) readCover() {
	fields := coverFieldsOf(r.ed)
	for i := range fields {
		f := &fields[i]
		if f.locked || f.field == Carried {
			continue
		}
		at := r.found.rows[string(f.field)]
		fault := func(code checklist.FaultCode, args ...string) {
			x := checklist.NewFault(code, append(args, "name", f.short.JA, "name_en", f.short.EN)...)
			x.Sheet = r.layout.Cover(f.field).Sheet // another row may stand in the layout's cell
			if at != nil {
				x.Sheet, x.Cell = at.sheet, at.cell(0)
			}
			r.Faults = append(r.Faults, x)
		}
		switch {
		case at == nil:
			fault(checklist.CodeRowMissing, "want", f.short.JA, "want_en", f.short.EN)
			continue
		case at.again != "":
			fault(checklist.CodeDuplicateRow, "want", f.short.JA, "want_en", f.short.EN)
			continue
		}
		switch {
		case at.columns[0] == 0:
			fault(checklist.CodeRowMissing, "want", f.short.JA, "want_en", f.short.EN)
			continue
		case at.merged != nil && at.merged[0] != "":
			fault(checklist.CodeMerged, "found", at.merged[0])
			continue
		}
		v := at.values[0]
		text := trim(v.text)
		switch {
		case v.kind == kindError:
			fault(checklist.CodeCellError, "found", quote(text))
			continue
		case text == "" && v.formula:
			fault(checklist.CodeFormula, "found", formulaAlone)
			continue
		case text == "" && f.approval():
			fault(checklist.CodeNoApproval)
			continue
		case text == "":
			fault(checklist.CodeCoverBlank)
			continue
		}
		if !f.date {
			r.setText(f.field, text)
			if f.field == FirmName && r.want.FirmName != "" && !sameName(text, r.want.FirmName) {
				fault(checklist.CodeFirmName, "want", r.want.FirmName, "found", quote(text))
			}
			continue
		}
		day, ok := parseDay(v, r.date04)
		switch {
		case !ok:
			fault(checklist.CodeCoverDate, "found", quote(text), "want", r.dayLike(f.field))
		case f.field == ApprovedOn:
			r.Cover.ApprovedOn = day
			from, to := r.ed.ApprovalWindow()
			if day.Before(from) || !to.IsZero() && to.Before(day) {
				fault(checklist.CodeApprovalDate, "want", from.String()+"〜"+to.String(), "want_en", from.String()+" to "+to.String(), "found", day.String())
			}
		default:
			r.Cover.ReferenceDate = day
			if day != r.ed.ReferenceDate {
				fault(checklist.CodeReferenceDate, "want", r.ed.ReferenceDate.String(), "found", day.String())
			}
		}
	}
}

// dayLike is an example of what a field of the cover may say.
func (r *reader) dayLike(f Field) string {
	day := r.ed.ReferenceDate
	if f == ApprovedOn && !r.ed.Opens.IsZero() {
		day = checklist.DateOf(r.ed.Opens.In(cmp.Or(r.ed.Location, time.UTC)))
	}
	return fmt.Sprintf("%d/%d/%d", day.Year, int(day.Month), day.Day)
}

func (f *coverField) approval() bool {
	return f.field == Approver || f.field == ApproverTitle || f.field == ApprovedOn
}

func (r *reader) setText(f Field, text string) {
	switch f {
	case FirmName:
		r.Cover.FirmName = text
	case Preparer:
		r.Cover.Preparer = text
	case Approver:
		r.Cover.Approver = text
	case ApproverTitle:
		r.Cover.ApproverTitle = text
	}
}

var (
	isoDay     = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})(?:t\d\d:\d\d(?::\d\d(?:\.\d+)?)?z?)?$`)
	plainDay   = regexp.MustCompile(`^(\d{4})(\d\d)(\d\d)$`)
	westernDay = regexp.MustCompile(`^(\d{4}) ?[年/.\-] ?(\d{1,2}) ?[月/.\-] ?(\d{1,2}) ?日?$`)
	reiwaDay   = regexp.MustCompile(`^(?:令和|r) ?(元|\d{1,2}) ?[年/.\-] ?(\d{1,2}) ?[月/.\-] ?(\d{1,2}) ?日?$`)
)

// parseDay reads a day as a spreadsheet counts it or as it is written in Japan: 2023/7/31, 2023-07-31, 2023年7月31日,
// 20230731, 令和5年7月31日, R5.7.31. Orders that could mean two days are not read, nor are days that no cover can mean, such
// as the year 1905 that a typed 2023 becomes.
func parseDay(v value, from1904 bool) (checklist.Date, bool) {
	d, ok := anyDay(v, from1904)
	return d, ok && d.Year >= 2000 && d.Year < 2100
}

func anyDay(v value, from1904 bool) (checklist.Date, bool) {
	text := plainForm(v.text)
	if v.kind == kindNumber {
		n, err := strconv.ParseFloat(text, 64)
		if day, ok := dayOf(n, from1904); ok && err == nil {
			return checklist.DateOf(day), true
		}
	}
	year, m := 0, isoDay.FindStringSubmatch(text)
	if m == nil {
		m = plainDay.FindStringSubmatch(text)
	}
	if m == nil {
		m = westernDay.FindStringSubmatch(text)
	}
	if m == nil {
		if m = reiwaDay.FindStringSubmatch(text); m == nil {
			return checklist.Date{}, false
		}
		year = 2018
		if m[1] == "元" {
			m[1] = "1"
		}
	}
	numbers := [3]int{}
	for i := range numbers {
		n, err := strconv.Atoi(m[i+1])
		if err != nil {
			return checklist.Date{}, false
		}
		numbers[i] = n
	}
	d := checklist.Date{Year: year + numbers[0], Month: time.Month(numbers[1]), Day: numbers[2]}
	return d, checklist.DateOf(d.Start(time.UTC)) == d
}
