package lake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/parquet-go/parquet-go"

	"cssa/shared/checklist"
)

// A snapshot is what a run took from the ledger and worked out firm by firm, beside the tables of the run, so that the next
// run reads from the ledger only the firms whose submissions changed. It is a file of its own form:
//
//	cssa snapshot 1                 the form
//	3f5c…                           SHA-256 (hex) of all that follows
//	{"edition":"2023-securities",…} the head, a line of JSON
//	PAR1…                           SnapshotFirm rows, then SnapshotPast rows, each a Parquet file
//
// The same content makes the same bytes.

// SnapshotForm is the first line of a snapshot.
const SnapshotForm = "cssa snapshot 1"

// ErrSnapshot is returned for bytes that are no whole snapshot.
var ErrSnapshot = errors.New("not a whole snapshot")

// A SnapshotHead says what a snapshot holds. It is of use to a run only if that would write the same but for Run and the counts.
type SnapshotHead struct {
	Edition    checklist.EditionID `json:"edition"`
	Run        string              `json:"run"`
	Definition string              `json:"definition"` // checksum of the edition's
	Program    string              `json:"program"`    // that wrote it: another may code otherwise
	Deadline   time.Time           `json:"deadline"`   // who is late follows from it
	Past       string              `json:"past"`       // edition, definition and run that it is compared with; "": none
	Firms      int                 `json:"firms"`      // that submitted
	Replied    int                 `json:"replied"`    // whose answers are counted
	Answers    int                 `json:"answers"`    // rows of answers

	FirmBytes int `json:"firm_bytes"` // length of the first Parquet file
}

// A SnapshotFirm is a firm that submitted.
type SnapshotFirm struct {
	Firm        string          `parquet:"firm"`
	Mark        string          `parquet:"mark"`  // of its submissions, as the ledger gives it
	Codes       []byte          `parquet:"codes"` // empty: no answers count
	Trend       []byte          `parquet:"trend"` // codes of the comparison, two bytes each, the lower first; empty: none
	Numbers     []int64         `parquet:"numbers,list"`
	Texts       []string        `parquet:"texts,list"`
	Submissions []SubmissionRow `parquet:"submissions,list"`
}

// A SnapshotPast is a firm that replied to the edition that is compared with.
type SnapshotPast struct {
	Firm  string `parquet:"firm"`
	Trend []byte `parquet:"trend"`
}

// SnapshotKey returns the key of a run's snapshot.
func SnapshotKey(ed checklist.EditionID, run string) string {
	return fmt.Sprintf("snapshots/edition=%s/run=%s/codes", ed, run)
}

// snapshotGroup is how many firms a row group has: what is held in memory beside the compressed file.
const snapshotGroup = 1 << 11

// A SnapshotWriter makes a snapshot, firm by firm, holding the compressed file.
type SnapshotWriter struct {
	firms, past bytes.Buffer
	firm        *parquet.GenericWriter[SnapshotFirm]
	then        *parquet.GenericWriter[SnapshotPast]
}

// NewSnapshotWriter returns one with nothing in it.
func NewSnapshotWriter() *SnapshotWriter {
	options := []parquet.WriterOption{parquet.Compression(&parquet.Zstd), parquet.CreatedBy("cssa", "1", "snapshot"), parquet.MaxRowsPerRowGroup(snapshotGroup)}
	w := &SnapshotWriter{}
	w.firm = parquet.NewGenericWriter[SnapshotFirm](&w.firms, options...)
	w.then = parquet.NewGenericWriter[SnapshotPast](&w.past, options...)
	return w
}

// Firm adds a firm; they come by id.
func (w *SnapshotWriter) Firm(f SnapshotFirm) error {
	if _, err := w.firm.Write([]SnapshotFirm{f}); err != nil {
		return fmt.Errorf("lake: snapshot: %w", err)
	}
	return nil
}

// Past adds a firm of the edition before.
func (w *SnapshotWriter) Past(f SnapshotPast) error {
	if _, err := w.then.Write([]SnapshotPast{f}); err != nil {
		return fmt.Errorf("lake: snapshot: %w", err)
	}
	return nil
}

// Bytes ends the snapshot and returns it.
func (w *SnapshotWriter) Bytes(head SnapshotHead) ([]byte, error) {
	if err := errors.Join(w.firm.Close(), w.then.Close()); err != nil {
		return nil, fmt.Errorf("lake: snapshot: %w", err)
	}
	head.FirmBytes = w.firms.Len()
	line, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("lake: snapshot: %w", err)
	}
	sum := sha256.New()
	parts := [][]byte{line, []byte("\n"), w.firms.Bytes(), w.past.Bytes()}
	for _, p := range parts {
		sum.Write(p) // a hash takes everything
	}
	first := []byte(SnapshotForm + "\n" + hex.EncodeToString(sum.Sum(nil)) + "\n")
	return bytes.Join(append([][]byte{first}, parts...), nil), nil
}

// A Snapshot is one that was read.
type Snapshot struct {
	Head        SnapshotHead
	firms, past []byte
}

// ReadSnapshot reads the head and makes sure of every byte of the rest; anything else than what [SnapshotWriter.Bytes] gave is
// ErrSnapshot.
func ReadSnapshot(file []byte) (*Snapshot, error) {
	form, rest, _ := bytes.Cut(file, []byte("\n"))
	said, body, _ := bytes.Cut(rest, []byte("\n"))
	sum := sha256.Sum256(body)
	if string(form) != SnapshotForm || string(said) != hex.EncodeToString(sum[:]) {
		return nil, ErrSnapshot
	}
	line, rows, _ := bytes.Cut(body, []byte("\n"))
	s := &Snapshot{}
	if err := json.Unmarshal(line, &s.Head); err != nil || s.Head.FirmBytes < 0 || s.Head.FirmBytes > len(rows) {
		return nil, ErrSnapshot
	}
	s.firms, s.past = rows[:s.Head.FirmBytes], rows[s.Head.FirmBytes:]
	return s, nil
}

// Marks returns the marks of the firms.
func (s *Snapshot) Marks() iter.Seq2[SnapshotFirm, error] {
	type marked struct {
		Firm string `parquet:"firm"`
		Mark string `parquet:"mark"`
	}
	return func(yield func(SnapshotFirm, error) bool) {
		for m, err := range snapshotRows[marked](s.firms) {
			if !yield(SnapshotFirm{Firm: m.Firm, Mark: m.Mark}, err) {
				return
			}
		}
	}
}

// Firms returns the firms, by id.
func (s *Snapshot) Firms() iter.Seq2[SnapshotFirm, error] { return snapshotRows[SnapshotFirm](s.firms) }

// Past returns the firms of the edition before.
func (s *Snapshot) Past() iter.Seq2[SnapshotPast, error] { return snapshotRows[SnapshotPast](s.past) }

func snapshotRows[T any](file []byte) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for rows, err := range inBatches[T](file, 1<<9) {
			if err != nil {
				yield(none, fmt.Errorf("lake: snapshot: %w", err))
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}
