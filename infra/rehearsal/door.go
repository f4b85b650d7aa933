package rehearsal

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/mail"
	"net/url"
	"strings"
)

// A Call is one request that a function made, and what was decided.
type Call struct {
	Role, Action, Resource string
	Refused                string // why, "" if it was let through
}

// A Fault is what a test makes happen to a request.
type Fault int

// The faults. Throttle: the service asks to come again. Lost: the request is done and its answer is an error. Killed: the
// request is done and the caller's process is killed before it hears of it.
const (
	NoFault Fault = iota
	Throttle
	Lost
	Killed
)

// A door is the front of one service: it finds out who calls and what it takes, refuses what the template does not allow,
// and lets the rest through.
type door struct {
	w       *World
	service string // as in the SDK's AWS_ENDPOINT_URL_…
	needs   func(r *http.Request, body []byte) ([]Need, error)
	next    http.Handler
}

// maxBody is the largest request that is taken, in bytes: an upload, with room.
const maxBody = 64 << 20

func (d *door) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if err != nil {
		http.Error(rw, "the request did not come whole", http.StatusBadRequest)
		return
	}
	rw.Header().Set("Date", d.w.c.Now().UTC().Format(http.TimeFormat))
	if role, known := d.w.caller(accessKey(r)); known && role != desk {
		if code, why := d.untimely(r); code != "" {
			d.w.record(Call{Role: role, Action: d.service, Refused: code})
			d.refuse(rw, http.StatusForbidden, code, why)
			return
		}
	}
	role, refused := d.decide(r, body)
	if refused != "" {
		d.refuse(rw, http.StatusForbidden, "AccessDenied", refused)
		return
	}
	fault := d.w.fault(d.service, operation(r), role, body)
	if fault == Throttle {
		d.throttled(rw)
		return
	}
	if d.service == "S3" {
		d.w.asServer(r)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	if fault == Lost || fault == Killed {
		d.next.ServeHTTP(discard{http.Header{}}, r)
		if fault == Killed {
			d.w.killRole(role)
		}
		d.refuse(rw, http.StatusInternalServerError, "InternalError", "the answer was lost")
		return
	}
	d.next.ServeHTTP(d.hiding(rw, r, role), r)
}

// decide says whose request it is and, if it is to be refused, why.
func (d *door) decide(r *http.Request, body []byte) (role, refused string) {
	role, ok := d.w.caller(accessKey(r))
	if !ok {
		d.w.record(Call{Action: d.service, Refused: "unknown credentials"})
		return "", "unknown credentials"
	}
	needs, err := d.needs(r, body)
	if err != nil {
		d.w.record(Call{Role: role, Action: d.service, Refused: err.Error()})
		return role, err.Error()
	}
	for _, n := range needs {
		c := Call{Role: role, Action: n.Action, Resource: n.Resource}
		if got := d.w.allowed(role, n); !got.Allowed {
			c.Refused = got.Why
		}
		d.w.record(c)
		if c.Refused != "" {
			return role, fmt.Sprintf("%s is not authorized to perform %s on %s: %s", role, n.Action, n.Resource, c.Refused)
		}
	}
	return role, ""
}

// operation is the name of what is asked for: the target of a JSON protocol, else method and path.
func operation(r *http.Request) string {
	if t := r.Header.Get("X-Amz-Target"); t != "" {
		return t[strings.LastIndex(t, ".")+1:]
	}
	return r.Method + " " + r.URL.Path
}

// refuse answers an error as the service would.
func (d *door) refuse(rw http.ResponseWriter, status int, code, message string) {
	switch d.service {
	case "S3":
		rw.Header().Set("Content-Type", "application/xml")
		rw.WriteHeader(status)
		_ = xml.NewEncoder(rw).Encode(struct { // the caller sees a broken answer, which is an error too
			XMLName       xml.Name `xml:"Error"`
			Code, Message string
		}{Code: code, Message: message})
	case "SESV2":
		rw.Header().Set("X-Amzn-ErrorType", code+"Exception")
		writeJSON(rw, status, map[string]string{"message": message})
	default:
		if status == http.StatusForbidden {
			status = http.StatusBadRequest // the JSON protocols say 400 and tell by the type
		}
		writeJSON(rw, status, map[string]string{"__type": "com.amazon.coral.service#" + code + "Exception", "message": message})
	}
}

