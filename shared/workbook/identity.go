package workbook

import "cssa/shared/checklist"

// An Identity says whose workbook it is and for what. It stands in locked cells of the cover, because document properties
// do not survive every mail gateway.
type Identity struct {
	Edition    checklist.EditionID
	Firm       checklist.FirmID
	Definition string // checksum of the edition's definition
	FirmName   string // the register's name: prefilled on the cover; not locked
}
