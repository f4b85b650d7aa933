package report_test

import (
	"io"
	"testing"

	"cssa/shared/report"
)

// BenchmarkReport makes and sets the report of the sample, with one question of each kind.
func BenchmarkReport(b *testing.B) {
	in := input()
	for b.Loop() {
		d, err := report.Build(in)
		if err != nil {
			b.Fatal(err)
		}
		if err := report.HTML(io.Discard, d); err != nil {
			b.Fatal(err)
		}
	}
}
