package trend_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/table"
	"cssa/shared/trend"
)

// A random round: firms that replied then, now, or both, any of them blank anywhere, some taken over.
func drawRound(t *rapid.T) (then, now []reply, heirs map[checklist.FirmID]checklist.FirmID) {
	pick := func(what string, ids ...checklist.ChoiceID) checklist.ChoiceID {
		return rapid.SampledFrom(append(ids, "")).Draw(t, what)
	}
	draw := func(id string, new bool) reply {
		r := reply{id: id, size: rapid.SampledFrom([]string{"small", "large"}).Draw(t, "size"), vendor: pick("vendor", "have", "lack"),
			staff: rapid.Int64Range(-1, 14).Draw(t, "staff"), policy: pick("policy", "pub", "set", "none")}
		if new {
			r.policy = pick("policy", "pub", "set", "planned", "none")
		}
		if new || r.vendor == "have" {
			r.manage = pick("manage", "central", "local")
		}
		return r
	}
	heirs = map[checklist.FirmID]checklist.FirmID{}
	n := rapid.IntRange(1, 12).Draw(t, "firms")
	for i := range n {
		id := fmt.Sprintf("S-%04d", i)
		was, is := rapid.IntRange(0, 4).Draw(t, "was") > 0, rapid.IntRange(0, 4).Draw(t, "is") > 0
		if was {
			then = append(then, draw(id, false))
		}
		if is {
			now = append(now, draw(id, true))
		} else if rapid.Bool().Draw(t, "merged") {
			heirs[checklist.FirmID(id)] = checklist.FirmID(fmt.Sprintf("S-%04d", rapid.IntRange(0, n+2).Draw(t, "heir")))
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "came") {
		now = append(now, draw(fmt.Sprintf("S-%04d", n+i), true))
	}
	return then, now, heirs
}

// A definition says how a series counts a firm's answers: whether it is in the base, and in the count.
type definition func(r reply) (in, counted bool)

// The series that are counted once more, by another reading of what the two editions say.
var definitions = map[string]struct{ own, common, nowOwn, nowCommon definition }{
	"policy.set": {
		func(r reply) (bool, bool) { return r.policy != "", r.policy == "set" }, nil,
		func(r reply) (bool, bool) { return r.policy != "", r.policy == "set" }, nil,
	},
	"policy.planned+none": {
		func(r reply) (bool, bool) { return r.policy != "", r.policy == "none" }, nil,
		func(r reply) (bool, bool) { return r.policy != "", r.policy == "planned" || r.policy == "none" }, nil,
	},
	"manage.local": {
		func(r reply) (bool, bool) { return r.vendor == "have" && r.manage != "", r.manage == "local" }, nil,
		func(r reply) (bool, bool) { return r.manage != "", r.manage == "local" },
		func(r reply) (bool, bool) { return r.manage != "" && r.vendor == "have", r.manage == "local" },
	},
	"staff.many": {
		func(r reply) (bool, bool) { return r.staff >= 0, r.staff >= 5 },
		func(r reply) (bool, bool) { return r.staff >= 0, r.staff >= 10 },
		func(r reply) (bool, bool) { return r.staff >= 0, r.staff >= 10 }, nil,
	},
}

func count(rs []reply, group string, d definition) (f trend.Fraction) {
	for _, r := range rs {
		if in, counted := d(r); in && (group == "all" || r.size == group) {
			f.Base++
			if counted {
				f.Count++
			}
		}
	}
	return f
}

func TestPartsAddUpExactlyWhateverFirmsAnswer(t *testing.T) {
	plan, err := trend.New(before(), after())
	if err != nil {
		t.Fatal(err)
	}
	split, recounted := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		then, now, heirs := drawRound(t)
		c, err := plan.Compare(firms(then, reply.answers, plan.Then), firms(now, reply.answersNow, plan.Now), heirs)
		if err != nil {
			t.Fatal(err)
		}
		for _, tr := range c.Trends() {
			if f := tr.Flow; f.Then != f.Both+f.Left || f.Now != f.Both+f.Came || f.Merged > f.Left || f.Succeeded > f.Both {
				t.Fatalf("%v: %+v", tr.Group, f)
			}
			if d, ok := definitions[tr.Ref.String()+"."+tr.Series]; ok && tr.Figure == "" {
				recounted++
				recount(t, tr, d.own, or(d.common, d.own), d.nowOwn, or(d.nowCommon, d.nowOwn), then, now, c.Links)
			}
			parts, ok := tr.Parts()
			if !ok {
				continue
			}
			split++
			sum := new(big.Rat).Add(parts.Within, parts.Composition())
			if sum.Add(sum, parts.Redefinition); sum.Cmp(parts.Change) != 0 {
				t.Fatalf("%s %s: parts add up to %s of %s", tr.Ref, tr.Series, sum, parts.Change)
			}
			printed, _ := tr.Print()
			if printed.Within+printed.Composition+printed.Redefinition != printed.Change {
				t.Fatalf("%s %s prints %v", tr.Ref, tr.Series, printed)
			}
			for p, exact := range map[trend.Points]*big.Rat{printed.Within: parts.Within, printed.Composition: parts.Composition(), printed.Redefinition: parts.Redefinition} {
				off := new(big.Rat).Sub(big.NewRat(int64(p), 1000), exact)
				if off.Abs(off).Cmp(big.NewRat(1, 1000)) >= 0 {
					t.Fatalf("%s %s prints %v for %v", tr.Ref, tr.Series, printed, parts)
				}
			}
			if parts.Redefinition.Sign() == 0 && printed.Redefinition != 0 {
				t.Fatalf("%s %s prints a redefinition that there is not: %v", tr.Ref, tr.Series, printed)
			}
		}
	})
	if split == 0 || recounted == 0 {
		t.Errorf("%d split, %d recounted", split, recounted)
	}
}

