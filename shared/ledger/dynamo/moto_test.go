//go:build conformance

package dynamo

import (
	"os/exec"
	"testing"

	"cssa/shared/ledger/ledgertest"
)

// moto takes items of any size, so it cannot vouch for sizes. Its server answers every request in a thread of its own and
// puts no lock around a condition and its write: it lost no race when tried, but that vouches for nothing.
func TestLedgerOnMoto(t *testing.T) {
	if out, err := exec.Command("python3", "-c", "import moto.server, flask").CombinedOutput(); err != nil {
		t.Fatalf("moto is not installed: run make conformance, which installs it: %v\n%s", err, out)
	}
	e := start(t, "python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", "PORT")
	ledgertest.Run(t, e.open, ledgertest.Caps{})
}
