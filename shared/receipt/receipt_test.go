package receipt_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/receipt"
	"cssa/shared/receipt/keyfile"
)

const file = "the original of a firm"

func key(t testing.TB) (*keyfile.Key, *ecdsa.PublicKey) {
	t.Helper()
	k, err := keyfile.Open(filepath.Join(t.TempDir(), "keys", "receipts.pem"))
	must(t, err)
	public, err := k.Public(t.Context())
	must(t, err)
	return k, public
}

func submission(f checklist.FirmID, n checklist.TicketNumber) checklist.Submission {
	return checklist.Submission{
		Edition: "2023-securities", Firm: f, Ticket: n, Status: checklist.Accepted, ReceivedAt: time.Date(2023, 8, 20, 1, 2, 3, 0, time.UTC),
		Channel: checklist.Upload, SHA256: "1a77fbbad7ea31f4a5b9c5a75f8c72a8e53d0c8bd4a5ea6cd43e2a5f3b0c1fb5", Size: int64(len(file)), Definition: "d1",
		Cover:  checklist.Cover{Approver: "髙﨑 花子\n", ApproverTitle: "代表取締役 <社長>", ApprovedOn: checklist.Date{Year: 2023, Month: 8, Day: 18}},
		Faults: []checklist.Fault{{Code: "W302", Severity: checklist.Confirm}},
	}
}

func signed(t testing.TB, k receipt.Key, s checklist.Submission) receipt.Signed {
	t.Helper()
	r, ok := receipt.Of(s)
	if !ok {
		t.Fatal("no receipt")
	}
	out, err := receipt.Sign(t.Context(), k, r)
	must(t, err)
	return out
}

func TestAReceiptSaysWhatBecameOfAnUpload(t *testing.T) {
	s := submission("S-0001", 2)
	r, ok := receipt.Of(s)
	want := receipt.Receipt{Edition: "2023-securities", Definition: "d1", Firm: "S-0001", Version: 2, SHA256: s.SHA256, Size: 22, ReceivedAt: "2023-08-20T01:02:03Z",
		Channel: "upload", Outcome: "accepted", ToConfirm: 1, Approver: "髙﨑 花子 代表取締役 <社長>", ApprovedOn: "2023-08-18"}
	if !ok || r != want {
		t.Errorf("got %+v\nwant %+v", r, want)
	}
	s.Status = checklist.Withdrawn
	if _, ok := receipt.Of(s); ok {
		t.Error("a withdrawal has a receipt")
	}
}

// Every field of the document is altered, one after the other: each time the check fails.
func TestAnAlteredReceiptIsNoticed(t *testing.T) {
	k, public := key(t)
	doc := signed(t, k, submission("S-0001", 2)).Encode()
	genuine, err := receipt.Decode(doc)
	must(t, err)
	must(t, genuine.Verify(public))
	if !bytes.Contains(doc, []byte("<社長>")) {
		t.Errorf("the document escapes what people read:\n%s", doc)
	}
	var all map[string]any
	must(t, json.Unmarshal(doc, &all))
	fields := all["receipt"].(map[string]any)
	if len(fields) != 13 {
		t.Errorf("%d fields, want 13", len(fields))
	}
	alter := func(name string, in map[string]any) {
		old := in[name]
		switch v := old.(type) {
		case string:
			in[name] = "x" + v
		case float64:
			in[name] = v + 1
		}
		body, err := json.Marshal(all)
		must(t, err)
		s, err := receipt.Decode(body)
		if err == nil {
			err = s.Verify(public)
		}
		if !errors.Is(err, receipt.ErrSignature) && !errors.Is(err, receipt.ErrFormat) {
			t.Errorf("%s altered: %v", name, err)
		}
		in[name] = old
	}
	for name := range fields {
		alter(name, fields)
	}
	alter("key", all)
	alter("signature", all)
	if _, err := receipt.Decode(bytes.Replace(doc, []byte(`"receipt"`), []byte(`"note": "paid", "receipt"`), 1)); !errors.Is(err, receipt.ErrFormat) {
		t.Errorf("what is not signed was read: %v", err)
	}
	if _, err := receipt.Decode(append(bytes.Clone(doc), '{')); !errors.Is(err, receipt.ErrFormat) {
		t.Errorf("what follows was not noticed: %v", err)
	}
	_, other := key(t)
	if err := genuine.Verify(other); !errors.Is(err, receipt.ErrSignature) {
		t.Errorf("another key: %v", err)
	}
}

func TestAReceiptCoversItsFileOnly(t *testing.T) {
	k, _ := key(t)
	s := submission("S-0001", 1)
	s.SHA256 = "2c1b6bc0ae4c7ac1b7d3ab0b2b7bd3d2" // wrong length: never the file's
	if err := signed(t, k, s).Covers(strings.NewReader(file)); !errors.Is(err, receipt.ErrFile) {
		t.Errorf("%v", err)
	}
	s.SHA256 = fileSHA
	must(t, signed(t, k, s).Covers(strings.NewReader(file)))
	for _, other := range []string{file + " ", "The original of a firm", ""} {
		if err := signed(t, k, s).Covers(strings.NewReader(other)); !errors.Is(err, receipt.ErrFile) {
			t.Errorf("%q: %v", other, err)
		}
	}
}

// fileSHA is what `printf 'the original of a firm' | sha256sum` prints.
const fileSHA = "dedf198207adf0e258ad2e743e40e5bb83e2c1f1499905f5b723fdc5bcb76de2"

func TestAKeyIsMadeOnceAndKept(t *testing.T) {
	name := filepath.Join(t.TempDir(), "receipts.pem")
	ids := make(chan string, 8)
	for range cap(ids) {
		go func() {
			k, err := keyfile.Open(name)
			if err != nil {
				ids <- err.Error()
				return
			}
			public, _ := k.Public(context.Background())
			ids <- receipt.KeyID(public)
		}()
	}
	first := <-ids
	for range cap(ids) - 1 {
		if id := <-ids; id != first {
			t.Errorf("two keys: %s and %s", id, first)
		}
	}
	k, err := keyfile.Open(name)
	must(t, err)
	public, _ := k.Public(t.Context())
	again, err := receipt.ParsePublic(receipt.FormatPublic(public))
	must(t, err)
	if receipt.KeyID(again) != first {
		t.Error("the key changed in its file")
	}
	for _, text := range []string{"", "key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"} {
		if _, err := receipt.ParsePublic([]byte(text)); !errors.Is(err, receipt.ErrKey) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(fmt.Sprint(err))
	}
}
