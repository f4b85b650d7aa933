package settings_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/shared/settings"
)

func env(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := pairs[name]
		return v, ok
	}
}

type sample struct {
	Table string        `env:"TABLE"`
	Size  int           `env:"SIZE"`
	Real  bool          `env:"REAL"`
	Wait  time.Duration `env:"WAIT,optional"`
	Mode  string        `env:"MODE" one:"sandbox real"`
}

func TestSettingsAreLoaded(t *testing.T) {
	got := sample{Wait: time.Second}
	err := settings.Load(&got, env(map[string]string{"TABLE": "ledger", "SIZE": "10", "REAL": "true", "MODE": "real"}))
	if want := (sample{"ledger", 10, true, time.Second, "real"}); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	err = settings.Load(&got, env(map[string]string{"TABLE": "ledger", "SIZE": "10", "REAL": "true", "MODE": "real", "WAIT": "1m30s"}))
	if err != nil || got.Wait != 90*time.Second {
		t.Errorf("wait %v, %v", got.Wait, err)
	}
}

func TestAllThatIsMissingOrWrongIsNamedAtOnceWithoutItsValue(t *testing.T) {
	var got sample
	err := settings.Load(&got, env(map[string]string{"TABLE": "", "REAL": "secret1", "WAIT": "secret2", "MODE": "secret3"}))
	want := "settings: missing: TABLE, SIZE; wrong: REAL (want true or false), WAIT (want a duration, like 10m), MODE (want one of sandbox, real)"
	if !errors.Is(err, settings.ErrSettings) || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// The table of the deployment's contract: what each function gets. Whoever changes it changes the template too.
func TestEveryFunctionGetsWhatTheContractSays(t *testing.T) {
	contract := map[string]string{
		"invite":    "LEDGER_TABLE INBOX_BUCKET GRANT_MINUTES",
		"intake":    "LEDGER_TABLE INBOX_BUCKET ARCHIVE_BUCKET EVENT_BUS",
		"aggregate": "LEDGER_TABLE RESTRICTED_BUCKET RESTRICTED_DATABASE",
		"release":   "LEDGER_TABLE RESTRICTED_BUCKET OPEN_BUCKET OPEN_DATABASE EVENT_BUS",
		"feedback":  "LEDGER_TABLE RESTRICTED_BUCKET OPEN_BUCKET ARCHIVE_BUCKET EVENT_BUS",
		"dispatch":  "LEDGER_TABLE ARCHIVE_BUCKET MAIL_FROM MAIL_CONFIGURATION_SET MAIL_MODE DESK_URL LETTER_LEASE",
	}
	functions := settings.Functions()
	if got, want := slices.Sorted(maps.Keys(functions)), slices.Sorted(maps.Keys(contract)); !slices.Equal(got, want) {
		t.Fatalf("functions %v, the contract has %v", got, want)
	}
	for name, want := range contract {
		required, optional := settings.Names(functions[name])
		if got := strings.Join(required, " "); got != want || !slices.Equal(optional, []string{"LOG_LEVEL"}) {
			t.Errorf("%s: %s and perhaps %v, the contract says %s", name, got, optional, want)
		}
		empty := reflect.New(reflect.TypeOf(functions[name])).Interface()
		err := settings.Load(empty, env(nil))
		if err == nil || !strings.HasSuffix(err.Error(), "missing: "+strings.ReplaceAll(want, " ", ", ")) {
			t.Errorf("%s without settings: %v", name, err)
		}
	}
}

func TestTheLogIsJSONAtItsLevel(t *testing.T) {
	for level, want := range map[string]int{"debug": 2, "info": 1, "": 1, "loud": 1, "warn": 0} {
		var out bytes.Buffer
		log := settings.Logger(&out, level)
		log.Debug("read", slog.Int("n", 1))
		log.Info("read", slog.Int("n", 1))
		if got := bytes.Count(out.Bytes(), []byte("\n")); got != want {
			t.Errorf("level %q: %d lines, want %d", level, got, want)
		}
		for line := range bytes.Lines(out.Bytes()) {
			if !json.Valid(line) {
				t.Errorf("level %q: %s", level, line)
			}
		}
	}
}

// The line was written down by hand from CloudWatch's specification of the embedded metric format.
func TestAMeasureIsOneLineOfTheEmbeddedMetricFormat(t *testing.T) {
	var out bytes.Buffer
	err := settings.WriteMeasure(&out, time.UnixMilli(1700000000123), settings.Measure{Function: "intake", Outcome: "partial",
		Took: 1234567 * time.Microsecond, Counts: map[string]int{"Records": 10, "Failed": 1}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Duration":1234,"Failed":1,"Function":"intake","Invocations":1,"Outcome":"partial","Records":10,"_aws":{"CloudWatchMetrics":[` +
		`{"Dimensions":[["Function","Outcome"]],"Metrics":[{"Name":"Invocations","Unit":"Count"},{"Name":"Duration","Unit":"Milliseconds"},` +
		`{"Name":"Failed","Unit":"Count"},{"Name":"Records","Unit":"Count"}],"Namespace":"CSSA"}],"Timestamp":1700000000123}}` + "\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}
