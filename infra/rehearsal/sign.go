package rehearsal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Every caller has an access key of its own, by which it is known, and the secret of the S3 server, which knows its own
// access key only. A signature in a header does not cover the access key, so that the server's is put in its place and the
// server checks the caller's signature. One in a query does: it is checked here and made anew, for the server to check
// everything else, its expiry first.

var credential = regexp.MustCompile(`Credential=([^/]+)/`)

// accessKey returns whose key a request is signed with, or "".
func accessKey(r *http.Request) string {
	if m := credential.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		return m[1]
	}
	key, _, _ := strings.Cut(r.URL.Query().Get("X-Amz-Credential"), "/")
	return key
}

// asServer gives a request the server's access key, and the server's time where the services' is another. One whose
// signature is wrong stays as it is where it is checked here, and the server refuses its key.
func (w *World) asServer(r *http.Request) {
	now := ""
	if ahead := time.Until(w.c.Now()); ahead.Abs() > time.Minute { // the server goes by the machine's clock
		now = time.Now().UTC().Format(amzDate)
	}
	auth := r.Header.Get("Authorization")
	switch {
	case auth == "":
		w.presignAsServer(r, now)
	case now == "":
		r.Header.Set("Authorization", credential.ReplaceAllLiteralString(auth, "Credential="+w.secret.AccessKeyID+"/"))
	default:
		w.signAsServer(r, now)
	}
}

// presignAsServer makes the signature in a query anew, and its time where now is one.
func (w *World) presignAsServer(r *http.Request, now string) {
	q := r.URL.Query()
	key, scope, _ := strings.Cut(q.Get("X-Amz-Credential"), "/")
	s := signed{r, q, q.Get("X-Amz-SignedHeaders"), "UNSIGNED-PAYLOAD", q.Get("X-Amz-Date"), scope}
	if key == "" || !hmac.Equal([]byte(q.Get("X-Amz-Signature")), []byte(s.signature(w.secret.SecretAccessKey))) {
		return
	}
	if now != "" {
		s.at(now)
		q.Set("X-Amz-Date", now)
	}
	q.Set("X-Amz-Credential", w.secret.AccessKeyID+"/"+s.scope)
	q.Set("X-Amz-Signature", s.signature(w.secret.SecretAccessKey))
	r.URL.RawQuery = encoded(q)
}

var authorization = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=[^/]+/([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]+)$`)

// signAsServer makes the signature in a header anew, of the time now.
func (w *World) signAsServer(r *http.Request, now string) {
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return
	}
	s := signed{r, r.URL.Query(), m[2], r.Header.Get("X-Amz-Content-Sha256"), r.Header.Get("X-Amz-Date"), m[1]}
	if !hmac.Equal([]byte(m[3]), []byte(s.signature(w.secret.SecretAccessKey))) {
		return
	}
	s.at(now)
	r.Header.Set("X-Amz-Date", now)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+w.secret.AccessKeyID+"/"+s.scope+
		", SignedHeaders="+s.headers+", Signature="+s.signature(w.secret.SecretAccessKey))
}

func encoded(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }

// signed is what a signature of version 4 covers.
type signed struct {
	r                    *http.Request
	query                url.Values
	headers              string // names, joined by semicolons
	payload, date, scope string
}

// at moves it to another time, in AWS's form.
func (s *signed) at(date string) {
	_, rest, _ := strings.Cut(s.scope, "/")
	s.date, s.scope = date, date[:len("20060102")]+"/"+rest
}

// signature is the signature of a request to S3 (AWS, "Signature calculations for the authorization header" and "Authenticating
// requests: using query parameters").
func (s *signed) signature(secret string) string {
	unsigned := url.Values{}
	for k, v := range s.query {
		if k != "X-Amz-Signature" {
			unsigned[k] = v
		}
	}
	var headers strings.Builder
	for _, name := range strings.Split(s.headers, ";") {
		value := strings.Join(s.r.Header.Values(name), ",")
		switch name {
		case "host":
			value = s.r.Host
		case "content-length":
			value = strconv.FormatInt(s.r.ContentLength, 10)
		}
		headers.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	request := sha256.Sum256([]byte(strings.Join([]string{
		s.r.Method, s.r.URL.EscapedPath(), encoded(unsigned), headers.String(), s.headers, s.payload,
	}, "\n")))
	key := []byte("AWS4" + secret)
	for _, part := range strings.Split(s.scope, "/") { // date, region, service, aws4_request
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+s.date+"\n"+s.scope+"\n"+hex.EncodeToString(request[:])))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text)) // a hash's Write does not fail
	return h.Sum(nil)
}
