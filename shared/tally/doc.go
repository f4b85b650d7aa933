// Package tally (集計) counts answers: the distributions (分布) of every question and the figures (図表) of an edition,
// for every group of firms. It is the statistics and nothing else: no I/O, no clock, no storage.
//
// Every count is an exact integer number of firms. A firm is in exactly one state at every place: answered, unanswered
// (無回答) or not applicable (対象外). Only the answered are in the base (回答先数) of a share, so that a blank is never
// taken for a "no", and the three add up to the firms that replied. A figure may say that its shares are of the unanswered
// or the not applicable too. What each table counts is its definition ([checklist.TableDef]) and nothing else.
//
// # How it counts
//
// A firm's answers become a code vector (see [Codes]): one byte for each place. The firms of a population that share all
// their groups form a stratum; a stratum has one dense block of counters, [place][code], and adding a firm is one
// increment for each place. A group is a union of strata and is summed only when tables are made. Blocks are sums, so
// tallies of disjoint firms merge exactly, in any order.
package tally
