package sheet

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// members returns the lines of a list as want has it; nil if its lines cannot be told apart. Members that are still there
// keep their lines, wherever they go.
func (p *patch) members(s *ast.SequenceNode, from, end int, k *kind, want []*thing) []string {
	var starts []int
	for _, e := range s.Entries {
		starts = append(starts, e.Start.Position.Line)
	}
	if len(starts) != len(s.Values) || len(starts) == 0 || starts[0] <= from {
		return nil
	}
	old, tail := p.cut(starts, end)
	var have []*thing
	for i, n := range s.Values {
		t, err := readThing(k, n)
		if err != nil {
			return nil
		}
		t.line = starts[i]
		have = append(have, t)
	}
	spaced := k.spaced
	if len(old) > 1 {
		spaced = slices.ContainsFunc(old[1:], func(e entry) bool { return len(e.lead) > 0 && strings.TrimSpace(e.lead[0]) == "" })
	}
	indent := strings.Repeat(" ", s.Entries[0].Start.Position.Column-1)
	head := p.lines[from-1 : starts[0]-1]
	partner := pair(have, want)
	var es []entry
	for j, w := range want {
		i := partner[j]
		if i < 0 {
			e := entry{body: member(w, indent, p.quote)}
			if j > 0 && spaced {
				e.lead = []string{""}
			}
			es = append(es, e)
			continue
		}
		e := old[i]
		if !have[i].same(w) {
			to := end - len(tail)
			if i+1 < len(old) {
				to = starts[i+1] - len(old[i+1].lead)
			}
			e.body = p.member(have[i], to, w, indent)
		}
		switch {
		case j == 0 && i > 0:
			for len(e.lead) > 0 && strings.TrimSpace(e.lead[0]) == "" {
				e.lead = e.lead[1:]
			}
		case j > 0 && i == 0 && spaced:
			e.lead = append([]string{""}, e.lead...)
		}
		es = append(es, e)
	}
	return append(append(slices.Clone(head), flatten(es)...), tail...)
}

// member returns the lines of a changed member of a list.
func (p *patch) member(have *thing, end int, want *thing, indent string) []string {
	if have.node.IsFlowStyle || firstLine(have.node) != have.line {
		return member(want, indent, p.quote)
	}
	return p.keys(have.node, end, want, "", want.kind.order)
}

// pair finds for each wanted thing the one that it was, or -1: first by id (or, without ids, by all its values), then
// among what is left between the same neighbours.
func pair(have, want []*thing) []int {
	partner := make([]int, len(want))
	taken := make([]bool, len(have))
	for j, w := range want {
		partner[j] = -1
		for i, h := range have {
			if !taken[i] && (w.same(h) || len(w.kind.id) > 0 && w.id() == h.id()) {
				partner[j], taken[i] = i, true
				break
			}
		}
	}
	next := 0 // what follows the partner of the thing before
	for j := range want {
		if partner[j] >= 0 {
			next = partner[j] + 1
			continue
		}
		if next < len(have) && !taken[next] {
			partner[j], taken[next] = next, true
			next++
		}
	}
	return partner
}

// cutColumns returns the first n characters of a line.
func cutColumns(line string, n int) string {
	r := []rune(line)
	return string(r[:min(n, len(r))])
}
