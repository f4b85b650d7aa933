//go:build conformance

package workbook_test

// defaultMutations is the whole mutation run.
const defaultMutations = 12_000
