package rehearsal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// ahead is a clock that goes before the machine's by d.
func ahead(d time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(d) }
}

// A function whose clock is off is refused by the service that minds, learns the time from the refusal, and signs anew: its
// call succeeds, and no later one is refused. What it presigns it signs with its own clock.
func TestAClockThatIsOff(t *testing.T) {
	for _, c := range []struct {
		off      time.Duration // of the function's clock, before the services'
		refusals []string
		url      int // of a URL that is good for a minute
	}{
		{4 * time.Minute, nil, http.StatusOK},
		{-10 * time.Minute, []string{"DYNAMODB: InvalidSignature"}, http.StatusForbidden},
		{10 * time.Minute, []string{"DYNAMODB: InvalidSignature"}, http.StatusOK},
		{-20 * time.Minute, []string{"DYNAMODB: InvalidSignature", "S3: RequestTimeTooSkewed"}, http.StatusForbidden},
		{20 * time.Minute, []string{"DYNAMODB: InvalidSignature", "S3: RequestTimeTooSkewed"}, http.StatusForbidden},
	} {
		w := smallAt(t, ahead(-c.off))
		for i := range 2 {
			must(t, w, fmt.Sprintf(`{"Do":"put","Key":"originals/a b+%d"}`, i))
			must(t, w, fmt.Sprintf(`{"Do":"get","Key":"originals/a b+%d"}`, i))
			must(t, w, fmt.Sprintf(`{"Do":"item","Key":"ticket#%d"}`, i))
		}
		if got := refusals(w); !slices.Equal(got, c.refusals) {
			t.Errorf("%s: refused %q, want %q", c.off, got, c.refusals)
		}
		if got := send(t, must(t, w, `{"Do":"presign","Key":"originals/signed"}`)); got != c.url {
			t.Errorf("%s: a presigned URL is answered %d, want %d", c.off, got, c.url)
		}
		w.Close()
	}
}

// refusals are the services and codes of the calls that were refused once; others come whole.
func refusals(w *World) []string {
	var short []string
	for _, line := range w.Refused() {
		if fields := strings.Fields(line); fields[0] == "1×" && len(fields) == 5 {
			line = fields[2] + ": " + fields[4]
		}
		short = append(short, line)
	}
	return short
}
