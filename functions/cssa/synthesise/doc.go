// Package synthesise draws the invented firms of an edition's sectors: a register, filled workbooks and the days on which
// they arrive.
//
// The answers agree with every statement that the edition's figures make in words ("約2割 have no policy"): after all firms
// have answered from a maturity of their own, single answers are moved between choices until each claim holds on the answers
// that count in the end. Nothing rests on luck. [Plan] fails rather than return a sector of 200 firms or more that
// contradicts a claim; with fewer, a band can be narrower than one firm, and the nearest count is taken.
//
// A chosen share of the firms lives through a [Story]: what real firms send, and when. Everything is invented and says so:
// names begin with 架空, addresses end in .example, and the manifest is marked.
//
// The same edition, options and seed give the same round and, unless LibreOffice itself converts a file, the same bytes.
package synthesise
