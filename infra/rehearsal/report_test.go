//go:build conformance

package rehearsal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// What `make rehearse` prints: a line for each part as it ends, then what was found out, then the verdict. The words are
// printed at once, so that who waits sees how far it is.

// told is what the parts had to say.
var told struct {
	mu     sync.Mutex
	failed []string // titles
	parts  int
	lines  []string
	starts map[string]*startOf
}

// A startOf is what was measured of one function's file.
type startOf struct {
	arm64, ready, first time.Duration // exec until the first event is asked for, twice, and until the first answer
	peak                float64       // MB
	memory              int           // MB that the template gives it
}

// rehearses makes a test a part of the report and prints how it ended. Call it first: what is cleaned up counts too.
func rehearses(t *testing.T, title string) {
	t.Helper()
	started := time.Now()
	fmt.Printf("  %-88s", title)
	t.Cleanup(func() {
		word := "good"
		told.mu.Lock()
		defer told.mu.Unlock()
		told.parts++
		if t.Failed() {
			word = "FAILED"
			told.failed = append(told.failed, title)
		}
		fmt.Printf("%6.1f s  %s\n", time.Since(started).Seconds(), word)
	})
}

// tell adds a line to what was found out, unless the test has failed: then it may not be so.
func tell(t *testing.T, format string, v ...any) {
	t.Helper()
	line := fmt.Sprintf(format, v...)
	t.Log(line)
	if t.Failed() {
		return
	}
	told.mu.Lock()
	defer told.mu.Unlock()
	told.lines = append(told.lines, line)
}

// measured notes what was measured of a function.
func measured(name string, note func(*startOf)) {
	told.mu.Lock()
	defer told.mu.Unlock()
	if told.starts == nil {
		told.starts = map[string]*startOf{}
	}
	if told.starts[name] == nil {
		told.starts[name] = &startOf{}
	}
	note(told.starts[name])
}

const preface = `
The functions are those that would be deployed, with the settings, rights, queues, rules, schedules and routes that the
template gives them (build/rehearsal.out, stage prod).
  over the wire  S3 (versitygw, which checks every signature) and DynamoDB (dynalite); the Lambda Runtime API
  played         EventBridge, SQS, Scheduler, GuardDuty's verdicts, API Gateway, SES, Glue, and the rights of IAM and KMS;
                 the supervisor's desk (register, opening, invitations, withdrawals, closing) is the test itself
  not looked at  quotas, latencies, encryption, Object Lock, tokens, log delivery, X-Ray

`

func init() {
	before = func() { fmt.Print(preface) }
	after = func(code int) {
		told.mu.Lock()
		defer told.mu.Unlock()
		printStarts(told.starts)
		if len(told.lines) > 0 {
			fmt.Printf("\n  %s\n", strings.Join(told.lines, "\n  "))
		}
		switch {
		case code == 0:
			fmt.Printf("\nGOOD: all %d parts, and the rehearsal's own tests.\n", told.parts)
		case len(told.failed) == 0:
			fmt.Println("\nFAILED: a test of the rehearsal itself; its words are above.")
		default:
			fmt.Printf("\nFAILED: %s. The words of each are above.\n", strings.Join(told.failed, "; "))
		}
	}
}

// printStarts prints the table of starts, with a dash for what was not measured.
func printStarts(starts map[string]*startOf) {
	if len(starts) == 0 {
		return
	}
	how := "arm64"
	if !native {
		how = "arm64, emulated"
	}
	fmt.Printf("\n  %-10s %8s %16s %14s %14s %22s\n", "bootstrap", "file", how, "here: start", "first answer", "memory, of what it has")
	ms := func(d time.Duration) string {
		if d == 0 {
			return "-"
		}
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	for _, name := range names {
		s, size := starts[name], "-"
		if s == nil {
			continue
		}
		if file, err := os.Stat(filepath.Join(repo, "build/lambda", name, "bootstrap")); err == nil {
			size = fmt.Sprintf("%.1f MB", float64(file.Size())/1e6)
		}
		memory := "-"
		if s.memory > 0 {
			memory = fmt.Sprintf("%.0f of %d MB", s.peak, s.memory)
		}
		fmt.Printf("  %-10s %8s %16s %14s %14s %22s\n", name, size, ms(s.arm64), ms(s.ready), ms(s.first), memory)
	}
}
