package cloud

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cssa/shared/lake/athena"
)

// Glue in the template is what the row types say: every table and view of both doors, each in its own database over its own
// bucket, column by column. That Definitions is what the files hold is tested where it is made.
func TestTheTablesAreThoseOfTheLake(t *testing.T) {
	for _, st := range stages() {
		tpl := read(t, st.Name)
		have := map[string]string{}
		tpl.each("AWS::Glue::Table", func(_ string, r *resource) {
			in := r.Properties["TableInput"]
			key := at(r.Properties, "DatabaseName") + "." + at(in, "Name")
			have[key] = at(in, "TableType") + " " + at(in, "StorageDescriptor", "Location") + " " + columnsIn(in, "StorageDescriptor", "Columns") +
				" by " + columnsIn(in, "PartitionKeys") + " " + at(in, "ViewOriginalText")
		})
		want := 0
		for _, d := range []athena.Door{
			{Database: st.RestrictedDatabase(), Bucket: "${RestrictedLake}"}, {Database: st.OpenDatabase(), Bucket: "${OpenLake}", Open: true},
		} {
			tables, err := athena.Definitions(d)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range tables {
				want++
				kind := "EXTERNAL_TABLE"
				if w.View != "" {
					kind = "VIRTUAL_VIEW"
				}
				expect := kind + " " + w.Location + " " + words(w.Columns) + " by " + words(w.Partitions) + " " + w.View
				if got := have[d.Database+"."+w.Name]; got != expect {
					t.Errorf("%s: %s.%s\n  is   %s\n  want %s", st.Name, d.Database, w.Name, got, expect)
				}
			}
		}
		if len(have) != want {
			t.Errorf("%s: %d tables and views, want %d", st.Name, len(have), want)
		}
	}
}

func columnsIn(v any, path ...any) string {
	for _, step := range path {
		m, _ := v.(map[string]any)
		v = m[step.(string)]
	}
	l, _ := v.([]any)
	var all []string
	for _, c := range l {
		all = append(all, at(c, "Name")+":"+at(c, "Type"))
	}
	return strings.Join(all, ",")
}

func words(columns []athena.Column) string {
	var all []string
	for _, c := range columns {
		all = append(all, c.Name+":"+c.Type)
	}
	return strings.Join(all, ",")
}

// Each door has its own workgroup, bucket and key, and nobody can ask for other settings.
func TestTheTwoDoorsAreApart(t *testing.T) {
	for _, st := range stages() {
		tpl := read(t, st.Name)
		for _, d := range []struct{ name, bucket, key string }{
			{"restricted", "${RestrictedLake}", "${AnswersKey.Arn}"}, {"open", "${OpenLake}", "${ServiceKey.Arn}"},
		} {
			group := tpl.one(t, "AWS::Athena::WorkGroup", "Name", "cssa-"+st.Name+"-"+d.name)
			c := group.Properties["WorkGroupConfiguration"]
			for _, want := range []struct {
				what, is string
				path     []any
			}{
				{"enforced", "true", []any{"EnforceWorkGroupConfiguration"}},
				{"measured", "true", []any{"PublishCloudWatchMetricsEnabled"}},
				{"limited", fmt.Sprint(st.ScanLimitMB * 1_000_000), []any{"BytesScannedCutoffPerQuery"}},
				{"encrypted", "SSE_KMS", []any{"ResultConfiguration", "EncryptionConfiguration", "EncryptionOption"}},
				{"with its own key", d.key, []any{"ResultConfiguration", "EncryptionConfiguration", "KmsKey"}},
				{"in its own bucket", "s3://" + d.bucket + "/athena/", []any{"ResultConfiguration", "OutputLocation"}},
			} {
				got := at(c, want.path...)
				if strings.Contains(got, "e+") {
					var f float64
					fmt.Sscan(got, &f)
					got = fmt.Sprint(int(f))
				}
				if got != want.is {
					t.Errorf("%s, %s: %s: %q, want %q", st.Name, d.name, want.what, got, want.is)
				}
			}
			if rules := at(theBucket(tpl, d.bucket).Properties, "LifecycleConfiguration"); !strings.Contains(rules, "{ExpirationInDays=30 NoncurrentVersionExpiration={NoncurrentDays=1} Prefix=athena/ Status=Enabled}") {
				t.Errorf("%s, %s: answers to queries are kept for ever", st.Name, d.name)
			}
		}
		open, restricted := 0, 0
		tpl.each("AWS::Athena::NamedQuery", func(id string, r *resource) {
			switch at(r.Properties, "WorkGroup") + " " + at(r.Properties, "Database") {
			case "cssa-" + st.Name + "-open " + st.OpenDatabase():
				open++
			case "cssa-" + st.Name + "-restricted " + st.RestrictedDatabase():
				restricted++
			default:
				t.Errorf("%s: query %s stands between the doors", st.Name, id)
			}
		})
		if open != 17 || restricted != 5 {
			t.Errorf("%s: %d and %d named queries, want 16 figures and a rate before the open door and 5 before the other", st.Name, open, restricted)
		}
	}
}

