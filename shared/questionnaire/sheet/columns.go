package sheet

import "slices"

// A column is one of the columns that sheets have, in this order; a sheet has those that its rows need.
type column struct {
	key    string
	ja, en string
	width  float64
	list   []string // what may be picked
}

// Beside the columns of fields a sheet has these.
const (
	rowColumn     = "row"     // what the row is
	settingColumn = "setting" // the key of a setting
	valueColumn   = "value"   // its value, if it is not in two languages
	infoColumn    = "info"    // for information: not read back
)

var columns = []column{
	{key: rowColumn, ja: "行", en: "row", width: 16},
	{key: settingColumn, ja: "設定名", en: "setting", width: 18},
	{key: valueColumn, ja: "値", en: "value", width: 28},
	{key: "dimension", ja: "比較の軸", en: "dimension", width: 11},
	{key: "id", ja: "ID", en: "id", width: 22},
	{key: "number", ja: "番号", en: "number", width: 8},
	{key: "kind", ja: "形式", en: "kind", width: 10, list: []string{"single", "multiple", "matrix", "nested", "number", "text"}},
	{key: "severity", ja: "扱い", en: "severity", width: 10, list: []string{"mend", "confirm"}},
	{key: "question", ja: "設問ID", en: "question", width: 20},
	{key: "item", ja: "項目ID", en: "item", width: 18},
	{key: "stage", ja: "段階ID", en: "stage", width: 12},
	{key: "change", ja: "変更", en: "change", width: 12, list: []string{"same", "reworded", "widened", "narrowed", "split", "merged", "new", "dropped"}},
	{key: "both", ja: "前回・今回とも", en: "both", width: 34},
	{key: "old", ja: "前回", en: "old", width: 34},
	{key: "new", ja: "今回", en: "new", width: 34},
	{key: "carry", ja: "引き継ぐ", en: "carry", width: 9, list: []string{"yes", "no"}},
	{key: "ja", ja: "日本語", en: "Japanese", width: 52},
	{key: "en", ja: "英語", en: "English", width: 52},
	{key: "definition.ja", ja: "定義（日本語）", en: "definition, Japanese", width: 52},
	{key: "definition.en", ja: "定義（英語）", en: "definition, English", width: 52},
	{key: "prompt.ja", ja: "問い（日本語）", en: "prompt, Japanese", width: 44},
	{key: "prompt.en", ja: "問い（英語）", en: "prompt, English", width: 44},
	{key: "mend.ja", ja: "直し方（日本語）", en: "how to mend, Japanese", width: 40},
	{key: "mend.en", ja: "直し方（英語）", en: "how to mend, English", width: 40},
	{key: "population.ja", ja: "対象（日本語）", en: "population, Japanese", width: 34},
	{key: "population.en", ja: "対象（英語）", en: "population, English", width: 34},
	{key: "optional", ja: "任意", en: "optional", width: 9, list: []string{"yes"}},
	{key: "when", ja: "条件", en: "put only when", width: 40},
	{key: "fails", ja: "不備となる条件", en: "fails when", width: 44},
	{key: "at", ja: "印の場所", en: "marks", width: 26},
	{key: "base", ja: "母集団の条件", en: "base", width: 34},
	{key: "unanswered", ja: "無回答の扱い", en: "unanswered", width: 11, list: []string{"in_base"}},
	{key: "not_applicable", ja: "対象外の扱い", en: "not applicable", width: 11, list: []string{"in_base"}},
	{key: "rank", ja: "順位", en: "rank", width: 7},
	{key: "from", ja: "下限", en: "from", width: 9},
	{key: "exclusive", ja: "排他", en: "exclusive", width: 9, list: []string{"yes"}},
	{key: "after", ja: "前段の回答", en: "after", width: 18},
	{key: "items", ja: "項目", en: "items", width: 26},
	{key: "series", ja: "系列", en: "series", width: 22},
	{key: "choices", ja: "選択肢", en: "choices", width: 22},
	{key: "uncounted", ja: "数えない選択肢", en: "uncounted", width: 18},
	{key: "order", ja: "並び順", en: "order", width: 11, list: []string{"checklist", "share"}},
	{key: "rest", ja: "残り", en: "rest", width: 7, list: []string{"yes"}},
	{key: "words", ja: "表現", en: "words", width: 16},
	{key: "than", ja: "比較先の項目", en: "than", width: 16},
	{key: "quote", ja: "引用", en: "quote", width: 52},
	{key: "terms", ja: "用語", en: "terms", width: 22},
	{key: "unit.ja", ja: "単位（日本語）", en: "unit, Japanese", width: 12},
	{key: "unit.en", ja: "単位（英語）", en: "unit, English", width: 12},
	{key: "decimals", ja: "小数桁", en: "decimals", width: 10},
	{key: "min", ja: "最小", en: "min", width: 10},
	{key: "max", ja: "最大", en: "max", width: 10},
	{key: "jump", ja: "前回比（倍）", en: "jump", width: 10},
	{key: "jump_ranks", ja: "前回比（順位）", en: "jump in ranks", width: 10},
	{key: "reference", ja: "参照", en: "reference", width: 16},
	{key: "source", ja: "出典", en: "source", width: 12, list: []string{"verbatim", "paraphrase", "composed"}},
	{key: infoColumn, ja: "参考（読み込みません）", en: "for information; not read back", width: 50},
}

// settingNames are the settings of edition.yaml in Japanese.
var settingNames = map[string]string{
	"id": "実施回ID", "title": "題名", "sector": "業態", "fiscal_year": "年度", "reference_date": "基準日", "time_zone": "時間帯",
	"opens": "受付開始", "deadline": "提出期限", "closing": "受付終了", "threshold": "秘匿基準", "group_minimum": "グループの最小先数",
	"previous": "前回の実施回", "office.name": "事務局の名称", "office.phone": "事務局の電話", "office.email": "事務局のメール",
}

// columnsOf returns the columns of a sheet.
func columnsOf(k *kind) []column {
	used := map[string]bool{rowColumn: true, infoColumn: true, settingColumn: k.upward, valueColumn: k.upward}
	var mark func(*kind)
	mark = func(k *kind) {
		for _, f := range k.fields {
			if !k.upward {
				used[f.column] = true
			}
		}
		for _, c := range k.under {
			mark(c)
		}
	}
	mark(k)
	var cs []column
	for _, c := range columns {
		if used[c.key] {
			cs = append(cs, c)
		}
	}
	return cs
}

// kindsOf returns what rows of a sheet can be, the file's own first.
func kindsOf(k *kind) []*kind {
	var ks []*kind
	if len(k.fields) > 0 {
		ks = append(ks, k)
	}
	for _, c := range k.under {
		for _, d := range kindsOf(c) {
			if !slices.Contains(ks, d) {
				ks = append(ks, d)
			}
		}
	}
	return ks
}

// settingColumnOf returns the column in which a field of a setting stands.
func settingColumnOf(f field) string {
	if f.form == prose {
		return f.column
	}
	return valueColumn
}

// settings returns the keys of the rows of an upward file, and the fields of each.
func settings(k *kind) ([]string, map[string][]field) {
	var order []string
	of := map[string][]field{}
	for _, f := range k.fields {
		key := f.key
		if f.form == prose {
			key = key[:len(key)-len(".ja")]
		}
		if of[key] == nil {
			order = append(order, key)
		}
		of[key] = append(of[key], f)
	}
	return order, of
}
