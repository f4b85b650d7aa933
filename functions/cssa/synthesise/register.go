package synthesise

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

// Each part of a round draws from a stream of its own, so that a change to one leaves the others as they were.
const (
	registerStream = iota + 1
	answerStream
	castStream
	timeStream
	storyStream
	attributeStream
)

func stream(seed uint64, n uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, n)) }

// groupWeights are the relative sizes of the peer groups in the edition's order, when there are five; any other number of
// groups are of equal size.
var groupWeights = [...]int{12, 40, 14, 17, 17}

// sizeWeights are the relative numbers of firms by size, the largest first, when there are three.
var sizeWeights = [...]int{18, 32, 50}

func groupsOf(ed *checklist.Edition, d checklist.Dimension) []string {
	var ids []string
	for _, g := range ed.Groups {
		if g.Dimension == d {
			ids = append(ids, g.ID)
		}
	}
	return ids
}

// spread gives each of n things one of k kinds in proportion to the weights, in runs: the first kind first. Of no kinds at
// all they are all of the first.
func spread(n, k int, weights []int) []int {
	k = max(k, 1)
	if len(weights) != k {
		weights = slices.Repeat([]int{1}, k)
	}
	total := 0
	for _, w := range weights {
		total += w
	}
	out := make([]int, 0, n)
	sum := 0
	for kind, w := range weights {
		sum += w
		for len(out) < (n*sum+total/2)/total {
			out = append(out, kind)
		}
	}
	return out
}

// drawRegister fills the register and returns the firms of the population, by id: sector after sector. The edition's first
// peer group and first size band are taken for those of the largest firms.
func (r *Round) drawRegister() []register.Firm {
	rng, ed, n := stream(r.Options.Seed, registerStream), r.Edition, r.Options.Firms
	groups, sizes := groupsOf(ed, checklist.ByGroup), groupsOf(ed, checklist.BySize)
	names := drawNames(rng, r.sectors)
	firms := make([]register.Firm, n)
	group := spread(n, len(groups), groupWeights[:])
	rng.Shuffle(n, func(i, j int) { group[i], group[j] = group[j], group[i] })
	var sectors []share
	for _, s := range r.sectors {
		sectors = append(sectors, slices.Repeat([]share{s}, s.firms)...)
	}
	size := sizeOrder(rng, group, sectors)
	band := spread(n, len(sizes), sizeWeights[:])
	for i := range firms {
		t := sectors[i].trade
		firms[i] = register.Firm{
			ID:                 firmID(i + 1),
			RegistrationNumber: fmt.Sprintf(t.Number, i+1),
			Name:               names.next(t),
			Sector:             sectors[i].id,
			ValidFrom:          checklist.Date{Year: ed.ReferenceDate.Year - 5 - rng.IntN(12), Month: 4, Day: 1},
		}
		if len(groups) > 0 {
			firms[i].PeerGroup = groups[group[i]]
		}
	}
	for rank, i := range size {
		if len(sizes) > 0 {
			firms[i].SizeBand = sizes[band[rank]]
		}
	}
	drawCorporateGroups(rng, firms)
	drawAttributes(r.Options.Seed, ed, firms)
	all := r.drawChanges(rng, firms, names)
	r.Register = register.Register{Firms: all, Contacts: drawContacts(rng, all)}
	return firms
}

// A nameList gives out the names of each trade in an order that was drawn.
type nameList map[*trade][]int

// drawNames draws names for all firms of the sectors, and two more of each trade.
func drawNames(rng *rand.Rand, sectors []share) nameList {
	list, firms := nameList{}, map[*trade]int{}
	for _, s := range sectors {
		firms[s.trade] += s.firms
	}
	for _, s := range sectors {
		if list[s.trade] == nil {
			list[s.trade] = rng.Perm(max(firms[s.trade]+2, len(words)*len(s.trade.Forms)))
		}
	}
	return list
}

func (l nameList) next(t *trade) checklist.Text {
	i := l[t][0]
	l[t] = l[t][1:]
	return t.name(i)
}

func firmID(n int) checklist.FirmID { return checklist.FirmID(fmt.Sprintf("S-%04d", n)) }

// sizeOrder returns the firms' indexes from the largest to the smallest; those of the first group, and of some trades, tend
// to be large.
func sizeOrder(rng *rand.Rand, group []int, sectors []share) []int {
	score := make([]int, len(group))
	for i := range group {
		score[i] = rng.IntN(1000) + sectors[i].trade.Size
		if group[i] == 0 {
			score[i] += 900
		}
	}
	return ranked(score)
}

