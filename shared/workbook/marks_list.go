package workbook

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"cssa/shared/checklist"
)

// listName is the list's name; a sheet of the firm's that has it already makes it give way.
const listName = "エラー一覧"

// The words of the list's marker row, by which it is known whatever its name is.
const (
	markList   = "cssa-list"
	markReason = "reason"
)

// Columns and rows of the list. From listText on they are hidden: what the finding column shows, and what the cells held.
const (
	listID     = 1
	listNo     = 2
	listKind   = 3
	listCell   = 4
	listAsked  = 5
	listFound  = 6
	listWhat   = 7
	listMend   = 8
	listStatus = 9
	listReason = 10
	listText   = 11
	listWas    = 12

	listTitle = 2
	listWho   = 3
	listCount = 4
	listSteps = 5
	listHead  = 8
	listFirst = 9
)

var listWidths = [...]float64{2, 5.5, 9.5, 31, 23, 16, 43, 40, 15.5, 20}

var listHeads = [...]string{listNo: "No.", listKind: "種類\nKind", listCell: "番地\nCell", listAsked: "設問\nQuestion", listFound: "入力された値\nFound",
	listWhat: "どこが違うか\nWhat is wrong", listMend: "直し方\nHow to mend", listStatus: "状態\nStatus", listReason: "理由（△のとき）\nReason (for △)"}

// A listWriter writes the sheet of the list.
type listWriter struct {
	*marker
	b     strings.Builder
	p     string // prefix
	cells []string
}

func (w *listWriter) cell(column, row, xf int, text string) {
	if text == "" {
		w.cells = append(w.cells, fmt.Sprintf(`<%sc r="%s" s="%d"/>`, w.p, cell(column, row), w.styles.xf[xf]))
		return
	}
	w.cells = append(w.cells, fmt.Sprintf(`<%sc r="%s" s="%d" t="inlineStr"><%sis><%st xml:space="preserve">%s</%st></%sis></%sc>`,
		w.p, cell(column, row), w.styles.xf[xf], w.p, w.p, escaped(text), w.p, w.p, w.p))
}

func (w *listWriter) formula(column, row, xf int, formula, now string) {
	w.cells = append(w.cells, fmt.Sprintf(`<%sc r="%s" s="%d" t="str"><%sf>%s</%sf><%sv>%s</%sv></%sc>`,
		w.p, cell(column, row), w.styles.xf[xf], w.p, escaped(formula), w.p, w.p, escaped(now), w.p, w.p))
}

func (w *listWriter) row(row int, height float64) {
	fmt.Fprintf(&w.b, `<%srow r="%d" ht="%g" customHeight="1">%s</%srow>`, w.p, row, min(height, 409), strings.Join(w.cells, ""), w.p)
	w.cells = w.cells[:0]
}

// list returns the part of the list's sheet, in the namespace of the workbook's own part.
func (m *marker) list(prefix string, strict bool) []byte {
	w := &listWriter{marker: m, p: prefix}
	last := max(listFirst, listFirst+len(m.marks)-1)
	w.top(strict, last)
	w.head(last)
	for i := range m.marks {
		w.finding(&m.marks[i])
	}
	w.bottom(last)
	return []byte(w.b.String())
}

func (w *listWriter) top(strict bool, last int) {
	p, uri := w.p, mainTransitional
	if strict {
		uri = mainStrict
	}
	ns := "xmlns"
	if p != "" {
		ns += ":" + strings.TrimSuffix(p, ":")
	}
	hidden := listWas
	for i := range w.marks {
		hidden = max(hidden, listWas+len(w.marks[i].related)-1)
	}
	fmt.Fprintf(&w.b, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+`<%sworksheet %s="%s">`, p, ns, uri)
	fmt.Fprintf(&w.b, `<%ssheetPr><%stabColor rgb="FF%s"/><%spageSetUpPr fitToPage="1"/></%ssheetPr>`, p, p, red, p, p)
	fmt.Fprintf(&w.b, `<%sdimension ref="A1:%s"/>`, p, cell(hidden, last))
	fmt.Fprintf(&w.b, `<%ssheetViews><%ssheetView showGridLines="0" tabSelected="1" workbookViewId="0"><%spane ySplit="%d" topLeftCell="%s" activePane="bottomLeft" state="frozen"/>`+
		`<%sselection pane="bottomLeft" activeCell="%s" sqref="%s"/></%ssheetView></%ssheetViews>`,
		p, p, p, listHead, cell(1, listFirst), p, cell(listCell, listFirst), cell(listCell, listFirst), p, p)
	fmt.Fprintf(&w.b, `<%ssheetFormatPr defaultRowHeight="18"/><%scols>`, p, p)
	for i, width := range listWidths {
		fmt.Fprintf(&w.b, `<%scol min="%d" max="%d" width="%g" customWidth="1"/>`, p, i+1, i+1, width)
	}
	fmt.Fprintf(&w.b, `<%scol min="%d" max="%d" width="9" hidden="1" customWidth="1"/></%scols><%ssheetData>`, p, listText, hidden, p, p)
}

