package synthesise

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

// panelStream draws what happens to firms between two rounds.
const panelStream = 100

// followRegister carries last round's register on to this round's reference date and returns the firms of the population.
// In between some firms leave, two become a third, one goes on under another id, one is taken over, and some come.
func (r *Round) followRegister() []register.Firm {
	last := r.panel.last
	rng := stream(r.Options.Seed, panelStream)
	from, to := last.Edition.ReferenceDate, r.Edition.ReferenceDate
	r.Register = register.Register{Firms: slices.Clone(last.Register.Firms), Contacts: slices.Clone(last.Register.Contacts)}
	r.sectors = slices.Clone(last.sectors)

	var lasting []int // entries without an end, of firms that were in last round's population
	for i, f := range r.Register.Firms {
		if _, err := last.Register.Firm(f.ID, from); err == nil && f.ValidTo.IsZero() && !r.succeeds(f.ID) {
			lasting = append(lasting, i)
		}
	}
	rng.Shuffle(len(lasting), func(i, j int) { lasting[i], lasting[j] = lasting[j], lasting[i] })
	next := func() *register.Firm {
		f := &r.Register.Firms[lasting[0]]
		lasting = lasting[1:]
		return f
	}
	between := func() checklist.Date {
		days := int(to.Start(utc).Sub(from.Start(utc)).Hours() / 24)
		return later(from, 40+rng.IntN(max(1, days-80)))
	}
	few := max(1, len(lasting)*2/100)
	for range few {
		next().ValidTo = between()
	}
	fresh := freshFirms{r, rng, drawNames(rng, r.sectors)}
	a, b, renumbered, absorbed, absorber := next(), next(), next(), next(), next()
	day := between()
	third := fresh.like(*a, later(day, 1))
	a.ValidTo, a.Successor, b.ValidTo, b.Successor = day, third.ID, day, third.ID
	r.Register.Firms = append(r.Register.Firms, third)
	day = between()
	again := fresh.like(*renumbered, later(day, 1))
	again.Name = renumbered.Name
	renumbered.ValidTo, renumbered.Successor = day, again.ID
	absorbed.ValidTo, absorbed.Successor = between(), absorber.ID
	r.Register.Firms = append(r.Register.Firms, again)
	for range few + few/2 + 1 {
		r.Register.Firms = append(r.Register.Firms, fresh.like(*next(), between()))
	}
	added := r.Register.Firms[len(last.Register.Firms):]
	r.Register.Contacts = append(r.Register.Contacts, drawContacts(rng, added)...)

	drawAttributes(r.Options.Seed, r.Edition, r.Register.Firms)
	population := r.Register.At(to)
	for i := range r.sectors {
		r.sectors[i].firms = 0
		for _, f := range population {
			if f.Sector == r.sectors[i].id {
				r.sectors[i].firms++
			}
		}
	}
	return population
}

// succeeds says whether a firm took another one over.
func (r *Round) succeeds(id checklist.FirmID) bool {
	return slices.ContainsFunc(r.Register.Firms, func(f register.Firm) bool { return f.Successor == id })
}

// freshFirms gives out firms that were not there before.
type freshFirms struct {
	r     *Round
	rng   *rand.Rand
	names nameList
}

// like returns a new firm of the groups of another, from a day on. It must be added to the register before the next.
func (n freshFirms) like(f register.Firm, from checklist.Date) register.Firm {
	highest := 0
	taken := map[checklist.Text]bool{}
	for _, other := range n.r.Register.Firms {
		var id int
		if _, err := fmt.Sscanf(string(other.ID), "S-%d", &id); err == nil {
			highest = max(highest, id)
		}
		taken[other.Name] = true
	}
	t := n.r.tradeOf(f)
	f.ID, f.RegistrationNumber = firmID(highest+1), fmt.Sprintf(t.Number, highest+1)
	f.CorporateGroup, f.Successor, f.ValidFrom, f.ValidTo = "", "", from, checklist.Date{}
	for f.Name = n.names.next(t); taken[f.Name]; {
		f.Name = n.names.next(t)
	}
	return f
}
