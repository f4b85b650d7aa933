package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sort"
	"time"

	"cssa/functions/cssa/synthesise"
	"cssa/functions/invite"
	"cssa/infra/laptop"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
)

// The people who release the demo's round. They are invented, and two.
const (
	proposer = "架空 花子"
	approver = "架空 太郎"
)

// A player plays an invented round on a deployment whose clock it sets: the whole of it, day by day, through the same doors
// as real firms and officers. Everything it does it can do again: what a killed player had done is found done.
type player struct {
	d     *desk
	l     *laptop.Deployment
	r     *synthesise.Round
	clock *clock

	done     map[checklist.FirmID]int  // events of the firm so far; the next one bears the next ticket number
	undrawn  map[checklist.FirmID]bool // firms with an upload that was not handled yet
	phases   []timed
	released ledger.Release
}

// A timed phase is how long a part of the work took.
type timed struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// An act is something that happens at a time of the round.
type act struct {
	at time.Time
	do func(context.Context) error
}

func newPlayer(d *desk, l *laptop.Deployment, r *synthesise.Round, c *clock) *player {
	return &player{d: d, l: l, r: r, clock: c, done: map[checklist.FirmID]int{}, undrawn: map[checklist.FirmID]bool{}}
}

// play plays the round from the register to the last letter.
func (p *player) play(ctx context.Context) error {
	for _, part := range []func(context.Context) error{p.open, p.submissions, p.freeze, p.release} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// phase runs work as a step with a bar and keeps its time.
func (p *player) phase(name string, total int, work func(*phase) (note string, err error)) error {
	ph := p.d.phase(name, total)
	note, err := work(ph)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	p.phases = append(p.phases, timed{name, ph.end("%s", note).Seconds()})
	return nil
}

// open imports the register, opens the round and invites every firm.
func (p *player) open(ctx context.Context) error {
	p.clock.set(p.r.Edition.Opens)
	err := p.phase("register", 0, func(*phase) (string, error) {
		if problems := p.r.Register.Check(); len(problems) > 0 {
			return "", fmt.Errorf("the invented register has %d problems", len(problems))
		}
		population := p.r.Register.At(p.r.Edition.ReferenceDate)
		return fmt.Sprintf("%d firms on %s", len(population), p.r.Edition.ReferenceDate), p.putRegister(ctx)
	})
	if err != nil {
		return err
	}
	err = p.phase("checklist workbooks", 0, func(ph *phase) (string, error) {
		if err := p.openRound(ctx); err != nil {
			return "", err
		}
		_, err := p.l.Invite.Invite(ctx, p.r.Edition.ID, ph.set)
		return "", err
	})
	if err != nil {
		return err
	}
	return p.phase("invitations", 0, func(*phase) (string, error) {
		return "written to a folder, nothing is sent", p.l.Drain(ctx)
	})
}

func (p *player) putRegister(ctx context.Context) error {
	have, err := p.l.Ledger.Register(ctx)
	if err == nil && len(have.Firms) > 0 {
		return nil
	}
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	return p.l.Ledger.PutRegister(ctx, register.Register{Firms: p.r.Register.Firms, Contacts: p.r.Register.Contacts})
}

// openRound opens the round unless a player before this one has come further.
func (p *player) openRound(ctx context.Context) error {
	if _, err := p.l.Ledger.Round(ctx, p.r.Edition.ID); !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	_, err := p.l.Invite.Open(ctx, p.l.Ledger, p.r.Edition.ID, invite.Schedule{})
	return err
}

// submissions plays what firms send and take back, the reminder and three nightly runs, in the order of time.
func (p *player) submissions(ctx context.Context) error {
	ed := p.r.Edition
	files := p.files(ctx)
	defer files.stop()
	return p.phase("uploads", len(p.r.Uploads), func(ph *phase) (string, error) {
		var acts []act
		for i := range p.r.Uploads {
			acts = append(acts, act{p.r.Uploads[i].At, func(ctx context.Context) error {
				defer ph.add()
				return p.upload(ctx, &p.r.Uploads[i], files.next)
			}})
		}
		for _, w := range p.r.Withdrawals {
			acts = append(acts, act{w.At, func(ctx context.Context) error { return p.withdraw(ctx, w) }})
		}
		acts = append(acts, act{ed.Deadline.AddDate(0, 0, -7), p.remind})
		for _, day := range []time.Time{ed.Opens.AddDate(0, 0, 7), ed.Deadline, ed.Closing} {
			night := day.In(ed.Location)
			at := time.Date(night.Year(), night.Month(), night.Day()+1, 2, 0, 0, 0, ed.Location)
			acts = append(acts, act{at, p.nightly})
		}
		sort.SliceStable(acts, func(i, j int) bool { return acts[i].at.Before(acts[j].at) })
		for _, a := range acts {
			p.clock.set(a.at)
			if err := a.do(ctx); err != nil {
				return "", fmt.Errorf("on %s: %w", a.at.In(ed.Location).Format("2006-01-02 15:04"), err)
			}
		}
		return "read, checked, answered by letter; 3 nightly runs", p.drain(ctx)
	})
}

// drain lets every step handle what is pending.
func (p *player) drain(ctx context.Context) error {
	clear(p.undrawn)
	return p.l.Drain(ctx)
}

// next returns the number that the firm's next event must bear, and whether it happened already.
func (p *player) next(ctx context.Context, f checklist.FirmID) (n checklist.TicketNumber, happened bool, err error) {
	if p.undrawn[f] {
		if err := p.drain(ctx); err != nil {
			return 0, false, err
		}
	}
	p.done[f]++
	n = checklist.TicketNumber(p.done[f])
	_, err = p.l.Ledger.Submission(ctx, p.r.Edition.ID, f, n)
	if errors.Is(err, ledger.ErrNotFound) {
		return n, false, nil
	}
	return n, err == nil, err
}

func (p *player) upload(ctx context.Context, u *synthesise.Upload, file func() ([]byte, error)) error {
	body, err := file()
	if err != nil {
		return fmt.Errorf("workbook %s: %w", u.File, err)
	}
	n, happened, err := p.next(ctx, u.Firm)
	if err != nil || happened {
		return err
	}
	// A ticket for an upload after closing was minted while the doors were open.
	if last := p.r.Edition.Closing.Add(-time.Minute); u.At.After(last) {
		p.clock.set(last)
	}
	digest := sum(body)
	t, err := p.l.Invite.Ticket(ctx, invite.Request{Edition: p.r.Edition.ID, Firm: u.Firm, SHA256: digest, Size: int64(len(body))})
	if err != nil {
		return err
	}
	if t.Ticket.Number != n {
		return fmt.Errorf("%s: ticket %d was minted, want %d", u.Firm, t.Ticket.Number, n)
	}
	p.clock.set(u.At)
	p.undrawn[u.Firm] = true
	return send(ctx, t, body)
}

func (p *player) withdraw(ctx context.Context, w synthesise.Withdrawal) error {
	if err := p.drain(ctx); err != nil {
		return err
	}
	n, happened, err := p.next(ctx, w.Firm)
	if err != nil || happened {
		return err
	}
	s, err := p.l.Intake.Withdraw(ctx, p.r.Edition.ID, w.Firm)
	if err == nil && s.Ticket != n {
		err = fmt.Errorf("%s: withdrawal %d, want %d", w.Firm, s.Ticket, n)
	}
	return err
}

func (p *player) remind(ctx context.Context) error {
	if err := p.drain(ctx); err != nil {
		return err
	}
	_, err := p.l.Invite.Remind(ctx, p.r.Edition.ID, 1)
	if errors.Is(err, invite.ErrNotOpen) {
		return nil // a player before this one has closed the round
	}
	return err
}

func (p *player) nightly(ctx context.Context) error {
	if err := p.drain(ctx); err != nil {
		return err
	}
	runs, err := p.l.Ledger.Runs(ctx, p.r.Edition.ID)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.State == ledger.Done && !r.StartedAt.Before(p.clock.now()) {
			return nil // made by a player before this one
		}
	}
	_, err = p.l.Aggregate.Nightly(ctx, p.r.Edition.ID)
	return err
}

