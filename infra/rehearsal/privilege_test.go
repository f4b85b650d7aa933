//go:build conformance

package rehearsal

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cssa/infra/rehearsal/iam"
	"cssa/infra/rehearsal/template"
)

var update = flag.Bool("update", false, "write the privilege table of the template")

const privileges = "testdata/privileges.txt"

// privilegesOf is the table of the real template, after a change of its text.
func privilegesOf(t *testing.T, from, to string) ([]string, error) {
	t.Helper()
	files := map[string][]byte{}
	paths, err := filepath.Glob(filepath.Join(assembly, "*.template.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no template in %s (%v): run make rehearse", assembly, err)
	}
	changed := from == ""
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		check(t, err)
		changed = changed || bytes.Contains(raw, []byte(from))
		if from != "" {
			raw = bytes.Replace(raw, []byte(from), []byte(to), 1)
		}
		files[strings.TrimSuffix(filepath.Base(p), ".template.json")] = raw
	}
	if !changed {
		t.Fatalf("the template has no %s", from)
	}
	app, err := template.Read(files)
	check(t, err)
	p, err := iam.FromTemplate(app)
	check(t, err)
	all, err := app.Resources()
	check(t, err)
	u, err := iam.Actions()
	check(t, err)
	table, err := p.Table(u, all)
	var lines []string
	for _, pr := range table {
		lines = append(lines, pr.String())
	}
	return lines, err
}

// What the roles of the template may do is exactly what the committed table says. It is rewritten with -update and read in
// review: a line more is a right more.
func TestPrivilegesAreThoseOfTheTable(t *testing.T) {
	rehearses(t, "the roles may do what the committed table says, and nothing else")
	got, err := privilegesOf(t, "", "")
	check(t, err)
	if *update {
		check(t, os.WriteFile(privileges, []byte(strings.Join(got, "\n")+"\n"), 0o600))
	}
	raw, err := os.ReadFile(privileges)
	check(t, err)
	want := strings.Split(strings.TrimSpace(string(raw)), "\n")
	for _, more := range minus(got, want) {
		t.Errorf("allowed, and not in the table: %s", more)
	}
	for _, less := range minus(want, got) {
		t.Errorf("in the table, and not allowed: %s", less)
	}
	tell(t, "rights: %d lines of role, action and resource, exactly those of infra/rehearsal/testdata/privileges.txt", len(got))
}

// One action more in the template turns the table's test red, also one that no service has.
func TestOneActionMoreIsSeen(t *testing.T) {
	rehearses(t, "one action more than the table's is seen")
	before, err := privilegesOf(t, "", "")
	check(t, err)
	for _, change := range [][2]string{
		{`"ses:SendRawEmail"`, `"ses:SendRawEmail","ses:SendBounce"`},
		{`"dynamodb:PutItem"`, `["dynamodb:PutItem","dynamodb:DeleteItem"]`},
		{`"sqs:ReceiveMessage"`, `"sqs:ReceiveMessage","sqs:PurgeQueue"`},
		{`"glue:BatchCreatePartition"`, `"glue:*"`},
	} {
		after, err := privilegesOf(t, change[0], change[1])
		if err != nil || slices.Equal(before, after) {
			t.Errorf("%s in place of %s is not seen (%v)", change[1], change[0], err)
		}
	}
	if _, err := privilegesOf(t, `"ses:SendRawEmail"`, `"ses:SendRawMails"`); err == nil {
		t.Error("an action of no service is not seen")
	}
}
