package register

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
)

// WriteFirms writes the firms' file, in the order given: UTF-8 with a byte order mark, so that Excel opens it right.
// Columns of attributes come last, by name. [ReadFirms] with their names reads it back the same.
func WriteFirms(w io.Writer, firms []Firm) error {
	added := map[string]bool{}
	for _, f := range firms {
		for column := range f.Attributes.Codes() {
			added[column] = true
		}
	}
	attributes := slices.Sorted(maps.Keys(added))
	lines := [][]string{slices.Concat(firmColumns, attributes)}
	for _, f := range firms {
		line := []string{string(f.ID), f.RegistrationNumber, f.Name.JA, f.Name.EN, f.Sector, f.PeerGroup, f.SizeBand,
			f.CorporateGroup, string(f.Successor), f.ValidFrom.String(), f.ValidTo.String()}
		codes := f.Attributes.Codes()
		for _, column := range attributes {
			line = append(line, codes[column])
		}
		lines = append(lines, line)
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
