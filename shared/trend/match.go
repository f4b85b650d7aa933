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
	replied := map[checklist.FirmID]bool{}
	for _, id := range then {
		replied[id] = true
	}
	taken := map[checklist.FirmID][]checklist.FirmID{} // by their heir
	for _, id := range then {
		if heir, ok := heirs[id]; ok {
			taken[heir] = append(taken[heir], id)
		}
	}
	matched := map[checklist.FirmID]bool{}
	var links []Link
	for _, id := range slices.Sorted(slices.Values(now)) {
		switch from := taken[id]; {
		case replied[id]:
			matched[id] = true
			links = append(links, Link{id, id, Own})
		case len(from) == 1:
			matched[from[0]] = true
			links = append(links, Link{from[0], id, Succession})
		default:
			links = append(links, Link{"", id, Entrant})
		}
	}
	for _, id := range slices.Sorted(slices.Values(then)) {
		if matched[id] {
			continue
		}
		how := Leaver
		if _, ok := heirs[id]; ok {
			how = Merger
		}
		links = append(links, Link{id, "", how})
	}
	return links
}
