package checklist

// A Confirmation is a warning that a firm confirmed with a reason (理由) instead of changing its answer. It is as
// confidential as the answers.
type Confirmation struct {
	Code   FaultCode
	Ref    Ref    // zero for a warning of the cover
	Rule   string // id of the edition's rule, "" if the warning is not a rule's
	Reason string // as typed, without space around it
}
