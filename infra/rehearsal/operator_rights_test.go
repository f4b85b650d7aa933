//go:build conformance

package rehearsal

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What people's roles took in a whole round, by hand: a line more is a verb that needs more than it did.
const taken = `
analyst athena:GetQueryExecution GetQueryResults StartQueryExecution
analyst cloudformation:DescribeStacks
analyst glue:GetPartitions GetTable
analyst kms:Decrypt GenerateDataKey
analyst s3:GetObject PutObject
operator cloudformation:DescribeStacks
operator dynamodb:BatchWriteItem GetItem PutItem Query
operator events:PutEvents
operator kms:Decrypt GenerateDataKey
operator lambda:InvokeFunction
operator s3:GetObject GetObjectVersion PutObject
operator sqs:GetQueueAttributes
releaser cloudformation:DescribeStacks
releaser dynamodb:GetItem Query
releaser execute-api:Invoke
releaser kms:Decrypt
supervisor athena:GetQueryExecution GetQueryResults StartQueryExecution
supervisor cloudformation:DescribeStacks
supervisor dynamodb:GetItem Query
supervisor execute-api:Invoke
supervisor glue:GetPartitions GetTable
supervisor kms:Decrypt GenerateDataKey
supervisor s3:GetObject PutObject
`

// What the operator may besides: no verb of cssa takes it by name. It is for the runbook, but for s3:ListBucket, without which
// S3 does not say that a key is missing.
const runbook = `
cloudwatch:DescribeAlarms GetDashboard
logs:FilterLogEvents GetLogEvents StartQuery
s3:ListBucket
sqs:CancelMessageMoveTask DeleteMessage ListMessageMoveTasks ReceiveMessage SendMessage StartMessageMoveTask
`

// spread brings lines of services with several actions into one line each, in small letters.
func spread(text string) []string {
	var out []string
	for line := range strings.Lines(strings.TrimSpace(text)) {
		words := strings.Fields(line)
		i := slices.IndexFunc(words, func(w string) bool { return strings.Contains(w, ":") })
		service, first, _ := strings.Cut(words[i], ":")
		for _, action := range append([]string{first}, words[i+1:]...) {
			out = append(out, strings.ToLower(strings.Join(append(slices.Clone(words[:i]), service+":"+action), " ")))
		}
	}
	slices.Sort(out)
	return out
}

// rights holds what the roles took against the list above, and what the operator may, by the committed table of privileges,
// against what was taken and what the runbook is for: nothing is left that nobody needs.
func (s *shell) rights() {
	s.t.Helper()
	var used []string
	for _, line := range s.w.Used() {
		if job, ok := strings.CutPrefix(line, "cssa-prod-"); ok && slices.ContainsFunc(everybody, func(p person) bool { return strings.HasPrefix(job, p.job+" ") }) {
			used = append(used, strings.ToLower(job))
		}
	}
	for _, more := range minus(used, spread(taken)) {
		s.t.Errorf("taken, and not in the list: %s", more)
	}
	for _, less := range minus(spread(taken), used) {
		s.t.Errorf("in the list, and not taken: %s", less)
	}
	raw, err := os.ReadFile(filepath.Join(repo, "infra/rehearsal", privileges))
	check(s.t, err)
	var may []string
	for line := range strings.Lines(string(raw)) {
		if words := strings.Fields(line); words[0] == "cssa-prod-operator" {
			may = append(may, words[1])
		}
	}
	var needed []string
	for _, line := range used {
		if action, ok := strings.CutPrefix(line, "operator "); ok {
			needed = append(needed, action)
		}
	}
	needed = append(needed, spread(runbook)...)
	for _, more := range slices.Compact(minus(may, needed)) {
		s.t.Errorf("the operator may %s, and neither a verb nor the runbook needs it", more)
	}
	for _, less := range minus(needed, may) {
		s.t.Errorf("the operator needs %s, and the committed table does not have it", less)
	}
}
