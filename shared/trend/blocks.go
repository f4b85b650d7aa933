package trend

// blocks are the counters of one stratum, those of all rows in one piece: counting is one increment for each pair of firms
// and row, however many groups they are in.
type blocks struct {
	counters []int32
	rows     []block
	nobody   Codes
}

// A block is where the counters of a row lie, and how many codes there are then and now.
type block struct{ row, at, then, now int32 }

func (p *Plan) blocks() *blocks {
	b := &blocks{nobody: make(Codes, len(p.coders))}
	n := int32(0)
	for i := range p.coders {
		if k := &p.coders[i]; k.row.Broke == nil {
			r := block{int32(i), n, int32(k.then.width()), int32(k.now.width())}
			b.rows = append(b.rows, r)
			n += r.then * r.now
		}
	}
	b.counters = make([]int32, n)
	return b
}

// A couple is the indexes of two firms, or of one; -1 is nobody.
type couple struct{ then, now int32 }

// count counts pairs.
func (b *blocks) count(pairs []couple, then, now []*Firm) {
	clear(b.counters)
	for _, p := range pairs {
		was, is := b.nobody, b.nobody
		if p.then >= 0 {
			was = then[p.then].Codes
		}
		if p.now >= 0 {
			is = now[p.now].Codes
		}
		for _, r := range b.rows {
			b.counters[r.at+int32(was[r.row])*r.now+int32(is[r.row])]++
		}
	}
}

// addTo adds what was counted to the cells of a group that the pairs were, or are, in: who was not in it is nobody then, who
// is not is nobody now.
func (b *blocks) addTo(cells [][]int32, was, is bool) {
	if !was && !is {
		return
	}
	for _, r := range b.rows {
		to := cells[r.row]
		from := b.counters[r.at : r.at+r.then*r.now]
		switch {
		case was && is:
			for k, n := range from {
				to[k] += n
			}
		case was:
			for k, n := range from {
				to[k-k%int(r.now)] += n
			}
		default:
			for k, n := range from {
				to[k%int(r.now)] += n
			}
		}
	}
}
