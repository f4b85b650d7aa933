package iam

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed actions.txt
var actionsFile string

// A Universe is every action of the services that the system uses, with what each acts on. It closes the world: what is
// not allowed is known to be refused, and an action that is in no service is found.
type Universe struct {
	actions []string            // "s3:getobject", sorted; IAM does not tell case in actions
	on      map[string][]string // action → kinds of resource, "service/kind"
	kinds   map[string][]string // kind → patterns of its ARN
}

// Actions returns the universe of the committed list actions.txt, whose head says where it is from.
func Actions() (*Universe, error) {
	u := &Universe{on: map[string][]string{}, kinds: map[string][]string{}}
	for n, line := range strings.Split(actionsFile, "\n") {
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || f[0] == "#":
		case f[0] == "kind" && len(f) == 3:
			u.kinds[f[1]] = append(u.kinds[f[1]], f[2])
		case f[0] == "action" && len(f) > 1:
			u.actions = append(u.actions, f[1])
			u.on[f[1]] = f[2:]
		default:
			return nil, fmt.Errorf("actions.txt:%d: neither a kind nor an action", n+1)
		}
	}
	slices.Sort(u.actions)
	return u, nil
}

// Matching returns the actions that a pattern of a policy stands for, sorted; none means that the pattern names nothing.
func (u *Universe) Matching(pattern string) []string {
	var out []string
	for _, a := range u.actions {
		if Like(a, strings.ToLower(pattern)) {
			out = append(out, a)
		}
	}
	return out
}

// All returns every action.
func (u *Universe) All() []string { return u.actions }

// Applies says whether an action can be done to a resource. An action that acts on nothing in particular is done to "*".
func (u *Universe) Applies(action, resource string) bool {
	kinds := u.on[action]
	if len(kinds) == 0 || resource == "*" {
		return len(kinds) == 0 && resource == "*"
	}
	return slices.ContainsFunc(kinds, func(k string) bool {
		if k == "s3/bucket" && strings.Contains(resource, "/") {
			return false // the ARN of an object
		}
		return anyLike(resource, u.kinds[k])
	})
}

// Elsewhere returns ARNs that an action can be done to and that nobody has: what is allowed to them is allowed to anything.
func (u *Universe) Elsewhere(action string) []string {
	var out []string
	for _, k := range u.on[action] {
		for _, form := range u.kinds[k] {
			if strings.Contains(form, "*") { // of the others there is one only
				out = append(out, strings.ReplaceAll(form, "*", "elsewhere"))
			}
		}
	}
	return out
}
