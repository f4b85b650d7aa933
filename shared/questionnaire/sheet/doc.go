// Package sheet turns the text files of an edition into an Excel workbook that a supervisor edits, and the edited workbook
// back into text files.
//
// Each file is a sheet, each thing in it a row: a question, an item, a choice, a rule. A row stands below the thing that it
// belongs to, as in the text. Row 1 is thin and names the columns by their keys, so that columns may be moved; column A
// says what a row is. What stands in a cell is what stands in the text file; a condition is written as there.
//
// [Export] writes the workbook, [Import] merges it into the files it was made from. What was not changed in the workbook
// stays in the text as it is to the byte: order of keys, quotes, blank lines, comments. What cannot be understood or
// placed for certain is a [Problem] with its sheet and cell, and nothing is merged.
package sheet
