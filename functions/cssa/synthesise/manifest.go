package synthesise

import (
	"fmt"
	"time"

	"cssa/shared/checklist"
)

// A Manifest is plan.json: what a written round will send, and what must come of it. It holds no answers; they are in the
// workbooks.
type Manifest struct {
	Invented    bool                 `json:"invented"` // always true
	Note        string               `json:"note"`
	Edition     checklist.EditionID  `json:"edition"`
	Follows     checklist.EditionID  `json:"follows,omitempty"` // the edition of the round whose firms these are a year on
	Definition  string               `json:"definition"`
	Seed        uint64               `json:"seed"`
	Firms       int                  `json:"firms"`
	Sectors     map[string]int       `json:"sector_firms,omitempty"` // those whose number was given
	Stories     int                  `json:"stories_percent"`
	ResavedBy   string               `json:"resaved_by"` // "libreoffice" or "excelize": who re-saved the files of story libreoffice
	Uploads     []ManifestUpload     `json:"uploads"`
	Withdrawals []ManifestWithdrawal `json:"withdrawals"`
	NeverSent   []checklist.FirmID   `json:"never_sent"`
}

// A ManifestUpload is one upload of a manifest.
type ManifestUpload struct {
	Firm   checklist.FirmID      `json:"firm"`
	Number int                   `json:"number"`
	At     time.Time             `json:"at"`
	File   string                `json:"file"`
	Story  Story                 `json:"story"`
	After  string                `json:"after,omitempty"`
	Status checklist.Status      `json:"expect_status"`
	Codes  []checklist.FaultCode `json:"expect_codes"`
	Late   bool                  `json:"expect_late"`
}

// A ManifestWithdrawal is one withdrawal of a manifest.
type ManifestWithdrawal struct {
	Firm  checklist.FirmID `json:"firm"`
	At    time.Time        `json:"at"`
	Story Story            `json:"story"`
}

// Round plans the round of the manifest again: of its edition, which must be as it was, and not itself following another.
func (m *Manifest) Round(ed *checklist.Edition) (*Round, error) {
	switch {
	case ed.ID != m.Edition || ed.Checksum != m.Definition:
		return nil, fmt.Errorf("the round was made for another definition of %s", m.Edition)
	case m.Follows != "":
		return nil, fmt.Errorf("the round of %s follows that of %s itself; only a first round can be followed", m.Edition, m.Follows)
	}
	return Plan(ed, Options{Seed: m.Seed, Firms: m.Firms, Sectors: m.Sectors, Stories: m.Stories})
}

func (r *Round) manifest() Manifest {
	m := Manifest{
		Invented: true, Note: "架空のデータです。実在の先の回答ではありません。 Invented data: no answer is of a firm that exists.",
		Edition: r.Edition.ID, Definition: r.Edition.Checksum, Seed: r.Options.Seed, Firms: r.Options.Firms, Sectors: r.Options.Sectors, Stories: r.Options.Stories,
		ResavedBy: "excelize", Uploads: []ManifestUpload{}, Withdrawals: []ManifestWithdrawal{}, NeverSent: []checklist.FirmID{},
	}
	if r.panel != nil {
		m.Follows = r.panel.last.Edition.ID
	}
	if r.Options.Soffice != "" {
		m.ResavedBy = "libreoffice"
	}
	for _, u := range r.Uploads {
		m.Uploads = append(m.Uploads, ManifestUpload{
			Firm: u.Firm, Number: u.Number, At: u.At, File: u.File, Story: u.Story, After: u.After,
			Status: u.Expect.Status, Codes: append([]checklist.FaultCode{}, u.Expect.Codes...), Late: u.Expect.Late,
		})
	}
	for _, w := range r.Withdrawals {
		m.Withdrawals = append(m.Withdrawals, ManifestWithdrawal(w))
	}
	m.NeverSent = append(m.NeverSent, r.NeverSent...)
	return m
}
