package report

import (
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// place is where an answer stands to the firm's own. Equal ranks tie.
type place int

const (
	ahead place = iota
	alike
	behind
)

// A part is the share of one or more neighbouring places that could be told apart.
type part struct {
	places []place
	share  table.Share
}

// parts divides a row into the firms ahead of, at and behind the firm's own answer. Places that a joint of withheld cells
// runs across are told together, so no more is said than the table shows. It returns nil where nothing can be said: the
// firm did not answer, the choices are not ordered, or not even a joint count is told.
func parts(choices []checklist.Choice, row *table.Row, own int) []part {
	if own < 0 || own >= len(choices) || choices[own].Rank == 0 || row.Base == 0 {
		return nil
	}
	placeOf := func(i int) place {
		switch r := choices[i].Rank; {
		case r < choices[own].Rank:
			return ahead
		case r == choices[own].Rank:
			return alike
		}
		return behind
	}
	var counts [3]int
	group := [3]place{ahead, alike, behind} // the first place each is told together with
	exists := [3]bool{}
	for i, c := range row.Cells {
		p := placeOf(i)
		exists[p] = true
		if n, ok := c.Count(); ok {
			counts[p] += n
		}
		if j, ok := c.Withheld(); ok && j < 0 {
			return nil
		}
	}
	for _, j := range row.Joints {
		lowest, highest := behind, ahead
		for _, col := range j.Columns {
			lowest, highest = min(lowest, placeOf(col)), max(highest, placeOf(col))
		}
		counts[lowest] += j.Count
		for p := lowest; p <= highest; p++ {
			group[p] = min(group[p], group[lowest])
		}
	}
	for p := range group { // joints may chain
		group[p] = group[group[p]]
	}
	var all []part
	for first := ahead; first <= behind; first++ {
		if group[first] != first {
			continue
		}
		var one part
		n := 0
		for p := first; p <= behind; p++ {
			if group[p] == first {
				n += counts[p]
				if exists[p] {
					one.places = append(one.places, p)
				}
			}
		}
		if len(one.places) == 0 {
			continue
		}
		one.share = table.ShareOf(n, row.Base)
		all = append(all, one)
	}
	if len(all) == 1 && len(all[0].places) > 1 {
		return nil // everything together says nothing
	}
	return all
}

// compare is the sentence above a question's chart.
func compare(choices []checklist.Choice, row *table.Row, own int) checklist.Text {
	if len(choices) > 0 && choices[0].Rank == 0 {
		return words["unordered"]
	}
	return sentence(parts(choices, row, own), "全体：", "All firms: ", longPlaces)
}

// compareShort is the note under an item of a matrix.
func compareShort(choices []checklist.Choice, row *table.Row, own int) checklist.Text {
	return sentence(parts(choices, row, own), "", "", shortPlaces)
}

var (
	longPlaces = [3]checklist.Text{
		{JA: "貴社より進んだ段階", EN: "ahead of you"}, {JA: "同じ段階", EN: "at the same level"}, {JA: "手前の段階", EN: "behind"},
	}
	shortPlaces = [3]checklist.Text{
		{JA: "進んだ段階", EN: "ahead"}, {JA: "同じ", EN: "same"}, {JA: "手前", EN: "behind"},
	}
)

func sentence(all []part, startJA, startEN string, names [3]checklist.Text) checklist.Text {
	if len(all) == 0 {
		return checklist.Text{}
	}
	var ja, en []string
	for _, one := range all {
		var nameJA, nameEN []string
		for _, p := range one.places {
			nameJA, nameEN = append(nameJA, names[p].JA), append(nameEN, names[p].EN)
		}
		ja = append(ja, strings.Join(nameJA, "または")+" "+one.share.String()+"%")
		en = append(en, one.share.String()+"% "+strings.Join(nameEN, " or "))
	}
	return checklist.Text{JA: startJA + strings.Join(ja, "、"), EN: startEN + strings.Join(en, ", ")}
}
