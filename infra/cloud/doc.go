// Package cloud is the deployed form of the system: one CDK stack a stage, one file per concern. Nobody but infra's main
// imports it, so the CDK never reaches a program that runs.
//
//	stage        what stages differ in, typed; nothing else is a setting
//	storage      keys, buckets, the ledger
//	messages     the bus, the queues and their dead letters, the rules between them
//	scan         from the inbox to the first queue, by way of GuardDuty or without
//	functions    the six steps, each with what it may do beside it
//	mail, api, nightly
//	analysts, people, operations, trail, backup
//	permission   how a right is written down: by hand, because the CDK's grants give more than is asked for
//	nag          what the rule packs find and is as meant, with the reason
//
// Every right of every role is a line of testdata/STAGE-privileges.txt and every way of a message one of testdata/wires.txt:
// what a change does to them is read in the diff of these.
package cloud
