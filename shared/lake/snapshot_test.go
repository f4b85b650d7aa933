package lake_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"cssa/shared/lake"
	"cssa/shared/lake/laketest"
)

func snapshot(t *testing.T, firms int) ([]byte, []lake.SnapshotFirm) {
	t.Helper()
	w, n := lake.NewSnapshotWriter(), int32(7)
	var out []lake.SnapshotFirm
	for i := range firms {
		f := lake.SnapshotFirm{Firm: fmt.Sprintf("S-%05d", i), Mark: "000001.1 ", Codes: []byte{0, 1, 255}, Trend: []byte{1, 0, 2, 1},
			Numbers: []int64{int64(i), -1}, Texts: []string{"", "日本語"}, Submissions: []lake.SubmissionRow{
				{Firm: "S", Version: 1, Status: "accepted", ReceivedAt: time.UnixMilli(1_700_000_000_123).UTC(), ReceivedOn: 19_000, Late: true, Answered: &n},
				{Firm: "S", Version: 2, Status: "withdrawn", ReceivedAt: time.UnixMilli(1_700_000_000_000).UTC(), Current: true, Reasons: "W301"},
			}}
		if i%3 == 0 {
			f = lake.SnapshotFirm{Firm: f.Firm, Mark: f.Mark, Submissions: f.Submissions[:1]}
		}
		if err := w.Firm(f); err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	if err := w.Past(lake.SnapshotPast{Firm: "S-1", Trend: []byte{9, 9}}); err != nil {
		t.Fatal(err)
	}
	file, err := w.Bytes(lake.SnapshotHead{Edition: "2023-securities", Run: "r", Definition: "d", Program: "p", Firms: firms, Replied: 2, Answers: 6})
	if err != nil {
		t.Fatal(err)
	}
	return file, out
}

func TestASnapshotComesBack(t *testing.T) {
	const firms = 5000 // several row groups and batches
	file, want := snapshot(t, firms)
	again, _ := snapshot(t, firms)
	if !bytes.Equal(file, again) {
		t.Error("the same content made other bytes")
	}
	s, err := lake.ReadSnapshot(file)
	if err != nil {
		t.Fatal(err)
	}
	if h := s.Head; h.Edition != "2023-securities" || h.Run != "r" || h.Definition != "d" || h.Program != "p" || h.Firms != firms || h.Replied != 2 || h.Answers != 6 {
		t.Errorf("head %+v", h)
	}
	n := 0
	for f, err := range s.Firms() {
		if err != nil {
			t.Fatal(err)
		}
		// An absent list comes back empty.
		w := want[n]
		if len(f.Codes)+len(w.Codes) == 0 {
			f.Codes, f.Trend, f.Numbers, f.Texts = nil, nil, nil, nil
		}
		if !reflect.DeepEqual(f, w) {
			t.Fatalf("firm %d: %+v, want %+v", n, f, w)
		}
		n++
	}
	marks := 0
	for f, err := range s.Marks() {
		if err != nil || f.Firm != want[marks].Firm || f.Mark != want[marks].Mark {
			t.Fatalf("mark %d: %+v, %v", marks, f, err)
		}
		marks++
	}
	var past []lake.SnapshotPast
	for f, err := range s.Past() {
		if err != nil {
			t.Fatal(err)
		}
		past = append(past, f)
	}
	if n != firms || marks != firms || !reflect.DeepEqual(past, []lake.SnapshotPast{{Firm: "S-1", Trend: []byte{9, 9}}}) {
		t.Errorf("%d firms, %d marks, past %v", n, marks, past)
	}
}

// Whatever byte is changed, and wherever it is cut, a snapshot is not taken for one.
func TestADamagedSnapshotIsNone(t *testing.T) {
	file, _ := snapshot(t, 3)
	for at := range file {
		bad := slices.Clone(file)
		bad[at] ^= 1
		if _, err := lake.ReadSnapshot(bad); !errors.Is(err, lake.ErrSnapshot) {
			t.Fatalf("byte %d changed: %v", at, err)
		}
		if _, err := lake.ReadSnapshot(file[:at]); !errors.Is(err, lake.ErrSnapshot) {
			t.Fatalf("cut at %d: %v", at, err)
		}
	}
	other, err := lake.Encode(lake.FirmRows(laketest.Firms()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lake.ReadSnapshot(append(bytes.Clone(file), other...)); !errors.Is(err, lake.ErrSnapshot) {
		t.Errorf("something behind it: %v", err)
	}
}
