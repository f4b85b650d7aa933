package main

import (
	"flag"
	"math"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the README's table")

const (
	readme     = "../../README.md"
	begins     = "<!-- cost table: written by go test ./infra/cost -update -->\n"
	ends       = "<!-- end of cost table -->"
	ofTemplate = "../../infra/cloud/testdata/prod.template.json"
)

func TestTheReadmeHoldsTheTable(t *testing.T) {
	table, err := compute(ofTemplate)
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(body), begins)
	held, after, closed := strings.Cut(rest, ends)
	if !ok || !closed {
		t.Fatal("the README has no place for the table of costs")
	}
	if *update {
		if err := os.WriteFile(readme, []byte(before+begins+"\n"+table+"\n"+ends+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if strings.TrimSpace(held) != strings.TrimSpace(table) {
		t.Errorf("the README's table of costs is not the computed one; -update rewrites it:\n%s", table)
	}
}

func prod(t *testing.T) (resources, map[string]price) {
	t.Helper()
	body, err := os.ReadFile(ofTemplate)
	if err != nil {
		t.Fatal(err)
	}
	r, err := readResources(body)
	if err != nil {
		t.Fatal(err)
	}
	prices, err := readPrices(pricesFile)
	if err != nil {
		t.Fatal(err)
	}
	return r, prices
}

// sums returns the USD of every line and of all together.
func sums(t *testing.T, r resources, prices map[string]price, firms float64) (idle, round map[string]float64, allIdle, allRound float64) {
	t.Helper()
	idle, round = map[string]float64{}, map[string]float64{}
	for _, l := range lines(r, firms) {
		a, b, err := l.cost(prices)
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := idle[l.what]; twice {
			t.Errorf("%s is counted twice", l.what)
		}
		idle[l.what], round[l.what] = a, b
		allIdle, allRound = allIdle+a, allRound+b
	}
	return idle, round, allIdle, allRound
}

func near(a, b float64) bool { return math.Abs(a-b) <= 0.0005+0.001*math.Abs(b) }

// Sums made by hand, with a pocket calculator, from the price file and what is said in model.go.
func TestSumsMadeByHand(t *testing.T) {
	r, prices := prod(t)
	idle, round, _, _ := sums(t, r, prices, 272)
	for _, c := range []struct {
		what        string
		idle, round float64
	}{
		{"KMS keys", 2 * 1.00, 0},
		{"Alarms", (24 - 10) * 0.10, 0},
		{"Dashboard", 0, 0}, // one of three free
		// 4 queues × 5 pollers × 131,400 times in 730 hours are 2,628,000, of which a million are free.
		{"Queues: Lambda asks them all the time", 1_628_000 * 0.0000004, (408 + 2448 + 1) * 3 * 0.0000004},
		{"Letters", 0, 1224 * 0.0001},                                        // 272 × 4.5
		{"Letters' attachments", 0, 0.272 * 0.12},                            // a megabyte a firm
		{"Safeguard: malware scan, files", 0, 408 * 0.00029},                 // 272 × 1.5
		{"Safeguard: malware scan, bytes", 0, 408 * 0.000466 * 0.12},         // of 466 KB
		{"Analysts' queries", 0, 5 * 0.005},                                  // 500 of 10 MB are 5 GB
		{"Officers who log in", 0, 0},                                        // 544 user-months of 20,000 free ones
		{"Safeguard: nightly copies of the ledger", 0.01768 * 35 * 0.114, 0}, // 272 × (20 × 2.5 + 15) KB, 35 nights
		{"Safeguard: ledger back to any second", 0.01768 * 0.228, 0},
		{"Ledger written", 60 * 0.000000715, (408*41 + 1224*2 + 272*5 + 60*2) * 0.000000715},
	} {
		if _, there := idle[c.what]; !there || !near(idle[c.what], c.idle) || !near(round[c.what], c.round) {
			t.Errorf("%s: idle %.5f and round %.5f, by hand %.5f and %.5f", c.what, idle[c.what], round[c.what], c.idle, c.round)
		}
	}
	if _, round, _, _ := sums(t, r, prices, 100_000); !near(round["Officers who log in"], (200_000-20_000)*0.015) {
		t.Errorf("100,000 officers in two months, 10,000 free in each: %.2f", round["Officers who log in"])
	}
}

// The aim: idle under 5 USD a month, a round of 272 firms under 1 USD above; what breaks it is one safeguard with a setting.
func TestTheAim(t *testing.T) {
	r, prices := prod(t)
	_, _, idle, round := sums(t, r, prices, 272)
	if idle >= 5 || round >= 1 {
		t.Errorf("272 firms: idle %.2f, round %.2f above it; the aim is under 5 and under 1", idle, round)
	}
	if l := rotation(r); l.setting != "RotateKeys" || l.idle != 4 {
		t.Errorf("the rotation of two keys, twice, costs as much as four: %+v", l)
	}
}

// Each safeguard that is dropped takes its lines along, and each names the setting that drops it.
func TestDroppedSafeguardsCostNothing(t *testing.T) {
	r, prices := prod(t)
	with, _, _, _ := sums(t, r, prices, 272)
	r.scan, r.trail, r.pitr, r.backupDays, r.rotated = false, false, false, 0, 0
	without, _, _, _ := sums(t, r, prices, 272)
	safeguards := 0
	for what := range with {
		if strings.HasPrefix(what, "Safeguard") {
			safeguards++
			if _, still := without[what]; still {
				t.Errorf("%s stays", what)
			}
		}
	}
	if safeguards != 6 || rotation(r).idle != 0 {
		t.Errorf("%d safeguards, want 6; rotation %v", safeguards, rotation(r).idle)
	}
	full, _ := prod(t)
	stage, err := os.ReadFile("../cloud/stage.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range append(lines(full, 272), rotation(full)) {
		if strings.HasPrefix(l.what, "Safeguard") && l.setting == "" {
			t.Errorf("%s: no setting drops it", l.what)
		}
		if l.setting != "" && !strings.Contains(string(stage), "\t"+l.setting) {
			t.Errorf("%s: a stage has no setting %s", l.what, l.setting)
		}
	}
}

// The template is counted, not believed: one key, one alarm or one queue more is seen.
func TestTheTemplateIsCounted(t *testing.T) {
	r, err := readResources([]byte(`{"Resources":{
		"K":{"Type":"AWS::KMS::Key","Properties":{"EnableKeyRotation":true}},"L":{"Type":"AWS::KMS::Key"},
		"A":{"Type":"AWS::CloudWatch::Alarm"},"D":{"Type":"AWS::CloudWatch::Dashboard","Properties":{"DashboardBody":"[[\"AWS/SQS\",\"x\"],[\"CSSA\",\"y\"]]"}},
		"Q":{"Type":"AWS::Lambda::EventSourceMapping"},"M":{"Type":"AWS::Cognito::UserPoolClient","Properties":{"GenerateSecret":true}},
		"N":{"Type":"AWS::Cognito::UserPoolClient","Properties":{"GenerateSecret":false}},"S":{"Type":"AWS::Scheduler::Schedule"},
		"F":{"Type":"AWS::Lambda::Function","Properties":{"FunctionName":"cssa-dev-intake","MemorySize":512}},
		"B":{"Type":"AWS::Backup::BackupPlan","Properties":{"BackupPlan":{"BackupPlanRule":[{"Lifecycle":{"DeleteAfterDays":35}}]}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.keys != 2 || r.rotated != 1 || r.alarms != 1 || r.dashboards != 1 || r.dashboardMetrics != 2 || r.polls != 1 || r.machines != 1 ||
		r.runs != 1 || r.memory["intake"] != 0.5 || r.backupDays != 35 || r.trail || r.scan || r.pitr {
		t.Errorf("%+v", r)
	}
	if _, err := readResources([]byte(`{"Resources":{}}`)); err == nil {
		t.Error("an empty template costs something")
	}
	prod, _ := prod(t)
	if prod.dashboardMetrics > 50 {
		t.Errorf("the dashboard draws %d metrics: only 50 are free", prod.dashboardMetrics)
	}
}

func TestAPriceSaysWhereItIsFrom(t *testing.T) {
	const head = "item,unit,usd,free,region,source,date\n"
	for name, file := range map[string]string{
		"no source":  "a,b,1,0,r,,d\n",
		"no date":    "a,b,1,0,r,s,\n",
		"no number":  "a,b,one,0,r,s,d\n",
		"no price":   "a,b,0,0,r,s,d\n",
		"twice":      "a,b,1,0,r,s,d\na,b,2,0,r,s,d\n",
		"half a row": "a,b,1\n",
	} {
		if _, err := readPrices(head + file); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	prices, err := readPrices(pricesFile)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := prod(t)
	used := map[string]bool{"kms-rotation": true, "cognito-machine": true}
	for _, l := range lines(r, 272) {
		used[l.item] = true
	}
	for item := range prices {
		if !used[item] {
			t.Errorf("nothing costs the price of %s", item)
		}
	}
}
