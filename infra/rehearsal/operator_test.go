//go:build conformance

package rehearsal

import (
	"bytes"
	"context"
	"errors"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The jobs of the template, and who has them. Hanako has two, which her one tag forbids; the function forbids it as well.
var (
	operator   = person{"unyo-ichiro", "operator"}
	supervisor = person{"kaku-hanako", "supervisor"}
	releaser   = person{"kaku-taro", "releaser"}
	analyst    = person{"bunseki-jiro", "analyst"}
	hanakoToo  = person{"kaku-hanako", "releaser"}
	everybody  = []person{operator, supervisor, releaser, analyst}
)

// A verb of cssa, who may do it, and what it says then.
type verb struct {
	may  []person
	says string
	args []string
}

func of(p person, says string, args ...string) verb { return verb{[]person{p}, says, args} }

// verbs are those of a round by cssa --stage, in order.
func verbs() []verb {
	days := func(n int) string { return time.Now().AddDate(0, 0, n).Format("2006-01-02T15:04") }
	book := func(name string) string { return "synthetic/workbooks/" + name + ".xlsx" }
	return []verb{
		of(operator, "Imported 32 firms", "firms", "import", "synthetic/register/firms.csv", "synthetic/register/contacts.csv"),
		of(operator, "S-0001", "firms", "client", "3n4b5urk", "--firm", "S-0001"),
		of(operator, "30", "edition", "open", "--deadline", days(5), "--closing", days(9)),
		of(operator, "30", "edition", "open", "--deadline", days(5), "--closing", days(9)), // broken off and begun again
		of(operator, "blank.xlsx", "template", "--firm", "S-0003", "--out", "blank.xlsx"),
		of(operator, "curl", "ticket", book("S-0002-1"), "--firm", "S-0002"),
		of(operator, "S-0001", "submit", "--firm", "S-0001", book("S-0001-1")),
		of(operator, "S-0003", "receive", book("S-0003-1"), "--for", "S-0003", "--via", "mail"),
		of(operator, "S-0003", "receive", book("S-0003-1"), "--for", "S-0003", "--via", "mail"), // done twice by mistake
		of(operator, "S-0004", "receive", book("S-0004-1"), "--for", "S-0004", "--via", "counter"),
		of(operator, "S-0004", "withdraw", "--firm", "S-0004"),
		of(operator, "27", "remind", "--nth", "1"),
		of(operator, "2 of 30 firms", "aggregate"),
		of(operator, "S-0001", "show", "S-0001"),
		of(operator, "30", "status"),
		of(supervisor, "nothing is withheld", "tab", "1-2", "--by", "size"),
		of(supervisor, "n\n", "query", "--why", "a count", "select count(*) as n from answers"),
		of(operator, "closed", "edition", "close"),
		of(operator, "2 of 30 firms", "edition", "freeze"),
		of(supervisor, "kaku-hanako", "release", "propose"),
		of(releaser, "kaku-taro", "release", "approve"),
		of(analyst, "n\n", "query", "--open", "select count(*) as n from open_figures"),
		of(supervisor, "n\n", "query", "--why", "a count", "select count(*) as n from cssa_prod_open.open_figures"), // its answer lies behind the restricted door
		of(operator, "S-0001", "firms", "erase-contacts", "S-0001"),
		of(operator, "30", "status"),
	}
}

// Each verb of cssa --stage works with the role of the template that is meant for it, and is refused with every other, by the
// doors, which let through what the template allows, before anything was written. So a round is played from the register to
// the feedback, by the operator's own program.
func TestEachRoleDoesItsVerbsAndNoOther(t *testing.T) {
	rehearses(t, "each role does its verbs of cssa --stage and no other")
	s := openShell(t)
	refusals := 0
	for _, v := range verbs() {
		line := "cssa " + strings.Join(v.args, " ")
		for _, p := range everybody {
			if slices.Contains(v.may, p) {
				continue
			}
			refused, written := s.calls(p, isRefused), s.calls(p, isWrite)
			said, code := s.do(p, v.args...)
			if code == 0 || !strings.Contains(said, "take the role that may") && !strings.Contains(said, "Insufficient permissions") {
				t.Errorf("%s as %s: exit code %d\n%s", line, p.job, code, said)
			}
			if s.calls(p, isRefused) == refused {
				t.Errorf("%s as %s: no door refused anything\n%s", line, p.job, said)
			}
			if n := s.calls(p, isWrite) - written; n > 0 {
				t.Errorf("%s as %s wrote %d times before it was refused", line, p.job, n)
			}
			refusals++
		}
		if v.args[0] == "release" && v.args[1] == "approve" {
			if said, code := s.do(hanakoToo, v.args...); code != 1 || !strings.Contains(said, "Who proposed cannot approve") {
				t.Errorf("who proposed approves: exit code %d\n%s", code, said)
			}
		}
		for _, p := range v.may {
			before := s.w.Refused()
			said, code := s.do(p, v.args...)
			t.Logf("%s   (%s)\n%s", line, p.job, masked(said))
			if more := minus(s.w.Refused(), before); code != 0 || len(more) > 0 {
				t.Fatalf("%s as %s: exit code %d\n%s\nrefused: %s", line, p.job, code, masked(said), strings.Join(more, "\n"))
			}
			if !strings.Contains(said, v.says) {
				t.Errorf("%s as %s says nothing of %q", line, p.job, v.says)
			}
		}
	}
	s.letters()
	s.rights()
	tell(t, "people: %d commands of cssa --stage, from the register to the feedback; refused %d times with another role", len(verbs()), refusals)
}

// masked takes the secrets out of what a verb said, for the test's log.
func masked(said string) string {
	before, _, secret := strings.Cut(said, "X-Amz-Signature=")
	if secret {
		return before + "…\n"
	}
	return said
}

// A shell is where people give the commands of the rehearsed stage.
type shell struct {
	*office
	program, dir string
}

func openShell(t *testing.T) *shell {
	t.Helper()
	s := &shell{program: filepath.Join(t.TempDir(), "cssa"), dir: t.TempDir()}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", s.program, "./functions/cssa")
	build.Dir, build.Env = repo, append(os.Environ(), "CGO_ENABLED=0")
	invent := exec.CommandContext(t.Context(), s.program, "synthesise", "--out", "synthetic", "--firms", "30", "--seed", "5", "--stories", "30")
	invent.Dir = s.dir
	for _, cmd := range []*exec.Cmd{build, invent} {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
		}
	}
	s.office = openOffice(t, deployed(t, nil))
	for _, what := range []string{"propose", "approve"} {
		s.lost["/editions/"+string(edition)+"/release/"+what] = 1 // done, and the answer is lost
	}
	return s
}

