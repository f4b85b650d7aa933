//go:build conformance

package rehearsal

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"cssa/functions/cssa/synthesise"
	"cssa/infra/rehearsal/runtime"
	"cssa/shared/archive"
	"cssa/shared/archive/s3"
	"cssa/shared/checklist"
	"cssa/shared/lake"
)

// Every function's clock is off by more than anything here takes. What counts is when S3 received a file: that decides
// what was in time, what was late and what came to shut doors. The functions' requests are refused once and signed anew.
func TestReceiptIsByTheObjectsTime(t *testing.T) {
	rehearses(t, "functions whose clocks are 20 minutes off")
	const off = 20 * time.Minute
	for _, c := range []struct {
		what string
		off  time.Duration // of the functions' clocks, before the services'
	}{{"slow", -off}, {"fast", off}} {
		t.Run(c.what, func(t *testing.T) {
			r := plan(t)
			w := world(t, Config{Programs: programs, Now: ahead(-c.off)})
			receipts(t, newCloud(t, w), r)
			freeze := []byte(`{"edition":"` + string(edition) + `","freeze":true}`)
			_, err := w.Invoke(t.Context(), "aggregate", freeze)
			var own *runtime.FunctionError
			if slow := c.off < 0; slow != (errors.As(err, &own) && strings.Contains(own.Message, "still takes uploads")) {
				t.Errorf("freeze: %v; a slow clock has it wait until its own closing, a fast one does not", err)
			}
			healed := 0
			for _, line := range w.Refused() {
				t.Log(line)
				once := strings.HasPrefix(line, "1× ") && (strings.HasSuffix(line, " : InvalidSignature") || strings.HasSuffix(line, " S3 : RequestTimeTooSkewed"))
				if once {
					healed++
				} else if !strings.HasSuffix(line, "-inviterole S3 : AccessDenied") { // the URLs
					t.Errorf("refused, not once and for its time: %s", line)
				}
			}
			tell(t, "clocks: 20 minutes %s: late, in time and after closing are as S3 received; %d clients refused once, then signed right; the URLs that they presign are refused", c.what, healed)
			if dead := w.Dead(); len(dead) > 0 {
				t.Errorf("dead letters: %v\nnotes: %v", dead, w.Notes())
			}
		})
	}
}

// receipts has three firms send, before and after the deadline and after the closing, and takes all of it in at the end.
func receipts(t *testing.T, c *cloud, r *synthesise.Round) {
	t.Helper()
	check(t, c.book.PutRegister(t.Context(), register40(r)))
	early := *c.invite
	early.Now = func() time.Time { return c.invite.Now().Add(-time.Hour) } // a slow clock mints no ticket before its own opening
	openRound(t, &early, c.book)
	sends := map[checklist.FirmID]func() time.Time{}
	var firms []checklist.FirmID
	for i := range r.Uploads {
		if u := &r.Uploads[i]; u.Story == synthesise.Plain && len(firms) < 3 {
			check(t, c.book.PutClient(t.Context(), "client-"+string(u.Firm), u.Firm))
			firms = append(firms, u.Firm)
			sends[u.Firm] = c.drop(t, u.Firm, workbookOf(t, r, u))
		}
	}
	received := map[checklist.FirmID]time.Time{firms[0]: sends[firms[0]]()}
	c.deadline(t)
	received[firms[1]] = sends[firms[1]]()
	c.close(t)
	received[firms[2]] = sends[firms[2]]()
	c.settle(t)

	for _, f := range firms {
		s, err := c.book.Submission(t.Context(), edition, f, 1)
		check(t, err)
		if !s.ReceivedAt.Equal(received[f]) {
			t.Errorf("%s was received %s, S3 says %s", f, s.ReceivedAt, received[f])
		}
		afterClosing := slices.ContainsFunc(s.Faults, func(f checklist.Fault) bool { return f.Code == checklist.CodeAfterClosing })
		if shut := f == firms[2]; shut != (s.Status == checklist.Returned) || shut != afterClosing {
			t.Errorf("%s, of %v, is %s: %v", f, firms, s.Status, s.Faults)
		}
	}
	if _, err := c.w.Fire(t.Context(), time.Now()); err != nil {
		t.Fatalf("nightly: %v\n%s", err, tail(c.w.Log("aggregate")))
	}
	objects, _ := c.w.Clients(desk)
	restricted := s3.New(objects, c.w.Outputs["RestrictedBucket"])
	run, err := lake.Current(t.Context(), restricted, edition)
	check(t, err)
	for _, row := range rowsOf[lake.SubmissionRow](t, restricted, run) {
		if f := checklist.FirmID(row.Firm); row.Late != (f != firms[0]) {
			t.Errorf("%s, of %v, is late: %t", f, firms, row.Late)
		}
	}
}

// drop asks the function for a ticket, finds its URL good for nothing, and returns what puts the file into the inbox all
// the same, as a URL of a right clock would. It returns S3's time of receipt.
func (c *cloud) drop(t *testing.T, f checklist.FirmID, body []byte) func() time.Time {
	t.Helper()
	status, answer := c.ask(t, "/editions/"+string(edition)+"/tickets", c.token(f), ticketBody(body))
	var ticket issued
	if status != http.StatusCreated || json.Unmarshal(answer, &ticket) != nil || ticket.Version != 1 {
		t.Fatalf("ticket of %s: %d %s", f, status, answer)
	}
	if status := put(t, ticket, body); status != http.StatusForbidden {
		t.Errorf("a URL signed by a clock that is off by more than it is good for: %d", status)
	}
	inbox, key := c.w.Outputs["InboxBucket"], archive.InboxKey(edition, f, 1)
	return func() time.Time {
		t.Helper()
		_, err := c.w.Objects.Client().PutObject(t.Context(), &awss3.PutObjectInput{Bucket: &inbox, Key: &key, Body: bytes.NewReader(body)})
		check(t, err)
		head, err := c.w.Objects.Client().HeadObject(t.Context(), &awss3.HeadObjectInput{Bucket: &inbox, Key: &key})
		check(t, err)
		return *head.LastModified
	}
}
