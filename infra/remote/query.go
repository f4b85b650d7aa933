package remote

import (
	"context"
	"fmt"
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
		rows := page.ResultSet.Rows
		if first {
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
			values := make([]*string, len(r.Data))
			for i, v := range r.Data {
				values[i] = v.VarCharValue
			}
			a.Rows = append(a.Rows, values)
		}
	}
	return a, false, nil
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

// wait asks until the query has ended.
func (q *Query) wait(ctx context.Context, id *string) error {
	pause := 200 * time.Millisecond
	for {
		got, err := q.client.GetQueryExecution(ctx, &athena.GetQueryExecutionInput{QueryExecutionId: id})
		if err != nil {
			return fmt.Errorf("state of the query: %w", err)
		}
		switch status := got.QueryExecution.Status; status.State {
		case types.QueryExecutionStateSucceeded:
			return nil
		case types.QueryExecutionStateFailed, types.QueryExecutionStateCancelled:
			return fmt.Errorf("%w: the query %s: %s", ErrRefused, status.State, aws.ToString(status.StateChangeReason))
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, 2*time.Second)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
