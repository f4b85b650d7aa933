//go:build conformance

package rehearsal

import (
	"debug/elf"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cssa/functions/cssa/synthesise"
	"cssa/shared/checklist"
)

// arm64 are the very files that are deployed.
const arm64 = "../../build/lambda"

// native says that this machine runs them itself.
const native = runtime.GOARCH == "arm64"

// TestTheDeployedFiles plays a round of one firm on the arm64 files themselves: each starts, asks for its first event and
// answers it. Where this machine is another, an emulator runs them, and its time says little of Lambda's.
func TestTheDeployedFiles(t *testing.T) {
	rehearses(t, "the arm64 files play a round of one firm")
	for _, name := range names {
		f, err := elf.Open(filepath.Join(arm64, name, "bootstrap"))
		check(t, err)
		if f.Machine != elf.EM_AARCH64 {
			t.Errorf("%s is built for %s", name, f.Machine)
		}
		check(t, f.Close())
	}
	var runner []string
	if !native {
		runner = []string{emulator(t)}
	}
	r := plan(t)
	w := world(t, Config{Programs: arm64, Runner: runner})
	c := newCloud(t, w)
	check(t, c.book.PutRegister(t.Context(), register40(r)))
	i := slices.IndexFunc(r.Uploads, func(u synthesise.Upload) bool { return u.Story == synthesise.Plain })
	firm := r.Uploads[i].Firm
	check(t, c.book.PutClient(t.Context(), "client-"+string(firm), firm))
	openRound(t, c.invite, c.book)
	c.upload(t, firm, workbookOf(t, r, &r.Uploads[i]))()
	c.settle(t)
	c.close(t)
	c.issue(t)

	s, err := c.book.Submission(t.Context(), edition, firm, 1)
	check(t, err)
	if s.Status != checklist.Accepted {
		t.Errorf("the upload is %s: %v", s.Status, s.Faults)
	}
	c.published(t)
	ids := strings.Join(c.letters(t), "\n")
	for _, want := range []string{"-accepted-1", "-feedback-"} {
		if !strings.Contains(ids, string(firm)+want) {
			t.Errorf("the letter %s%s did not go out: %s", firm, want, ids)
		}
	}
	for _, name := range names {
		m := w.Measures(name)
		t.Logf("%-10s ready %5d ms, first answer %6d ms", name, m.Ready.Milliseconds(), m.First.Milliseconds())
		measured(name, func(s *startOf) { s.arm64 = m.Ready })
	}
	nothingWrong(t, w)
}

// emulator finds QEMU's emulator of a Linux process, by the names that Debian gives it.
func emulator(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"qemu-aarch64", "qemu-aarch64-static"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no qemu-aarch64 to run the arm64 files on this machine. On Debian: apt-get install qemu-user")
	return ""
}
