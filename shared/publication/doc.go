// Package publication makes the publication pack (公表資料一式): every table of a release as CSV with its metadata (CSV on the Web,
// W3C 2015), JSON and Parquet, all of them as one workbook, and a list of contents with the SHA-256 of each.
//
// It is given what was released and nothing else, so a withheld number cannot be in it: a withheld cell holds none. The same
// release, definition and code make the same bytes, on any machine: nothing of the place or the time of making is in a file,
// everything is in a fixed order, and no file within a file has a date.
//
// Every file names the run that is its snapshot, the checksum of the definition, the code and the releases it corrects. It says
// no digest of the snapshot: whoever holds the answers of all firms but one could try that firm's answers against it.
//
// # Symbols
//
//	−      there is nothing to count: the base is empty
//	x      withheld (秘匿)
//	x[1]   withheld, and told together with the other cells of the row that are marked [1]
//
// Files for programs are empty in these places and have the symbol in a column of its own.
package publication

import "cssa/shared/checklist"

var (
	symbolsNote = checklist.Text{
		JA: "「−」は母数がなく該当する数値がないもの、「x」は秘匿したもの、「x[1]」は秘匿し、同じ行の[1]を付した欄の合計だけを示すものである。",
		EN: "− means that there is nothing to count because the base is empty; x that the number is withheld; x[1] that it is withheld and only the sum of the cells of the row marked [1] is shown.",
	}
	roundingNote = checklist.Text{
		JA: "小数点第2位以下を四捨五入しているため、割合の合計は必ずしも100にならない。",
		EN: "Shares are rounded half up to one decimal, so that they do not always add up to 100.",
	}
	basesNote = checklist.Text{
		JA: "対象先数は基準日の名簿にある先、提出先数は提出した先、回答先数は尋ねて回答した先、無回答は尋ねたが空欄の先、対象外は尋ねなかった先の数である。",
		EN: "Population: firms in the register on the reference date. Replied: firms that sent answers. Base: firms that were asked and answered. Unanswered: asked, and left blank. Not applicable: not asked.",
	}
)

// Symbols of cells without a number.
const (
	symbolEmpty    = "−"
	symbolWithheld = "x"
)
