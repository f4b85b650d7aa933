package cloud

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// targets returns the logical ids a value of a template refers to.
func targets(v any) []string {
	var ids []string
	switch v := v.(type) {
	case map[string]any:
		if id, ok := v["Ref"].(string); ok {
			return []string{id}
		}
		if get, ok := v["Fn::GetAtt"].([]any); ok {
			return []string{get[0].(string)}
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			ids = append(ids, targets(v[k])...)
		}
	case []any:
		for _, e := range v {
			ids = append(ids, targets(e)...)
		}
	}
	return ids
}

// deadLetters returns the ids of all queues that something sends its failures to, wherever the template says so.
func deadLetters(tpl *template) []string {
	found := map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				switch k {
				case "RedrivePolicy", "DeadLetterConfig", "OnFailure":
					for _, id := range targets(e) {
						found[id] = true
					}
				}
				walk(e)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	for _, r := range tpl.Resources {
		walk(r.Properties)
	}
	return slices.Sorted(maps.Keys(found))
}

// unwatched says what of a template has no alarm that rings at somebody: every queue of dead letters that is not empty, the
// errors and throttles of every function, the age of every other queue's oldest message, a missed night, letters refused.
func unwatched(tpl *template) []string {
	rings := map[string]bool{} // "namespace metric thing"
	tpl.each("AWS::CloudWatch::Alarm", func(_ string, r *resource) {
		heard := false
		for _, id := range targets(r.Properties["AlarmActions"]) {
			tpl.each("AWS::SNS::Subscription", func(_ string, sub *resource) {
				heard = heard || slices.Contains(targets(sub.Properties["TopicArn"]), id) && strings.Contains(at(sub.Properties, "Endpoint"), "@")
			})
		}
		if off := at(r.Properties, "ActionsEnabled"); !heard || off == "false" {
			return
		}
		what := at(r.Properties, "Namespace") + " " + at(r.Properties, "MetricName")
		thing := ""
		for _, d := range many(r.Properties["Dimensions"]) {
			d, _ := d.(map[string]any)
			if ids := targets(d["Value"]); len(ids) > 0 {
				thing += " " + ids[0]
			} else if d != nil {
				thing += " " + text(d["Value"])
			}
		}
		rings[what+thing] = true
	})
	var missing []string
	need := func(what string) {
		if !rings[what] {
			missing = append(missing, what)
		}
	}
	dead := deadLetters(tpl)
	for _, id := range dead {
		need("AWS/SQS ApproximateNumberOfMessagesVisible " + id)
	}
	tpl.each("AWS::SQS::Queue", func(id string, _ *resource) {
		if !slices.Contains(dead, id) {
			need("AWS/SQS ApproximateAgeOfOldestMessage " + id)
		}
	})
	tpl.each("AWS::Lambda::Function", func(id string, _ *resource) {
		need("AWS/Lambda Errors " + id)
		need("AWS/Lambda Throttles " + id)
	})
	need("CSSA Invocations aggregate ok")
	need("AWS/SES Reputation.BounceRate")
	need("AWS/SES Reputation.ComplaintRate")
	return missing
}

func TestEverythingThatFailsRings(t *testing.T) {
	for _, st := range append(stages(), unscanned()) {
		tpl := read(t, st.Name)
		for _, what := range unwatched(tpl) {
			t.Errorf("%s: no alarm for %s", st.Name, what)
		}
		if dead := deadLetters(tpl); len(dead) != 5 {
			t.Errorf("%s: queues of dead letters are %v, want 5", st.Name, dead)
		}
	}
}

