// Package archive is the archive (保管庫): bytes by key in buckets that speak the S3 protocol. Originals are immutable:
// a key is written once, and the same bytes again are no error.
//
// Package s3 is its adapter, for AWS and for the laptop's own server; archivetest holds it to the behaviour said here.
package archive

import (
	"errors"
	"net/http"
	"time"
)

// Errors that callers tell apart with errors.Is.
var (
	ErrNotFound = errors.New("no such object")
	ErrExists   = errors.New("the key holds other bytes")
	ErrTooLarge = errors.New("the object is larger than asked for")
)

// An Object is what the store says of one version of an object.
type Object struct {
	Key        string
	ID         string    // the store's version id; "" where the bucket keeps no versions
	Size       int64     // bytes
	SHA256     string    // hex; "" where the store does not say
	ReceivedAt time.Time // the store's time of this version, UTC, whole seconds
}

// A Grant is a presigned request: whoever holds it may send exactly this request until it expires. It is a secret.
type Grant struct {
	Method  string
	URL     string
	Header  http.Header // to be sent as they are: they are signed
	Expires time.Time
}
