package synthesise

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

var utc = time.UTC

// A teller writes down what one firm sends, and when.
type teller struct {
	round  *Round
	sector *sector
	rng    *rand.Rand // of times
	firms  []register.Firm
	f      int
	story  Story
	sent   int
	first  time.Time
}

// tell plays every firm's story and puts the uploads in the order of time.
func (r *Round) tell(s *sector, firms []register.Firm, c *cast) error {
	s.rng = stream(r.Options.Seed, storyStream)
	t := &teller{round: r, sector: s, rng: stream(r.Options.Seed, timeStream), firms: firms}
	for f := range firms {
		t.f, t.story, t.sent = f, c.story[f], 0
		err := t.play(c.mends[f])
		if errors.Is(err, errNoPlace) {
			t.story = instead(c, f)
			err = t.play(c.mends[f])
		}
		if err != nil {
			return fmt.Errorf("story %s of %s: %w", t.story, firms[f].ID, err)
		}
		if c.counts(f) {
			r.Final[firms[f].ID] = s.answers[f]
		}
	}
	slices.SortStableFunc(r.Uploads, func(a, b Upload) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Firm, b.Firm), cmp.Compare(a.Number, b.Number))
	})
	slices.SortStableFunc(r.Withdrawals, func(a, b Withdrawal) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Firm, b.Firm))
	})
	return nil
}

// instead is the story of a firm that cannot live through its own, because nothing it was asked can go wrong that way: an
// edition may have no “none of these”, say. What counts in the end stays what it was.
func instead(c *cast, f int) Story {
	if c.counts(f) {
		return Plain
	}
	return NeverSent
}

func (t *teller) play(mends bool) error {
	ed, final := t.round.Edition, t.sector.answers[t.f]
	early := func() time.Time { return t.between(ed.Opens, ed.Opens.Add(ed.Deadline.Sub(ed.Opens)*6/10)) }
	after := func(at time.Time) time.Time { return t.between(at.Add(2*time.Hour), ed.Deadline) }
	late := func() time.Time { return t.between(ed.Deadline, ed.Closing) }
	if t.story.returnedFirst() {
		at := early()
		if err := t.spoil(at); err != nil || !mends {
			return err
		}
		t.send(after(at), final, "returned")
		return nil
	}
	switch t.story {
	case NeverSent:
		t.round.NeverSent = append(t.round.NeverSent, t.firms[t.f].ID)
	case Late:
		t.send(late(), final, "")
	case AfterClosing:
		u := t.send(t.between(ed.Closing, ed.Closing.Add(72*time.Hour)), final, "")
		u.Expect.Status, u.Expect.Codes = checklist.Returned, []checklist.FaultCode{checklist.CodeAfterClosing}
	case FullWidthDigits:
		at, err := t.sector.digits(final)
		if err != nil {
			return err
		}
		t.send(t.between(ed.Opens, ed.Deadline), final, "").Spoil.FullWidth = at
	case LibreOffice:
		t.send(t.between(ed.Opens, ed.Deadline), final, "").Spoil.Resaved = true
	case Mended, MendedLate:
		blank, err := t.sector.blank(final)
		if err != nil {
			return err
		}
		at := early()
		t.send(at, blank, "")
		if t.story == Mended {
			t.send(after(at), final, "returned")
		} else {
			t.send(late(), final, "returned")
		}
	case SentTwice:
		at := early()
		cover := t.send(at, final, "").Cover
		t.send(after(at), final, "").Cover = cover
	case Corrected:
		before, err := t.sector.other(t.f)
		if err != nil {
			return err
		}
		at := early()
		t.send(at, before, "")
		t.send(after(at), final, "")
	case Withdrawn, WithdrawnResent:
		at := early()
		t.send(at, final, "")
		back := t.between(at.Add(2*time.Hour), at.Add(ed.Deadline.Sub(at)/2))
		t.round.Withdrawals = append(t.round.Withdrawals, Withdrawal{Firm: t.firms[t.f].ID, At: back, Story: t.story})
		if t.story == WithdrawnResent {
			t.send(after(back), final, "")
		}
	default:
		t.send(t.between(ed.Opens, ed.Deadline), final, "")
	}
	return nil
}