// Every alarm is needed: without any one of them, something fails and nobody hears of it. Nor may a new queue or function
// come without.
func TestAMissingAlarmIsSeen(t *testing.T) {
	var alarms []string
	read(t, "prod").each("AWS::CloudWatch::Alarm", func(id string, _ *resource) { alarms = append(alarms, id) })
	for _, id := range alarms {
		tpl := read(t, "prod")
		delete(tpl.Resources, id)
		if len(unwatched(tpl)) != 1 {
			t.Errorf("without %s nothing is amiss: %v", id, unwatched(tpl))
		}
	}
	for what, spoil := range map[string]func(*template){
		"a function more": func(tpl *template) { tpl.Resources["More"] = &resource{Type: "AWS::Lambda::Function"} },
		"a queue more":    func(tpl *template) { tpl.Resources["More"] = &resource{Type: "AWS::SQS::Queue"} },
		"no subscription": func(tpl *template) {
			maps.DeleteFunc(tpl.Resources, func(_ string, r *resource) bool { return r.Type == "AWS::SNS::Subscription" })
		},
		"dead letters of it": func(tpl *template) {
			tpl.Resources["More"] = &resource{Type: "AWS::Events::Rule", Properties: map[string]any{"Targets": []any{map[string]any{"DeadLetterConfig": map[string]any{"Arn": map[string]any{"Fn::GetAtt": []any{"Unseen", "Arn"}}}}}}}
		},
	} {
		tpl := read(t, "prod")
		spoil(tpl)
		if len(unwatched(tpl)) == 0 {
			t.Errorf("%s: nobody saw it", what)
		}
	}
}

// named finds the alarm of a name.
func alarmNamed(t *testing.T, stage, name string) *resource {
	t.Helper()
	return read(t, stage).one(t, "AWS::CloudWatch::Alarm", "AlarmName", "cssa-"+stage+"-"+name)
}

// Alarms ring when the stage says: a night is missed after as many silent hours, and silence itself rings.
func TestAlarmsRingWhenTheStageSays(t *testing.T) {
	for _, st := range stages() {
		for _, want := range []struct{ alarm, threshold, period, periods, compares, silence string }{
			{"dead-letters", "1", "300", "1", "GreaterThanOrEqualToThreshold", "notBreaching"},
			{"errors-intake", fmt.Sprint(st.Watch.Errors), "300", "1", "GreaterThanOrEqualToThreshold", "notBreaching"},
			{"throttles-invite", fmt.Sprint(st.Watch.Throttles), "300", "1", "GreaterThanOrEqualToThreshold", "notBreaching"},
			{"age-uploads", fmt.Sprint(60 * st.Watch.OldestMinutes), "300", "1", "GreaterThanOrEqualToThreshold", "notBreaching"},
			{"nightly-missed", "1", "3600", fmt.Sprint(st.Watch.NightlyHours), "LessThanThreshold", "breaching"},
			{"bounces", "0.05", "3600", "1", "GreaterThanOrEqualToThreshold", "notBreaching"},
			{"complaints", "0.001", "3600", "1", "GreaterThanOrEqualToThreshold", "notBreaching"},
		} {
			p := alarmNamed(t, st.Name, want.alarm).Properties
			got := []string{at(p, "Threshold"), at(p, "Period"), at(p, "EvaluationPeriods"), at(p, "ComparisonOperator"), at(p, "TreatMissingData")}
			if !slices.Equal(got, []string{want.threshold, want.period, want.periods, want.compares, want.silence}) {
				t.Errorf("%s: alarm %s is %v, want %v", st.Name, want.alarm, got, want)
			}
		}
	}
	read(t, "prod").each("AWS::CloudWatch::Alarm", func(id string, r *resource) {
		// CloudWatch looks back a day, and seven days in periods of an hour or more.
		period, err1 := strconv.Atoi(at(r.Properties, "Period"))
		periods, err2 := strconv.Atoi(at(r.Properties, "EvaluationPeriods"))
		most := 24 * 60 * 60
		if period >= 3600 {
			most *= 7
		}
		if err1 != nil || err2 != nil || period*periods > most {
			t.Errorf("%s looks back %d × %d s", id, periods, period)
		}
	})
}

// The dashboard draws every function and every queue by the name it really has.
func TestTheDashboardDrawsWhatThereIs(t *testing.T) {
	tpl := read(t, "prod")
	body := at(tpl.one(t, "AWS::CloudWatch::Dashboard", "DashboardName", "cssa-prod-overview").Properties, "DashboardBody")
	if !json.Valid([]byte(body)) {
		t.Fatalf("not JSON: %s", body)
	}
	for _, kind := range []struct{ kind, name string }{{"AWS::Lambda::Function", "FunctionName"}, {"AWS::SQS::Queue", "QueueName"}} {
		tpl.each(kind.kind, func(id string, r *resource) {
			if !strings.Contains(body, strconv.Quote(at(r.Properties, kind.name))) {
				t.Errorf("%s is not drawn", id)
			}
		})
	}
}

