// Package trend (前回比較) compares two editions of one round of checklists: what share of firms gave an answer last time and
// this time, and why the share changed. It is the statistics and nothing else: no I/O, no clock, no storage.
//
// # What is compared
//
// A [Plan] says, by the mapping between two editions, which places and choices mean the same in both ([Series]). A place is
// compared if its line, and those of its item and stage, say "same", or "reworded" and that last time's answer carries.
// What was widened or narrowed, split, merged, or is new broke: there is no line, and [Break] says why in both languages.
// Choices that were split or merged within one place are compared taken together. A series of a figure (図表) is compared
// if its union is one of comparable choices in both.
//
// # Who is compared
//
// A firm's answers are those of its newest submission that counts. The matched panel (継続回答先) of a place is the firms
// that answered it in both editions; of a group, those that were in the group both times. A firm goes on from its own
// answers or, if it has none, from those of the one firm it took over that has some; of several, from none ([Match]).
//
// # How a change is split
//
// With T the share of all respondents and P that of the panel, then and now, and T* what T is by the definition that
// both editions have in common, a change is the sum of
//
//	within        P(now) − P(then)                        the same firms, the same definition
//	composition   (T*(now) − P(now)) + (P(then) − T*(then))   firms that came, and firms that left
//	redefinition  (T(now) − T*(now)) + (T*(then) − T(then))   what this edition, and the last, counts otherwise
//
// which telescopes to T(now) − T(then), whatever the answers: the parts add up exactly, as rationals. By the common
// definition a series counts what it counts now, in the last edition's answers translated by the mapping, among the firms
// that are in the base of now; to whom only one of the editions put the question, it was not put. A change of who is asked,
// of a figure's filters, bases or unions, or of a number's classes is a redefinition; where it cannot be translated the
// series broke.
package trend