func (d *door) throttled(rw http.ResponseWriter) {
	switch d.service {
	case "S3":
		d.refuse(rw, http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
	case "DYNAMODB":
		writeJSON(rw, http.StatusBadRequest, map[string]string{
			"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "message": "throttled",
		})
	case "SESV2":
		rw.Header().Set("X-Amzn-ErrorType", "TooManyRequestsException")
		writeJSON(rw, http.StatusTooManyRequests, map[string]string{"message": "throttled"})
	default:
		writeJSON(rw, http.StatusBadRequest, map[string]string{"__type": "ThrottlingException", "message": "throttled"})
	}
}

func writeJSON(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/x-amz-json-1.1")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(v) // the caller sees a broken answer, which is an error too
}

// hiding turns S3's "no such key" into "access denied" for a caller who may not list the bucket, as Amazon S3 does.
func (d *door) hiding(rw http.ResponseWriter, r *http.Request, role string) http.ResponseWriter {
	if d.service != "S3" {
		return rw
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if key == "" || d.w.allowed(role, Need{"s3:ListBucket", s3ARN + bucket, d.w.listing(key)}).Allowed {
		return rw
	}
	return &hider{ResponseWriter: rw, d: d, resource: bucket + "/" + key}
}

type hider struct {
	http.ResponseWriter
	d        *door
	resource string
	hidden   bool
}

func (h *hider) WriteHeader(status int) {
	if status != http.StatusNotFound {
		h.ResponseWriter.WriteHeader(status)
		return
	}
	h.hidden = true
	h.Header().Del("Content-Length")
	h.d.refuse(h.ResponseWriter, http.StatusForbidden, "AccessDenied", "no such key, and the caller may not list "+h.resource)
}

func (h *hider) Write(p []byte) (int, error) {
	if h.hidden {
		return len(p), nil
	}
	return h.ResponseWriter.Write(p)
}

// discard takes an answer that nobody will see.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// wire passes requests on to a server as they are: with their Host, so that their signature stays good.
func (w *World) wire(endpoint string) (http.Handler, error) {
	to, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	return &httputil.ReverseProxy{Transport: w.wires, Rewrite: func(p *httputil.ProxyRequest) {
		p.Out.URL.Scheme, p.Out.URL.Host = to.Scheme, to.Host
		p.Out.Host = p.In.Host
	}, ModifyResponse: func(r *http.Response) error {
		r.Header.Del("Date") // the door says what time it is
		return nil
	}, ErrorHandler: func(rw http.ResponseWriter, r *http.Request, err error) {
		if r.Context().Err() == nil { // else the caller was killed
			w.note("%s: %v", operation(r), err)
		}
		rw.WriteHeader(http.StatusBadGateway)
	}}, nil
}

func decodeBody[T any](body []byte) (T, error) {
	var v T
	err := json.Unmarshal(body, &v)
	return v, err
}

// fromAddress reads the sender of a mail.
func (in sendEmail) fromAddress() (string, error) {
	if in.FromEmailAddress != "" {
		a, err := mail.ParseAddress(in.FromEmailAddress)
		if err != nil {
			return "", err
		}
		return a.Address, nil
	}
	if in.Content.Raw == nil {
		return "", fmt.Errorf("no sender")
	}
	m, err := mail.ReadMessage(bytes.NewReader(in.Content.Raw.Data))
	if err != nil {
		return "", err
	}
	a, err := mail.ParseAddress(m.Header.Get("From"))
	if err != nil {
		return "", err
	}
	return a.Address, nil
}
