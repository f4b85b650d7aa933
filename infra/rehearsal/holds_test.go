//go:build conformance

package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"cssa/shared/checklist"
)

// holds says in lines what the ledger and the stores that nothing is removed from hold, without times and ids that are of
// their time.
func (c *cloud) holds(t *testing.T) []string {
	t.Helper()
	var lines []string
	say := func(format string, v ...any) {
		lines = append(lines, runID.ReplaceAllString(fmt.Sprintf(format, v...), "RUN"))
	}
	ctx := t.Context()
	round, err := c.book.Round(ctx, edition)
	check(t, err)
	say("round %s of %s, frozen by %s", round.State, round.Checksum, round.FrozenRun)
	for s, err := range c.book.AllSubmissions(ctx, edition) {
		check(t, err)
		s.ReceivedAt, s.ObjectID = time.Time{}, ""
		say("submission %+v", s)
	}
	for s, err := range c.book.Currents(ctx, edition) {
		check(t, err)
		say("current %s %d", s.Submission.Firm, s.Submission.Ticket)
		n := checklist.TicketNumber(1)
		for ; ; n++ {
			if _, err := c.book.Ticket(ctx, edition, s.Submission.Firm, n); err != nil {
				break
			}
		}
		say("%d tickets of %s", n-1, s.Submission.Firm)
	}
	runs, err := c.book.Runs(ctx, edition)
	check(t, err)
	for _, r := range runs {
		say("%s run %s: %d of %d, %d answers", r.Kind, r.State, r.Replied, r.Population, r.Answers)
	}
	releases, err := c.book.Releases(ctx, edition)
	check(t, err)
	for _, r := range releases {
		say("release of %s, proposed by %s, approved by %s", r.Run, r.ProposedBy, r.ApprovedBy)
	}
	letters, err := c.book.Letters(ctx, edition)
	check(t, err)
	for _, l := range letters {
		say("letter %s %s %s", l.Key, l.State, l.Why)
	}
	for _, output := range []string{"ArchiveBucket", "OpenBucket"} {
		for _, key := range c.versions(t, c.w.Outputs[output]) {
			say("%s %s", output, key)
		}
	}
	for partition := range c.w.played.partitions {
		if strings.Contains(partition, "_open/") {
			say("partition %s", partition)
		}
	}
	slices.Sort(lines)
	return lines
}

// versions lists every version of every object of a bucket, by key; an original is not written twice.
func (c *cloud) versions(t *testing.T, bucket string) []string {
	t.Helper()
	var keys []string
	pages := awss3.NewListObjectVersionsPaginator(c.w.Objects.Client(), &awss3.ListObjectVersionsInput{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		check(t, err)
		for _, v := range page.Versions {
			keys = append(keys, *v.Key)
		}
	}
	return keys
}
