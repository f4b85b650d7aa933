package synthesise

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/register"
	"cssa/shared/workbook"
)

// DefaultStories is the percentage of firms that live through a story, if nobody says another.
const DefaultStories = 30

// ClaimsHoldFrom is the number of firms from which every claim is guaranteed.
const ClaimsHoldFrom = 200

// fewestFirms is the smallest sector that can be drawn.
const fewestFirms = 30

// Options say what population to draw.
type Options struct {
	Seed    uint64
	Firms   int            // firms of the population, at least 30, divided among its sectors in proportion; 0: as many as the sectors have
	Sectors map[string]int // how many firms a sector has, by its id; a sector that is not named has as many as trades.json says
	Stories int            // percent of the firms that live through a story, 0 to 100; from 100 firms on each story comes up once if any does
	Soffice string         // the LibreOffice program that re-saves a file in the story of that name; "": excelize re-saves it
}

// A Round is an invented population and all that it will send, in the order of time. Make one with [Plan].
type Round struct {
	Edition     *checklist.Edition
	Options     Options // as given, with the number of firms
	Register    register.Register
	Uploads     []Upload
	Withdrawals []Withdrawal
	NeverSent   []checklist.FirmID
	Final       map[checklist.FirmID]checklist.Answers // the answers that count when the doors have closed

	sectors  []share
	panel    *panel                             // the round that this one follows; nil: none
	template func() (*workbook.Template, error) // laid out when the first workbook is asked for
}

// An Upload is one file that a firm sends.
type Upload struct {
	Firm     checklist.FirmID
	FirmName string // of the register: prefilled on the cover
	Number   int    // counts the firm's uploads from 1
	At       time.Time
	File     string // name of the file, e.g. "S-0137-1.xlsx"
	Story    Story
	After    string // "returned": sent because the upload before it came back; "": of itself
	Cover    checklist.Cover
	Answers  checklist.Answers
	Spoil    Spoil
	Expect   Expect
}

// A Withdrawal is a firm taking back what it sent (取下げ).
type Withdrawal struct {
	Firm  checklist.FirmID
	At    time.Time
	Story Story
}

// An Expect is what the upload must lead to, if it is taken in at its time.
type Expect struct {
	Status checklist.Status      // accepted or returned
	Codes  []checklist.FaultCode // of all its faults, sorted, each once; those to confirm also when accepted
	Late   bool                  // 期限後: nothing of the firm had come by the deadline
}

// A Spoil says what is done to a filled workbook before it is sent. The zero Spoil leaves it alone.
type Spoil struct {
	Edition   checklist.EditionID // the edition it says it is of; "": the right one
	Firm      checklist.FirmID    // the firm it says it is of; "": the right one
	FullWidth checklist.Ref       // an answer typed in full-width digits; zero: none
	Resaved   bool                // saved by LibreOffice, or by excelize where that is not at hand
	Truncated bool                // the end is missing
	Picture   bool                // not the workbook at all but a picture
}

// Plan draws a round of the edition. It reads no file and no clock.
func Plan(ed *checklist.Edition, o Options) (*Round, error) {
	sectors, err := sectorsOf(ed, o.Sectors)
	if err != nil {
		return nil, fmt.Errorf("synthesise %s: %w", ed.ID, err)
	}
	if o.Firms == 0 {
		o.Firms = firmsOf(sectors)
	}
	if o.Firms < fewestFirms {
		return nil, fmt.Errorf("synthesise %d firms: want at least %d", o.Firms, fewestFirms)
	}
	r, err := newRound(ed, o)
	if err != nil {
		return nil, err
	}
	divide(sectors, o.Firms)
	r.sectors = sectors
	if err := r.draw(r.drawRegister()); err != nil {
		return nil, err
	}
	return r, nil
}

// newRound is a round of which nothing is drawn yet.
func newRound(ed *checklist.Edition, o Options) (*Round, error) {
	switch {
	case o.Stories < 0 || o.Stories > 100:
		return nil, fmt.Errorf("synthesise stories for %d percent of the firms: want 0 to 100", o.Stories)
	case !ed.Opens.Before(ed.Deadline) || !ed.Deadline.Before(ed.Closing):
		return nil, errors.New("synthesise: the edition must open before its deadline, and close after it")
	}
	r := &Round{Edition: ed, Options: o, Final: map[checklist.FirmID]checklist.Answers{}}
	r.template = sync.OnceValues(func() (*workbook.Template, error) { return workbook.NewTemplate(ed) })
	return r, nil
}

// draw draws the answers of the firms of the population, and what they send.
func (r *Round) draw(firms []register.Firm) error {
	cast := castStories(r.Options)
	s, err := r.drawSector(firms)
	if err == nil {
		err = s.moveOn(r.panel, firms)
	}
	if err == nil {
		s.typeNumbers(cast)
		err = s.settle(cast.counting(), r.Options.Firms >= ClaimsHoldFrom)
	}
	if err == nil {
		err = r.tell(s, firms, cast)
	}
	if err != nil {
		return fmt.Errorf("synthesise %s: %w", r.Edition.ID, err)
	}
	return nil
}
