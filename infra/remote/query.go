package remote

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
)

// Query asks the lake through Athena. The workgroup decides what a query may cost and where its result is kept, and logs
// who asked what.
type Query struct {
	client  *athena.Client
	outputs Outputs
}

// An Answer is the result of a query: the names of its columns and its rows, as Athena writes them; nil is NULL.
type Answer struct {
	Columns []string
	Rows    [][]*string
}

// Ask runs sql behind one of the two doors and returns at most limit rows; more is true if there were more.
func (q *Query) Ask(ctx context.Context, sql string, open bool, limit int) (a Answer, more bool, err error) {
	workgroup, database := q.outputs.RestrictedWorkgroup, q.outputs.RestrictedDatabase
	if open {
		workgroup, database = q.outputs.OpenWorkgroup, q.outputs.OpenDatabase
	}
	started, err := q.client.StartQueryExecution(ctx, &athena.StartQueryExecutionInput{
		QueryString: &sql, WorkGroup: &workgroup, QueryExecutionContext: &types.QueryExecutionContext{Database: &database},
	})
	if err != nil {
		return a, false, fmt.Errorf("query in %s: %w", workgroup, err)
	}
	if err := q.wait(ctx, started.QueryExecutionId); err != nil {
		return a, false, err
	}
	pages := athena.NewGetQueryResultsPaginator(q.client, &athena.GetQueryResultsInput{QueryExecutionId: started.QueryExecutionId})
	for first := true; pages.HasMorePages(); first = false {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return a, false, fmt.Errorf("result of the query: %w", err)
		}
		if page.ResultSet == nil {
			continue // of a statement that gives nothing back
		}
		rows := page.ResultSet.Rows
		if first && page.ResultSet.ResultSetMetadata != nil {
			for _, c := range page.ResultSet.ResultSetMetadata.ColumnInfo {
				a.Columns = append(a.Columns, aws.ToString(c.Name))
			}
			if isHeader(rows, a.Columns) {
				rows = rows[1:]
			}
		}
		for _, r := range rows {
			if len(a.Rows) == limit {
				return a, true, nil
			}
			a.Rows = append(a.Rows, cells(r, len(a.Columns)))
		}
	}
	return a, false, nil
}

// cells returns a row's values, as many as there are columns. DESCRIBE and its like give a row as one text with tabs.
func cells(r types.Row, columns int) []*string {
	values := make([]*string, columns)
	if len(r.Data) == 1 && columns > 1 {
		for i, text := range strings.SplitN(aws.ToString(r.Data[0].VarCharValue), "\t", columns) {
			values[i] = aws.String(strings.TrimSpace(text))
		}
		return values
	}
	for i := range min(columns, len(r.Data)) {
		values[i] = r.Data[i].VarCharValue
	}
	return values
}

// isHeader says whether the first row is the names of the columns: so it is for SELECT, but not for SHOW and DESCRIBE.
func isHeader(rows []types.Row, columns []string) bool {
	if len(rows) == 0 || len(rows[0].Data) != len(columns) {
		return false
	}
	for i, v := range rows[0].Data {
		if aws.ToString(v.VarCharValue) != columns[i] {
			return false
		}
	}
	return true
}

// wait asks until the query has ended. A query that nobody waits for any more is stopped: it would cost on.
func (q *Query) wait(ctx context.Context, id *string) error {
	pause := 200 * time.Millisecond
	for {
		got, err := q.client.GetQueryExecution(ctx, &athena.GetQueryExecutionInput{QueryExecutionId: id})
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), q.stop(ctx, id))
		}
		if err != nil {
			return fmt.Errorf("state of the query: %w", err)
		}
		switch status := got.QueryExecution.Status; status.State {
		case types.QueryExecutionStateSucceeded:
			return nil
		case types.QueryExecutionStateFailed, types.QueryExecutionStateCancelled:
			return fmt.Errorf("%w: the query %s: %s", ErrRefused, status.State, reason(status))
		}
		if err := sleep(ctx, pause); err != nil {
			return errors.Join(err, q.stop(ctx, id))
		}
		pause = min(2*pause, 2*time.Second)
	}
}

func (q *Query) stop(ctx context.Context, id *string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if _, err := q.client.StopQueryExecution(ctx, &athena.StopQueryExecutionInput{QueryExecutionId: id}); err != nil {
		return fmt.Errorf("the query runs on: %w", err)
	}
	return nil
}

// reason says why a query ended without a result, and how to mend it where the workgroup's limit did it.
func reason(s *types.QueryExecutionStatus) string {
	text := aws.ToString(s.StateChangeReason)
	if text == "" && s.AthenaError != nil {
		text = aws.ToString(s.AthenaError.ErrorMessage)
	}
	if text == "" {
		return "Athena gives no reason; its console shows the query"
	}
	if strings.Contains(text, "Bytes scanned limit") {
		text += "; ask for fewer columns or one edition (where edition = …), or raise the stage's ScanLimitMB"
	}
	return text
}
