// Package audit is the auditor (検査): it attacks what is about to be published and says which withheld numbers do not hold.
//
// It sees what a reader sees: the tables of a release, those of the releases before, the edition's definition, which is
// public, and the answers of one firm or one corporate group, which are its own. It writes down what must be true of every
// count (the unknowns), shares no code with the protector, and looks for whole numbers that agree with all of it.
//
// # What is written down
//
// For each release, group and place one unknown for each answer, for 無回答 and for 対象外, and the base. They add up to the
// firms of the group that replied, and over the groups of a dimension to the whole sector; where the groups shown are not
// the whole sector, the rest is a group of its own, and nothing of it may follow either. To these come: what is shown, the
// sums of joints, "below the threshold"; figures as sums of answers, within their base filter where they have one; 対象外 as
// the firms for which a question's condition does not hold, or that the stage before does not lead on; "none of these" as
// contradicting every other yes; the rules no accepted answer breaks; and between two releases, that the counts differ by no
// more than the firms whose answers differ. Of a condition of several parts only bounds are known, and those are written down.
//
// # What is asked
//
// A count that may be below the threshold T, or all but fewer than T of its base, must have T consecutive possible values;
// for a reader with firms of its own, which are one contributor, T−1; where the base itself leaves fewer, so many. A
// count that is known must be of T firms at least, the reader's own taken as one, and so must the rest of its base. Zero
// counts like any other unless the place is put to nobody in the group or the definition rules the answer out.
//
// # What is proved
//
// A value is possible if whole numbers are found that agree with everything written down and give it; they are checked in
// whole numbers, so no rounding can make an interval look wider than it is. What cannot be found within the limits, or is
// too large to be searched, is not proved, and fails like what is too narrow.
//
// Not written down: tables year on year, and what a reader knows of answers that are not its own.
package audit