func or(a, b definition) definition {
	if a == nil {
		return b
	}
	return a
}

func recount(t *rapid.T, tr trend.Trend, own, common, nowOwn, nowCommon definition, then, now []reply, links []trend.Link) {
	g := tr.Group.ID
	want := trend.Trend{Group: tr.Group, Flow: tr.Flow, Ref: tr.Ref, Series: tr.Series,
		Then: count(then, g, own), ThenCommon: count(then, g, common), Now: count(now, g, nowOwn), NowCommon: count(now, g, nowCommon)}
	find := func(rs []reply, id checklist.FirmID) reply {
		for _, r := range rs {
			if r.id == string(id) {
				return r
			}
		}
		return reply{staff: -1, size: "nowhere"}
	}
	var pastOfPanel, panel []reply
	for _, l := range links {
		was, is := find(then, l.Then), find(now, l.Now)
		in, _ := common(was)
		also, _ := nowCommon(is)
		if l.Then != "" && l.Now != "" && in && also && (g == "all" || was.size == g && is.size == g) {
			pastOfPanel, panel = append(pastOfPanel, was), append(panel, is)
		}
	}
	want.PanelThen, want.PanelNow = count(pastOfPanel, g, common), count(panel, g, nowCommon)
	if tr != want {
		t.Fatalf("%s %s of %s\n got %+v\nwant %+v", tr.Ref, tr.Series, g, tr, want)
	}
}

// The matrix of a place adds up to the panel where both answered, and to the matched firms altogether.
func TestTransitionsAddUpToThePanel(t *testing.T) {
	plan, err := trend.New(before(), after())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		then, now, heirs := drawRound(t)
		c, err := plan.Compare(firms(then, reply.answers, plan.Then), firms(now, reply.answersNow, plan.Now), heirs)
		if err != nil {
			t.Fatal(err)
		}
		type key struct {
			group table.Group
			ref   checklist.Ref
		}
		all, answered := map[key]int{}, map[key]int{}
		for _, x := range c.Transitions() {
			all[key{x.Group, x.Ref}] += x.Firms
			if x.ThenState == checklist.Answered && x.NowState == checklist.Answered {
				answered[key{x.Group, x.Ref}] += x.Firms
			}
		}
		for _, tr := range c.Trends() {
			k := key{tr.Group, tr.Ref}
			if tr.Figure == "" && tr.Broke == nil && (all[k] != tr.Flow.Both || answered[k] != tr.Panel()) {
				t.Fatalf("%v: %d of %d, %d of %d", k, all[k], tr.Flow.Both, answered[k], tr.Panel())
			}
		}
	})
}
