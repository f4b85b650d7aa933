package questionnaire

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"cssa/shared/checklist"
)

// A slip is a mistake an editor can make in the built-in edition, and the finding that must come of it.
type slip struct {
	name string
	file string // edited: the first old becomes new
	old  string
	new  string
	edit func(e *checklist.Edition) // or, for what no file can say, the edition itself
	want string                     // part of What
}

const (
	policy     = "sections/01-policy-and-plan.yaml"
	reports    = "sections/02-reports.yaml"
	thirdParty = "sections/04-third-parties.yaml"
	people     = "sections/05-people.yaml"
	monitoring = "sections/07-monitoring.yaml"
	logs       = "sections/08-logs.yaml"
	plans      = "sections/10-contingency.yaml"
	comments   = "sections/12-comments.yaml"
)

var slips = []slip{
	// The head.
	{name: "edition id without a year", file: "edition.yaml", old: "id: 2023-securities", new: "id: securities", want: "edition id \"securities\""},
	{name: "edition id of another year", file: "edition.yaml", old: "id: 2023-securities", new: "id: 2024-securities", want: "does not begin with 2023-securities"},
	{name: "title only in Japanese", file: "edition.yaml", old: "en: Cyber Security Self-Assessment for securities firms (fiscal 2023)", new: "en: \"\"", want: "title has no text in en"},
	{name: "title only in English", file: "edition.yaml", old: "ja: 証券会社におけるサイバーセキュリティセルフアセスメント（2023年度）", new: "ja: \" \"", want: "title has no text in ja"},
	{name: "text on two lines", file: "edition.yaml", old: "en: Cyber Security", new: "en: \"a\\nb\"\n  # ", want: "(en) has space around it, a tab or a line break"},
	{name: "threshold of two", file: "edition.yaml", old: "threshold: 5", new: "threshold: 2", want: "the threshold 2 is below 3"},
	{name: "groups smaller than the threshold", file: "edition.yaml", old: "group_minimum: 30", new: "group_minimum: 4", want: "group_minimum 4 is below the threshold"},
	{name: "office without a phone", file: "edition.yaml", old: "phone: 00-0000-0000", new: "phone: \"\"", want: "the office has no phone"},
	{name: "office without an address", file: "edition.yaml", old: "email: cssa-office@supervisor.example", new: "email: cssa-office", want: "the office's email \"cssa-office\" is not an address"},
	{name: "office without a name", file: "edition.yaml", old: "ja: CSSA事務局（架空の連絡先）", new: "ja: \"\"", want: "office name has no text in ja"},
	{name: "no instructions", edit: func(e *checklist.Edition) { e.Instructions = nil }, want: "there are no instructions"},
	{name: "no time zone", edit: func(e *checklist.Edition) { e.Location = nil }, want: "there is no time zone"},
	{name: "no reference date", edit: func(e *checklist.Edition) { e.ReferenceDate = checklist.Date{} }, want: "there is no reference date"},
	{name: "opens before the reference date", file: "edition.yaml", old: "opens: 2023-07-03 09:00", new: "opens: 2023-06-29 09:00", want: "the round opens before the reference date"},
	{name: "deadline before the opening", file: "edition.yaml", old: "deadline: 2023-08-25 17:00", new: "deadline: 2023-07-01 17:00", want: "the deadline is not after the opening"},
	{name: "doors close at the deadline", file: "edition.yaml", old: "closing: 2023-09-15 17:00", new: "closing: 2023-08-25 17:00", want: "the closing is not after the deadline"},

	// Dates that the instructions repeat.
	{name: "last year's deadline", file: "edition.yaml", old: "deadline: 2023-08-25", new: "deadline: 2023-08-28", want: "the date 2023年8月25日（金）17時 is none of those in edition.yaml"},
	{name: "another hour", file: "edition.yaml", old: "deadline: 2023-08-25 17:00", new: "deadline: 2023-08-25 12:00", want: "Friday 25 August 2023, 17:00 is not the time in edition.yaml"},
	{name: "another weekday", file: "instructions.yaml", old: "2023年8月25日（金）", new: "2023年8月25日（土）", want: "2023年8月25日（土）17時 is not on a 土"},
	{name: "another weekday in English", file: "instructions.yaml", old: "Friday 25 August", new: "Monday 25 August", want: "Monday 25 August 2023, 17:00 is not on a Monday"},
	{name: "a date in one language", file: "instructions.yaml", old: "as of 30 June 2023 (the reference date)", new: "as of the reference date", want: "paragraph 2 names the reference_date in one language only"},
	{name: "a date in numbers", file: "instructions.yaml", old: "30 June 2023", new: "2023/6/29", want: "the date 2023/6/29 is none of those in edition.yaml"},

	// Groups, glossary, rules.
	{name: "unknown dimension", file: "edition.yaml", old: "dimension: size", new: "dimension: height", want: "the dimension \"height\" is not known"},
	{name: "a dimension that is there already", file: "edition.yaml", old: "groups:\n", new: "dimensions:\n  - {id: size, ja: 規模, en: Size}\ngroups:\n", want: "the dimension \"size\" is one already"},
	{name: "a dimension without groups", file: "edition.yaml", old: "groups:\n", new: "dimensions:\n  - {id: region, ja: 地域, en: Region}\ngroups:\n", want: "no group is of this dimension"},
	{name: "no sizes", edit: func(e *checklist.Edition) {
		e.Groups = slices.DeleteFunc(e.Groups, func(g checklist.Group) bool { return g.Dimension == checklist.BySize })
	}, want: "no group is of the dimension \"size\", and every firm of a register is in one"},
	{name: "group id in capitals", file: "edition.yaml", old: "id: major", new: "id: Major", want: "the id \"Major\" is not valid"},
	{name: "the same group twice", file: "edition.yaml", old: "id: major", new: "id: online", want: "the group is there twice"},
	{name: "the sector has no name", file: "edition.yaml", old: "    id: securities", new: "    id: banks", want: "no group names the sector \"securities\""},
	{name: "one of several sectors", file: "edition.yaml", old: "  - dimension: group\n", new: "  - dimension: sector\n    id: banks\n    ja: 銀行\n    en: Banks\n  - dimension: group\n", want: "the sector \"securities\" is one of several in the groups"},
	{name: "term that no question shows", file: reports, old: "terms: [responsible-officer, officer]", new: "terms: [responsible-officer]", want: "no question shows the term"},
	{name: "term that is not in the glossary", file: reports, old: "terms: [responsible-officer, officer]", new: "terms: [responsible-officer, officer, chief]", want: "the glossary has no term \"chief\""},
	{name: "term twice", file: "glossary.yaml", old: "id: soc", new: "id: officer", want: "the id \"officer\" is there twice"},
	{name: "source misspelt", file: "glossary.yaml", old: "source: verbatim", new: "source: original", want: "the source \"original\" is not known"},
	{name: "severity misspelt", file: "rules.yaml", old: "    severity: mend", new: "    severity: error", want: "the severity \"error\" is not known"},
	{name: "rule that marks nothing", file: "rules.yaml", old: "at: [monitoring-target.none]", new: "at: []", want: "the rule marks no place"},
	{name: "rule that marks no place of the edition", file: "rules.yaml", old: "at: [monitoring-target.none]", new: "at: [monitoring-target]", want: "there is no place \"monitoring-target\" for an answer"},
	{name: "rule without words", file: "rules.yaml", old: "ja: 7-2の監視対象を選ぶか、7-1の回答を直してください。", new: "ja: \"\"", want: "mend has no text in ja"},

	// Sections and questions.
	{name: "no sections", edit: func(e *checklist.Edition) { e.Sections = nil }, want: "there are no sections"},
	{name: "section out of order", file: policy, old: `number: "1"`, new: `number: "2"`, want: "the number \"2\" is not 1"},
	{name: "section without questions", edit: func(e *checklist.Edition) { e.Sections[0].Questions = nil }, want: "the section has no questions"},
	{name: "jump of a choice", file: policy, old: "kind: single\n", new: "kind: single\n    jump: 10\n", want: "jump 10 is not a factor"},
	{name: "ranks that no answer can jump", file: policy, old: "kind: single\n", new: "kind: single\n    jump_ranks: 4\n", want: "jump_ranks 4 cannot be reached"},
	{name: "question out of order", file: policy, old: `number: "1-2"`, new: `number: "1-3"`, want: "the number \"1-3\" is not 1-2"},
	{name: "question id twice", file: policy, old: "- id: plan\n    number", new: "- id: policy\n    number", want: "the id \"policy\" is there twice"},
	{name: "question called like a number", file: comments, old: "- id: comments", new: "- id: 1-1", want: "the id is also a question's number"},
	{name: "prompt missing", file: policy, old: "ja: 経営方針としてサイバーセキュリティの確保を掲げていますか。最も近いものを1つ選んでください。", new: "ja: \"\"", want: "prompt has no text in ja"},
	{name: "unknown kind", file: policy, old: "kind: single", new: "kind: choice", want: "the kind \"choice\" is not known"},
	{name: "multiple without items", file: policy, old: "kind: single", new: "kind: matrix", want: "a matrix question needs items"},
	{name: "single with items", file: logs, old: "kind: matrix", new: "kind: single", want: "a single question has no use for items"},
	{name: "single with one choice", edit: func(e *checklist.Edition) { q := ask(e, "policy"); q.Choices = q.Choices[:1] }, want: "the question has fewer than two choices"},
	{name: "multiple with other answers", edit: func(e *checklist.Edition) { ask(e, "report").Choices[1].ID = "maybe" }, want: "the choices of a multiple question are not yes and no"},
	{name: "nested with one stage", edit: func(e *checklist.Edition) { q := ask(e, "contingency"); q.Stages = q.Stages[:1] }, want: "a nested question needs two stages or more"},
	{name: "stage with one choice", edit: func(e *checklist.Edition) {
		st := &ask(e, "contingency").Stages[1]
		st.Choices = st.Choices[:1]
	}, want: "the stage has fewer than two choices"},
	{name: "first stage after something", file: plans, old: "- id: plan\n        ja", new: "- id: plan\n        after: [established]\n        ja", want: "the first stage comes after nothing"},
	{name: "second stage after nothing", file: plans, old: "after: [established]", new: "after: []", want: "no answer leads to the stage"},
	{name: "second stage after an answer that is not there", file: plans, old: "after: [established]", new: "after: [exists]", want: "the stage before it has no choice \"exists\""},
	{name: "number with too many decimals", file: people, old: "min: 0", new: "min: 0\n    decimals: 9", want: "decimals 9 is not within 0 to 6"},
	{name: "number without room", file: people, old: "min: 0", new: "min: 5000", want: "min is not below max"},
	{name: "number without a unit", file: people, old: "    unit:\n      ja: 人\n      en: persons\n", new: "", want: "a number question needs a unit"},
	{name: "text longer than a cell", file: comments, old: "max: 1000", new: "max: 100000", want: "max 100000 is not within 1 to 32767 characters"},
	{name: "text with decimals", file: comments, old: "max: 1000", new: "max: 1000\n    decimals: 2", want: "decimals and min are for number questions"},
	{name: "classes that begin above min", file: people, old: "from: 0", new: "from: 1", want: "the first class does not reach down to min"},
	{name: "classes out of order", file: people, old: "from: 5\n", new: "from: 1\n", want: "the classes do not ascend"},
	{name: "class that no answer reaches", file: people, old: "from: 50", new: "from: 5001", want: "the class begins above max"},
	{name: "class with a rank", file: people, old: "from: 50", new: "from: 50\n        rank: 1", want: "classes have no ranks"},
	{name: "two items of one label", file: reports, old: "en: Progress of security measures", new: "en: Cyber incidents at our own  organisation", want: "two items have the same label"},
	{name: "item twice", file: reports, old: "id: progress", new: "id: own-incidents", want: "the id \"own-incidents\" is there twice"},
	{name: "exclusive row of a matrix", file: logs, old: "- id: clock", new: "- id: clock\n        exclusive: true", want: "only an item of a multiple question can be exclusive"},
	{name: "two exclusive items", file: reports, old: "- id: progress", new: "- id: progress\n        exclusive: true", want: "two items are exclusive"},
	{name: "only exclusive items", edit: func(e *checklist.Edition) { q := ask(e, "report"); q.Items = q.Items[len(q.Items)-1:] }, want: "every item is exclusive"},
	{name: "two choices worded alike", file: policy, old: "en: We plan to set it out in management policy", new: "en: we have no plan to set it out in management policy", want: "two choices have the same label"},
	{name: "choice twice", file: policy, old: "- id: internal", new: "- id: published", want: "the id \"published\" is there twice"},
	{name: "rank below zero", file: policy, old: "rank: 4", new: "rank: -1", want: "the rank is negative"},
	{name: "a choice without rank", file: policy, old: "rank: 4", new: "# no rank", want: "some choices have ranks and some have none"},
	{name: "ranks with a gap", file: policy, old: "rank: 3", new: "rank: 4", want: "no choice has the rank 3"},
	{name: "ranks from two", file: policy, old: "        rank: 1", new: "        rank: 2", want: "no choice has the rank 1"},
	{name: "all ranks equal", edit: func(e *checklist.Edition) {
		for i, q := 0, ask(e, "policy"); i < len(q.Choices); i++ {
			q.Choices[i].Rank = 1
		}
	}, want: "all choices have the same rank"},

	// Conditions.
	{name: "condition of two things", file: thirdParty, old: "when:\n", new: "when:\n      answered: third-party-exists\n", want: "a condition does not say exactly one thing"},
	{name: "condition on an unknown question", file: thirdParty, old: "place: third-party-exists", new: "place: third-party-there", want: "there is no question \"third-party-there\""},
	{name: "condition on a printed number", file: thirdParty, old: "place: third-party-exists", new: "place: 4-1", want: "there is no question \"4-1\""},
	{name: "condition on an unknown choice", file: thirdParty, old: "choices: [exists]", new: "choices: [there]", want: "third-party-exists has no choice \"there\""},
	{name: "condition without choices", file: thirdParty, old: "choices: [exists]", new: "choices: []", want: "no choices are named"},
	{name: "condition naming a choice twice", file: thirdParty, old: "choices: [exists]", new: "choices: [exists, exists]", want: "the choice \"exists\" is named twice"},
	{name: "condition on itself", file: thirdParty, old: "place: third-party-exists, choices: [exists]", new: "place: third-party, choices: [central]", want: "the condition reads third-party, which does not come earlier"},
	{name: "condition on a later question", file: thirdParty, old: "place: third-party-exists, choices: [exists]", new: "place: monitoring, choices: [always]", want: "the condition reads monitoring, which does not come earlier"},
	{name: "condition on an optional question", file: thirdParty, old: "id: third-party-exists\n", new: "id: third-party-exists\n    optional: true\n", want: "the condition reads third-party-exists, which is optional"},
	{name: "is on a number", file: monitoring, old: "is: {place: monitoring, choices: [always, part-time]}", new: "is: {place: headcount, choices: [zero]}", want: "headcount has no choices to compare with"},
	{name: "compare on a choice", file: "rules.yaml", old: "compare: {place: headcount, at_most: 0}", new: "compare: {place: policy, at_most: 0}", want: "policy is not a number question"},
	{name: "compare without bounds", file: "rules.yaml", old: "compare: {place: headcount, at_most: 0}", new: "compare: {place: headcount}", want: "compare has no bounds"},
	{name: "compare with bounds reversed", file: "rules.yaml", old: "compare: {place: headcount, at_most: 0}", new: "compare: {place: headcount, at_least: 9, at_most: 0}", want: "compare has no bounds, or they are the wrong way round"},
	{name: "count without bounds", file: "rules.yaml", old: `choices: ["yes"], at_least: 1}`, new: `choices: ["yes"]}`, want: "count has no bounds"},
	{name: "count of a single question", file: "rules.yaml", old: "count: {question: report", new: "count: {question: policy", want: "policy has no items to count"},
	{name: "count of more than there is", file: "rules.yaml", old: `choices: ["yes"], at_least: 1}`, new: `choices: ["yes"], at_least: 7}`, want: "report has only 6 items to count"},
	{name: "count without the stage", file: "rules.yaml", old: `count: {question: report, choices: ["yes"], at_least: 1}`, new: "count: {question: contingency, choices: [established], at_least: 1}", want: "there is no place \"contingency.ransomware\""},

	// Figures.
	{name: "figures out of order", file: "figures.yaml", old: "number: 2\n", new: "number: 3\n", want: "the number 3 is not 2"},
	{name: "figure of an unknown question", file: "figures.yaml", old: "question: policy", new: "question: policies", want: "there is no question \"policies\""},
	{name: "figure of free text", file: "figures.yaml", old: "question: policy", new: "question: comments", want: "free text is never shown"},
	{name: "figure with a bad base", file: "figures.yaml", old: "question: policy\n", new: "question: policy\n    base:\n      answered: nothing\n", want: "there is no question \"nothing\""},
	{name: "two bases of a row", file: "figures.yaml", old: "question: logs\n", new: "question: logs\n    bases:\n      - {item: retention, base: {answered: policy}}\n      - {item: retention, base: {answered: plan}}\n", want: "the row has two bases"},
	{name: "base of no row", file: "figures.yaml", old: "question: logs\n", new: "question: logs\n    bases:\n      - {item: backup, base: {answered: policy}}\n", want: "item: the figure has no row \"backup\""},
	{name: "base without a condition", file: "figures.yaml", old: "question: logs\n", new: "question: logs\n    bases:\n      - {item: retention}\n", want: "a condition"},
	{name: "a treatment misspelt", file: "figures.yaml", old: "question: logs\n", new: "question: logs\n    not_applicable: inside\n", want: "not_applicable says \"inside\""},
	{name: "rows where there are none", file: "figures.yaml", old: "question: policy\n", new: "question: policy\n    items: [a]\n", want: "the figure's rows are not the question's items"},
	{name: "row that is not an item", file: "figures.yaml", old: "question: logs\n", new: "question: logs\n    items: [identification, retention, backup]\n", want: "logs has no item \"backup\""},
	{name: "row twice", file: "figures.yaml", old: "question: logs\n", new: "question: logs\n    items: [identification, retention, retention]\n", want: "the item \"retention\" is there twice"},
	{name: "order of a figure without rows", file: "figures.yaml", old: "order: checklist", new: "order: share", want: "a figure without rows cannot be sorted"},
	{name: "order misspelt", file: "figures.yaml", old: "order: checklist", new: "order: size", want: "the order \"size\" is not known"},
	{name: "nested figure without series", edit: func(e *checklist.Edition) { e.Figures[14].Series = nil }, want: "the figure counts nothing"},
	{name: "series without a stage", file: "figures.yaml", old: "stage: drill\n", new: "stage: exercise\n", want: "contingency has no stage \"exercise\""},
	{name: "series of no choice", edit: func(e *checklist.Edition) { e.Figures[0].Series[0].Choices = nil }, want: "the series counts no choice"},
	{name: "series of an unknown choice", file: "figures.yaml", old: "choices: [conducted]", new: "choices: [held]", want: "contingency has no choice \"held\""},
	{name: "choice in two series", file: "figures.yaml", old: "      - id: set\n", new: "      - id: set\n        choices: [set, monitored]\n        ja: 規定\n        en: Set\n", want: "the choice \"monitored\" is counted twice"},
	{name: "uncounted in a nested figure", edit: func(e *checklist.Edition) { e.Figures[14].Uncounted = []checklist.ChoiceID{"none"} }, want: "uncounted is not for nested questions"},
	{name: "uncounted choice that is not there", file: "figures.yaml", old: "uncounted: [planned, none]", new: "uncounted: [planned, none, never]", want: "uncounted: logs has no choice \"never\""},
	{name: "uncounted and counted", file: "figures.yaml", old: "uncounted: [planned, none]", new: "uncounted: [planned, none, set]", want: "the choice \"set\" is counted, yet under uncounted"},
	{name: "choice forgotten", file: "figures.yaml", old: "uncounted: [planned, none]", new: "uncounted: [planned]", want: "no series counts the choice \"none\""},
	{name: "claim of an unknown row", file: "figures.yaml", old: "item: retention", new: "item: clocks", want: "item: the figure has no row \"clocks\""},
	{name: "claim without a row", file: "figures.yaml", old: "- item: retention\n        series", new: "- series", want: "item: the figure has no row \"\""},
	{name: "claim compared with an unknown row", file: "figures.yaml", old: "than: own-incidents", new: "than: ours", want: "than: the figure has no row \"ours\""},
	{name: "claim compared with itself", file: "figures.yaml", old: "than: own-incidents", new: "than: other-firms", want: "a row is compared with itself"},
	{name: "claim without series", file: "figures.yaml", old: "- series: [planned, none]", new: "- series: []", want: "the claim names no series"},
	{name: "claim with an unknown series", file: "figures.yaml", old: "- series: [planned, none]", new: "- series: [planned, never]", want: "the figure has no series \"never\""},
	{name: "claim with a series twice", file: "figures.yaml", old: "- series: [planned, none]", new: "- series: [none, none]", want: "the series \"none\" is named twice"},
	{name: "claim over two bases", file: "figures.yaml", old: "series: [drill]", new: "series: [plan, drill]", want: "series of two stages have different bases"},
	{name: "claim without words", file: "figures.yaml", old: "words: 2割程度", new: "words: \"\"", want: "the claim has no words"},
	{name: "claim without a quote", edit: func(e *checklist.Edition) { e.Figures[0].Claims[0].Quote = " " }, want: "the claim has no quote"},

	// What cannot be read as an edition at all.
	{name: "key misspelt", file: policy, old: "prompt:", new: "promt:", want: "unknown field \"promt\""},
	{name: "no id", file: policy, old: "      - id: internal\n        rank: 2", new: "      - rank: 2", want: "the id is missing"},
	{name: "an empty id", file: policy, old: "      - id: internal\n", new: "      - id:\n", want: "the id is missing"},
	{name: "no deadline", file: "edition.yaml", old: "deadline:", new: "# deadline:", want: "\"\" is not a date and time"},
	{name: "no id of the edition", file: "edition.yaml", old: "id: 2023-securities", new: "# id: 2023-securities", want: "edition id \"\""},
	{name: "key twice", file: policy, old: "kind: single", new: "kind: single\n    kind: single", want: "mapping key \"kind\" already defined"},
	{name: "list where a word is wanted", file: policy, old: "id: policy-and-plan", new: "id: [a]", want: "a word is wanted here"},
	{name: "not YAML", file: "rules.yaml", old: "rules:", new: "rules: {", want: ""},
	{name: "two documents", file: "rules.yaml", old: "rules:", new: "a: b\n---\nrules:", want: "not one YAML document"},
	{name: "anchors", file: policy, old: "title:\n", new: "title: &t\n", want: "anchors, aliases and tags are not used"},
	{name: "nested without end", file: "rules.yaml", old: "rules:", new: "rules: " + strings.Repeat("[", 100000), want: "nested more than 40 deep"},
	{name: "indented without end", file: "rules.yaml", old: "rules:", new: "rules:\n" + strings.Repeat("- ", 50000), want: "nested more than 40 deep"},
	{name: "multiple with choices", file: reports, old: "    items:\n      - id: own", new: "    choices: [{id: a}]\n    items:\n      - id: own", want: "a multiple question has choices of its own"},
	{name: "reference date in words", file: "edition.yaml", old: "reference_date: 2023-06-30", new: "reference_date: 2023年6月30日", want: "want YYYY-MM-DD"},
	{name: "unknown time zone", file: "edition.yaml", old: "time_zone: Asia/Tokyo", new: "time_zone: Asia/Edo", want: "no time zone is called \"Asia/Edo\""},
	{name: "the machine's time zone", file: "edition.yaml", old: "time_zone: Asia/Tokyo", new: "time_zone: Local", want: "no time zone is called \"Local\""},
	{name: "deadline without time", file: "edition.yaml", old: "deadline: 2023-08-25 17:00", new: "deadline: 2023-08-25", want: "\"2023-08-25\" is not a date and time"},
	{name: "place that is no place", file: "rules.yaml", old: "at: [officer]", new: "at: [Officer]", want: "\"Officer\" is not an id"},
}

