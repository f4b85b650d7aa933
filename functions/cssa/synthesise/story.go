package synthesise

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
)

// A Story is what happens to one firm in a round. Values are words of the manifest.
type Story string

// The stories. A firm that cannot live through its own, because nothing it was asked can go wrong that way, sends plainly, or
// nothing if its story was to end with nothing that counts. In those whose first upload is returned, most firms mend it and send again; the others leave it at that.
const (
	Plain           Story = "plain"             // sent once, in time, without a fault
	Unanswered      Story = "unanswered"        // some questions were left blank
	TwoExclusive    Story = "two-exclusive"     // "none of these" and another yes
	TextInChoice    Story = "text-in-choice"    // words of the firm's own where a choice belongs
	WrongEdition    Story = "wrong-edition"     // the checklist of another edition
	OtherFirm       Story = "other-firm"        // another firm's workbook
	UnknownFirm     Story = "unknown-firm"      // a firm id in the workbook that is in no register
	NoApproval      Story = "no-approval"       // nobody approved the answers
	Truncated       Story = "truncated"         // the end of the file is missing
	Picture         Story = "picture"           // a picture whose name ends in .xlsx
	FullWidthDigits Story = "full-width-digits" // a number typed in full-width digits; accepted
	LibreOffice     Story = "libreoffice"       // saved by LibreOffice; accepted
	Mended          Story = "mended"            // returned, mended and accepted before the deadline
	MendedLate      Story = "mended-late"       // in time at first, returned, mended after the deadline: stays in time
	Late            Story = "late"              // first sent after the deadline; accepted and flagged 期限後
	SentTwice       Story = "sent-twice"        // the same bytes twice
	Corrected       Story = "corrected"         // accepted, then a second accepted version
	Withdrawn       Story = "withdrawn"         // accepted, then taken back
	WithdrawnResent Story = "withdrawn-resent"  // taken back, then sent again
	NeverSent       Story = "never-sent"        // nothing came
	AfterClosing    Story = "after-closing"     // sent when the doors had closed
)

// Stories are all stories but the plain one, with how often each comes up beyond the first time.
var stories = [...]struct {
	story  Story
	weight int
}{
	{Unanswered, 6}, {TwoExclusive, 3}, {TextInChoice, 3}, {WrongEdition, 2}, {OtherFirm, 1}, {UnknownFirm, 1},
	{NoApproval, 3}, {Truncated, 1}, {Picture, 1}, {FullWidthDigits, 3}, {LibreOffice, 1}, {Mended, 4}, {MendedLate, 2},
	{Late, 6}, {SentTwice, 2}, {Corrected, 4}, {Withdrawn, 1}, {WithdrawnResent, 1}, {NeverSent, 4}, {AfterClosing, 1},
}

// Stories returns every story but the plain one.
func Stories() []Story {
	var all []Story
	for _, s := range stories {
		all = append(all, s.story)
	}
	return all
}

// A cast is who plays what: the story of each firm, and whether a firm whose first upload is returned sends again.
type cast struct {
	story []Story
	mends []bool
}

// mendsIn is how many of ten firms send again after a return.
const mendsIn = 8

// castStories gives the chosen share of the firms a story. From 100 firms on, if there are any, each comes up once at least.
func castStories(o Options) *cast {
	rng := stream(o.Seed, castStream)
	c := &cast{story: make([]Story, o.Firms), mends: make([]bool, o.Firms)}
	for i := range c.story {
		c.story[i], c.mends[i] = Plain, rng.IntN(10) < mendsIn
	}
	n := o.Firms * o.Stories / 100
	if n > 0 && o.Firms >= 100 {
		n = max(n, len(stories))
	}
	var hat []Story
	for _, s := range stories {
		hat = append(hat, slices.Repeat([]Story{s.story}, s.weight)...)
	}
	firms := rng.Perm(o.Firms)
	deal := rng.Perm(len(stories))
	for i := range n {
		if i < len(stories) {
			c.story[firms[i]] = stories[deal[i]].story
			continue
		}
		c.story[firms[i]] = hat[rng.IntN(len(hat))]
	}
	return c
}

// returnedFirst says whether a story begins with a return after which the firm may or may not send again.
func (s Story) returnedFirst() bool {
	switch s {
	case Unanswered, TwoExclusive, TextInChoice, WrongEdition, OtherFirm, UnknownFirm, NoApproval, Truncated, Picture:
		return true
	}
	return false
}

// counts says whether firm f has accepted answers when the doors have closed.
func (c *cast) counts(f int) bool {
	switch c.story[f] {
	case NeverSent, AfterClosing, Withdrawn:
		return false
	}
	return !c.story[f].returnedFirst() || c.mends[f]
}

// counting returns the firms that count in the end.
func (c *cast) counting() []int {
	var firms []int
	for f := range c.story {
		if c.counts(f) {
			firms = append(firms, f)
		}
	}
	return firms
}

// typeNumbers has the firms that type full-width digits answer a number question, optional though it may be.
func (s *sector) typeNumbers(c *cast) {
	for f, story := range c.story {
		if story != FullWidthDigits {
			continue
		}
		for p := range s.places {
			if s.places[p].q.Kind != checklist.Number || !s.ed.Applies(s.places[p].q, s.places[p].ref, s.answers[f]) {
				continue
			}
			for _, class := range s.nearest(f, p) {
				if a := s.with(f, p, class); s.faults(a) == 0 {
					s.answers[f] = a
					break
				}
			}
		}
	}
}

// digits returns the place whose answer is typed in full-width digits: a number, or else a choice that is typed by its
// printed number.
func (s *sector) digits(a checklist.Answers) (checklist.Ref, error) {
	for _, kind := range []checklist.Kind{checklist.Number, checklist.Single, checklist.Matrix} {
		for p := range s.places {
			if _, ok := a[s.places[p].ref]; ok && s.places[p].q.Kind == kind {
				return s.places[p].ref, nil
			}
		}
	}
	return checklist.Ref{}, fmt.Errorf("%w: no answer can be typed in digits", errNoPlace)
}
