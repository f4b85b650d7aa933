package register

import (
	"encoding/csv"
	"fmt"
	"io"
)

// WriteFirms writes the firms' file, in the order given: UTF-8 with a byte order mark, so that Excel opens it right.
// [ReadFirms] reads it back the same.
func WriteFirms(w io.Writer, firms []Firm) error {
	lines := [][]string{firmColumns}
	for _, f := range firms {
		lines = append(lines, []string{string(f.ID), f.RegistrationNumber, f.Name.JA, f.Name.EN, f.Sector, f.PeerGroup, f.SizeBand,
			f.CorporateGroup, string(f.Successor), f.ValidFrom.String(), f.ValidTo.String()})
	}
	return write(w, "firms", lines)
}

// WriteContacts writes the contacts' file; see WriteFirms.
func WriteContacts(w io.Writer, contacts []Contact) error {
	lines := [][]string{contactColumns}
	for _, c := range contacts {
		lines = append(lines, []string{string(c.Firm), string(c.Role), c.Name, c.Email, c.ValidFrom.String(), c.ValidTo.String()})
	}
	return write(w, "contacts", lines)
}

func write(w io.Writer, file string, lines [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write the %s of the register: %w", file, err)
	}
	if err := csv.NewWriter(w).WriteAll(lines); err != nil {
		return fmt.Errorf("write the %s of the register: %w", file, err)
	}
	return nil
}
