package trend

import (
	"slices"

	"cssa/shared/checklist"
)

// How says how a firm that replied to one of the editions stands to the other. Values are stored words.
type How string

// The ways.
const (
	Own        How = "own"        // 継続: it replied to both
	Succession How = "succession" // 承継: it goes on from the answers of the one firm it took over
	Entrant    How = "entrant"    // 今回のみ: there is nothing to go on from
	Leaver     How = "leaver"     // 前回のみ: it did not reply this time
	Merger     How = "merger"     // 合併・統合: it was taken over by a firm that goes on from its own answers, from several, or did not reply
)

// A Link is one firm of the panel, or one that is in one of the editions only.
type Link struct {
	Then checklist.FirmID // "" of an entrant
	Now  checklist.FirmID // "" of one that left
	How  How
}

// Match links the firms that replied to the last edition with those that replied to this one. Heirs name, for a firm that
// is not in the register any more under its own name, the firm that took it over by this edition's reference date. Every
// firm is in exactly one link: the matched and the entrants by this edition's ids, then those that left by the last's.
func Match(then, now []checklist.FirmID, heirs map[checklist.FirmID]checklist.FirmID) []Link {
	matched := match(slices.Sorted(slices.Values(then)), slices.Sorted(slices.Values(now)), heirs)
	links := make([]Link, len(matched))
	for i, m := range matched {
		links[i] = m.Link
	}
	return links
}

// A matched is a link with the indexes of its firms; -1 is nobody.
type matched struct {
	Link
	then, now int
}

// match is Match of sorted ids.
func match(then, now []checklist.FirmID, heirs map[checklist.FirmID]checklist.FirmID) []matched {
	taken := map[checklist.FirmID][]int{} // by their heir
	for id, heir := range heirs {
		if i, ok := slices.BinarySearch(then, id); ok {
			taken[heir] = append(taken[heir], i)
		}
	}
	done := make([]bool, len(then))
	links := make([]matched, 0, len(now))
	i := 0
	for j, id := range now {
		for i < len(then) && then[i] < id {
			i++
		}
		switch from := taken[id]; {
		case i < len(then) && then[i] == id:
			done[i] = true
			links = append(links, matched{Link{id, id, Own}, i, j})
		case len(from) == 1:
			done[from[0]] = true
			links = append(links, matched{Link{then[from[0]], id, Succession}, from[0], j})
		default:
			links = append(links, matched{Link{"", id, Entrant}, -1, j})
		}
	}
	for i, id := range then {
		if done[i] {
			continue
		}
		how := Leaver
		if _, ok := heirs[id]; ok {
			how = Merger
		}
		links = append(links, matched{Link{id, "", how}, i, -1})
	}
	return links
}
