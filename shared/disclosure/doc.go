// Package disclosure (秘匿) decides what of a table may be shown. It decides on counts, because a share printed with one
// decimal is a count: below a thousand firms it names its numerator.
//
// # The joining rule
//
// A count below the threshold (秘匿基準) is withheld, zero like any other. One withheld cell alone falls to subtraction, so
// it is joined with cells beside it, in printed order, until the joint holds the threshold; the joint's count is told,
// which subtraction would tell anyway:
//
//  1. Go through the row once. A count below the threshold opens a joint, which takes in the cells after it until it holds
//     the threshold. Cells left over at the end go to what stands before them.
//  2. Where the cell before a joint is shown, it may be the smaller neighbour. If the joint holds less than that cell, it
//     stays as it is. If that cell and the joint's cells but its last together hold no more than the last (and at least
//     2T−1, T being the threshold), they become the joint and the last is shown. Otherwise the joint takes that cell in.
//     A joint that was given the row's end stays as it is from 2T−1 on: it has no last cell to give back.
//
// Simply taking the smaller neighbour is not safe against a reader who knows the rule: with threshold 5 the row 8, 9, 4, 9
// would show 8, a joint of 13, and 9, and only 9 + 4 makes that choice. The choice above reads sums that are shown once it is made, so it
// tells nothing about how they split.
//
// What is promised of one row, against a reader who knows the rule and the row's bases: every count below the threshold T
// has at least T consecutive possible values. It is tested by listing every row that shows the same. A larger count that
// was joined only to hide another has no such promise.
//
// A yes-no row (multiple) with either side below the threshold has both withheld; which side is few is told only if the base
// is at least 2T−1, because in a smaller one it would narrow the count. A base below the threshold withholds the whole row.
//
// # What is not protected yet
//
// Each row is protected alone, but for the base of a question that is put to some firms only, which is closed where it would
// tell a withheld count ([Gated]). Not yet considered: how many left a place unanswered, which is shown as it is; items of
// a question that exclude each other; a figure's base filter against the same question without it;
// groups against the whole, or against each other; one run against another; and a reader who knows its own or its
// corporate group's answers. Until they are, only tables of the whole sector go through the open door.
package disclosure
