// Package checklist holds the vocabulary and the rules of the checklist (点検票): an edition and its questions, a firm's
// answers to them, and the faults that stand between a filled checklist and its acceptance.
//
// Everything here is a value or a pure function of values: no I/O, no clock, no storage tags. An edition is data
// (package questionnaire loads it), so a new round or another sector changes nothing in this package.
//
// The unit that is answered is a [Ref]: a question, and where the question has them an item (a row) and a stage.
// Every Ref of an edition is, for one firm, in exactly one [State]: answered, unanswered or not applicable. The three
// are never merged: an unanswered item is not a "no", and neither is a question that was not put to the firm.
package checklist