// freeze closes the round and makes its last run.
func (p *player) freeze(ctx context.Context) error {
	return p.phase("freeze, last run", 0, func(*phase) (string, error) {
		p.clock.set(p.r.Edition.Closing)
		if _, err := p.l.Invite.Close(ctx, p.l.Ledger, p.r.Edition.ID); err != nil {
			return "", err
		}
		p.clock.set(p.r.Edition.Closing.AddDate(0, 0, 45))
		r, err := p.l.Aggregate.Freeze(ctx, p.r.Edition.ID)
		return fmt.Sprintf("%d of %d firms, %d rows of answers", r.Replied, r.Population, r.Answers), err
	})
}

// release has one person propose the frozen run and another approve it, and writes every firm's feedback and its letter.
func (p *player) release(ctx context.Context) error {
	err := p.phase("release", 0, func(*phase) (string, error) {
		p.clock.set(p.r.Edition.Closing.AddDate(0, 0, 55))
		if _, err := p.l.Release.Propose(ctx, p.r.Edition.ID, proposer); err != nil {
			return "", err
		}
		p.clock.set(p.clock.now().Add(5 * time.Hour))
		var err error
		p.released, err = p.l.Release.Approve(ctx, p.r.Edition.ID, approver)
		return "proposed by one person, approved by another (invented ones)", err
	})
	if err != nil {
		return err
	}
	return p.phase("feedback, letters", 0, func(ph *phase) (string, error) {
		p.l.Feedback.Progress = ph.set
		return "", p.l.Drain(ctx)
	})
}

// files makes the workbooks in order, some ahead of their upload.
func (p *player) files(ctx context.Context) *workshop {
	ctx, cancel := context.WithCancel(ctx)
	w := &workshop{cancel: cancel, order: make(chan chan made, 4*runtime.GOMAXPROCS(0))}
	gate := make(chan struct{}, runtime.GOMAXPROCS(0))
	go func() {
		defer close(w.order)
		for i := range p.r.Uploads {
			result := make(chan made, 1)
			select {
			case w.order <- result:
			case <-ctx.Done():
				return
			}
			gate <- struct{}{}
			go func() {
				defer func() { <-gate }()
				var buf bytes.Buffer
				err := p.r.WriteWorkbook(&buf, &p.r.Uploads[i])
				result <- made{buf.Bytes(), err}
			}()
		}
	}()
	return w
}

// A workshop makes files ahead of their use.
type workshop struct {
	cancel context.CancelFunc
	order  chan chan made
}

type made struct {
	body []byte
	err  error
}

func (w *workshop) next() ([]byte, error) {
	m := <-<-w.order
	return m.body, m.err
}

func (w *workshop) stop() { w.cancel() }
