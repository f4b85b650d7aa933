package checklist

import (
	"reflect"
	"testing"
)

// A reason counts for exactly the warning it was given for: the same code, place and rule.
func TestAReasonAnswersOneWarning(t *testing.T) {
	staff, plan := Ref{Question: "staff"}, Ref{Question: "plan"}
	faults := []Fault{
		{Code: CodeUnanswered, Severity: Mend, Ref: staff},
		{Code: CodeFirmName, Severity: Confirm},
		{Code: CodeRuleConfirm, Severity: Confirm, Ref: plan, Rule: "a"},
		{Code: CodeRuleConfirm, Severity: Confirm, Ref: plan, Rule: "b"},
		{Code: CodeJump, Severity: Confirm, Ref: staff},
	}
	got := Confirmed(faults, []Confirmation{
		{CodeRuleConfirm, plan, "b", "改定中"},
		{CodeFirmName, Ref{}, "", "略称"},
		{CodeUnanswered, staff, "", "忙しい"},   // is to be mended, whatever the reason
		{CodeJump, plan, "", "統合"},           // at another place
		{CodeRuleConfirm, plan, "c", "もうない"}, // is not asked any more
	})
	want := []Confirmation{{CodeFirmName, Ref{}, "", "略称"}, {CodeRuleConfirm, plan, "b", "改定中"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("confirmed %+v\nwant %+v", got, want)
	}
	if open := Open(faults, got); !reflect.DeepEqual(open, []Fault{faults[0], faults[2], faults[4]}) {
		t.Errorf("open %+v", open)
	}
	if Confirmed(faults, nil) != nil || len(Open(faults, nil)) != len(faults) || Open(faults[1:2], got) != nil {
		t.Error("none is nil")
	}
}
