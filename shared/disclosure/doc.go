// Package disclosure (秘匿) decides what of the tables may be shown. It decides on counts, because a share printed with one
// decimal is a count: below a thousand firms it names its numerator.
//
// [Family.Protect] decides on all tables of a release together: whole sector, sectors, peer groups and size bands, every
// question, item and stage. A figure ([Figures]) is made of what they show and of nothing else, so it never tells more.
//
// # What is promised
//
// A small count is one of fewer than the threshold T (秘匿基準), zero like any other. None is shown; nor is one that leaves fewer
// than T of its base; and each keeps at least T consecutive possible values, against a reader who knows this program, the
// register's group sizes, all that is shown for all groups, and what every corporate group's firms answered. Firms of a corporate group of
// several are therefore counted for nothing when a count is judged: counts are judged by their free contributors. A reader who
// is a free firm knows one contributor more, its own, and is left at least T−1 values. Where the base itself is less than T, as many
// as it allows. Larger counts that are withheld beside a small one have no such promise.
//
// # How: only what everybody could work out is decided on
//
// To hide a cell beside the sums it is part of takes other cells, and which are taken may tell what is hidden: with threshold 5 the
// rows 8, 9, 4, 9 that show 8, a sum of 13, and 9, because 9 is the smaller neighbour of 4, can only be 9 + 4. Of all small
// tables that were listed, a search for the fewest and smallest cells gave away more than a third of some that way. So:
//
//   - The whole sector's row follows the joining rule below.
//   - The groups of a dimension make a tree, by their size, which is public: the smallest two are one, that and the next are
//     one. Going down from the whole, each group is parted in two. All answers are first told together for the two parts; then the
//     answer that most firms of the group gave, which is known, is set apart from the rest if it and the rest are at least T in
//     either part; then the next. At the first that is not, what is left stays together in both parts, and in all parts of theirs.
//
// What is set apart is shown, so a reader can redo the step. What a refusal tells is one thing only, that some count
// or sum among a few, in one of two parts, is below T. Why that leaves T values: let a be a small count of a refused set with
// sums J and K in the two parts, all other counts free to move. If a can be 0, then for 0 … T−1 a itself is small, or, where the
// refused set was the rest, the others can be moved so that the rest is. If a cannot be less than m > 0, then at m all others of the
// set are wholly in a's part, and at m+d only d firms of them are in the other: below T for d = 0 … T−1, so the refusal stands.
// J, K and the set's other sums are at least T, so a can go that far. Each step looks at sums that the steps before show, and what it moves
// they do not see, so steps are proved one by one; answers within a joint of the whole sector may be relabelled without anything
// shown changing. The tests list every table that shows the same, for one and several steps, and find the proof's values.
//
// # Links
//
// Unanswered is an answer like the others, unless the question must be answered and is. Where it is told together with an answer
// the base would tell it, and the row is closed ([table.Row.Closed]). Not applicable is a number of firms who answered so
// before: a place stays open only where that number is shown, and by groups only where it is in every group of the dimension, because
// one closed group would follow from the others ([Gated]). The same holds for later stages. "None of these" is withheld
// where it would bound a withheld item. Groups of fewer firms than the group minimum (of those that replied) are not shown,
// and never one alone nor so few that they make less than it. A dimension whose groups are made of another's is parted within those;
// one that overlaps another in a way no tree has, or in all but fewer than T firms, is not shown. What an earlier release told together stays together, and a place of
// which a number moved by less than T since is closed.
//
// # The joining rule
//
// A count of the whole sector below T is joined with cells beside it, in printed order, until the joint holds T; the joint's
// count is told, which subtraction would tell anyway:
//
//  1. Go through the row once. A count below the threshold opens a joint, which takes in the cells after it until it holds
//     the threshold. Cells left over at the end go to what stands before them.
//  2. Where the cell before a joint is shown, it may be the smaller neighbour. If the joint holds less than that cell, it
//     stays as it is. If that cell and the joint's cells but its last together hold no more than the last (and at least
//     2T−1), they become the joint and the last is shown. Otherwise the joint takes that cell in. A joint that was given the
//     row's end stays as it is from 2T−1 on: it has no last cell to give back.
//
// The choice reads sums that are shown once it is made, so it tells nothing about how they split. A yes-no row (multiple) with
// either side below the threshold has both withheld; which side is few is told only if the base is at least 2T−1, because in a
// smaller one it would narrow the count. A base below the threshold withholds the whole row.
//
// # What is not promised
//
// A reader who knows of each firm in which groups of two dimensions it is at once may narrow a count further: the dimensions are
// protected each against the other's sums, not against their crossing. Nor is anything promised against rules of the edition that
// tie answers of different questions to each other, trends from year to year, or a reader who knows other free firms' answers. The
// auditor, which attacks what comes out here and shares no code with it, writes the first two down and refuses a release they break.
package disclosure
