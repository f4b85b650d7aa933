package register

import (
	"cmp"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// Check returns what is wrong in the register as a whole: an entry that ends before it begins, two entries of a firm that
// hold on the same day, a registration number that two firms hold on the same day, a successor or a contact's firm that
// is not in the register, an address that is none, a firm still there without an officer to write to. In order: the
// firms', then the contacts'. Each problem names its firm; [Read] adds the lines.
func (r Register) Check() []Problem {
	return r.check(make([]int, len(r.Firms)), make([]int, len(r.Contacts)), true)
}

// check is Check with the line of each entry. If whole is false some rows are missing, and nothing is said about what may
// be among them.
func (r Register) check(firmLines, contactLines []int, whole bool) []Problem {
	var problems []Problem
	firm := func(i int, column, found string, what, mend checklist.Text) {
		problems = append(problems, Problem{"firms", firmLines[i], column, r.Firms[i].ID, found, what, mend})
	}
	contact := func(i int, column, found string, what, mend checklist.Text) {
		problems = append(problems, Problem{"contacts", contactLines[i], column, r.Contacts[i].Firm, found, what, mend})
	}
	known := map[checklist.FirmID]bool{}
	for _, f := range r.Firms {
		known[f.ID] = true
	}
	officers := map[checklist.FirmID][]Contact{}
	for _, c := range r.Contacts {
		if c.Role == Officer {
			officers[c.Firm] = append(officers[c.Firm], c)
		}
	}
	hasOfficer := func(f Firm) bool {
		return slices.ContainsFunc(officers[f.ID], func(c Contact) bool { return overlap(f.ValidFrom, f.ValidTo, c.ValidFrom, c.ValidTo) })
	}
	byID, byNumber := map[string][]int{}, map[string][]int{}
	for i, f := range r.Firms {
		if backwards(f.ValidFrom, f.ValidTo) {
			firm(i, "valid_to", f.ValidTo.String(), endsFirst, mendDates)
		}
		if j, ok := r.clash(byID[string(f.ID)], f); ok {
			firm(i, "valid_from", f.ValidFrom.String(),
				checklist.Text{JA: "同じ先の別の行と期間が重なります" + at(firmLines[j]) + "。", EN: "The period overlaps another entry of the firm" + at(firmLines[j]) + "."},
				checklist.Text{JA: "前の行の valid_to を、次の行の valid_from の前日にしてください。", EN: "Please end the earlier entry the day before the later one begins."})
		}
		number := normal(f.RegistrationNumber)
		if j, ok := r.clash(byNumber[number], f); ok && r.Firms[j].ID != f.ID {
			firm(i, "registration_number", f.RegistrationNumber,
				checklist.Text{JA: fmt.Sprintf("登録番号が %s と同じです%s。", r.Firms[j].ID, at(firmLines[j])), EN: fmt.Sprintf("%s has the same registration number%s.", r.Firms[j].ID, at(firmLines[j]))},
				checklist.Text{JA: "どちらかの登録番号か期間を直してください。", EN: "Please correct the number or the period of one of them."})
		}
		byID[string(f.ID)] = append(byID[string(f.ID)], i)
		byNumber[number] = append(byNumber[number], i)
		if f.Successor == f.ID && f.ID != "" || whole && f.Successor != "" && !known[f.Successor] {
			firm(i, "successor", string(f.Successor),
				checklist.Text{JA: "承継先が名簿にありません。", EN: "The successor is not another firm of the register."},
				checklist.Text{JA: "承継先の行を足すか、先番号を直してください。", EN: "Please add the successor or correct its id."})
		}
		if whole && f.ValidTo.IsZero() && !hasOfficer(f) {
			firm(i, "firm_id", string(f.ID),
				checklist.Text{JA: "統括責任者の連絡先がありません。", EN: "The firm has no officer among the contacts."},
				checklist.Text{JA: "連絡先に role が officer の行を足してください。", EN: "Please add a contact with the role officer."})
		}
	}
	for i, c := range r.Contacts {
		if backwards(c.ValidFrom, c.ValidTo) {
			contact(i, "valid_to", c.ValidTo.String(), endsFirst, mendDates)
		}
		if whole && !known[c.Firm] {
			contact(i, "firm_id", string(c.Firm),
				checklist.Text{JA: "先が名簿にありません。", EN: "The firm is not in the register."},
				checklist.Text{JA: "先の行を足すか、先番号を直してください。", EN: "Please add the firm or correct its id."})
		}
		if !validEmail(c.Email) {
			contact(i, "email", c.Email,
				checklist.Text{JA: "メールアドレスではありません。", EN: "This is not a mail address."},
				checklist.Text{JA: "name@example.co.jp の形で、1件だけ記入してください。", EN: "Please write one address like name@example.co.jp."})
		}
	}
	return problems
}

var (
	endsFirst = checklist.Text{JA: "終わりの日が始まりの日より前です。", EN: "It ends before it begins."}
	mendDates = checklist.Text{JA: "valid_from と valid_to を確かめてください。", EN: "Please check valid_from and valid_to."}
)

// clash returns the first of the entries that holds on a day on which f holds too.
func (r Register) clash(entries []int, f Firm) (int, bool) {
	for _, j := range entries {
		g := r.Firms[j]
		if overlap(f.ValidFrom, f.ValidTo, g.ValidFrom, g.ValidTo) {
			return j, true
		}
	}
	return 0, false
}

func at(line int) string {
	if line == 0 {
		return ""
	}
	return fmt.Sprintf(" (line %d)", line)
}

func backwards(from, to checklist.Date) bool { return !to.IsZero() && to.Before(from) }

// overlap says whether two periods share a day; a zero end is open.
func overlap(from, to, from2, to2 checklist.Date) bool {
	return !backwards(from, to2) && !backwards(from2, to)
}

func holds(from, to, d checklist.Date) bool { return overlap(from, to, d, d) }

// validEmail accepts one bare ASCII address with a dotted domain: what every mail system takes.
func validEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || len(s) > 254 {
		return false
	}
	for _, c := range s {
		if c <= ' ' || c > '~' || strings.ContainsRune(`"<>(),;:\[]`, c) {
			return false
		}
	}
	domain := s[strings.LastIndexByte(s, '@')+1:]
	return strings.Contains(domain, ".")
}

