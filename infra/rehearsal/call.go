package rehearsal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"cssa/infra/rehearsal/iam"
	"cssa/infra/rehearsal/template"
)

// A Need is one right that a request takes.
type Need struct {
	Action, Resource string
	Context          map[string][]string
}

const s3ARN = "arn:aws:s3:::"

// The sub-resources of S3 that are mapped. Any other is refused, since nobody here should ask for it.
var s3Quiet = map[string]bool{
	"versionId": true, "x-id": true, "prefix": true, "list-type": true, "continuation-token": true, "max-keys": true,
	"delimiter": true, "start-after": true, "encoding-type": true, "fetch-owner": true, "key-marker": true,
	"version-id-marker": true, "partNumber": true, "uploadId": true, "uploads": true, "versions": true,
}

// s3Needs maps a request of the S3 protocol, path style, to the rights it takes, also those to the bucket's key.
func (w *World) s3Needs(r *http.Request) ([]Need, error) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	q := r.URL.Query()
	for name := range q {
		if !s3Quiet[name] && !strings.HasPrefix(strings.ToLower(name), "x-amz-") && !strings.HasPrefix(name, "response-") {
			return nil, fmt.Errorf("S3 sub-resource %q is not mapped to an action", name)
		}
	}
	if bucket == "" {
		return nil, fmt.Errorf("%s / of S3 is not mapped to an action", r.Method)
	}
	context := iam.Good()
	for name, values := range r.Header {
		if n := strings.ToLower(name); strings.HasPrefix(n, "x-amz-") {
			context["s3:"+n] = values
		}
	}
	if key == "" {
		return s3BucketNeeds(r, bucket, q, context)
	}
	object := s3ARN + bucket + "/" + key
	read, write := "s3:GetObject", "s3:PutObject"
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		if q.Has("versionId") {
			read = "s3:GetObjectVersion"
		}
		return append([]Need{{read, object, context}}, w.keyNeeds(bucket, object, "kms:Decrypt")...), nil
	case r.Method == http.MethodDelete && q.Has("versionId"):
		return []Need{{"s3:DeleteObjectVersion", object, context}}, nil
	case r.Method == http.MethodDelete && q.Has("uploadId"):
		return []Need{{"s3:AbortMultipartUpload", object, context}}, nil
	case r.Method == http.MethodDelete:
		return []Need{{"s3:DeleteObject", object, context}}, nil
	case r.Method != http.MethodPut && r.Method != http.MethodPost:
		return nil, fmt.Errorf("%s of an object is not mapped to an action", r.Method)
	}
	needs := append([]Need{{write, object, context}}, w.keyNeeds(bucket, object, "kms:GenerateDataKey")...)
	if q.Has("uploads") || q.Has("uploadId") {
		needs = append(needs, w.keyNeeds(bucket, object, "kms:Decrypt")...) // parts are read again when they are joined
	}
	for header, action := range map[string]string{
		"X-Amz-Tagging": "s3:PutObjectTagging", "X-Amz-Acl": "s3:PutObjectAcl", "X-Amz-Object-Lock-Mode": "s3:PutObjectRetention",
		"X-Amz-Object-Lock-Legal-Hold": "s3:PutObjectLegalHold",
	} {
		if r.Header.Get(header) != "" {
			needs = append(needs, Need{action, object, context})
		}
	}
	source := r.Header.Get("X-Amz-Copy-Source")
	if source == "" {
		return needs, nil
	}
	path, version, _ := strings.Cut(strings.TrimPrefix(source, "/"), "?")
	path, err := url.PathUnescape(path)
	if err != nil {
		return nil, fmt.Errorf("copy source: %w", err)
	}
	if version != "" {
		read = "s3:GetObjectVersion"
	}
	from, _, _ := strings.Cut(path, "/")
	needs = append(needs, Need{read, s3ARN + path, context})
	return append(needs, w.keyNeeds(from, s3ARN+path, "kms:Decrypt")...), nil
}

func s3BucketNeeds(r *http.Request, bucket string, q url.Values, context map[string][]string) ([]Need, error) {
	context["s3:prefix"] = []string{q.Get("prefix")}
	switch {
	case r.Method == http.MethodHead, r.Method == http.MethodGet && !q.Has("versions") && !q.Has("uploads"):
		return []Need{{"s3:ListBucket", s3ARN + bucket, context}}, nil
	case r.Method == http.MethodGet && q.Has("versions"):
		return []Need{{"s3:ListBucketVersions", s3ARN + bucket, context}}, nil
	}
	return nil, fmt.Errorf("%s of a bucket is not mapped to an action", r.Method)
}