// do gives a command as a person and returns what it said and its exit code. The stage is at work meanwhile.
func (s *shell) do(p person, args ...string) (string, int) {
	s.t.Helper()
	ctx, stop := context.WithTimeout(s.t.Context(), 3*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, s.program, args...)
	var said bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.environment(p), &said, &said
	check(s.t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				s.t.Fatal(err)
			}
			check(s.t, s.w.Drain(s.t.Context()))
			return said.String(), cmd.ProcessState.ExitCode()
		case <-time.After(50 * time.Millisecond):
			check(s.t, s.w.Drain(s.t.Context()))
		}
	}
}

// calls counts the calls of a person's role.
func (s *shell) calls(p person, of func(Call) bool) int {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	n := 0
	for c, times := range s.w.calls {
		if c.Role == s.role(p) && of(c) {
			n += times
		}
	}
	return n
}

func isRefused(c Call) bool { return c.Refused != "" }

func isWrite(c Call) bool {
	return c.Refused == "" && slices.Contains([]string{
		"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem", "s3:PutObject", "events:PutEvents", "lambda:InvokeFunction", "execute-api:Invoke",
	}, c.Action)
}

// letters holds that every letter went out once, though both releases were done twice.
func (s *shell) letters() {
	sent := map[string]int{}
	for _, m := range s.w.Mails() {
		msg, err := mail.ReadMessage(bytes.NewReader(m.Raw))
		check(s.t, err)
		sent[msg.Header.Get("X-CSSA-Letter")]++
	}
	feedback := 0
	for id, n := range sent {
		if n != 1 {
			s.t.Errorf("the letter %s went out %d times", id, n)
		}
		if strings.Contains(id, "-feedback-") {
			feedback++
		}
	}
	if feedback != 2 {
		s.t.Errorf("%d letters with feedback, want those of S-0001 and S-0003", feedback)
	}
	if dead, notes := s.w.Dead(), s.w.Notes(); len(dead)+len(notes) > 0 {
		s.t.Errorf("dead letters %v, notes %v", dead, notes)
	}
	for what, left := range s.lost {
		if left > 0 {
			s.t.Errorf("no answer of %s was lost", what)
		}
	}
}
