package lake

import (
	"fmt"
	"strings"

	"cssa/shared/checklist"
)

// Having writes a condition as the HAVING clause of a query over answers grouped by firm: it holds for the firms for which
// [checklist.Condition.Holds] does. It is in the common subset of Trino and DuckDB. A condition that asks for a question
// the edition does not have holds for nobody.
func Having(ed *checklist.Edition, c *checklist.Condition) string {
	switch {
	case c == nil:
		return "true"
	case len(c.All) > 0:
		return joined(ed, c.All, " AND ")
	case len(c.Any) > 0:
		return joined(ed, c.Any, " OR ")
	case c.Not != nil:
		return "NOT " + Having(ed, c.Not)
	case c.Is != nil:
		return counted(at(c.Is.Ref)+" AND choice IN "+list(c.Is.Choices)) + " > 0"
	case c.Answered != nil:
		return counted(at(*c.Answered)) + " > 0"
	case c.Count != nil:
		return countHaving(ed, c.Count)
	case c.Compare != nil:
		return compareHaving(ed, c.Compare)
	}
	return "false"
}

func joined(ed *checklist.Edition, cs []checklist.Condition, word string) string {
	parts := make([]string, len(cs))
	for i := range cs {
		parts[i] = Having(ed, &cs[i])
	}
	return "(" + strings.Join(parts, word) + ")"
}

func countHaving(ed *checklist.Edition, c *checklist.Count) string {
	q, ok := ed.Question(string(c.Question))
	if !ok {
		return "false"
	}
	where := fmt.Sprintf("question = %s AND stage = %s AND choice IN %s", quote(c.Question), quote(c.Stage), list(c.Choices))
	for _, it := range q.Items {
		if it.Exclusive {
			where += " AND item <> " + quote(it.ID)
		}
	}
	if len(q.Items) == 0 {
		where = "false"
	}
	bounds := []string{"true"}
	if c.AtLeast != nil {
		bounds = append(bounds, fmt.Sprintf("%s >= %d", counted(where), *c.AtLeast))
	}
	if c.AtMost != nil {
		bounds = append(bounds, fmt.Sprintf("%s <= %d", counted(where), *c.AtMost))
	}
	return "(" + strings.Join(bounds, " AND ") + ")"
}

func compareHaving(ed *checklist.Edition, c *checklist.Compare) string {
	q, ok := ed.Question(string(c.Ref.Question))
	if !ok {
		return "false"
	}
	where := at(c.Ref)
	if c.AtLeast != nil {
		where += " AND number >= " + q.Format(*c.AtLeast)
	}
	if c.AtMost != nil {
		where += " AND number <= " + q.Format(*c.AtMost)
	}
	return counted(where) + " > 0"
}

// counted counts a firm's answered places that satisfy where.
func counted(where string) string {
	return "sum(CASE WHEN state = 'answered' AND " + where + " THEN 1 ELSE 0 END)"
}

func at(r checklist.Ref) string {
	return fmt.Sprintf("question = %s AND item = %s AND stage = %s", quote(r.Question), quote(r.Item), quote(r.Stage))
}

func list[S ~string](words []S) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	if len(quoted) == 0 {
		return "('')" // an answered place has a choice, so this is nobody
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}

func quote[S ~string](s S) string { return "'" + strings.ReplaceAll(string(s), "'", "''") + "'" }