func ask(e *checklist.Edition, id string) *checklist.Question {
	q, ok := e.Question(id)
	if !ok {
		panic("no question " + id)
	}
	return q
}

// bite returns the findings of a slip.
func bite(t *testing.T, s slip) []Finding {
	t.Helper()
	files := securitiesFiles(t)
	if s.edit != nil {
		e := load(t, files)
		s.edit(e)
		return Lint(e)
	}
	body := string(files[s.file].Data)
	if !strings.Contains(body, s.old) {
		t.Fatalf("%s does not hold %q", s.file, s.old)
	}
	files[s.file] = &fstest.MapFile{Data: []byte(strings.Replace(body, s.old, s.new, 1))}
	_, findings, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

// Every slip is found, and every message in the sources of the loader and the linter is bitten by a slip: a check
// without a test fails here.
func TestEverySlipIsFoundAndEveryCheckHasASlip(t *testing.T) {
	var bitten strings.Builder
	tried := 0
	for _, s := range slips {
		t.Run(s.name, func(t *testing.T) {
			tried++
			found := false
			findings := bite(t, s)
			for _, f := range findings {
				bitten.WriteString(f.What + "\n")
				if !strings.Contains(f.What, s.want) {
					continue
				}
				found = true
				if f.Mend == "" {
					t.Errorf("%s: it does not say how to mend it", f)
				}
				if s.edit == nil && (f.File == "" || f.Line == 0) {
					t.Errorf("%s: it does not say where", f)
				}
			}
			if !found {
				t.Errorf("want %q, got\n%v", s.want, Findings(findings))
			}
		})
	}
	if tried < len(slips) {
		return // go test -run picked some of them
	}
	if messages := bites(t, bitten.String(), "lint.go", "lint_questions.go", "lint_conditions.go", "lint_figures.go", "dates.go", "load.go", "build.go"); messages < 80 {
		t.Errorf("only %d messages: this test does not see them", messages)
	}
}

// bites fails for every message in sources of the loader and the linter that is not among the bitten, and returns how many
// messages there are.
func bites(t *testing.T, bitten string, sources ...string) int {
	t.Helper()
	messages := 0
	for _, name := range sources {
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || (sel.Sel.Name != "say" && sel.Sel.Name != "must") || len(call.Args) < 3 {
				return true
			}
			what := call.Args[len(call.Args)-2] // before mend
			if format, ok := what.(*ast.CallExpr); ok {
				if len(format.Args) == 0 {
					return true // err.Error(): the words are another package's
				}
				what = format.Args[0]
			}
			lit, ok := what.(*ast.BasicLit)
			if !ok {
				return true
			}
			words, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			if name == "load.go" && words == "the file is missing" {
				return true // TestAFolderThatIsNoEdition
			}
			pattern := regexp.MustCompile(`%[a-z]`).ReplaceAllString(regexp.QuoteMeta(words), ".*")
			messages++
			if !regexp.MustCompile(`(?m)^` + pattern + `$`).MatchString(bitten) {
				t.Errorf("%s: no slip shows that %q bites", name, words)
			}
			return true
		})
	}
	return messages
}

