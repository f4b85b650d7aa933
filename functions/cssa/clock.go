package main

import (
	"sync/atomic"
	"time"
)

// A clock shows the time it was set to: the demo plays a round of months in a minute.
type clock struct{ at atomic.Pointer[time.Time] }

func (c *clock) set(t time.Time) {
	t = t.UTC()
	c.at.Store(&t)
}

func (c *clock) now() time.Time { return *c.at.Load() }
