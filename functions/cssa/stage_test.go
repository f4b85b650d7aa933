package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A said is what a verb printed, and its exit code.
type said struct {
	out, err string
	code     int
}

// giveFolder has the verb done by a process of its own: an object store takes a process for itself.
func giveFolder(t *testing.T, dir string, args ...string) said {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program(t, "cssa"), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
	cmd.Env = append(os.Environ(), "LANG=C", "CSSA_DATA=", "CSSA_STAGE=")
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return said{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// give has the verb done in this process.
func give(t *testing.T, dir string, args ...string) said {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(context.WithoutCancel(t.Context()), environment{
		out: &out, err: &errs, dir: dir, now: time.Now, lookup: func(string) (string, bool) { return "", false },
	}, args)
	return said{out.String(), errs.String(), code}
}

// plain brings what a folder and a stage say into one form: what must differ (where things lie, how a person is named, when
// it was) is replaced by words.
func plain(text, data string) string {
	text = strings.ReplaceAll(text, "cssa --stage test ", "cssa ")
	for _, pair := range [][2]string{
		{"being mailed; what became of one: cssa show FIRM.", "LETTERS"},
		{"in " + filepath.Join(data, "outbox") + ". Nothing was sent.", "LETTERS"},
		{" in " + filepath.Join(data, "outbox") + "   refused", " sent   refused"},
		{filepath.Join(data, "s3/buckets/lake-restricted"), "RESTRICTED"}, {"s3://cssa-test-restricted", "RESTRICTED"},
		{filepath.Join(data, "s3/buckets/lake-open"), "OPEN"}, {"s3://cssa-test-open", "OPEN"},
		{filepath.Join(data, "s3/buckets/archive"), "ARCHIVE"}, {"s3://cssa-test-archive", "ARCHIVE"},
		{"handed over to be mailed", "HANDED"}, {"written to a folder, nothing was sent", "HANDED"},
		{" --by NAME", ""}, {"handed over\n", "\n"}, {"arn:aws:iam::111122223333:user/", ""},
	} {
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	for _, pair := range [][2]string{{`\d{8}T\d{6}Z`, "RUN"}, {`\d{4}-\d\d-\d\d \d\d:\d\d`, "TIME"}, {` +\d+\.\d s `, " SECONDS "}} {
		text = regexp.MustCompile(pair[0]).ReplaceAllString(text, pair[1])
	}
	return text
}

// The same verbs on a folder and on a stage say the same, but where things lie and who a person is.
func TestTheSameVerbsOnAFolderAndOnAStage(t *testing.T) {
	dir := t.TempDir()
	if s := give(t, dir, "synthesise", "--out", "synthetic", "--firms", "30", "--seed", "5", "--stories", "30"); s.code != 0 {
		t.Fatal(s.err)
	}
	p := playStage(t)
	sato := os.Getenv("AWS_ACCESS_KEY_ID")
	days := func(n int) string { return time.Now().AddDate(0, 0, n).Format("2006-01-02T15:04") }
	book := func(name string) string { return "synthetic/workbooks/" + name + ".xlsx" }
	var everything strings.Builder
	for _, step := range []struct {
		args []string
		by   string // who releases
		code int
		why  string // what the stage's refusal says
	}{
		{args: []string{"status"}, code: exitSomeFailed},
		{args: []string{"firms", "import", "synthetic/register/firms.csv", "synthetic/register/contacts.csv"}},
		{args: []string{"firms", "client", "3n4b5urk", "--firm", "S-0001"}},
		{args: []string{"firms", "client", "3n4b5urk", "--firm", "S-0003"}, code: exitSomeFailed, why: "another firm's"},
		{args: []string{"firms", "client", "3n4b5urk"}, code: exitUsage},
		{args: []string{"firms", "client", "3n4b5urk", "--withdraw"}},
		{args: []string{"edition", "open", "--deadline", days(5), "--closing", days(9)}},
		{args: []string{"template", "--firm", "S-0003", "--out", "blank.xlsx"}},
		{args: []string{"submit", "--firm", "S-0001", book("S-0001-1")}},
		{args: []string{"submit", "--firm", "S-0012", book("S-0012-1")}, code: exitSomeFailed},
		{args: []string{"submit", "--firm", "S-0012", book("S-0012-2")}},
		{args: []string{"submit", "--firm", "S-9999", book("S-0012-2")}, code: exitSomeFailed},
		{args: []string{"receive", book("S-0003-1"), "--for", "S-0003", "--via", "mail"}},
		{args: []string{"receive", book("S-0003-1"), "--for", "S-0003", "--via", "mail"}},
		{args: []string{"receive", book("S-0003-1"), "--for", "S-0003", "--via", "mail", "--received", days(1)}, code: exitSomeFailed},
		{args: []string{"receive", book("S-0004-1"), "--for", "S-0004", "--via", "counter"}},
		{args: []string{"withdraw", "--firm", "S-0004"}},
		{args: []string{"remind", "--nth", "1"}},
		{args: []string{"tab", "1-2"}, code: exitSomeFailed, why: "nothing was aggregated yet"},
		{args: []string{"aggregate"}},
		{args: []string{"tab", "1-2", "--by", "size"}},
		{args: []string{"show", "S-0012"}},
		{args: []string{"show", "S-0003"}},
		{args: []string{"status"}},
		{args: []string{"edition", "freeze"}, code: exitSomeFailed, why: "the round still takes uploads"},
		{args: []string{"edition", "close"}},
		{args: []string{"edition", "freeze"}},
		{args: []string{"withdraw", "--firm", "S-0001"}, code: exitSomeFailed, why: "the round is frozen"},
		{args: []string{"release", "propose"}, by: "sato"},
		{args: []string{"release", "approve"}, by: "sato", code: exitSomeFailed, why: "user/sato proposed it and cannot approve it"},
		{args: []string{"release", "approve"}, by: "suzuki"},
		{args: []string{"show", "S-0001"}},
		{args: []string{"firms", "erase-contacts", "S-0001"}},
		{args: []string{"status"}},
	} {
		name := strings.Join(step.args, " ")
		on := step.args
		if step.by != "" {
			on = append(slices.Clone(on), "--by", step.by)
		}
		folder := giveFolder(t, dir, on...)
		if step.by == "suzuki" {
			p.as("AKIASUZUKI")
		}
		stage := give(t, dir, append([]string{"--stage", "test"}, step.args...)...)
		p.as(sato)
		p.settle()
		if folder.code != step.code || stage.code != step.code {
			t.Fatalf("%s: exit code %d in the folder, %d on the stage, want %d\n%s\n%s", name, folder.code, stage.code, step.code, folder.err, stage.err)
		}
		if !strings.Contains(stage.err, step.why) {
			t.Errorf("%s: %q, want %q", name, stage.err, step.why)
		}
		data := filepath.Join(dir, "cssa-data")
		if a, b := plain(folder.out, data), plain(stage.out, data); a != b {
			t.Errorf("%s says in the folder\n%s\non the stage\n%s", name, a, b)
		}
		everything.WriteString(stage.out + stage.err)
		t.Logf("cssa --stage test %s\n%s%s", name, stage.out, stage.err)
	}
	p.dead = map[string]int{"https://sqs/1/cssa-test-uploads-dead": 2, "https://sqs/1/cssa-test-letters-dead": 1}
	if s := give(t, dir, "--stage", "test", "status"); !strings.Contains(s.out, "FAIL  3 messages could not be handled") {
		t.Errorf("status with 3 dead letters:\n%s", s.out)
	}
	for id, secret := range p.people {
		if strings.Contains(everything.String(), secret) || strings.Contains(everything.String(), "X-Amz-Signature") {
			t.Errorf("a secret of %s was printed", id)
		}
	}
	letters := func(dir string) []string {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, regexp.MustCompile(`\d{8}T\d{6}Z`).ReplaceAllString(e.Name(), "RUN"))
		}
		return names
	}
	a, b := letters(filepath.Join(dir, "cssa-data", "outbox")), letters(filepath.Join(p.dir, "outbox"))
	if len(a) < 40 || !slices.Equal(a, b) {
		t.Errorf("letters of the folder\n%v\nof the stage\n%v", a, b)
	}
}

func TestWhatAStageRefusesAndAnswersItsOwnWay(t *testing.T) {
	p := playStage(t)
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--stage", "test", "serve"}, exitUsage, "a stage is kept up by AWS"},
		{[]string{"--stage", "test", "demo"}, exitUsage, "invented firms do not belong on a stage"},
		{[]string{"--stage", "test", "release", "propose", "--by", "Sato"}, exitUsage, "AWS says who you are"},
		{[]string{"--stage", "gone", "status"}, exitEnvironment, "is the stage gone deployed in this account and region?"},
		{[]string{"--stage", "test", "status"}, exitSomeFailed, "first: cssa --stage test firms import"},
		{[]string{"--stage", "test", "query", "--open", "select item, share from open_figures"}, exitDone, "item  share\n計画  77.2\nnone\n"},
		{[]string{"--stage", "test", "query", "--open", "--format", "csv", "select 1"}, exitDone, "item,share\n計画,77.2\nnone,\n"},
		{[]string{"--stage", "test", "query", "--open", "--json", "select 1"}, exitDone, `[{"item":"計画","share":"77.2"},{"item":"none","share":null}]`},
		{[]string{"--stage", "test", "query", "select 1"}, exitUsage, "a reason is asked: --why"},
		{[]string{"--stage", "test", "query", "--why", "check", "--by", "Sato", "select 1"}, exitUsage, "AWS says who you are"},
		{[]string{"--stage", "test", "query", "--why", "a\ncheck", "select 1"}, exitDone, "item  share"},
		{[]string{"--stage", "test", "access"}, exitUsage, "on a stage AWS keeps this"},
	} {
		got := give(t, dir, c.args...)
		if got.code != c.code || !strings.Contains(got.out+got.err, c.want) {
			t.Errorf("%v: exit code %d, want %d with %q\n%s%s", c.args, got.code, c.code, c.want, got.out, got.err)
		}
	}
	delete(p.outputs, "EventBus")
	delete(p.outputs, "ApiUrl")
	if got := give(t, dir, "--stage", "test", "status"); got.code != exitEnvironment || !strings.Contains(got.err, "EventBus, ApiUrl") {
		t.Errorf("exit code %d: %s", got.code, got.err)
	}
	if _, err := os.Stat(filepath.Join(dir, "cssa-data")); !os.IsNotExist(err) {
		t.Error("a verb of the stage made a folder here")
	}
}
