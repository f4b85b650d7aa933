package settings

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Logger returns a log of JSON lines at the level (debug, info, warn, error; anything else is info).
func Logger(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	if l.UnmarshalText([]byte(level)) != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l}))
}

// Namespace is that of all our metrics in CloudWatch.
const Namespace = "CSSA"

// The dimensions of our metrics, in this order, and the metrics that every invocation has.
const (
	DimensionFunction = "Function"
	DimensionOutcome  = "Outcome"

	MetricInvocations = "Invocations" // always 1
	MetricDuration    = "Duration"    // milliseconds
)

// A Measure is what one invocation of a function counts.
type Measure struct {
	Function string
	Outcome  string         // "ok", "partial", "failed", or a word of the function's own
	Took     time.Duration  // written in whole milliseconds
	Counts   map[string]int // of the function's own, by the name of the metric, e.g. "Records"
}

// WriteMeasure writes m as one line in CloudWatch's embedded metric format: the log agent makes metrics of it, in [Namespace],
// by [DimensionFunction] and [DimensionOutcome].
func WriteMeasure(w io.Writer, at time.Time, m Measure) error {
	type metric struct {
		Name string
		Unit string
	}
	metrics := []metric{{MetricInvocations, "Count"}, {MetricDuration, "Milliseconds"}}
	line := map[string]any{ // encoded by name, so the line is the same every time
		DimensionFunction: m.Function, DimensionOutcome: m.Outcome,
		MetricInvocations: 1, MetricDuration: m.Took.Milliseconds(),
	}
	for _, name := range slices.Sorted(maps.Keys(m.Counts)) {
		metrics = append(metrics, metric{name, "Count"})
		line[name] = m.Counts[name]
	}
	line["_aws"] = map[string]any{
		"Timestamp": at.UnixMilli(),
		"CloudWatchMetrics": []any{map[string]any{
			"Namespace": Namespace, "Dimensions": [][]string{{DimensionFunction, DimensionOutcome}}, "Metrics": metrics,
		}},
	}
	b, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("measure of %s: %w", m.Function, err)
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
