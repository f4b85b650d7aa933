package ledger

import (
	"time"

	"cssa/shared/checklist"
)

type releaseDoc struct {
	Edition    checklist.EditionID `json:"edition"`
	Run        string              `json:"run"`
	ProposedBy string              `json:"proposed_by"`
	ProposedAt time.Time           `json:"proposed_at"`
	ApprovedBy string              `json:"approved_by,omitempty"`
	ApprovedAt time.Time           `json:"approved_at,omitzero"`
	Audit      verdictDoc          `json:"audit,omitzero"`
}

type verdictDoc struct {
	At       time.Time `json:"at"`
	Readers  int       `json:"readers"`
	Cells    int       `json:"cells"`
	Withheld int       `json:"withheld"`
	Content  string    `json:"content"`
}

var releases = codec[Release, releaseDoc]{
	utc: func(r Release) Release { inUTC(&r.ProposedAt, &r.ApprovedAt, &r.Audit.At); return r },
	stored: func(r Release) releaseDoc {
		return releaseDoc{r.Edition, r.Run, r.ProposedBy, r.ProposedAt, r.ApprovedBy, r.ApprovedAt, verdictDoc(r.Audit)}
	},
	value: func(d releaseDoc) Release {
		return Release{d.Edition, d.Run, d.ProposedBy, d.ProposedAt, d.ApprovedBy, d.ApprovedAt, Verdict(d.Audit)}
	},
}