func (w *listWriter) head(last int) {
	w.cell(listID, rowMark, xfMark, markList)
	w.cell(listReason, rowMark, xfMark, markReason)
	w.row(rowMark, 3)
	mend, confirm, unknown := 0, 0, 0
	for i := range w.marks {
		switch x := &w.marks[i]; {
		case x.reason != "" || x.reasonOnly:
		case x.unknown:
			unknown++
		case x.sign() == signMend:
			mend++
		default:
			confirm++
		}
	}
	title := "点検票に、直していただきたい箇所があります"
	english := "Some answers need to be mended."
	if w.notice.Accepted {
		title, english = "点検票は受理しました。ご確認いただきたい箇所があります", "Your checklist is accepted. Please look at these answers again."
	}
	checked := w.notice.Version == 0 // before it was sent
	if checked {
		title = "提出前の確認：" + strings.TrimPrefix(title, "点検票に、")
	}
	if checked && mend+unknown == 0 {
		title, english = "提出前の確認：ご確認いただきたい箇所があります", "Please look at these answers again."
	}
	w.cell(listNo, listTitle, xfTitle, title)
	w.row(listTitle, 28)
	who := fmt.Sprintf("%s　受付番号 %s　第%d版　%s", w.notice.FirmName, w.notice.Firm, w.notice.Version, english)
	if checked {
		who = fmt.Sprintf("%s　受付番号 %s　まだ提出していません　%s", w.notice.FirmName, w.notice.Firm, english)
	}
	if !w.notice.ReceivedAt.IsZero() {
		loc := w.ed.Location
		if loc == nil {
			loc = time.UTC
		}
		t := w.notice.ReceivedAt.In(loc)
		who = fmt.Sprintf("%s　受付番号 %s　第%d版　受付 %d年%d月%d日 %s　　%s", w.notice.FirmName, w.notice.Firm, w.notice.Version, t.Year(), int(t.Month()), t.Day(), t.Format("15:04"), english)
	}
	w.cell(listNo, listWho, xfPlain, who)
	w.row(listWho, 18)
	status := absolute(listStatus, listFirst) + ":" + absolute(listStatus, last)
	begins := func(with string) string {
		return fmt.Sprintf(`COUNTIF(%s,"%s*")`, status, with)
	}
	changed := begins("変更") + "+" + begins(statusUnknown)
	now := fmt.Sprintf("要修正 残り %d 件　／　要確認 %d 件", mend, confirm)
	if unknown > 0 {
		now += fmt.Sprintf("　／　再提出で確認 %d 件", unknown)
	}
	w.formula(listNo, listCount, xfCount,
		fmt.Sprintf(`"要修正 残り "&%s&" 件　／　要確認 "&%s&" 件"&IF(%s=0,"","　／　再提出で確認 "&(%s)&" 件")`, begins(signMend), begins(signConfirm), changed, changed), now)
	w.row(listCount, 24)
	steps := "① 青い番地を押すと、その欄に移ります。　② 直すと「状態」が「✓ 直りました」に変わります。　③ 残りが0件になったら保存し、このファイルのまま再提出してください（この一覧は消さなくて構いません）。"
	if mend+unknown == 0 {
		steps = "① 青い番地を押すと、その欄に移ります。　② 直すか、右端の「理由」に記入してください。　③ 訂正や理由があるときだけ、このファイルのまま再提出してください。"
	}
	english = "Press a blue cell name to go there; the status changes as you mend. Then save this file and send it again as it is; for △ you may give a reason instead."
	if checked {
		steps = strings.NewReplacer("訂正や理由があるときだけ、", "保存して、", "再提出", "提出").Replace(steps)
		english = strings.Replace(english, "send it again", "send it", 1)
	}
	w.cell(listNo, listSteps, xfPlain, steps)
	w.row(listSteps, 18)
	w.cell(listNo, listSteps+1, xfPlain, english)
	w.row(listSteps+1, 18)
	w.row(listHead-1, 6)
	for column := listNo; column <= listReason; column++ {
		w.cell(column, listHead, xfHead, listHeads[column])
	}
	w.row(listHead, 32)
}

