package awsevents

import (
	"crypto/md5" // SQS's own checksum of a body
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	awslambda "github.com/aws/aws-lambda-go/events"
)

// documented reads the fields that AWS documents, by kind of envelope. Those of "* of EventBridge" and "* of the HTTP API"
// belong to every envelope of theirs.
func documented(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/documented.txt")
	if err != nil {
		t.Fatal(err)
	}
	fields, kind := map[string][]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "* of ") || !strings.Contains(line, " "):
			kind, _, _ = strings.Cut(line, ",")
		default:
			fields[kind] = append(fields[kind], line)
		}
	}
	return fields
}

// fieldsOf are the fields of a JSON value with their types, in the words of documented.txt.
func fieldsOf(path string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		var out []string
		for name, x := range v {
			out = append(out, fieldsOf(strings.TrimPrefix(path+"."+name, "."), x)...)
		}
		return out
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, fieldsOf(path+"[]", x)...)
		}
		return out
	case nil:
		return []string{path + " null"}
	case string:
		return []string{path + " string"}
	case bool:
		return []string{path + " bool"}
	}
	return []string{path + " number"}
}

// open names: the names below these are the sender's own.
var openNames = []string{"headers.", "pathParameters.", "requestContext.authorizer.jwt.claims.", "detail.mail.tags."}

func general(field string) string {
	for _, p := range openNames {
		if rest, ok := strings.CutPrefix(field, p); ok {
			name, _, _ := strings.Cut(rest, " ")
			name = strings.TrimSuffix(name, "[]")
			return p + "*" + strings.TrimPrefix(rest, name)
		}
	}
	return field
}

// No sample has a field, or a type of a field, that AWS does not document.
func TestSamplesHaveDocumentedFieldsOnly(t *testing.T) {
	known := documented(t)
	files, err := filepath.Glob("samples/*.json")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		kind, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".json"), "-")
		common := "* of EventBridge"
		switch kind {
		case "schedule", "freeze": // the input is ours, whole
			continue
		case "ticket", "release":
			common = "* of the HTTP API"
		case "sqs":
			common = ""
		}
		var v any
		if err := json.Unmarshal(sample(t, strings.TrimSuffix(filepath.Base(file), ".json")), &v); err != nil {
			t.Fatal(err)
		}
		may := slices.Concat(known[kind], known[common])
		for _, f := range fieldsOf("", v) {
			f = general(f)
			if seen[kind+f] = true; !slices.Contains(may, f) {
				t.Errorf("%s has %s, which is not documented", file, f)
			}
		}
		for _, f := range known[common] {
			if !seen[kind+f] && f != "resources[] string" && f != "body string" { // these may be empty
				t.Errorf("%s lacks %s", file, f)
			}
		}
	}
	for kind, fields := range known {
		for _, f := range fields {
			if !strings.HasPrefix(kind, "*") && !seen[kind+f] {
				t.Errorf("no sample of %s shows %s", kind, f)
			}
		}
	}
}

func TestTheSampleOfABatchIsWhole(t *testing.T) {
	var batch awslambda.SQSEvent
	if err := json.Unmarshal(sample(t, "sqs-batch"), &batch); err != nil {
		t.Fatal(err)
	}
	for i, m := range batch.Records {
		sum := md5.Sum([]byte(m.Body))
		if m.Md5OfBody != hex.EncodeToString(sum[:]) {
			t.Error(fmt.Sprint("record ", i, ": md5OfBody is not its body's"))
		}
	}
}
