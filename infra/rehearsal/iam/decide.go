package iam

import (
	"fmt"
	"strings"

	"cssa/infra/rehearsal/template"
)

// A Request asks whether a caller may do an action to a resource.
type Request struct {
	Caller   string              // a role's ARN, or a service's name such as events.amazonaws.com
	Action   string              // "s3:GetObject"
	Resource string              // an ARN, or "*" for actions on no resource
	Context  map[string][]string // condition keys in lower case
}

// A Decision is the answer, with the statement that made it.
type Decision struct {
	Allowed bool
	Why     string
}

// Decide evaluates a request.
func (p *Policies) Decide(r Request) Decision {
	own := p.identity[r.Caller]
	at := p.attached(r.Resource)
	for _, s := range own {
		if !s.Allow && s.matches(r) {
			return Decision{false, "denied by " + s.From}
		}
	}
	for _, s := range at {
		if !s.Allow && s.matches(r) && s.names(r.Caller) {
			return Decision{false, "denied by " + s.From}
		}
	}
	var mine, its, theAccount string
	for _, s := range own {
		if s.Allow && s.matches(r) {
			mine = s.From
		}
	}
	for _, s := range at {
		if !s.Allow || !s.matches(r) {
			continue
		}
		if s.names(r.Caller) {
			its = s.From
		}
		if s.delegates() {
			theAccount = s.From
		}
	}
	switch {
	case its != "":
		return Decision{true, "allowed by " + its}
	case p.keys[r.Resource] && mine != "" && theAccount == "":
		return Decision{false, fmt.Sprintf("%s allows, but the key's own policy neither names the caller nor trusts the account", mine)}
	case mine != "":
		return Decision{true, "allowed by " + mine}
	}
	return Decision{false, "no statement allows it"}
}

// attached returns the policy of the resource itself: an object's is its bucket's.
func (p *Policies) attached(resource string) []Statement {
	if s, ok := p.resource[resource]; ok {
		return s
	}
	if rest, ok := strings.CutPrefix(resource, "arn:aws:s3:::"); ok {
		bucket, _, _ := strings.Cut(rest, "/")
		return p.resource["arn:aws:s3:::"+bucket]
	}
	return nil
}

func (s Statement) matches(r Request) bool {
	if s.Actions != nil && !anyLike(strings.ToLower(r.Action), lower(s.Actions)) {
		return false
	}
	if s.NotActions != nil && anyLike(strings.ToLower(r.Action), lower(s.NotActions)) {
		return false
	}
	// A key's policy says "*" for the key itself.
	if s.Resources != nil && !anyLike(r.Resource, s.Resources) {
		return false
	}
	if s.NotResources != nil && anyLike(r.Resource, s.NotResources) {
		return false
	}
	for _, c := range s.Conditions {
		if !c.Holds(r.Context) {
			return false
		}
	}
	return true
}

// names says whether a statement of a resource's policy speaks of the caller by name, or of everybody.
func (s Statement) names(caller string) bool {
	for _, p := range s.Principals {
		if p == "*" || p == caller {
			return true
		}
		if !s.Allow && trustsAccount(p) {
			return true // a denial of the account is one of everybody in it
		}
	}
	return false
}

// delegates says whether a statement of a resource's policy leaves the decision to the account's own policies.
func (s Statement) delegates() bool {
	for _, p := range s.Principals {
		if trustsAccount(p) {
			return true
		}
	}
	return false
}

func trustsAccount(p string) bool {
	return p == template.Account || p == "arn:aws:iam::"+template.Account+":root"
}

func anyLike(text string, patterns []string) bool {
	for _, p := range patterns {
		if Like(text, p) {
			return true
		}
	}
	return false
}

func lower(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = strings.ToLower(s)
	}
	return out
}
