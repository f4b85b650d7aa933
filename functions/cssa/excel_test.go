package main

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// excel plays the person who edits a workbook:
//
//	excel set FILE SHEET KEY=VALUE COLUMN TEXT       in the row where the column KEY holds VALUE
//	excel replace FILE SHEET COLUMN OLD NEW          in the first cell of the column that holds OLD
//	excel add FILE SHEET KEY=VALUE COLUMN=TEXT…      a row below that one, with other texts
func excel(ts *testscript.TestScript, _ bool, args []string) {
	file := ts.MkAbs(args[1])
	f, err := excelize.OpenFile(file)
	ts.Check(err)
	defer func() { ts.Check(f.Close()) }()
	sheet := args[2]
	rows, err := f.GetRows(sheet)
	ts.Check(err)
	column := func(key string) int {
		for i, v := range rows[0] {
			if v == key {
				return i
			}
		}
		ts.Fatalf("%s has no column %s", sheet, key)
		return 0
	}
	row := func(key string, is func(string) bool) int {
		c := column(key)
		for j, cells := range rows {
			if j >= 2 && c < len(cells) && is(cells[c]) {
				return j
			}
		}
		ts.Fatalf("%s: no such row", sheet)
		return 0
	}
	where := func(s string) int {
		key, value, _ := strings.Cut(s, "=")
		return row(key, func(v string) bool { return v == value })
	}
	put := func(key string, row int, text string) {
		cell, err := excelize.CoordinatesToCellName(column(key)+1, row+1)
		ts.Check(err)
		ts.Check(f.SetCellStr(sheet, cell, text))
	}
	switch args[0] {
	case "set":
		put(args[4], where(args[3]), args[5])
	case "replace":
		at := row(args[3], func(v string) bool { return strings.Contains(v, args[4]) })
		put(args[3], at, strings.Replace(rows[at][column(args[3])], args[4], args[5], 1))
	case "add":
		at := where(args[3])
		ts.Check(f.DuplicateRow(sheet, at+1))
		for _, a := range args[4:] {
			key, text, _ := strings.Cut(a, "=")
			put(key, at+1, text)
		}
	}
	ts.Check(f.Save())
}
