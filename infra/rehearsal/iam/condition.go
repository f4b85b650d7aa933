package iam

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Condition is one test of a request's context. Keys are in lower case: IAM does not tell case in them.
type Condition struct {
	Operator string
	Key      string
	Values   []string
}

func conditions(v any) ([]Condition, error) {
	ops, _ := v.(map[string]any)
	var out []Condition
	for _, op := range slices.Sorted(maps.Keys(ops)) {
		if _, ok := operators[base(op)]; !ok && base(op) != "Null" {
			return nil, fmt.Errorf("condition operator %s is not understood", op)
		}
		keys, _ := ops[op].(map[string]any)
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			values := list(keys[k])
			if values == nil {
				raw, ok := keys[k].([]any)
				if !ok {
					raw = []any{keys[k]}
				}
				for _, e := range raw {
					b, err := json.Marshal(e)
					if err != nil {
						return nil, err
					}
					values = append(values, strings.Trim(string(b), `"`))
				}
			}
			out = append(out, Condition{op, strings.ToLower(k), values})
		}
	}
	return out, nil
}

// base is an operator without what says how many values must match and what a missing key means.
func base(op string) string {
	op = strings.TrimPrefix(strings.TrimPrefix(op, "ForAllValues:"), "ForAnyValue:")
	return strings.TrimSuffix(op, "IfExists")
}

// operators say whether a value of the request has the wanted one. Those that begin with Not are the opposites.
var operators = map[string]func(has, want string) bool{
	"StringEquals": equal, "StringNotEquals": equal,
	"StringEqualsIgnoreCase": strings.EqualFold, "StringNotEqualsIgnoreCase": strings.EqualFold,
	"StringLike": Like, "StringNotLike": Like,
	"ArnEquals": Like, "ArnNotEquals": Like, "ArnLike": Like, "ArnNotLike": Like,
	"Bool":          strings.EqualFold,
	"NumericEquals": number(func(a, b float64) bool { return a == b }), "NumericNotEquals": number(func(a, b float64) bool { return a == b }),
	"NumericLessThan":          number(func(a, b float64) bool { return a < b }),
	"NumericLessThanEquals":    number(func(a, b float64) bool { return a <= b }),
	"NumericGreaterThan":       number(func(a, b float64) bool { return a > b }),
	"NumericGreaterThanEquals": number(func(a, b float64) bool { return a >= b }),
}

func equal(a, b string) bool { return a == b }

func number(holds func(a, b float64) bool) func(string, string) bool {
	return func(a, b string) bool {
		x, err := strconv.ParseFloat(a, 64)
		y, err2 := strconv.ParseFloat(b, 64)
		return err == nil && err2 == nil && holds(x, y)
	}
}

// Holds says whether the condition is met by a request's context, whose keys are in lower case.
func (c Condition) Holds(context map[string][]string) bool {
	has, there := context[c.Key]
	op := base(c.Operator)
	if op == "Null" {
		return len(c.Values) > 0 && (c.Values[0] == "true") == !there
	}
	not := strings.Contains(op, "Not")
	if !there {
		// A missing key meets what is asked "if it exists", every wish about all of its values, and every Not.
		return not || strings.HasSuffix(c.Operator, "IfExists") || strings.HasPrefix(c.Operator, "ForAllValues:")
	}
	meets := func(v string) bool {
		for _, want := range c.Values {
			if operators[op](v, want) {
				return !not
			}
		}
		return not
	}
	switch {
	case strings.HasPrefix(c.Operator, "ForAllValues:"):
		return !slices.ContainsFunc(has, func(v string) bool { return !meets(v) })
	case not && !strings.HasPrefix(c.Operator, "ForAnyValue:"):
		return !slices.ContainsFunc(has, func(v string) bool { return !meets(v) })
	}
	return slices.ContainsFunc(has, meets)
}

// Like matches a text against a pattern with * for anything and ? for one character.
func Like(text, pattern string) bool {
	t, p := 0, 0
	star, from := -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
