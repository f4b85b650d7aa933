// Package receipt is the receipt (受領証): what a firm holds to show that the supervisor has what it sent. A receipt binds the
// SHA-256 of the original to the edition, the firm, the version, the time of receipt and the outcome; it is signed, and its
// signature is bound into a transparency log, so that a receipt that is altered, taken back or slipped in later is noticed by
// whoever holds one.
//
// A receipt says nothing that its submission does not say: [Of] makes the same from the same submission. Signing (ECDSA on
// P-256 with SHA-256, as AWS KMS offers it) is done by a [Key]; package keyfile keeps one in a file, package kms in AWS.
//
// The log ([Log]) is a Merkle tree of one leaf a receipt, as in RFC 6962, by golang.org/x/mod/sumdb/tlog, with its checkpoints
// as signed notes (C2SP signed-note and tlog-checkpoint). A leaf is a hash of a signed receipt: the tree may be shown to anyone.
package receipt
