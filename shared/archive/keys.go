package archive

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"cssa/shared/checklist"
)

// InboxKey is where the file of a ticket is uploaded to: "2023-securities/S-0137/0001.xlsx". One ticket, one key.
func InboxKey(e checklist.EditionID, f checklist.FirmID, n checklist.TicketNumber) string {
	return fmt.Sprintf("%s/%s/%04d.xlsx", e, f, n)
}

// ParseInboxKey reads what [InboxKey] writes; anything else, also another spelling of the same number, is an error.
func ParseInboxKey(key string) (checklist.EditionID, checklist.FirmID, checklist.TicketNumber, error) {
	parts := strings.Split(key, "/")
	if len(parts) != 3 {
		return "", "", 0, fmt.Errorf("inbox key: %d parts, want edition/firm/number.xlsx", len(parts))
	}
	e, err := checklist.ParseEditionID(parts[0])
	if err != nil {
		return "", "", 0, fmt.Errorf("inbox key: %w", err)
	}
	f, err := checklist.ParseFirmID(parts[1])
	if err != nil {
		return "", "", 0, fmt.Errorf("inbox key: %w", err)
	}
	n, err := strconv.Atoi(strings.TrimSuffix(parts[2], ".xlsx"))
	if err != nil || n < 1 || InboxKey(e, f, checklist.TicketNumber(n)) != key {
		return "", "", 0, fmt.Errorf("inbox key: %q is not a ticket number with .xlsx", parts[2])
	}
	return e, f, checklist.TicketNumber(n), nil
}

// OriginalKey is where the original (原本) of a submission is kept for good.
func OriginalKey(e checklist.EditionID, f checklist.FirmID, n checklist.TicketNumber) string {
	return "originals/" + InboxKey(e, f, n)
}

// MarkedKey is where the workbook is kept that goes back to the firm with its findings marked: its own upload, marked.
func MarkedKey(e checklist.EditionID, f checklist.FirmID, n checklist.TicketNumber) string {
	return "marked/" + InboxKey(e, f, n)
}

// WorkbookKey is where the blank checklist of a firm is kept, under the checksum of the definition it was made from.
func WorkbookKey(e checklist.EditionID, definition string, f checklist.FirmID) string {
	return fmt.Sprintf("workbooks/%s/%.12s/%s.xlsx", e, definition, f)
}

// StrayKey is where an object of the inbox that belongs to no ticket is kept for the supervisor to look at.
func StrayKey(inbox string, received time.Time) string {
	return fmt.Sprintf("strays/%s/%s", received.UTC().Format("20060102T150405Z"), inbox)
}
