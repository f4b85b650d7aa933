package questionnaire

import (
	"testing"

	"cssa/shared/checklist"
)

// The sentences of the publication's figures that differ most, written by hand. That they are true of the numbers is held
// by a test of cssa-sql, which reads them.
func TestTheBaseOfATableInWords(t *testing.T) {
	e := load(t, securitiesFiles(t))
	rounding := checklist.Text{JA: "割合は%で、小数点第2位を四捨五入した。", EN: " Shares are percentages, rounded half up to one decimal."}
	population := checklist.Text{JA: "対象先は、2023年6月30日の名簿にある全先。", EN: "The population is every firm in the register on 30 June 2023. "}
	for id, want := range map[checklist.FigureID]checklist.Text{
		"fig01": {JA: "1-1の母数は、回答した先。", EN: "The base of 1-1 is the firms that answered."},
		"fig15": {
			JA: "10-1の各項目（コンティンジェンシープランの整備）の母数は、回答した先。10-1の各項目（訓練・演習の実施）の母数は、回答した先。" +
				"10-1（訓練・演習の実施）は、項目ごとに、（コンティンジェンシープランの整備）の回答が「整備している」の先に尋ねた。" +
				"「コンティンジェンシープランを整備している」は、（コンティンジェンシープランの整備）の回答が「整備している」の先。" +
				"「訓練・演習を実施している（プランを整備している先のうち）」は、（訓練・演習の実施）の回答が「実施している」の先。",
			EN: "The base of each item of 10-1 (Contingency plan) is the firms that answered. The base of each item of 10-1 (Drill or exercise) is the firms that answered. " +
				"10-1 (Drill or exercise) was put, item by item, to firms whose answer to (Contingency plan) is “In place”. " +
				"“Contingency plan in place” counts firms whose answer to (Contingency plan) is “In place”. " +
				"“Drill or exercise held (of the firms with a plan)” counts firms whose answer to (Drill or exercise) is “Held”.",
		},
	} {
		f, ok := e.Figure(id)
		if !ok {
			t.Fatalf("no %s", id)
		}
		def, _ := f.Table(e)
		got := BaseSentence(e, def)
		if got.JA != population.JA+want.JA+rounding.JA || got.EN != population.EN+want.EN+rounding.EN {
			t.Errorf("%s\n%s\n%s", id, got.JA, got.EN)
		}
	}
}

func TestQuartilesInWords(t *testing.T) {
	e := load(t, securitiesFiles(t))
	got := QuartileSentence(e, e.Quartiles()[0])
	want := checklist.Text{
		JA: "対象先は、2023年6月30日の名簿にある全先。5-2の母数は、回答した先。" +
			"第1四分位は、母数のn先の数値を小さい順に並べ、第n/4位（端数は切上げ）の数値が入る区分。" +
			"中央値は、母数のn先の数値を小さい順に並べ、第n/2位（端数は切上げ）の数値が入る区分。" +
			"第3四分位は、母数のn先の数値を小さい順に並べ、第3n/4位（端数は切上げ）の数値が入る区分。",
		EN: "The population is every firm in the register on 30 June 2023. The base of 5-2 is the firms that answered. " +
			"First quartile: the class of the number of rank n/4, rounded up, of the n in the base in ascending order. " +
			"Median: the class of the number of rank n/2, rounded up, of the n in the base in ascending order. " +
			"Third quartile: the class of the number of rank 3n/4, rounded up, of the n in the base in ascending order.",
	}
	if got != want {
		t.Errorf("%s\n%s", got.JA, got.EN)
	}
}
