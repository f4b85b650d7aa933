package rehearsal

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// amzDate is how AWS writes the time of a signature.
const amzDate = "20060102T150405Z"

// How far from the services' time a signature may be: S3 says so of itself (REST authentication, "Time stamp
// requirement"), the other services give signatures of version 4 five minutes.
const (
	skewOfS3 = 15 * time.Minute
	skew     = 5 * time.Minute
)

// untimely says why a request that is signed for another time is refused, and with which code, or "". Services tell their
// time in the header Date of every answer: the SDK finds out from it how far its own clock is off, and signs again.
func (d *door) untimely(r *http.Request) (code, why string) {
	now := d.w.c.Now().UTC()
	if r.Header.Get("Authorization") == "" {
		return untimelyURL(r, now)
	}
	date, err := time.Parse(amzDate, r.Header.Get("X-Amz-Date"))
	off := date.Sub(now)
	switch {
	case err != nil:
		return "IncompleteSignature", "the time of the signature cannot be read"
	case d.service == "S3" && off.Abs() > skewOfS3:
		return "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
	case d.service != "S3" && off > skew:
		return "InvalidSignature", fmt.Sprintf("Signature not yet current: %s is still later than %s", date.Format(amzDate), now.Add(skew).Format(amzDate))
	case d.service != "S3" && off < -skew:
		return "InvalidSignature", fmt.Sprintf("Signature expired: %s is now earlier than %s", date.Format(amzDate), now.Add(-skew).Format(amzDate))
	}
	return "", ""
}

// untimelyURL is untimely of a presigned URL, which says itself how long it is good.
func untimelyURL(r *http.Request, now time.Time) (code, why string) {
	q := r.URL.Query()
	date, err := time.Parse(amzDate, q.Get("X-Amz-Date"))
	seconds, numeric := strconv.Atoi(q.Get("X-Amz-Expires"))
	switch {
	case err != nil || numeric != nil:
		return "AuthorizationQueryParametersError", "the time of the signature cannot be read"
	case now.After(date.Add(time.Duration(seconds) * time.Second)):
		return "AccessDenied", "Request has expired"
	case date.Sub(now) > skewOfS3:
		return "AccessDenied", "Request is not valid yet"
	}
	return "", ""
}