// At returns the entries that hold on day d, by firm id: on the reference date, the population.
func (fs Firms) At(d checklist.Date) []Firm {
	var firms []Firm
	for _, f := range fs {
		if holds(f.ValidFrom, f.ValidTo, d) {
			firms = append(firms, f)
		}
	}
	slices.SortStableFunc(firms, func(a, b Firm) int { return cmp.Compare(a.ID, b.ID) })
	return firms
}

// Firm returns the entry of a firm that holds on day d, or ErrUnknownFirm.
func (fs Firms) Firm(id checklist.FirmID, d checklist.Date) (Firm, error) {
	for _, f := range fs {
		if f.ID == id && holds(f.ValidFrom, f.ValidTo, d) {
			return f, nil
		}
	}
	return Firm{}, fmt.Errorf("%s on %s: %w", id, d, ErrUnknownFirm)
}

// Known says whether a firm is in the register, on whatever day.
func (fs Firms) Known(id checklist.FirmID) bool {
	return slices.ContainsFunc(fs, func(f Firm) bool { return f.ID == id })
}

// ContactsOf returns the contacts of a firm that hold on day d: officers first, then by name and address.
func (r Register) ContactsOf(id checklist.FirmID, d checklist.Date) []Contact {
	var contacts []Contact
	for _, c := range r.Contacts {
		if c.Firm == id && holds(c.ValidFrom, c.ValidTo, d) {
			contacts = append(contacts, c)
		}
	}
	rank := func(c Contact) int {
		if c.Role == Officer {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(contacts, func(a, b Contact) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Email, b.Email))
	})
	return contacts
}
