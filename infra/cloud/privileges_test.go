package cloud

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// privileges writes what every role may do, one action on one resource a line, and every statement that a role has by any
// other way: a policy apart from it, or a managed one.
func privileges(tpl *template) string {
	var lines []string
	tpl.each("AWS::IAM::Role", func(id string, r *resource) {
		for _, p := range many(r.Properties["Policies"]) {
			p, _ := p.(map[string]any)
			document, _ := p["PolicyDocument"].(map[string]any)
			for _, st := range many(document["Statement"]) {
				st, _ := st.(map[string]any)
				for _, action := range many(st["Action"]) {
					for _, on := range many(st["Resource"]) {
						lines = append(lines, strings.TrimRight(fmt.Sprintf("%-15s %-6s %-32s %s  %s",
							plain(id), text(st["Effect"]), text(action), text(on), text(st["Condition"])), " "))
					}
				}
			}
		}
		for _, managed := range many(r.Properties["ManagedPolicyArns"]) {
			if managed != nil {
				lines = append(lines, plain(id)+" MANAGED "+text(managed))
			}
		}
	})
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"} {
		tpl.each(kind, func(id string, r *resource) { lines = append(lines, "APART "+id+" "+text(r.Properties)) })
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

func TestWhatEveryRoleMayDo(t *testing.T) {
	for _, st := range stages() {
		golden(t, st.Name+"-privileges.txt", privileges(read(t, st.Name)))
	}
}

// One action more, on any role and by any way, is seen.
func TestAnActionTooManyIsSeen(t *testing.T) {
	before := privileges(read(t, "prod"))
	for what, spoil := range map[string]func(*template){
		"an action more in a statement": func(tpl *template) {
			st := statements(tpl, t, "feedback")[2].(map[string]any)
			st["Action"] = append(many(st["Action"]), "dynamodb:DeleteItem")
		},
		"a resource more in a statement": func(tpl *template) {
			st := statements(tpl, t, "release")[2].(map[string]any)
			st["Resource"] = append(many(st["Resource"]), "*")
		},
		"a condition dropped": func(tpl *template) {
			delete(statements(tpl, t, "intake")[2].(map[string]any), "Condition")
		},
		"a managed policy": func(tpl *template) {
			role(tpl, t, "dispatch").Properties["ManagedPolicyArns"] = []any{"arn:aws:iam::aws:policy/AmazonSESFullAccess"}
		},
		"a policy apart": func(tpl *template) {
			tpl.Resources["More"] = &resource{Type: "AWS::IAM::Policy", Properties: map[string]any{"Roles": []any{"x"}}}
		},
	} {
		tpl := read(t, "prod")
		spoil(tpl)
		if privileges(tpl) == before {
			t.Errorf("%s: nobody saw it", what)
		}
	}
}

// No statement names an action by a pattern, and none is for everything.
func TestNoStatementIsWide(t *testing.T) {
	// Actions that know no resource (Service Authorization Reference).
	ofNothing := []string{"xray:PutTelemetryRecords", "xray:PutTraceSegments",
		"cloudwatch:GetMetricData", "events:ListRules", "s3:ListAllMyBuckets"} // the last three are AWS Backup's, for S3
	for _, st := range stages() {
		for _, line := range strings.Split(strings.TrimSpace(privileges(read(t, st.Name))), "\n") {
			f := strings.Fields(line)
			role, effect, action, on := f[0], f[1], f[2], f[3]
			if effect != "Allow" || strings.Contains(action, "*") {
				t.Errorf("%s: %s", st.Name, line)
			}
			if on == "*" && !slices.Contains(ofNothing, action) {
				t.Errorf("%s: %s may %s on everything", st.Name, role, action)
			}
		}
	}
}

// Contacts are personal data: dispatch, which writes to them, and the operator, who imports and erases them, are all that
// can read or write them. Every way to the ledger names the kinds of items it is for; only the backup takes the table whole.
func TestWhoCanReachContacts(t *testing.T) {
	want := []string{"DispatchRole dynamodb:Query", "OperatorRole dynamodb:BatchWriteItem", "OperatorRole dynamodb:Query"}
	leading := regexp.MustCompile(`dynamodb:LeadingKeys=\[?([^\]}]+)`)
	for _, st := range stages() {
		var got []string
		for _, line := range strings.Split(privileges(read(t, st.Name)), "\n") {
			f := strings.Fields(line)
			if len(f) < 4 || !strings.HasPrefix(f[2], "dynamodb:") {
				continue
			}
			kinds := leading.FindStringSubmatch(line)
			switch {
			case kinds == nil && f[0] != "BackupRole":
				t.Errorf("%s: whatever the item: %s", st.Name, line)
			case kinds != nil && slices.ContainsFunc(strings.Fields(kinds[1]), func(k string) bool { return reaches(k, "contact") }):
				got = append(got, f[0]+" "+f[2])
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: contacts are reached by %v, want %v", st.Name, got, want)
		}
	}
}

// reaches says whether a pattern of IAM, whose only wildcard here is a star at its end, matches a name.
func reaches(pattern, name string) bool {
	start, open := strings.CutSuffix(pattern, "*")
	return pattern == name || open && strings.HasPrefix(name, start)
}

func role(tpl *template, t *testing.T, function string) *resource {
	t.Helper()
	var found *resource
	tpl.each("AWS::IAM::Role", func(id string, r *resource) {
		if plain(id) == title(function)+"Role" {
			found = r
		}
	})
	if found == nil {
		t.Fatalf("no role of %s", function)
	}
	return found
}

func statements(tpl *template, t *testing.T, function string) []any {
	t.Helper()
	policy := role(tpl, t, function).Properties["Policies"].([]any)[0].(map[string]any)
	return policy["PolicyDocument"].(map[string]any)["Statement"].([]any)
}
