//go:build conformance

package dynamo

import (
	"os/exec"
	"testing"

	"cssa/shared/ledger/ledgertest"
)

// moto takes items of any size, so it cannot vouch for sizes; and its server answers each request in a thread of its own
// without a lock around a condition and its write, so it cannot vouch for races.
func TestLedgerOnMoto(t *testing.T) {
	if out, err := exec.Command("python3", "-c", "import moto.server, flask").CombinedOutput(); err != nil {
		t.Fatalf("moto is not installed: pip install 'moto[server]': %v\n%s", err, out)
	}
	e := start(t, "python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", "PORT")
	ledgertest.Run(t, e.open, ledgertest.Caps{})
}