// The dates of laws and the like are no dates of the round.
func TestOtherDatesAreLeftAlone(t *testing.T) {
	files := securitiesFiles(t)
	body := strings.Replace(string(files["instructions.yaml"].Data), "ja: 色の付いた", "ja: 2021年4月1日施行の法令により、色の付いた", 1)
	files["instructions.yaml"] = &fstest.MapFile{Data: []byte(body)}
	load(t, files)
}

// A finding stands on the line of its key, whatever the file's line ends are.
func TestAFindingStandsOnItsKey(t *testing.T) {
	for _, s := range []slip{
		{file: policy, old: "en: Cybersecurity in management policy", new: "en: \"\""},
		{file: policy, old: "en: A cybersecurity plan that is part of the firm-wide management plan counts.", new: "en: \"\""},
		{file: policy, old: "        source: verbatim", new: "        source: invented"},
		{file: thirdParty, old: "is: {place: third-party-exists", new: "is: {place: third-parties"},
		{file: "edition.yaml", old: "threshold: 5", new: "threshold: 1"},
		{file: "instructions.yaml", old: "2023年6月30日", new: "2022年6月30日"},
		{file: "figures.yaml", old: "uncounted: [planned, none]", new: "uncounted: [planned]"},
	} {
		files := securitiesFiles(t)
		body := string(files[s.file].Data)
		at := strings.Index(body, s.old)
		if at < 0 {
			t.Fatalf("%s does not hold %q", s.file, s.old)
		}
		want := strings.Count(body[:at], "\n") + 1
		if strings.HasPrefix(s.old, "is:") {
			want-- // when: is above it
		}
		body = body[:at] + s.new + body[at+len(s.old):]
		for _, body := range []string{body, strings.ReplaceAll(body, "\n", "\r\n")} {
			files[s.file] = &fstest.MapFile{Data: []byte(body)}
			_, findings, err := Load(files)
			if err != nil || len(findings) == 0 {
				t.Fatalf("%s: %v, %d findings", s.new, err, len(findings))
			}
			for _, f := range findings {
				if f.File == s.file && f.Line != want {
					t.Errorf("%s: want line %d, got %s", s.new, want, f)
				}
			}
		}
	}
}

// A finding stands on the line of the thing that is wrong.
func TestAFindingStandsOnItsLine(t *testing.T) {
	s := slip{file: policy, old: "- id: internal", new: "- id: published"}
	findings := bite(t, s)
	body := strings.Replace(string(securitiesFiles(t)[policy].Data), s.old, s.new, 1)
	line := strings.Count(body[:strings.LastIndex(body, "- id: published")], "\n") + 1
	want := fmt.Sprintf(`%s:%d: question policy, choice published: the id "published" is there twice; rename one of the two`, policy, line)
	if last := findings[len(findings)-1]; last.String() != want { // the findings of fig01, which shows the choice, come first
		t.Errorf("got  %v\nwant %s", Findings(findings), want)
	}
}
