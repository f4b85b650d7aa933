package disclosure

// A block is a run of a row's cells, from inclusive, to exclusive: one cell that is shown, or several that are withheld and
// told only together.
type block struct {
	from, to int
	joint    bool
	tail     bool // a joint that had to take the row's last cells in
}

func sum(counts []int, b block) int {
	n := 0
	for _, c := range counts[b.from:b.to] {
		n += c
	}
	return n
}

// join partitions a row whose counts add up to at least the threshold. The package comment gives the rule and why it is
// this one.
func join(counts []int, threshold int) []block {
	scanned := scan(counts, threshold)
	var out []block
	for i, b := range scanned {
		if !b.joint || i == 0 || scanned[i-1].joint {
			out = append(out, b)
			continue
		}
		left := counts[scanned[i-1].from]
		switch joint := sum(counts, b); {
		case joint < left, b.tail && joint >= 2*threshold-1:
			out = append(out, b)
		case !b.tail && leftIsSmaller(left, joint, counts[b.to-1], threshold):
			out[len(out)-1] = block{from: b.from - 1, to: b.to - 1, joint: true}
			out = append(out, block{from: b.to - 1, to: b.to})
		default:
			out[len(out)-1] = block{from: b.from - 1, to: b.to, joint: true}
		}
	}
	return out
}

// scan goes through the row once: a count below the threshold opens a joint, which takes in the cells after it until it
// holds the threshold. What is left at the end goes to the block before.
func scan(counts []int, threshold int) []block {
	var blocks []block
	for i := 0; i < len(counts); {
		b := block{from: i, to: i + 1}
		held := counts[i]
		for ; held < threshold && b.to < len(counts); b.to++ {
			held += counts[b.to]
		}
		b.joint = counts[i] < threshold
		if held < threshold && len(blocks) > 0 {
			last := &blocks[len(blocks)-1]
			last.to, last.joint, last.tail = b.to, true, true
		} else {
			blocks = append(blocks, b)
		}
		i = b.to
	}
	return blocks
}

// leftIsSmaller says whether the joint's cells but its last are better taken together with the shown cell to their left.
// It reads only what would then be shown: left and those cells together, and the last. Below twice the threshold less one
// it says no, because then not every small count could stand beside a left cell that is shown.
func leftIsSmaller(left, joint, last, threshold int) bool {
	together := left + joint - last
	return together >= 2*threshold-1 && together <= last
}
