package workbook_test

import (
	"bytes"
	"strings"
	"testing"

	"cssa/shared/workbook"
)

// Excel keeps the order of its calculations in a part of its own, which would not know the formulas of the list. It is
// taken out whole: a program makes it anew.
func TestTheOrderOfCalculationsIsTakenOut(t *testing.T) {
	names, parts := workbook.Parts(t, spoilt(t))
	const rels, types, chain = "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/calcChain.xml"
	parts[rels] = bytes.Replace(parts[rels], []byte("</Relationships>"), []byte(
		`<Relationship Id="rId77" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" Target="calcChain.xml"/></Relationships>`), 1)
	parts[types] = bytes.Replace(parts[types], []byte("</Types>"), []byte(
		`<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/></Types>`), 1)
	parts[chain] = []byte(`<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="D14" i="4"/></calcChain>`)
	_, after := workbook.Parts(t, returned(t, smallEdition(), workbook.Pack(append(names, chain), parts)))
	if after[chain] != nil || strings.Contains(string(after[rels])+string(after[types]), "calcChain") {
		t.Error("something of the order of calculations is left")
	}
}

// A marked sheet is printed with its findings; the others as before.
func TestFindingsArePrinted(t *testing.T) {
	data := spoilt(t)
	before, after := open(t, data), open(t, returned(t, smallEdition(), data))
	areas := map[string]string{}
	for _, n := range after.GetDefinedName() {
		if n.Name == "_xlnm.Print_Area" {
			areas[n.Scope] = n.RefersTo
		}
	}
	for _, n := range before.GetDefinedName() {
		if n.Name != "_xlnm.Print_Area" {
			continue
		}
		want := n.RefersTo
		switch n.Scope {
		case page1, "表紙":
			want = strings.Replace(want, ":$D$", ":$F$", 1)
		case page2:
			want = strings.Replace(want, ":$E$", ":$G$", 1)
		}
		if areas[n.Scope] != want {
			t.Errorf("%s prints %q, want %q", n.Scope, areas[n.Scope], want)
		}
	}
	for sheet, columns := range map[string]string{page1: "ABCDE", page2: "ABCDEF"} {
		for _, c := range strings.Split(columns, "") {
			was, err1 := before.GetColWidth(sheet, c)
			is, err2 := after.GetColWidth(sheet, c)
			if err1 != nil || err2 != nil || was != is {
				t.Errorf("%s: column %s is %g wide, was %g", sheet, c, is, was)
			}
		}
		if w, err := after.GetColWidth(sheet, findingColumn(sheet)); err != nil || w < 50 {
			t.Errorf("%s: the findings are %g wide, %v", sheet, w, err)
		}
	}
}
