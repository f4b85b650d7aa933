//go:build conformance

package rehearsal

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/functions/cssa/synthesise"
	"cssa/functions/invite"
	"cssa/infra/laptop"
	"cssa/shared/checklist"
)

// desktop is the laptop's deployment.
type desktop struct{ l *laptop.Deployment }

func (d *desktop) open(t *testing.T, r *synthesise.Round) {
	t.Helper()
	check(t, d.l.Ledger.PutRegister(t.Context(), register40(r)))
	openRound(t, d.l.Invite, d.l.Ledger)
	_, err := d.l.Invite.Invite(t.Context(), edition, nil)
	check(t, err)
	d.settle(t)
}

func (d *desktop) upload(t *testing.T, f checklist.FirmID, body []byte) func() {
	t.Helper()
	sum := sha256.Sum256(body)
	i, err := d.l.Invite.Ticket(t.Context(), invite.Request{Edition: edition, Firm: f, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(body))})
	check(t, err)
	return func() {
		t.Helper()
		header := map[string]string{}
		for k := range i.Grant.Header {
			header[k] = i.Grant.Header.Get(k)
		}
		if status := put(t, issued{URL: i.Grant.URL, Header: header}, body); status != http.StatusOK {
			t.Fatalf("laptop: upload of %s: %d", f, status)
		}
	}
}

func (d *desktop) withdraw(t *testing.T, f checklist.FirmID) {
	t.Helper()
	_, err := d.l.Intake.Withdraw(t.Context(), edition, f)
	check(t, err)
}
func (d *desktop) settle(t *testing.T)   { t.Helper(); check(t, d.l.Drain(t.Context())) }
func (d *desktop) deadline(t *testing.T) { t.Helper(); moveDeadline(t, d.l.Invite, d.l.Ledger) }
func (d *desktop) close(t *testing.T) {
	t.Helper()
	_, err := d.l.Invite.Close(t.Context(), d.l.Ledger, edition)
	check(t, err)
	time.Sleep(1100 * time.Millisecond)
}

func (d *desktop) issue(t *testing.T) {
	t.Helper()
	_, err := d.l.Aggregate.Nightly(t.Context(), edition)
	check(t, err)
	time.Sleep(1100 * time.Millisecond)
	_, err = d.l.Aggregate.Freeze(t.Context(), edition)
	check(t, err)
	_, err = d.l.Release.Propose(t.Context(), edition, "kaku-hanako")
	check(t, err)
	_, err = d.l.Release.Approve(t.Context(), edition, "kaku-taro")
	check(t, err)
	d.settle(t)
}

func (d *desktop) published(t *testing.T) tables {
	t.Helper()
	return publishedOf(t, d.l.Lake, d.l.OpenLake)
}

func (d *desktop) letters(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(d.l.OutboxDir(), "*.eml"))
	check(t, err)
	var ids []string
	for _, f := range files {
		ids = append(ids, strings.TrimSuffix(filepath.Base(f), ".eml"))
	}
	slices.Sort(ids)
	return ids
}
