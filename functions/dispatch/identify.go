package dispatch

import (
	"bytes"
	"fmt"
	"path"

	"cssa/shared/checklist"
	"cssa/shared/report"
	"cssa/shared/workbook"
)

// Identify asks an attachment whose it is: a report or a checklist workbook, by the end of its name.
func Identify(name string, body []byte) (checklist.EditionID, checklist.FirmID, error) {
	switch path.Ext(name) {
	case ".html":
		id, err := report.IdentityOf(bytes.NewReader(body))
		return id.Edition, id.Firm, err
	case ".xlsx":
		id, err := workbook.IdentityOf(bytes.NewReader(body), int64(len(body)))
		return id.Edition, id.Firm, err
	}
	return "", "", fmt.Errorf("a file named %q says nothing", name)
}