// ranked returns the indexes of score in descending order of score.
func ranked(score []int) []int {
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return score[b] - score[a] })
	return order
}

// drawCorporateGroups puts about a tenth of the firms into groups of two to four under common control.
func drawCorporateGroups(rng *rand.Rand, firms []register.Firm) {
	order := rng.Perm(len(firms))
	for g := 1; len(order) > len(firms)*9/10; g++ {
		for _, i := range order[:2+rng.IntN(3)] {
			firms[i].CorporateGroup = fmt.Sprintf("G-%02d", g)
			order = order[1:]
		}
	}
}

// drawAttributes gives each firm a group of every dimension that the edition adds, and to some none, unless it has one. They
// say nothing of the firm's answers.
func drawAttributes(seed uint64, ed *checklist.Edition, firms []register.Firm) {
	rng := stream(seed, attributeStream)
	for i := range firms {
		codes := firms[i].Attributes.Codes()
		for _, a := range ed.Attributes {
			if codes == nil {
				codes = map[string]string{}
			}
			groups := groupsOf(ed, a.Dimension)
			if codes[string(a.Dimension)] == "" && len(groups) > 0 && rng.IntN(12) > 0 {
				codes[string(a.Dimension)] = groups[rng.IntN(len(groups))]
			}
		}
		firms[i].Attributes = register.AttributesOf(codes)
	}
}

// drawChanges returns the register's entries: the population's, of which some change after the reference date, a firm
// that was gone by then, and one that came later. None of the changes moves a firm out of its place in the round.
func (r *Round) drawChanges(rng *rand.Rand, firms []register.Firm, names nameList) []register.Firm {
	day := r.Edition.ReferenceDate
	var all []register.Firm
	changed := rng.Perm(len(firms))
	renamed, reclassified, merged := changed[0], changed[1], changed[2]
	for i, f := range firms {
		switch i {
		case renamed, reclassified:
			after := f
			f.ValidTo = later(day, 31)
			after.ValidFrom = later(day, 32)
			if i == renamed {
				after.Name = checklist.Text{
					JA: strings.Replace(f.Name.JA, "架空", "架空新", 1),
					EN: strings.Replace(f.Name.EN, "Kakuu", "Kakuu Shin", 1),
				}
			} else if groups := groupsOf(r.Edition, checklist.ByGroup); len(groups) > 1 {
				after.PeerGroup = groups[(slices.Index(groups, f.PeerGroup)+1)%len(groups)]
			}
			all = append(all, f, after)
			continue
		case merged:
			f.ValidTo, f.Successor = later(day, 150), firms[changed[3]].ID
		}
		all = append(all, f)
	}
	gone, came := firms[changed[4]], firms[changed[5]]
	for i, f := range []*register.Firm{&gone, &came} {
		f.ID = firmID(len(firms) + 1 + i)
		t := r.tradeOf(*f)
		f.RegistrationNumber = fmt.Sprintf(t.Number, len(firms)+1+i)
		f.Name = names.next(t)
		f.CorporateGroup = ""
	}
	gone.ValidTo, gone.Successor = later(day, -90), firms[changed[3]].ID
	came.ValidFrom = later(day, 40)
	return append(all, gone, came)
}

// tradeOf returns the trade of a firm's sector.
func (r *Round) tradeOf(f register.Firm) *trade {
	for _, s := range r.sectors {
		if s.id == f.Sector {
			return s.trade
		}
	}
	return nil
}

func later(d checklist.Date, days int) checklist.Date {
	return checklist.DateOf(d.Start(utc).AddDate(0, 0, days))
}

// drawContacts gives every firm an officer and a desk.
func drawContacts(rng *rand.Rand, firms []register.Firm) []register.Contact {
	var contacts []register.Contact
	seen := map[checklist.FirmID]bool{}
	for _, f := range firms {
		if seen[f.ID] {
			continue
		}
		seen[f.ID] = true
		domain := strings.ToLower(string(f.ID)) + ".example"
		contacts = append(contacts,
			register.Contact{Firm: f.ID, Role: register.Officer, Name: officerName(rng.IntN(len(officers))), Email: "officer@" + domain, ValidFrom: f.ValidFrom},
			register.Contact{Firm: f.ID, Role: register.Desk, Name: clerkName(rng.IntN(len(clerks))) + "（" + desks[rng.IntN(len(desks))] + "）", Email: "desk@" + domain, ValidFrom: f.ValidFrom})
	}
	return contacts
}
