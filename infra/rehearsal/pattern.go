package rehearsal

import (
	"fmt"
	"strings"

	"cssa/infra/rehearsal/iam"
)

// matches says whether an event matches a rule's pattern, as EventBridge does: every key of the pattern must be in the
// event, with one of the values. Of the content filters, prefix, suffix, exists, anything-but, equals-ignore-case and
// wildcard are understood; any other is an error.
func matches(pattern map[string]any, event any) (bool, error) {
	e, _ := event.(map[string]any)
	for key, want := range pattern {
		has, there := e[key]
		switch want := want.(type) {
		case map[string]any:
			ok, err := matches(want, has)
			if err != nil || !ok {
				return false, err
			}
		case []any:
			ok, err := oneOf(want, has, there)
			if err != nil || !ok {
				return false, err
			}
		default:
			return false, fmt.Errorf("event pattern: %s is neither a list nor an object", key)
		}
	}
	return true, nil
}

// oneOf says whether a value, or one of a list of values, is wanted.
func oneOf(want []any, has any, there bool) (bool, error) {
	values, isList := has.([]any)
	if !isList {
		values = []any{has}
	}
	for _, w := range want {
		filter, isFilter := w.(map[string]any)
		if isFilter && filter["exists"] != nil {
			if filter["exists"] == there {
				return true, nil
			}
			continue
		}
		if !there {
			continue
		}
		for _, v := range values {
			if !isFilter {
				if v == w {
					return true, nil
				}
				continue
			}
			ok, err := filtered(filter, v)
			if err != nil || ok {
				return ok, err
			}
		}
	}
	return false, nil
}

func filtered(filter map[string]any, v any) (bool, error) {
	text, _ := v.(string)
	for kind, arg := range filter {
		a, _ := arg.(string)
		switch kind {
		case "prefix":
			return strings.HasPrefix(text, a), nil
		case "suffix":
			return strings.HasSuffix(text, a), nil
		case "equals-ignore-case":
			return strings.EqualFold(text, a), nil
		case "wildcard":
			return iam.Like(text, a), nil
		case "anything-but":
			not, isList := arg.([]any)
			if !isList {
				not = []any{arg}
			}
			for _, n := range not {
				if _, nested := n.(map[string]any); nested {
					return false, fmt.Errorf("event pattern: anything-but %v is not understood", n)
				}
				if n == v {
					return false, nil
				}
			}
			return true, nil
		}
		return false, fmt.Errorf("event pattern: %s is not understood", kind)
	}
	return false, fmt.Errorf("event pattern: an empty filter")
}
