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

// asServer gives a request the server's access key. A presigned one whose signature is wrong stays as it is, and the
// server refuses its key.
func (w *World) asServer(r *http.Request) {
	if auth := r.Header.Get("Authorization"); auth != "" {
		r.Header.Set("Authorization", credential.ReplaceAllLiteralString(auth, "Credential="+w.secret.AccessKeyID+"/"))
		return
	}
	q := r.URL.Query()
	scope := strings.SplitN(q.Get("X-Amz-Credential"), "/", 2)
	if len(scope) != 2 || !hmac.Equal([]byte(q.Get("X-Amz-Signature")), []byte(presigned(r, q, scope[1], w.secret.SecretAccessKey))) {
		return
	}
	q.Set("X-Amz-Credential", w.secret.AccessKeyID+"/"+scope[1])
	q.Set("X-Amz-Signature", presigned(r, q, scope[1], w.secret.SecretAccessKey))
	r.URL.RawQuery = encoded(q)
}

func encoded(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }

// presigned is the signature of a presigned request (AWS, "Authenticating requests: using query parameters").
func presigned(r *http.Request, q url.Values, scope, secret string) string {
	unsigned := url.Values{}
	for k, v := range q {
		if k != "X-Amz-Signature" {
			unsigned[k] = v
		}
	}
	var headers strings.Builder
	for _, name := range strings.Split(q.Get("X-Amz-SignedHeaders"), ";") {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = strconv.FormatInt(r.ContentLength, 10)
		}
		headers.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	request := sha256.Sum256([]byte(strings.Join([]string{
		r.Method, r.URL.EscapedPath(), encoded(unsigned), headers.String(), q.Get("X-Amz-SignedHeaders"), "UNSIGNED-PAYLOAD",
	}, "\n")))
	key := []byte("AWS4" + secret)
	for _, part := range strings.Split(scope, "/") { // date, region, service, aws4_request
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+q.Get("X-Amz-Date")+"\n"+scope+"\n"+hex.EncodeToString(request[:])))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text)) // a hash's Write does not fail
	return h.Sum(nil)
}
