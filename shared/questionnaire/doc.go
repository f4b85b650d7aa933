// Package questionnaire holds an edition as data: a folder of YAML files that a supervisor can read, review and edit.
// It loads the folder into a [checklist.Edition], lints it, and freezes it by checksum once it is published.
//
// README.md says how they are written, key by key. The files of an edition, all of them in Japanese and English side by side:
//
//	edition.yaml        id, title, dates, settings, office, names of the groups
//	glossary.yaml       definitions of terms
//	instructions.yaml   paragraphs of the instruction sheet
//	sections/*.yaml     one section each, in the order of their file names
//	rules.yaml          consistency rules
//	figures.yaml        the figures of the publication
//	mapping.yaml        what became of last edition's questions, if edition.yaml names a previous one
//	FROZEN              the checksum of the others, once the edition is published
//
// A condition is one of
//
//	is: {place: QUESTION, choices: [CHOICE, …]}      the answer is one of these
//	answered: QUESTION                               there is an answer
//	count: {question: QUESTION, choices: [CHOICE, …], at_least: N, at_most: N}
//	compare: {place: QUESTION, at_least: N, at_most: N}
//	all: [CONDITION, …]    any: [CONDITION, …]    not: CONDITION
//
// where a place is QUESTION, QUESTION.ITEM or QUESTION.ITEM.STAGE.
//
// What is wrong with an edition is a [Finding], and all findings are reported at once. Nothing here changes an edition
// but [Freeze], which writes the file FROZEN.
package questionnaire
