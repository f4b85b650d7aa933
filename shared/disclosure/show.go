package disclosure

import "cssa/shared/table"

// show returns a counted row of a place as it may be shown: the answers told together have one sum. Where 無回答 is told
// together with an answer, the base would tell it, and the row is closed.
func (p *place) show(r table.Row, d decided) table.Row {
	if d.closed || p.loose && !d.p.alone(len(p.columns)-1) {
		return close(r, p)
	}
	out := r
	out.Cells, out.Joints = make([]table.Cell, len(r.Cells)), nil
	if r.Base == 0 {
		return out
	}
	for _, block := range d.p {
		if len(r.Cells) == 0 || block[0] >= len(r.Cells) {
			continue // 無回答, or an answer without choices: the bases say it
		}
		if len(block) == 1 {
			out.Cells[block[0]] = r.Cells[block[0]]
			continue
		}
		j := table.Joint{Columns: append([]int(nil), block...), Few: -1}
		for _, a := range block {
			n, _ := r.Cells[a].Count()
			j.Count += n
			out.Cells[a] = table.Withhold(len(out.Joints))
		}
		out.Joints = append(out.Joints, j)
	}
	return out
}

// alone says whether an answer is told by itself.
func (p partition) alone(a int) bool {
	for _, block := range p {
		if len(block) == 1 && block[0] == a {
			return true
		}
	}
	return false
}

// close returns a row that tells nothing. A row without cells has its numbers only, and loses them.
func close(r table.Row, p *place) table.Row { return table.CloseRow(r.Item, p.choices) }
