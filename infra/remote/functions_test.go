package remote

import (
	"errors"
	"testing"
	"time"

	"cssa/shared/ledger"
)

const invoke = "POST /2015-03-31/functions/cssa-test-aggregate/invocations"

func TestARunThatTheStageMakes(t *testing.T) {
	w := startWire(t)
	d, book := w.stage()
	frozen(t, book)
	began := time.Date(2023, 10, 29, 18, 0, 0, 0, time.UTC)
	night := ledger.Run{Edition: edition, ID: "20231029T180000Z", Kind: ledger.Nightly, State: ledger.Running, StartedAt: began, LeaseUntil: began.Add(time.Hour)}
	w.answers[invoke] = []answer{{body: `null`, do: func() {
		if err := book.StartRun(t.Context(), night); err != nil {
			t.Error(err)
		}
	}}}
	if got, err := d.Aggregate.Nightly(t.Context(), edition); err != nil || got.ID != night.ID {
		t.Errorf("%+v, %v", got, err)
	}
	if body := w.asked[len(w.asked)-1].body; body != `{"edition":"2023-securities"}` {
		t.Errorf("asked with %s", body)
	}
	w.answers[invoke] = []answer{{body: `null`}}
	_, err := d.Aggregate.Nightly(t.Context(), edition)
	says(t, err, "the function made no run")
}

// A function that refuses is shown in its own words; one that broke, or is busy, is said to have, with what to do. It is
// asked once: the SDK does not start a second run.
func TestAFunctionErrorIsShownPlainly(t *testing.T) {
	unhandled := map[string]string{"X-Amz-Function-Error": "Unhandled"}
	for what, c := range map[string]struct {
		answer  answer
		refused bool
		want    []string
	}{
		"refused": {answer{header: unhandled, body: `{"errorMessage":"freeze 2023-securities: the round is not closed","errorType":"wrapError"}`}, true,
			[]string{"the stage refuses: freeze 2023-securities: the round is not closed"}},
		"timed out": {answer{header: unhandled, body: `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 7b1 Error: Task timed out after 900.00 seconds"}`}, false,
			[]string{"cssa-test-aggregate broke off", "Task timed out after 900.00 seconds", "aws logs tail /aws/lambda/cssa-test-aggregate", "repeat it"}},
		"out of memory": {answer{header: unhandled, body: `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 7b1 Error: Runtime exited with error: signal: killed"}`}, false,
			[]string{"broke off", "signal: killed"}},
		"without words": {answer{header: unhandled, body: ``}, true, []string{"the stage refuses: Unhandled"}},
		"busy": {answer{status: 429, header: map[string]string{"X-Amzn-ErrorType": "TooManyRequestsException"}, body: `{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}`}, true,
			[]string{"cssa-test-aggregate is at work for somebody else", "wait a minute and repeat it"}},
		"down": {answer{status: 503, header: map[string]string{"X-Amzn-ErrorType": "ServiceException"}, body: `{"Message":"Service unavailable"}`}, false, []string{"invoke cssa-test-aggregate", "503"}},
		"not allowed": {answer{status: 403, header: map[string]string{"X-Amzn-ErrorType": "AccessDeniedException"}, body: `{"Message":"User: arn:aws:sts::1:assumed-role/cssa-test-analyst/ito is not authorized to perform: lambda:InvokeFunction"}`}, false,
			[]string{"lambda:InvokeFunction", "take the role that may"}},
	} {
		t.Run(what, func(t *testing.T) {
			w := startWire(t)
			d, _ := w.stage()
			w.answers[invoke] = []answer{c.answer}
			_, err := d.Aggregate.Freeze(t.Context(), edition)
			says(t, err, c.want...)
			if errors.Is(err, ErrRefused) != c.refused {
				t.Errorf("%v: refused %t, want %t", err, !c.refused, c.refused)
			}
			if n := w.count(invoke); n != 1 {
				t.Errorf("invoked %d times", n)
			}
		})
	}
}
