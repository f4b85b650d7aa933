package iam

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cssa/infra/rehearsal/template"
)

// A Privilege is one thing that a caller may do.
type Privilege struct {
	Caller   string // a role's name, or a service's
	Action   string
	Resource string // an ARN or a pattern of a policy; "anything" where a resource that nobody has is allowed too
	When     string // conditions, "" if none
}

// String is the privilege as a line of the committed table.
func (p Privilege) String() string {
	s := p.Caller + " " + p.Action + " " + p.Resource
	if p.When != "" {
		s += " when " + p.When
	}
	return s
}

// good is the context of an honest request: by TLS 1.3, in the account.
var good = map[string][]string{
	"aws:securetransport": {"true"}, "s3:tlsversion": {"1.3"}, "aws:principalaccount": {template.Account},
	"aws:sourceaccount": {template.Account}, "aws:resourceaccount": {template.Account}, "kms:calleraccount": {template.Account},
}

// Good returns a copy of the context of an honest request.
func Good() map[string][]string { return maps.Clone(good) }

// A candidate is a resource that is asked about, under the name it has in the table.
type candidate struct{ label, arn string }

// Table lists every privilege: each role, and each service that a resource's policy names, with each action of the
// universe that the policies allow on each resource of the template, on each pattern of a policy and on something that is
// nobody's. It is sorted. An action of a policy that no service has is an error.
func (p *Policies) Table(u *Universe, resources []template.Resource) ([]Privilege, error) {
	candidates := p.candidates(resources)
	var all []Privilege
	for _, caller := range p.callers() {
		allows, err := p.allows(u, caller)
		if err != nil {
			return nil, err
		}
		seen := map[Privilege]bool{}
		for _, s := range allows {
			for _, action := range s.expand(u) {
				for _, pr := range p.privileges(u, caller, action, s, candidates) {
					if !seen[pr] {
						seen[pr] = true
						all = append(all, pr)
					}
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b Privilege) int { return strings.Compare(a.String(), b.String()) })
	return all, nil
}

// callers are the roles, and whoever else resource policies name.
func (p *Policies) callers() []string {
	all := p.Roles()
	for _, arn := range slices.Sorted(maps.Keys(p.resource)) {
		for _, s := range p.resource[arn] {
			for _, who := range s.Principals {
				if s.Allow && !slices.Contains(all, who) && !trustsAccount(who) {
					all = append(all, who)
				}
			}
		}
	}
	return all
}

// allows returns every statement that may allow something to the caller.
func (p *Policies) allows(u *Universe, caller string) ([]Statement, error) {
	var out []Statement
	for _, s := range p.identity[caller] {
		if s.Allow {
			out = append(out, s)
		}
	}
	for _, arn := range slices.Sorted(maps.Keys(p.resource)) {
		for _, s := range p.resource[arn] {
			if !s.Allow || !s.names(caller) {
				continue
			}
			if slices.Equal(s.Resources, []string{"*"}) {
				s.Resources = []string{arn} // in a resource's own policy, everything is that resource
			}
			out = append(out, s)
		}
	}
	for _, s := range out {
		for _, a := range slices.Concat(s.Actions, s.NotActions) {
			if a != "*" && len(u.Matching(a)) == 0 {
				return nil, fmt.Errorf("%s: no service has the action %s", s.From, a)
			}
		}
	}
	return out, nil
}

// expand returns the actions of the universe that a statement speaks of.
func (s Statement) expand(u *Universe) []string {
	var out []string
	for _, a := range u.All() {
		if s.Actions != nil && anyLike(a, lower(s.Actions)) || s.NotActions != nil && !anyLike(a, lower(s.NotActions)) {
			out = append(out, a)
		}
	}
	return out
}

func (p *Policies) privileges(u *Universe, caller, action string, s Statement, candidates []candidate) []Privilege {
	r := Request{Caller: caller, Action: action, Context: s.context()}
	ask := func(arn string) bool {
		r.Resource = arn
		return u.Applies(action, arn) && s.matches(r) && p.Decide(r).Allowed
	}
	pr := Privilege{Caller: caller[strings.LastIndex(caller, "/")+1:], Action: action, When: s.when()}
	if slices.ContainsFunc(u.Elsewhere(action), ask) {
		pr.Resource = "anything"
		return []Privilege{pr}
	}
	var out []Privilege
	for _, c := range candidates {
		if ask(c.arn) {
			pr.Resource = c.label
			out = append(out, pr)
		}
	}
	return out
}

// context is one in which the statement's own conditions hold, as far as a value that meets them can be read off them.
func (s Statement) context() map[string][]string {
	c := Good()
	for _, cond := range s.Conditions {
		if _, known := c[cond.Key]; !known && !strings.Contains(cond.Operator, "Not") && base(cond.Operator) != "Null" && len(cond.Values) > 0 {
			c[cond.Key] = []string{strings.ReplaceAll(cond.Values[0], "*", "x")}
		}
	}
	return c
}

func (s Statement) when() string {
	var out []string
	for _, c := range s.Conditions {
		out = append(out, fmt.Sprintf("%s %s %s", c.Key, c.Operator, strings.Join(c.Values, "|")))
	}
	return strings.Join(out, " and ")
}

// candidates are the resources of the template, an example of each pattern that a policy names, and in each bucket an
// object that no policy speaks of.
func (p *Policies) candidates(resources []template.Resource) []candidate {
	found := map[candidate]bool{{"*", "*"}: true}
	for _, r := range resources {
		found[candidate{r.ARN, r.ARN}] = true
		if r.Type == "AWS::S3::Bucket" {
			found[candidate{r.ARN + "/(any other)", r.ARN + "/elsewhere"}] = true
		}
	}
	for _, of := range []map[string][]Statement{p.identity, p.resource} {
		for _, statements := range of {
			for _, s := range statements {
				for _, pattern := range s.Resources {
					if pattern != "*" {
						found[candidate{pattern, strings.NewReplacer("*", "x", "?", "x").Replace(pattern)}] = true
					}
				}
			}
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b candidate) int { return strings.Compare(a.label+a.arn, b.label+b.arn) })
}
