//go:build !conformance

package workbook_test

// defaultMutations fit into an ordinary test run.
const defaultMutations = 1000