// What is read or written where answers lie is recorded, whoever did it; and who asked Athena, which is a management event.
func TestWhoReadAnswersIsRecorded(t *testing.T) {
	for _, st := range stages() {
		tpl := read(t, st.Name)
		trail := tpl.one(t, "AWS::CloudTrail::Trail", "TrailName", "cssa-"+st.Name+"-answers")
		recorded, management := map[string]bool{}, false
		for _, sel := range many(trail.Properties["AdvancedEventSelectors"]) {
			sel, _ := sel.(map[string]any)
			management = management || strings.Contains(text(sel), "Equals=Management")
			for _, id := range targets(sel) {
				recorded[plain(id)] = true
			}
			if strings.Contains(text(sel), "readOnly") {
				t.Errorf("%s: reads or writes are left out: %s", st.Name, text(sel))
			}
		}
		for _, id := range []string{"Inbox", "Archive", "RestrictedLake", "Ledger"} {
			if !recorded[id] {
				t.Errorf("%s: who reads %s is not recorded", st.Name, id)
			}
		}
		if !management {
			t.Errorf("%s: who asks Athena is not recorded", st.Name)
		}
		for _, on := range []string{"IsLogging", "EnableLogFileValidation"} {
			if at(trail.Properties, on) != "true" {
				t.Errorf("%s: the trail's %s is %q", st.Name, on, at(trail.Properties, on))
			}
		}
		if at(trail.Properties, "KMSKeyId") == "" {
			t.Errorf("%s: the trail is not encrypted with a key of ours", st.Name)
		}
	}
}

// What cannot be made again is copied every night to a vault that gives no copy up before its time.
func TestTheLedgerAndTheArchiveAreBackedUp(t *testing.T) {
	tpl := read(t, "prod")
	selection := tpl.one(t, "AWS::Backup::BackupSelection", "", "")
	var copied []string
	for _, id := range targets(selection.Properties["BackupSelection"].(map[string]any)["Resources"]) {
		copied = append(copied, plain(id))
	}
	if !slices.Equal(copied, []string{"Ledger", "Archive"}) {
		t.Errorf("copied are %v", copied)
	}
	vault := tpl.one(t, "AWS::Backup::BackupVault", "BackupVaultName", "cssa-prod-vault")
	if got := at(vault.Properties, "LockConfiguration"); got != "{MaxRetentionDays=35 MinRetentionDays=7}" {
		t.Errorf("the vault's lock is %s", got)
	}
	if vault.DeletionPolicy != "Retain" || vault.UpdateReplacePolicy != "Retain" {
		t.Errorf("the vault goes with the stack: %s, %s", vault.DeletionPolicy, vault.UpdateReplacePolicy)
	}
	plan := tpl.one(t, "AWS::Backup::BackupPlan", "", "")
	if got := at(plan.Properties, "BackupPlan", "BackupPlanRule", 0, "Lifecycle", "DeleteAfterDays"); got != "35" {
		t.Errorf("copies are kept %s days", got)
	}
	read(t, "dev").each("AWS::Backup::BackupPlan", func(id string, _ *resource) { t.Errorf("dev has %s, and BackupDays 0", id) })
}

// Nothing is logged for ever, and the budget warns before and after.
func TestLogsEndAndTheBudgetWarns(t *testing.T) {
	for _, st := range stages() {
		tpl := read(t, st.Name)
		tpl.each("AWS::Logs::LogGroup", func(id string, r *resource) {
			if got := at(r.Properties, "RetentionInDays"); got != fmt.Sprint(st.LogDays) {
				t.Errorf("%s: %s is kept %q days", st.Name, id, got)
			}
		})
		budget := tpl.one(t, "AWS::Budgets::Budget", "", "")
		if got := at(budget.Properties, "Budget", "BudgetLimit"); got != fmt.Sprintf("{Amount=%v Unit=USD}", st.BudgetUSD) {
			t.Errorf("%s: the budget is %s", st.Name, got)
		}
		var kinds []string
		for _, n := range many(budget.Properties["NotificationsWithSubscribers"]) {
			n, _ := n.(map[string]any)
			if at(n, "Subscribers", 0, "Address") == st.AlarmEmail {
				kinds = append(kinds, at(n, "Notification", "NotificationType"))
			}
		}
		if !slices.Equal(kinds, []string{"ACTUAL", "FORECASTED"}) {
			t.Errorf("%s: the budget warns of %v", st.Name, kinds)
		}
	}
}