func theBucket(tpl *template, ref string) *resource {
	var found *resource
	tpl.each("AWS::S3::Bucket", func(id string, r *resource) {
		if "${"+plain(id)+"}" == ref {
			found = r
		}
	})
	return found
}

// jobs are the people's roles.
var jobs = []string{"supervisor", "releaser", "analyst", "operator"}

// A role is taken by a person with a second factor, under their own name, whose tag names the job: nobody has two.
func TestAPersonHasOneJob(t *testing.T) {
	tpl := read(t, "prod")
	for _, job := range jobs {
		trust := many(role(tpl, t, job).Properties["AssumeRolePolicyDocument"].(map[string]any)["Statement"])
		want := "{Bool={aws:MultiFactorAuthPresent=true} StringEquals={aws:PrincipalTag/cssa-prod=" + job + " sts:RoleSessionName=${aws:username}}}"
		if len(trust) != 1 || at(trust[0], "Condition") != want {
			t.Errorf("%s: is taken by %s", job, text(trust))
		}
	}
}

// What each job may do, in a few words each, and what it may not.
func TestJobsAreApart(t *testing.T) {
	tpl := read(t, "prod")
	may := map[string][]string{}
	for _, line := range strings.Split(privileges(tpl), "\n") {
		f := strings.Fields(line)
		for _, job := range jobs {
			if len(f) > 3 && f[0] == title(job)+"Role" {
				may[job] = append(may[job], f[2]+" "+f[3])
			}
		}
	}
	has := func(job, action, on string) bool {
		return slices.ContainsFunc(may[job], func(p string) bool { return strings.HasPrefix(p, action) && strings.Contains(p, on) })
	}
	for _, c := range []struct {
		what, action, on string
		who              []string
	}{
		{"asks behind the restricted door", "athena:StartQueryExecution", "/cssa-prod-restricted", []string{"supervisor"}},
		{"asks behind the open door", "athena:StartQueryExecution", "/cssa-prod-open", []string{"analyst"}},
		{"does anything in the open workgroup", "athena:", "/cssa-prod-open", []string{"analyst"}},
		{"reads the restricted lake", "s3:GetObject", "RestrictedLake", []string{"supervisor"}},
		{"reads the open lake", "s3:GetObject", "OpenLake", []string{"supervisor", "analyst"}},
		{"leaves answers where analysts read", "s3:PutObject", "OpenLake", []string{"analyst"}},
		{"proposes a release", "execute-api:Invoke", "release/propose", []string{"supervisor"}},
		{"approves a release", "execute-api:Invoke", "release/approve", []string{"releaser"}},
		{"counts", "lambda:InvokeFunction", "Aggregate", []string{"operator"}},
		{"invokes anything", "lambda:InvokeFunction", "", []string{"operator"}},
		{"writes the ledger", "dynamodb:PutItem", "", []string{"operator"}},
		{"writes the lake's tables", "s3:PutObject", "Lake.Arn}/*", nil},
		{"deletes an object", "s3:DeleteObject", "", nil},
		{"takes another role", "sts:AssumeRole", "", nil},
	} {
		var who []string
		for _, job := range jobs {
			if has(job, c.action, c.on) {
				who = append(who, job)
			}
		}
		if !slices.Equal(who, c.who) {
			t.Errorf("%s: %v, want %v", c.what, who, c.who)
		}
	}
}
