// Package cloud is the deployed form of the system as CDK stacks, one file per concern. Nobody but infra's main imports
// it, so the CDK never reaches a program that runs.
//
// What stands here is what everything else rests on and what could not be rebuilt after a loss: the archive of originals
// and the ledger, with the key that encrypts both.
package cloud
