package ledgertest

import (
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

var cloudBehaviours = map[string]func(*testing.T, Ledger){
	"every field of a delivery comes back": func(t *testing.T, l Ledger) {
		d := full[ledger.Delivery](t)
		d.Letter, d.State = string(edition)+"-S-0001-accepted-1", ledger.Bounced
		must(t, l.NoteDelivery(t.Context(), d))
		got, err := l.Deliveries(t.Context(), edition)
		must(t, err)
		same(t, "deliveries", got, []ledger.Delivery{d})
	},
	"of a letter's deliveries the worst is kept, and of those the first, in whatever order they come": func(t *testing.T, l Ledger) {
		note := func(letter string, s ledger.DeliveryState, at time.Time) ledger.Delivery {
			return ledger.Delivery{Letter: string(edition) + "-" + letter, State: s, At: at}
		}
		orders := map[string][]ledger.Delivery{
			"S-0001-accepted-1": {note("S-0001-accepted-1", ledger.Delivered, noon), note("S-0001-accepted-1", ledger.Bounced, noon.Add(time.Hour))},
			"S-0002-accepted-1": {note("S-0002-accepted-1", ledger.Bounced, noon.Add(time.Hour)), note("S-0002-accepted-1", ledger.Delivered, noon)},
			"S-0003-accepted-1": {note("S-0003-accepted-1", ledger.Bounced, noon.Add(2*time.Hour)), note("S-0003-accepted-1", ledger.Bounced, noon.Add(time.Hour)),
				note("S-0003-accepted-1", ledger.Delayed, noon), note("S-0003-accepted-1", ledger.Bounced, noon.Add(3*time.Hour))},
		}
		for _, ds := range orders {
			for range 2 {
				for _, d := range ds {
					must(t, l.NoteDelivery(t.Context(), d))
				}
			}
		}
		must(t, l.NoteDelivery(t.Context(), ledger.Delivery{Letter: string(other) + "-S-0001-accepted-1", State: ledger.Complained, At: noon}))
		got, err := l.Deliveries(t.Context(), edition)
		must(t, err)
		bounced := noon.Add(time.Hour)
		same(t, "deliveries", got, []ledger.Delivery{note("S-0001-accepted-1", ledger.Bounced, bounced),
			note("S-0002-accepted-1", ledger.Bounced, bounced), note("S-0003-accepted-1", ledger.Bounced, bounced)})
		if err := l.NoteDelivery(t.Context(), note("S-0001-accepted-1", "lost", noon)); err == nil {
			t.Error("an unknown state was taken")
		}
	},
	"a client is one firm's for good": func(t *testing.T, l Ledger) {
		ctx := t.Context()
		_, err := l.FirmOfClient(ctx, "3n4b5urk1ft4fl3mg5e62d9ado")
		want(t, err, ledger.ErrNotFound)
		_, err = l.FirmOfClient(ctx, "")
		want(t, err, ledger.ErrNotFound)
		if err := l.PutClient(ctx, "", "S-0001"); err == nil {
			t.Error("a client without a name was taken")
		}
		for range 2 {
			must(t, l.PutClient(ctx, "3n4b5urk1ft4fl3mg5e62d9ado", "S-0001"))
		}
		must(t, l.PutClient(ctx, "other", "S-0002"))
		want(t, l.PutClient(ctx, "other", "S-0001"), ledger.ErrConflict)
		if err := l.PutClient(ctx, "third", "no#firm"); err == nil {
			t.Error("a firm id that is none was taken")
		}
		f, err := l.FirmOfClient(ctx, "3n4b5urk1ft4fl3mg5e62d9ado")
		must(t, err)
		same(t, "firm", f, checklist.FirmID("S-0001"))
		for range 2 {
			must(t, l.PutClient(ctx, "other", ""))
		}
		_, err = l.FirmOfClient(ctx, "other")
		want(t, err, ledger.ErrNotFound)
		want(t, l.PutClient(ctx, "other", "S-0002"), ledger.ErrConflict)
	},
}
