// Package workbook turns an edition into an Excel workbook and a filled workbook back into answers.
//
// [Blank] and [Filled] write the checklist (点検票). [Read] reads what comes back from a firm and reports every problem as
// a fault with its sheet and cell; it expects anything at all in the file, from a picture to a zip bomb, and is bounded in
// memory and in work.
//
// A sheet of the checklist is recognised by its contents, never by its name or place. Row 1 is thin and names the columns:
// "cssa" over the ids, "answer-1", "answer-2" … over the answers, "finding" over the column kept for the secretariat.
// In the column of ids every row that is answered carries its place, e.g. "report.incidents", or several places separated
// by spaces, one for each answer column. So sheets may be renamed and moved and rows inserted, and what the reader cannot
// find is a fault rather than a guess. The cover (表紙) has ids of its own, e.g. "cover/approver".
package workbook
