package cloud

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// template synthesises the app once for all tests, with the context of the project's own cdk.json, and returns the
// resources of the named stack.
var template = sync.OnceValues(func() (map[string]resource, error) {
	file, err := os.Open("../../cdk.json")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	context, err := ReadContext(file)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "cdk")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	NewApp(dir, context).Synth(nil)
	body, err := os.ReadFile(filepath.Join(dir, "CssaStore.template.json"))
	if err != nil {
		return nil, err
	}
	var t struct{ Resources map[string]resource }
	return t.Resources, json.Unmarshal(body, &t)
})

type resource struct {
	Type                string
	Properties          map[string]any
	DeletionPolicy      string
	UpdateReplacePolicy string
}

// ofType returns the only resource of a type.
func ofType(t *testing.T, kind string) resource {
	t.Helper()
	all, err := template()
	if err != nil {
		t.Fatal(err)
	}
	var found []resource
	for _, r := range all {
		if r.Type == kind {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d resources of type %s, want 1", len(found), kind)
	}
	return found[0]
}

// at follows a path of keys and indexes through decoded JSON and returns what is there as JSON.
func at(t *testing.T, v any, path ...any) string {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return "null"
			}
			v = l[step]
		}
	}
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestTheArchiveKeepsOriginalsSafe(t *testing.T) {
	bucket := ofType(t, "AWS::S3::Bucket")
	for _, want := range []struct {
		what string
		path []any
		json string
	}{
		{"encrypted with the system's key", []any{"BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault", "SSEAlgorithm"}, `"aws:kms"`},
		{"one data key per bucket, not per object", []any{"BucketEncryption", "ServerSideEncryptionConfiguration", 0, "BucketKeyEnabled"}, `true`},
		{"every version kept", []any{"VersioningConfiguration", "Status"}, `"Enabled"`},
		{"object lock", []any{"ObjectLockEnabled"}, `true`},
		{"no access lists", []any{"OwnershipControls", "Rules", 0, "ObjectOwnership"}, `"BucketOwnerEnforced"`},
		{"no public access by any way", []any{"PublicAccessBlockConfiguration"},
			`{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":true}`},
	} {
		if got := at(t, bucket.Properties, want.path...); got != want.json {
			t.Errorf("archive: %s: %v is %s, want %s", want.what, want.path, got, want.json)
		}
	}
	mustBeKept(t, bucket)
}

func TestTheArchiveRefusesPlainHTTPAndOldTLS(t *testing.T) {
	policy := ofType(t, "AWS::S3::BucketPolicy")
	statements, _ := policy.Properties["PolicyDocument"].(map[string]any)["Statement"].([]any)
	var denied []string
	for _, st := range statements {
		if at(t, st, "Effect") == `"Deny"` && at(t, st, "Action") == `"s3:*"` && at(t, st, "Principal", "AWS") == `"*"` {
			denied = append(denied, at(t, st, "Condition"))
		}
	}
	for _, want := range []string{
		`{"Bool":{"aws:SecureTransport":"false"}}`,
		`{"NumericLessThan":{"s3:TlsVersion":1.2}}`,
	} {
		if !slices.Contains(denied, want) {
			t.Errorf("archive: everything is denied to everyone when %q, want also %s", denied, want)
		}
	}
}

func TestTheLedgerCanBeRecoveredAndNotDeleted(t *testing.T) {
	table := ofType(t, "AWS::DynamoDB::Table")
	for _, want := range []struct {
		what string
		path []any
		json string
	}{
		{"point-in-time recovery", []any{"PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"}, `true`},
		{"deletion protection", []any{"DeletionProtectionEnabled"}, `true`},
		{"encrypted with the system's key", []any{"SSESpecification", "SSEType"}, `"KMS"`},
		{"partition key first, sort key second", []any{"KeySchema"},
			`[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]`},
	} {
		if got := at(t, table.Properties, want.path...); got != want.json {
			t.Errorf("ledger: %s: %v is %s, want %s", want.what, want.path, got, want.json)
		}
	}
	mustBeKept(t, table)
}

func TestTheKeyRotatesAndBothUseIt(t *testing.T) {
	key := ofType(t, "AWS::KMS::Key")
	if got := at(t, key.Properties, "EnableKeyRotation"); got != "true" {
		t.Errorf("key: rotation is %s", got)
	}
	mustBeKept(t, key)
	bucket := at(t, ofType(t, "AWS::S3::Bucket").Properties, "BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault", "KMSMasterKeyID")
	table := at(t, ofType(t, "AWS::DynamoDB::Table").Properties, "SSESpecification", "KMSMasterKeyId")
	if bucket != table || !strings.HasPrefix(bucket, `{"Fn::GetAtt":["Key`) {
		t.Errorf("the archive uses key %s and the ledger %s", bucket, table)
	}
}

// mustBeKept fails if deleting or replacing the stack would delete what cannot be rebuilt.
func mustBeKept(t *testing.T, r resource) {
	t.Helper()
	if r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
		t.Errorf("%s: on deletion %q, on replacement %q, want Retain for both", r.Type, r.DeletionPolicy, r.UpdateReplacePolicy)
	}
}
