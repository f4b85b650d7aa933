package checklist

// A Confirmation is a warning that a firm confirmed with a reason (理由) instead of changing its answer. It is as
// confidential as the answers.
type Confirmation struct {
	Code   FaultCode
	Ref    Ref    // zero for a warning of the cover
	Rule   string // id of the edition's rule, "" if the warning is not a rule's
	Reason string // as typed, without space around it
}

// Confirmed returns the reasons that answer a warning among the faults, in the order of the faults, or nil. A reason that
// was given for what is no longer asked is left out.
func Confirmed(faults []Fault, reasons []Confirmation) []Confirmation {
	given := map[Confirmation]string{}
	for _, c := range reasons {
		given[Confirmation{Code: c.Code, Ref: c.Ref, Rule: c.Rule}] = c.Reason
	}
	var confirmed []Confirmation
	for _, f := range faults {
		c := Confirmation{Code: f.Code, Ref: f.Ref, Rule: f.Rule}
		if reason, ok := given[c]; ok && f.Severity == Confirm {
			delete(given, c)
			c.Reason = reason
			confirmed = append(confirmed, c)
		}
	}
	return confirmed
}

// Open returns the faults that still ask something of the firm: all but the warnings that it confirmed.
func Open(faults []Fault, confirmed []Confirmation) []Fault {
	settled := map[Confirmation]bool{}
	for _, c := range confirmed {
		c.Reason = ""
		settled[c] = true
	}
	var open []Fault
	for _, f := range faults {
		if f.Severity != Confirm || !settled[Confirmation{Code: f.Code, Ref: f.Ref, Rule: f.Rule}] {
			open = append(open, f)
		}
	}
	return open
}
