// Package arch is the import law of the house, as a test.
//
// The law is a table with one line per package: which of our packages it may import, which modules from outside, and which
// heavy things (the AWS SDK, the CDK, cgo, fonts) it may reach at the end of all its imports. A package without a line
// fails, so a junk drawer cannot be opened quietly; a line without a package fails too.
//
// The sources are parsed in this process and never listed by the go command, whose reads go test's cache cannot see: with
// it, an edit elsewhere in the tree would leave a stale "ok (cached)" here. For the same reason build tags are ignored.
// A file that no build on this machine would compile is held to the law like any other.
//
// Tests are held to a looser law: see [testLaw] in the table's file.
package arch
