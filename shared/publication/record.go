package publication

import (
	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A record is one cell of a table with everything around it: a row of CSV and Parquet. What has no value is nil. The doc tags
// are the columns' descriptions in both languages, ja|en, and go into the metadata.
type record struct {
	Edition       string `parquet:"edition,dict" doc:"実施回|edition"`
	Run           string `parquet:"run,dict" doc:"公表した確定集計の実行記録（集計時点）|the frozen run that was released: the snapshot"`
	Table         string `parquet:"table,dict" doc:"図表又は設問|figure or question"`
	Stage         string `parquet:"stage,dict" doc:"設問の段階|stage of the question"`
	Dimension     string `parquet:"dimension,dict" doc:"区分の種類（all 全体、sector 業態、group 同業グループ、size 規模区分）|how firms are grouped: all, sector, group, size"`
	Group         string `parquet:"group_id,dict" doc:"区分|group"`
	GroupJA       string `parquet:"group_ja,dict" doc:"区分の名称|name of the group, Japanese"`
	GroupEN       string `parquet:"group_en,dict" doc:"区分の名称（英語）|name of the group, English"`
	Item          string `parquet:"item,dict" doc:"項目|item"`
	ItemJA        string `parquet:"item_ja,dict" doc:"項目の名称|the item in Japanese"`
	ItemEN        string `parquet:"item_en,dict" doc:"項目の名称（英語）|the item in English"`
	Series        string `parquet:"series,dict" doc:"系列又は選択肢|series or choice"`
	SeriesJA      string `parquet:"series_ja,dict" doc:"系列又は選択肢の名称|the series or choice in Japanese"`
	SeriesEN      string `parquet:"series_en,dict" doc:"系列又は選択肢の名称（英語）|the series or choice in English"`
	Population    int32  `parquet:"population" doc:"対象先数|firms in the register on the reference date"`
	Replied       int32  `parquet:"replied" doc:"提出先数|firms that sent answers"`
	Base          *int32 `parquet:"base,optional" doc:"回答先数|firms that were asked and answered"`
	Unanswered    *int32 `parquet:"unanswered,optional" doc:"無回答|firms that were asked and left it blank"`
	NotApplicable *int32 `parquet:"not_applicable,optional" doc:"対象外|firms that were not asked"`
	Count         *int32 `parquet:"count,optional" doc:"該当先数|firms that gave the answer"`
	ShareBase     *int32 `parquet:"share_base,optional" doc:"割合の母数|firms of which the share is"`
	Share         *int32 `parquet:"share,optional,decimal(1:4)" doc:"割合（％、小数点第2位を四捨五入）|share in percent, half up to one decimal"`
	Symbol        string `parquet:"symbol,dict" doc:"記号（x 秘匿、− 該当なし）|x withheld, − nothing to count"`
	Joint         *int32 `parquet:"joint,optional" doc:"合計だけを示す秘匿欄の番号（行ごと）|number, within the row, of the withheld cells of which only the sum is shown"`
	JointCount    *int32 `parquet:"joint_count,optional" doc:"その合計先数|firms in those cells together"`
	Few           *bool  `parquet:"few,optional" doc:"秘匿基準未満であると示した欄|the one cell of them said to be below the threshold"`
	Released      string `parquet:"released,dict" doc:"公表を承認した時刻|instant at which the release was approved"`
	Corrects      string `parquet:"corrects,dict" doc:"本公表が訂正する公表の実行記録|runs of the releases that this one corrects"`
	Definition    string `parquet:"definition,dict" doc:"設問定義のSHA-256|SHA-256 of the edition's definition"`
	Code          string `parquet:"code,dict" doc:"集計に用いたプログラムの版|version of the code"`
}

// records returns the cells of a table, group by group, in printed order.
func (s *sheet) records(p *Pack) []record {
	var out []record
	for i := range s.groups {
		t := &s.groups[i]
		name := p.groupName(t.Group)
		for k := range t.Rows {
			row := &t.Rows[k]
			item, _ := s.def.Question.Item(checklist.ItemID(row.Item))
			for c := range row.Cells {
				r := record{
					Edition: t.Edition, Run: t.Run, Table: t.ID, Stage: t.Stage,
					Dimension: t.Group.Dimension, Group: t.Group.ID, GroupJA: name.JA, GroupEN: name.EN, Item: row.Item,
					Series: t.Columns[c], SeriesJA: s.def.Columns[c].Label.JA, SeriesEN: s.def.Columns[c].Label.EN,
					Population: int32(t.Firms), Replied: int32(t.Replied),
					Released: instant(p.Released), Corrects: p.corrects(), Definition: p.Edition.Checksum, Code: p.Code,
				}
				if item != nil {
					r.ItemJA, r.ItemEN = item.Label.JA, item.Label.EN
				}
				r.numbers(row, c)
				out = append(out, r)
			}
		}
	}
	return out
}

func (r *record) numbers(row *table.Row, column int) {
	if !row.Closed() {
		r.Base, r.Unanswered, r.NotApplicable = number(row.Base), number(row.Unanswered), number(row.NotApplicable)
	}
	cell := row.Cells[column]
	joint, withheld := cell.Withheld()
	n, shown := cell.Count()
	switch {
	case withheld:
		r.Symbol = symbolWithheld
		if joint < 0 {
			return
		}
		j := row.Joints[joint]
		r.Joint, r.JointCount = number(joint+1), number(j.Count)
		if j.Few >= 0 {
			few := j.Few == column
			r.Few = &few
		}
	case !shown:
		r.Symbol = symbolEmpty
	default:
		base, _ := cell.Base()
		share, _ := cell.Share()
		r.Count, r.ShareBase, r.Share = number(n), number(base), number(int(share))
	}
}

func number(n int) *int32 {
	v := int32(n)
	return &v
}

var allName = checklist.Text{JA: "全体", EN: "All firms"}

func (p *Pack) groupName(g table.Group) checklist.Text {
	if g == table.All {
		return allName
	}
	return p.Edition.GroupName(checklist.Dimension(g.Dimension), g.ID)
}
