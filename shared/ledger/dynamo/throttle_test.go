package dynamo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// halfDone stands before the emulator as DynamoDB does when it throttles: of every other batch it passes on the first half
// and answers the rest as unprocessed.
type halfDone struct {
	dynamodb.HTTPClient
	mu      sync.Mutex
	batches int
}

func (h *halfDone) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".BatchWriteItem") {
		return h.HTTPClient.Do(r)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.batches++
	if h.batches%2 == 0 {
		return h.HTTPClient.Do(r)
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var in struct{ RequestItems map[string][]json.RawMessage }
	if err := json.Unmarshal(b, &in); err != nil {
		return nil, err
	}
	rest := map[string][]json.RawMessage{}
	for table, requests := range in.RequestItems {
		in.RequestItems[table], rest[table] = requests[:len(requests)/2], requests[len(requests)/2:]
		if len(in.RequestItems[table]) == 0 { // DynamoDB takes no empty batch: all of it is left over
			return answer(r, rest)
		}
	}
	if b, err = json.Marshal(in); err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	res, err := h.HTTPClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(res.Body)
		return nil, fmt.Errorf("the emulator answered %s: %s", res.Status, said)
	}
	return answer(r, rest)
}

func answer(r *http.Request, unprocessed map[string][]json.RawMessage) (*http.Response, error) {
	b, err := json.Marshal(map[string]any{"UnprocessedItems": unprocessed})
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Request: r, ContentLength: int64(len(b)), Body: io.NopCloser(bytes.NewReader(b)),
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}, "X-Amz-Crc32": {fmt.Sprint(crc32.ChecksumIEEE(b))}}}, nil
}
