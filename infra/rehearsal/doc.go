// Package rehearsal runs what would be deployed, on one machine and without an account: every function's own bootstrap,
// with the environment that the template gives it, behind the queues, rules, schedules and routes of the template, allowed
// what its role in the template is allowed and nothing else.
//
// Spoken to over the wire: S3 (versitygw, in this process; it checks every signature, also those of presigned URLs) and
// DynamoDB (dynalite, a process of its own).
//
// Played: EventBridge (rules and their patterns), SQS (batches, partial failures, dead letters; hidden messages are not
// waited for), Scheduler (a schedule fires when it is told to), GuardDuty (a verdict when it is told one), API Gateway
// (routes and authorizers; tokens are not made or checked), SES and Glue (they keep what they are told), IAM (package iam)
// and KMS (rights only, nothing is encrypted). Where people give the verbs of cssa --stage (operator_test.go), also
// CloudFormation's outputs, Lambda's Invoke, SQS's counts, and Athena, which counts rows with the rights of who asks.
//
// A clock that is off is played by moving the services' time: signatures are held against it, answers and receipts bear it,
// and the functions keep the machine's.
//
// Not looked at: quotas, latencies, retries by time, encryption, Object Lock, log delivery, X-Ray.
package rehearsal
