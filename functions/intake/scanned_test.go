package intake_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"cssa/events"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

// scanned gives the step an upload and a verdict, twice: what is told repeats, what is recorded does not.
func (r *room) scanned(t *testing.T, up events.Uploaded, v events.Verdict) {
	t.Helper()
	for range 2 {
		must(t, r.Scanned(t.Context(), r.inbox, up.Object, up.ObjectID, v))
	}
}

func (r *room) wantNoOriginal(t *testing.T) {
	t.Helper()
	for o, err := range r.kept.List(t.Context(), "") {
		must(t, err)
		t.Errorf("the archive holds %s", o.Key)
	}
}

func TestACleanUploadIsTakenInWithTheInboxsTime(t *testing.T) {
	r := newRoom(t)
	up := r.upload(t, "S-0001", r.filled(t, "S-0001", r.answers()))
	r.scanned(t, up, events.Clean)
	if s := r.submission(t, up); s.Status != checklist.Accepted || !s.ReceivedAt.Equal(up.ReceivedAt) || s.Size != up.Size {
		t.Errorf("%s at %s, %d bytes", s.Status, s.ReceivedAt, s.Size)
	}
	accepted := events.Accepted{Edition: edition, Firm: "S-0001", Ticket: up.Ticket}
	r.wantTold(t, accepted, accepted)
}

func TestMalwareIsReturnedUnreadAndToldToTheSupervisor(t *testing.T) {
	r := newRoom(t)
	body := r.filled(t, "S-0001", r.answers()) // a perfect checklist, were it read
	up := r.upload(t, "S-0001", body)
	r.scanned(t, up, events.Malware)
	s := r.submission(t, up)
	sum := sha256.Sum256(body)
	if s.Status != checklist.Returned || codes(s.Faults) != "F024" || s.Object != "" || s.Answers != nil || s.SHA256 != hex.EncodeToString(sum[:]) ||
		s.Size != int64(len(body)) || s.Channel != checklist.Upload || s.Definition != r.ed.Checksum {
		t.Errorf("recorded %+v", s)
	}
	returned := events.Returned{Edition: edition, Firm: "S-0001", Ticket: up.Ticket}
	infected := events.Infected{Edition: edition, Firm: "S-0001", Ticket: up.Ticket, Object: up.Object, ObjectID: up.ObjectID, ReceivedAt: up.ReceivedAt}
	r.wantTold(t, returned, infected, returned, infected)
	r.wantNoOriginal(t)
}

func TestMalwareOfNobodyIsToldToTheSupervisorAlone(t *testing.T) {
	r := newRoom(t)
	for _, key := range []string{archive.InboxKey(edition, "S-0001", 77), archive.InboxKey(edition, "S-9999", 1), "planted.exe"} {
		r.told = nil
		o, err := r.inbox.Put(t.Context(), key, []byte("x"))
		must(t, err)
		r.scanned(t, events.Uploaded{Object: key}, events.Malware)
		infected := events.Infected{Object: key, ReceivedAt: o.ReceivedAt}
		r.wantTold(t, infected, infected)
	}
	r.wantNoOriginal(t)
}

func TestWhatCannotBeScannedGoesBackByItsContainerAlone(t *testing.T) {
	r := newRoom(t)
	encrypted := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 504)...)
	for _, c := range "EncryptedPackage\x00" {
		encrypted = append(encrypted, byte(c), 0)
	}
	for _, c := range []struct {
		body []byte
		want string
	}{
		{encrypted, "F003"},
		{[]byte("%PDF-1.7"), "F009"},
		{bytes.Repeat([]byte{7}, 100), "F002"},
		{r.filled(t, "S-0001", r.answers()), "F025"}, // nothing is wrong with its container, and it stays unread
	} {
		r.told = nil
		up := r.upload(t, "S-0001", c.body)
		r.scanned(t, up, events.Unscannable)
		if s := r.submission(t, up); s.Status != checklist.Returned || codes(s.Faults) != c.want || s.Answers != nil || s.Object != "" {
			t.Errorf("%s with faults %s, want %s", s.Status, codes(s.Faults), c.want)
		}
		returned := events.Returned{Edition: edition, Firm: "S-0001", Ticket: up.Ticket}
		r.wantTold(t, returned, returned)
	}
	r.wantNoOriginal(t)
}

func TestAForeignObjectIsAStrayWhateverTheScanSays(t *testing.T) {
	r := newRoom(t)
	for _, key := range []string{"readme.txt", "2023-securities/S-0001/1.xlsx"} {
		for _, v := range []events.Verdict{events.Clean, events.Unscannable} {
			r.told = nil
			o, err := r.inbox.Put(t.Context(), key, []byte("x"))
			must(t, err)
			r.scanned(t, events.Uploaded{Object: key}, v)
			stray := events.Stray{Object: key, ReceivedAt: o.ReceivedAt, Why: "no ticket"}
			r.wantTold(t, stray, stray)
		}
	}
}

func TestAVerdictOnNothingIsAnError(t *testing.T) {
	r := newRoom(t)
	err := r.Scanned(t.Context(), r.inbox, archive.InboxKey(edition, "S-0001", 1), "", events.Clean)
	if !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("an object that is not there: %v", err)
	}
	up := r.upload(t, "S-0001", []byte("x"))
	if err := r.Scanned(t.Context(), r.inbox, up.Object, up.ObjectID, "perhaps"); err == nil || !strings.Contains(err.Error(), "verdict") {
		t.Errorf("no verdict: %v", err)
	}
	if _, err := r.ledger.Submission(t.Context(), edition, "S-0001", up.Ticket); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("something was recorded: %v", err)
	}
	if len(r.told) > 0 {
		t.Errorf("told %v", r.told)
	}
}
