package cloud

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

// The rule packs and the CDK's own validator find nothing that is not accepted with a reason.
func TestNothingIsFoundThatNobodyAccepted(t *testing.T) {
	found, err := findings(synthesised(t), append(stages(), unscanned()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// A finding that nobody accepted is told, and nothing else that lies in the folder.
func TestAFindingIsTold(t *testing.T) {
	dir, st := t.TempDir(), stages()[0]
	for name, body := range map[string]string{
		stackName(st) + ".metadata.json": `{"/x/Inbox":[{"type":"aws:cdk:error","data":"the bucket is open"},{"type":"aws:cdk:logicalId","data":"Inbox"}]}`,
		"validation-report.json": `{"pluginReports":[{"violations":[{"ruleName":"W3030","description":"Maybe is no status",
			"violatingConstructs":[{"constructPath":"x/Archive"}]}]}]}`,
		"old.metadata.json": `{"/x/Old":[{"type":"aws:cdk:error","data":"of another day"}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := findings(dir, []Stage{st})
	if err != nil || !slices.Equal(found, []string{"/x/Inbox: the bucket is open", "x/Archive: W3030: Maybe is no status"}) {
		t.Errorf("%q, %v", found, err)
	}
	if _, err := findings(t.TempDir(), []Stage{st}); err == nil {
		t.Error("no templates, no error")
	}
}

// What was accepted is what was found, each with a reason that says something: an acceptance that outlived its finding
// would hide the next one.
func TestWhatIsAcceptedIsFound(t *testing.T) {
	accepted := map[string]bool{} // by rule and construct, whether it was found
	for _, st := range stages() {
		var tpl struct {
			Resources map[string]struct {
				Metadata struct {
					Nag struct {
						Rules []struct {
							ID     string `json:"id"`
							Reason string `json:"reason"`
						} `json:"rules_to_suppress"`
					} `json:"cdk_nag"`
				}
			}
		}
		var metadata map[string][]struct {
			Type string
			Data any
		}
		decode(t, stackName(st)+".template.json", &tpl)
		decode(t, stackName(st)+".metadata.json", &metadata)
		for path, entries := range metadata {
			for _, e := range entries {
				if e.Type != "aws:cdk:logicalId" {
					continue
				}
				for _, rule := range tpl.Resources[e.Data.(string)].Metadata.Nag.Rules {
					accepted[rule.ID+" "+strings.TrimPrefix(path, "/")] = false
					if len(rule.Reason) < 30 {
						t.Errorf("%s of %s: the reason is %q", rule.ID, path, rule.Reason)
					}
				}
			}
		}
	}
	reports, err := filepath.Glob(filepath.Join(synthesised(t), "*NagReport.csv"))
	if err != nil || len(reports) != 2*(len(stages())+1) {
		t.Fatalf("%d reports, %v", len(reports), err)
	}
	for _, report := range reports {
		file, err := os.Open(report)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		rows, err := csv.NewReader(file).ReadAll()
		if err != nil || len(rows) < 50 {
			t.Fatalf("%s: %d rows, %v", report, len(rows), err)
		}
		for _, row := range rows[1:] {
			if row[2] == "Suppressed" {
				accepted[row[0]+" "+row[1]] = true
			}
		}
	}
	if len(accepted) < 20 {
		t.Fatalf("%d acceptances read", len(accepted))
	}
	for _, what := range slices.Sorted(maps.Keys(accepted)) {
		if !accepted[what] {
			t.Errorf("accepted and not found: %s", what)
		}
	}
}

func decode(t *testing.T, name string, into any) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(synthesised(t), name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatal(err)
	}
}

// The CDK's own validator is on, and what it calls an error ends the synthesis.
func TestTheValidatorStopsATemplateThatCannotBe(t *testing.T) {
	context, err := projectContext()
	if err != nil {
		t.Fatal(err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: s(t.TempDir()), Context: &context, AnalyticsReporting: b(false)})
	bucket := awss3.NewBucket(awscdk.NewStack(app, s("spoilt"), nil), s("Bucket"), nil)
	bucket.Node().DefaultChild().(awss3.CfnBucket).AddPropertyOverride(s("Unheard"), s("of"))
	defer func() {
		if said := fmt.Sprint(recover()); !strings.Contains(said, "Validation failed") {
			t.Errorf("a property that S3 does not have: %s", said)
		}
	}()
	app.Synth(nil)
}
