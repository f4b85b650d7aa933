package trend

// blocks are the counters of one stratum, those of all rows in one piece: counting is one increment for each pair of firms
// and row, however many groups they are in.
type blocks struct {
	counters []int32
	rows     []block
}

// A block is where the counters of a row lie, and how many codes there are then and now. A row that broke has none.
type block struct{ at, then, now int }

func (p *Plan) blocks() *blocks {
	b := &blocks{rows: make([]block, len(p.coders))}
	n := 0
	for i := range p.coders {
		if k := &p.coders[i]; k.row.Broke == nil {
			b.rows[i] = block{n, k.then.width(), k.now.width()}
			n += b.rows[i].then * b.rows[i].now
		}
	}
	b.counters = make([]int32, n+1) // the last is for rows that broke, whose codes are all that of nobody
	for i := range b.rows {
		if b.rows[i].then == 0 {
			b.rows[i].at = n
		}
	}
	return b
}

// count counts pairs, of which one may be nobody.
func (b *blocks) count(pairs [][2]*Firm) {
	clear(b.counters)
	nobody := make(Codes, len(b.rows))
	for _, p := range pairs {
		then, now := nobody, nobody
		if p[0] != nil {
			then = p[0].Codes
		}
		if p[1] != nil {
			now = p[1].Codes
		}
		then, now = then[:len(b.rows)], now[:len(b.rows)]
		for i := range b.rows {
			r := &b.rows[i]
			b.counters[r.at+int(then[i])*r.now+int(now[i])]++
		}
	}
}

// addTo adds what was counted to the cells of a group that the pairs were, or are, in: who was not in it is nobody then, who
// is not is nobody now.
func (b *blocks) addTo(cells [][]int32, was, is bool) {
	if !was && !is {
		return
	}
	for i, r := range b.rows {
		to := cells[i]
		from := b.counters[r.at : r.at+r.then*r.now]
		switch {
		case was && is:
			for k, n := range from {
				to[k] += n
			}
		case was:
			for k, n := range from {
				to[k/r.now*r.now] += n
			}
		default:
			for k, n := range from {
				to[k%r.now] += n
			}
		}
	}
}
