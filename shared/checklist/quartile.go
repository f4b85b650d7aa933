package checklist

// A QuartileDef is the definition of the quartiles (四分位) of a number question: population, base and group dimensions are
// those of its distribution. Told is the class in which a quartile lies, never a number that a firm answered, so there is
// neither a least nor a greatest value.
//
// Of n numbers in ascending order, quartile k is that of rank ⌈k·n/4⌉: the median of an even number of firms is the lower
// of the two in the middle.
type QuartileDef struct {
	Distribution *TableDef
	Marks        []QuartileMark
}

// A QuartileMark is one of the quartiles. Values of ID are stored words.
type QuartileMark struct {
	ID    string
	Fours int // quarters of the firms at or below it
	Label Text
}

// Quartiles returns the definitions of the quartiles of every number question that has classes, in printed order.
func (e *Edition) Quartiles() []*QuartileDef {
	var defs []*QuartileDef
	for _, q := range e.Questions() {
		if q.Kind == Number && len(q.Choices) > 0 {
			defs = append(defs, &QuartileDef{Distribution: e.DistributionsOf(q)[0], Marks: []QuartileMark{
				{"q1", 1, Text{"第1四分位", "First quartile"}},
				{"median", 2, Text{"中央値", "Median"}},
				{"q3", 3, Text{"第3四分位", "Third quartile"}},
			}})
		}
	}
	return defs
}
