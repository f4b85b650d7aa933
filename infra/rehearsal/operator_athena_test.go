//go:build conformance

package rehearsal

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"cssa/infra/rehearsal/iam"
	"cssa/infra/rehearsal/template"
	"cssa/shared/archive/s3"
	"cssa/shared/lake"
)

// athena plays Athena for "select count(*) as n from TABLE": it finds the table in Glue, reads the Parquet behind it and keeps
// the answer in the door's bucket, all with the rights of who asks, as Athena does.
type athena struct{ asked map[string]*question }

type question struct{ workgroup, bucket, failed, rows string }

type athenaRequest struct {
	QueryExecutionId, QueryString, WorkGroup string
	QueryExecutionContext                    struct{ Database string }
}

func (o *office) athenaNeeds(r *http.Request, body []byte) ([]Need, error) {
	in, err := decodeBody[athenaRequest](body)
	if err != nil {
		return nil, err
	}
	if q := o.questionOf(in.QueryExecutionId); q != nil {
		in.WorkGroup = q.workgroup
	}
	arn := fmt.Sprintf("arn:aws:athena:%s:%s:workgroup/%s", template.Region, template.Account, in.WorkGroup)
	return []Need{{"athena:" + operation(r), arn, iam.Good()}}, nil
}

func (o *office) questionOf(id string) *question {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked[id]
}

func (o *office) serveAthena(rw http.ResponseWriter, r *http.Request) {
	var in athenaRequest
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		o.t.Error(err)
	}
	objects, q := o.objectsOf(r), o.questionOf(in.QueryExecutionId)
	switch operation(r) {
	case "StartQueryExecution":
		q = o.count(r, objects, in)
		o.mu.Lock()
		defer o.mu.Unlock()
		id := fmt.Sprintf("q%d", len(o.asked)+1)
		o.asked[id] = q
		writeJSON(rw, http.StatusOK, map[string]string{"QueryExecutionId": id})
	case "GetQueryExecution":
		status := map[string]string{"State": "SUCCEEDED"}
		if q.failed != "" {
			status = map[string]string{"State": "FAILED", "StateChangeReason": q.failed}
		}
		writeJSON(rw, http.StatusOK, map[string]any{"QueryExecution": map[string]any{"Status": status}})
	case "GetQueryResults":
		if _, err := objects.GetObject(r.Context(), &awss3.GetObjectInput{Bucket: &q.bucket, Key: aws.String("athena/" + q.rows + ".csv")}); err != nil {
			writeJSON(rw, http.StatusBadRequest, map[string]string{"__type": "InvalidRequestException", "message": err.Error()})
			return
		}
		row := func(s string) any { return map[string]any{"Data": []any{map[string]string{"VarCharValue": s}}} }
		writeJSON(rw, http.StatusOK, map[string]any{"ResultSet": map[string]any{
			"ResultSetMetadata": map[string]any{"ColumnInfo": []any{map[string]string{"Name": "n", "Type": "bigint"}}}, "Rows": []any{row("n"), row(q.rows)},
		}})
	default:
		o.t.Errorf("%s is not played", operation(r))
	}
}

// objectsOf is S3 as the caller of a request reaches it.
func (o *office) objectsOf(r *http.Request) *awss3.Client {
	return awss3.New(awss3.Options{
		Region: template.Region, BaseEndpoint: aws.String(o.w.doors["S3"]), UsePathStyle: true, DisableLogOutputChecksumValidationSkipped: true,
		Credentials: credentials.NewStaticCredentialsProvider(accessKey(r), o.w.secret.SecretAccessKey, ""),
	})
}

var counting = regexp.MustCompile(`(?i)^(?:-- why: [^\n]+\n)?select count\(\*\) as n from ([a-z0-9_]+\.)?([a-z0-9_]+)$`)

func (o *office) count(r *http.Request, objects *awss3.Client, in athenaRequest) *question {
	q := &question{workgroup: in.WorkGroup}
	m := counting.FindStringSubmatch(in.QueryString)
	if m == nil {
		o.t.Errorf("%q is not played", in.QueryString)
		return q
	}
	database, table := cmp.Or(strings.TrimSuffix(m[1], "."), in.QueryExecutionContext.Database), m[2]
	fail := func(err error) *question {
		q.failed = "Insufficient permissions to execute the query: " + err.Error()
		return q
	}
	d := &door{w: o.w, service: "GLUE", needs: func(*http.Request, []byte) ([]Need, error) {
		var needs []Need
		for _, action := range []string{"GetTable", "GetPartitions"} {
			needs = append(needs, glueNeeds(action, gluePartitions{DatabaseName: database, TableName: table})...)
		}
		return needs, nil
	}}
	if _, refused := d.decide(r, nil); refused != "" {
		return fail(errors.New(refused))
	}
	n, err := rows(r.Context(), s3.New(objects, o.bucketOf("Database", database)), table)
	if err != nil {
		return fail(err)
	}
	q.rows, q.bucket = fmt.Sprint(n), o.bucketOf("Workgroup", in.WorkGroup) // the workgroup says where answers go
	if _, err := objects.PutObject(r.Context(), &awss3.PutObjectInput{
		Bucket: &q.bucket, Key: aws.String("athena/" + q.rows + ".csv"), Body: bytes.NewReader([]byte(q.rows)),
	}); err != nil {
		return fail(err)
	}
	return q
}

// bucketOf is the bucket of the door whose database or workgroup has that name.
func (o *office) bucketOf(kind, name string) string {
	for _, door := range []string{"Restricted", "Open"} {
		if o.w.Outputs[door+kind] == name {
			return o.w.Outputs[door+"Bucket"]
		}
	}
	o.t.Errorf("no door has the %s %s", kind, name)
	return ""
}

// rows counts the rows of a table's current run.
func rows(ctx context.Context, in lake.Source, table string) (int, error) {
	run, err := lake.Current(ctx, in, edition)
	if err != nil {
		return 0, err
	}
	switch table {
	case "answers":
		return length[lake.AnswerRow](ctx, in, run)
	case "open_figures":
		return length[lake.OpenFigureRow](ctx, in, run)
	}
	return 0, fmt.Errorf("table %s is not played", table)
}

func length[T lake.Row](ctx context.Context, in lake.Source, run string) (int, error) {
	all, err := lake.Read[T](ctx, in, edition, run)
	return len(all), err
}