// keyNeeds are the rights to the key of a bucket that S3 uses in the caller's name. With a bucket key the encryption
// context is the bucket, else the object.
func (w *World) keyNeeds(bucket, object, action string) []Need {
	k, ok := w.bucketKeys[bucket]
	if !ok {
		return nil
	}
	context := iam.Good()
	context["kms:viaservice"] = []string{"s3." + template.Region + ".amazonaws.com"}
	context["kms:encryptioncontext:aws:s3:arn"] = []string{object}
	if k.bucketKey {
		context["kms:encryptioncontext:aws:s3:arn"] = []string{s3ARN + bucket}
	}
	return []Need{{action, k.arn, context}}
}

// leading finds the partition of a query, as package dynamo writes it.
var leading = regexp.MustCompile(`^pk = (:\w+)`)

// dynamoNeeds maps a call of DynamoDB's JSON protocol.
func (w *World) dynamoNeeds(operation string, body []byte) ([]Need, error) {
	var in struct {
		TableName     string
		Key, Item     map[string]map[string]any
		RequestItems  map[string]any
		TransactItems []map[string]struct{ TableName string }

		KeyConditionExpression    string
		ExpressionAttributeValues map[string]map[string]any
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, fmt.Errorf("body of %s: %w", operation, err)
	}
	context := iam.Good()
	for _, item := range []map[string]map[string]any{in.Key, in.Item} {
		if pk, ok := item["pk"]["S"].(string); ok {
			context["dynamodb:leadingkeys"] = []string{pk}
		}
	}
	if m := leading.FindStringSubmatch(in.KeyConditionExpression); m != nil {
		if pk, ok := in.ExpressionAttributeValues[m[1]]["S"].(string); ok {
			context["dynamodb:leadingkeys"] = []string{pk}
		}
	}
	actions := map[string]string{} // table → action
	switch operation {
	case "BatchGetItem", "BatchWriteItem":
		for t := range in.RequestItems {
			actions[t] = operation
		}
	case "TransactWriteItems", "TransactGetItems":
		for _, item := range in.TransactItems {
			for kind, of := range item {
				actions[of.TableName] = map[string]string{
					"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem", "ConditionCheck": "ConditionCheckItem",
				}[kind]
			}
		}
	default:
		actions[in.TableName] = operation
	}
	var needs []Need
	for table, action := range actions {
		arn := table
		if !strings.HasPrefix(table, "arn:") {
			arn = fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s", template.Region, template.Account, table)
		}
		needs = append(needs, Need{"dynamodb:" + action, arn, context})
		if k, ok := w.tableKeys[arn]; ok {
			via := iam.Good()
			via["kms:viaservice"] = []string{"dynamodb." + template.Region + ".amazonaws.com"}
			via["kms:encryptioncontext:aws:dynamodb:tablename"] = []string{arn[strings.LastIndex(arn, "/")+1:]}
			via["kms:encryptioncontext:aws:dynamodb:subscriberid"] = []string{template.Account}
			needs = append(needs, Need{"kms:Decrypt", k, via})
		}
	}
	return needs, nil
}

// eventNeeds maps PutEvents, entry by entry.
func eventNeeds(in putEvents) []Need {
	var needs []Need
	for _, e := range in.Entries {
		context := iam.Good()
		context["events:source"] = []string{e.Source}
		context["events:detail-type"] = []string{e.DetailType}
		needs = append(needs, Need{"events:PutEvents", busARN(e.EventBusName), context})
	}
	return needs
}

func busARN(name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	if name == "" {
		name = "default"
	}
	return fmt.Sprintf("arn:aws:events:%s:%s:event-bus/%s", template.Region, template.Account, name)
}

// mailNeeds maps SendEmail of SES's second API. A raw message takes the right SendRawEmail, as the first API's does. The
// identity is the address where the account has it, else its domain.
func (w *World) mailNeeds(in sendEmail, from string) []Need {
	action := "ses:SendEmail"
	if in.Content.Raw != nil {
		action = "ses:SendRawEmail"
	}
	context := iam.Good()
	context["ses:fromaddress"] = []string{from}
	context["ses:recipients"] = in.recipients()
	_, domain, _ := strings.Cut(from, "@")
	identity := domain
	if w.identities[from] {
		identity = from
	}
	prefix := fmt.Sprintf("arn:aws:ses:%s:%s:", template.Region, template.Account)
	needs := []Need{{action, prefix + "identity/" + identity, context}}
	if in.ConfigurationSetName != "" {
		needs = append(needs, Need{action, prefix + "configuration-set/" + in.ConfigurationSetName, context})
	}
	return needs
}

// glueNeeds maps a call about a table's partitions: it takes the right to the catalog, the database and the table.
func glueNeeds(operation string, in gluePartitions) []Need {
	prefix := fmt.Sprintf("arn:aws:glue:%s:%s:", template.Region, template.Account)
	needs := []Need{{"glue:" + operation, prefix + "catalog", iam.Good()}}
	needs = append(needs, Need{"glue:" + operation, prefix + "database/" + in.DatabaseName, iam.Good()})
	if in.TableName != "" {
		needs = append(needs, Need{"glue:" + operation, prefix + "table/" + in.DatabaseName + "/" + in.TableName, iam.Good()})
	}
	return needs
}
