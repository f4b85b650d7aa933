// Package bus is the messenger (伝令) between the rooms. It carries the messages of package events and nothing else.
//
// What every adapter promises:
//
//   - A message is durable when Publish returns nil. If Publish fails, any part of what it was given may still be told.
//   - It is delivered at least once: until a handler has returned nil for it, it is delivered again, also after a crash.
//     So a handler may see a message twice, and must be able to tell: by the message's name and key.
//   - Order means nothing, neither between messages nor between repeats.
//   - A message that was published while a handler was busy with an earlier telling of it is delivered once more after,
//     so what the publisher wrote before publishing is seen by some handler.
//   - A message that no handler could take after a set number of attempts is set aside with its last error as a dead
//     letter, is not forgotten, and can be driven in again.
package bus

import (
	"context"

	"cssa/events"
)

// A Publisher tells the other rooms what happened. Rooms that only publish name the one method themselves.
type Publisher interface {
	Publish(ctx context.Context, told ...events.Event) error
}

// A Handler takes one message. It returns nil when everything the message asks for is done and durable; an error asks
// for the message again. It is called from several goroutines at once, but never twice at a time for the same message.
type Handler func(ctx context.Context, e events.Event) error