// finding writes one row. Everything in it is text but its status.
func (w *listWriter) finding(x *mark) {
	f := &x.fault
	kind, kindXF, statusXF := checklist.Mend.Mark().JA, xfKindMend, xfStatusMend
	if x.sign() == signConfirm {
		kind, kindXF, statusXF = checklist.Confirm.Mark().JA, xfKindConfirm, xfStatusConfirm
	}
	asked := checklist.Text{JA: "点検票"}
	switch q, ok := w.ed.Question(string(f.Ref.Question)); {
	case ok:
		asked.JA = q.Number + " " + clip(q.Title.JA)
		if it, ok := q.Item(f.Ref.Item); ok {
			asked.JA += "\n" + it.Label.JA
		}
	case f.Sheet != "":
		asked.JA = f.Sheet
	}
	found := f.Found
	if found == "" {
		found = "（空欄）"
	}
	if x.reasonOnly || f.Cell == "" {
		found = "－"
	}
	what, mend := checklist.Text{JA: f.What.JA, EN: f.What.EN + " (" + string(f.Code) + ")"}, f.Mend
	w.cell(listID, x.row, xfID, findingID(f.Code, f.Ref, f.Rule))
	w.cell(listNo, x.row, xfNumber, strconv.Itoa(x.row-listFirst+1))
	w.cell(listKind, x.row, kindXF, kind)
	switch {
	case !x.at.isZero():
		w.cell(listCell, x.row, xfLinkCell, f.Cell+"　"+f.Sheet) // not every program wraps a link
	case f.Sheet != "":
		w.cell(listCell, x.row, xfNoLink, f.Sheet)
	default:
		w.cell(listCell, x.row, xfNoLink, "ファイル全体")
	}
	w.cell(listAsked, x.row, xfText, asked.JA)
	w.cell(listFound, x.row, xfTyped, found)
	w.cell(listWhat, x.row, xfText, what.JA+"\n"+what.EN)
	w.cell(listMend, x.row, xfText, mend.JA+"\n"+mend.EN)
	switch formula := w.statusFormula(x); {
	case x.reasonOnly || formula == "":
		w.cell(listStatus, x.row, statusXF, x.status())
	default:
		w.formula(listStatus, x.row, statusXF, formula, x.status())
	}
	if x.sign() == signConfirm {
		w.cell(listReason, x.row, xfReason, x.reason)
	} else {
		w.cell(listReason, x.row, xfText, "")
	}
	w.cell(listText, x.row, xfText, x.text())
	for i, c := range x.related {
		w.original(listWas+i, x.row, w.was[c])
	}
	height := 20.0
	for _, t := range []struct {
		text  checklist.Text
		width float64
	}{{checklist.Text{JA: f.Cell + "　" + f.Sheet}, listWidths[listCell-1]}, {asked, listWidths[listAsked-1]}, {checklist.Text{JA: found}, listWidths[listFound-1]}, {what, listWidths[listWhat-1]}, {mend, listWidths[listMend-1]},
		{checklist.Text{JA: x.reason}, listWidths[listReason-1]}} {
		height = max(height, 15*float64(wrapped(t.text.JA, t.width-2)+wrapped(t.text.EN, t.width-2))+8)
	}
	w.row(x.row, height)
}

// original keeps what a cell held, of the same kind, so that a formula can compare.
func (w *listWriter) original(column, row int, v value) {
	kind := map[byte]string{kindNumber: "n", kindBool: "b", kindDate: "d"}[v.kind]
	text := v.text
	if v.kind == kindBool {
		text = map[string]string{"TRUE": "1", "FALSE": "0"}[text]
	}
	if kind == "" || text == "" {
		w.cell(column, row, xfTyped, v.text)
		return
	}
	w.cells = append(w.cells, fmt.Sprintf(`<%sc r="%s" t="%s"><%sv>%s</%sv></%sc>`, w.p, cell(column, row), kind, w.p, escaped(text), w.p, w.p))
}

func (w *listWriter) bottom(last int) {
	p := w.p
	fmt.Fprintf(&w.b, `</%ssheetData><%ssheetProtection sheet="1" objects="1" scenarios="1" formatColumns="0" formatRows="0"/>`, p, p)
	status := cell(listStatus, listFirst) + ":" + cell(listStatus, last)
	fmt.Fprintf(&w.b, `<%sconditionalFormatting sqref="%s">`, p, status)
	for i, rule := range []struct {
		begins string
		dxf    int
	}{{signDone, dxfDone}, {"変", dxfChanged}, {"再", dxfChanged}} {
		fmt.Fprintf(&w.b, `<%scfRule type="expression" dxfId="%d" priority="%d"><%sformula>LEFT($%s%d,1)="%s"</%sformula></%scfRule>`,
			p, w.styles.dxf[rule.dxf], i+1, p, columnName(listStatus), listFirst, rule.begins, p, p)
	}
	fmt.Fprintf(&w.b, `</%sconditionalFormatting>`, p)
	var links strings.Builder
	for i := range w.marks {
		if x := &w.marks[i]; !x.at.isZero() {
			fmt.Fprintf(&links, `<%shyperlink ref="%s" location="%s"/>`, p, cell(listCell, x.row), escaped(sheetQuoted(x.fault.Sheet)+"!"+x.fault.Cell))
		}
	}
	if links.Len() > 0 {
		fmt.Fprintf(&w.b, `<%shyperlinks>%s</%shyperlinks>`, p, links.String(), p)
	}
	fmt.Fprintf(&w.b, `<%sprintOptions horizontalCentered="1"/><%spageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>`, p, p)
	fmt.Fprintf(&w.b, `<%spageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/><%sheaderFooter><%soddFooter>%s</%soddFooter></%sheaderFooter></%sworksheet>`,
		p, p, p, escaped("&L&8 "+escapeFooter(w.ed.Title.JA)+"&C&8 "+escapeFooter(string(w.notice.Firm))+"&R&8 &A　&P / &N"), p, p, p)
}