// spoil sends the faulty upload with which the story begins.
func (t *teller) spoil(at time.Time) error {
	final := t.sector.answers[t.f]
	returned := func(a checklist.Answers, codes ...checklist.FaultCode) *Upload {
		u := t.send(at, a, "")
		u.Expect.Status = checklist.Returned
		if codes != nil {
			u.Expect.Codes = codes
		}
		return u
	}
	plant := func(planted checklist.Answers, err error) error {
		if err == nil {
			returned(planted)
		}
		return err
	}
	switch t.story {
	case Unanswered:
		return plant(t.sector.blank(final))
	case TwoExclusive:
		return plant(t.sector.contradict(final))
	case TextInChoice:
		return plant(t.sector.write(final))
	case WrongEdition:
		returned(final, checklist.CodeWrongEdition).Spoil.Edition = lastYears(t.round.Edition)
	case OtherFirm:
		other := (t.f + 1 + t.sector.rng.IntN(len(t.firms)-1)) % len(t.firms)
		u := returned(t.sector.answers[other], checklist.CodeOtherFirm)
		u.Spoil.Firm = t.firms[other].ID
		u.FirmName, u.Cover.FirmName = t.firms[other].Name.JA, t.firms[other].Name.JA
	case UnknownFirm:
		returned(final, checklist.CodeUnknownFirm).Spoil.Firm = firmID(len(t.firms) + 9000)
	case NoApproval:
		u := returned(final)
		u.Expect.Codes = slices.Sorted(slices.Values(append(u.Expect.Codes, checklist.CodeNoApproval)))
		u.Cover.Approver, u.Cover.ApproverTitle, u.Cover.ApprovedOn = "", "", checklist.Date{}
	case Truncated:
		returned(final, checklist.CodeDamaged).Spoil.Truncated = true
	case Picture:
		returned(final, checklist.CodePicture).Spoil.Picture = true
	}
	return nil
}

// lastYears is the edition a firm finds in its files: the same population's, a year before.
func lastYears(ed *checklist.Edition) checklist.EditionID {
	return checklist.EditionID(fmt.Sprintf("%04d-%s", ed.FiscalYear-1, ed.Sector))
}

// send adds an upload of the firm. What it returns may be changed until the next one is added.
func (t *teller) send(at time.Time, a checklist.Answers, after string) *Upload {
	t.sent++
	if t.sent == 1 {
		t.first = at
	}
	ed, firm := t.round.Edition, t.firms[t.f]
	titles := t.round.tradeOf(firm).Titles
	status := checklist.Accepted
	if t.sector.faults(a) > 0 {
		status = checklist.Returned
	}
	t.round.Uploads = append(t.round.Uploads, Upload{
		Firm: firm.ID, FirmName: firm.Name.JA, Number: t.sent, At: at,
		File:  fmt.Sprintf("%s-%d.xlsx", firm.ID, t.sent),
		Story: t.story, After: after, Answers: a,
		Cover: checklist.Cover{
			FirmName: firm.Name.JA, ReferenceDate: ed.ReferenceDate,
			Preparer: clerkName(t.f) + "（" + desks[t.f%len(desks)] + "、" + invented + "）",
			Approver: officerName(t.f), ApproverTitle: titles[t.f%len(titles)],
			ApprovedOn: checklist.DateOf(at.In(ed.Location)),
		},
		Expect: Expect{Status: status, Codes: t.round.expected(t.sector, firm.ID, a), Late: t.first.After(ed.Deadline)},
	})
	return &t.round.Uploads[len(t.round.Uploads)-1]
}

// between draws an instant after from and before to, in whole seconds and in office hours where the days allow it. More
// firms send towards the end.
func (t *teller) between(from, to time.Time) time.Time {
	span := int64(to.Sub(from)/time.Second) - 1
	draw := func() time.Time {
		return from.Add(time.Duration(1+max(t.rng.Int64N(span), t.rng.Int64N(span))) * time.Second)
	}
	at := draw()
	for range 50 {
		local := at.In(t.round.Edition.Location)
		if day := local.Weekday(); day != time.Saturday && day != time.Sunday && local.Hour() >= 9 && local.Hour() < 18 {
			return at.UTC()
		}
		at = draw()
	}
	return at.UTC()
}
