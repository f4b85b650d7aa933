//go:build conformance

package rehearsal

import (
	"context"
	"encoding/json"

	"cssa/events"
)

// bus publishes what the supervisor's desk tells, on the deployment's own bus.
type bus struct{ w *World }

func (b bus) Publish(_ context.Context, all ...events.Event) error {
	for _, e := range all {
		detail, err := json.Marshal(e)
		if err != nil {
			return err
		}
		b.w.route(busARN(b.w.Outputs["EventBus"]), envelope(b.w.eventID(), "cssa", e.Name(), detail))
	}
	return nil
}
