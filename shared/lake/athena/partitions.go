package athena

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"cssa/shared/checklist"
	"cssa/shared/lake"
)

// attempts is how often a partition that Glue answered with an error of its own is asked for.
const attempts = 5

// A Catalog registers a run's partitions in the Glue tables of one door, which must exist. It is safe for concurrent use.
type Catalog struct {
	client *glue.Client
	door   Door
	// Wait is called between attempts. It returns the context's error as soon as that ends.
	Wait func(ctx context.Context, d time.Duration) error
}

// New returns the catalogue of a door.
func New(client *glue.Client, door Door) *Catalog {
	return &Catalog{client: client, door: door, Wait: wait}
}

// AddPartitions registers the partition of the run in every table of the door, and that of the edition in current_run.
// What is registered already stays as it is, so that a repeated call finishes what an interrupted one began. Nobody sees
// the run before [lake.MakeCurrent]: views show the current run only. The files need not be there yet.
func (c *Catalog) AddPartitions(ctx context.Context, ed checklist.EditionID, run string) error {
	for _, t := range lake.Catalog() {
		if t.Open != c.door.Open {
			continue
		}
		if err := c.add(ctx, t, ed, run); err != nil {
			return fmt.Errorf("athena: register %s of %s in %s.%s: %w", run, ed, c.door.Database, t.Base(), err)
		}
	}
	return nil
}

// add registers one partition, and again while Glue says that it could not.
func (c *Catalog) add(ctx context.Context, t lake.Table, ed checklist.EditionID, run string) error {
	input := &glue.BatchCreatePartitionInput{
		DatabaseName: aws.String(c.door.Database), TableName: aws.String(t.Base()),
		PartitionInputList: []types.PartitionInput{c.partition(t, ed, run)},
	}
	for attempt := 1; ; attempt++ {
		out, err := c.client.BatchCreatePartition(ctx, input)
		var there *types.AlreadyExistsException
		if errors.As(err, &there) {
			return nil
		}
		if err != nil {
			return err
		}
		refused := refusal(out.Errors)
		if refused == nil {
			return nil
		}
		if attempt == attempts {
			return fmt.Errorf("after %d attempts: %w", attempts, refused)
		}
		if err := c.Wait(ctx, time.Second<<(attempt-1)); err != nil {
			return errors.Join(err, refused)
		}
	}
}

// refusal returns the first error that says something else than that the partition is there.
func refusal(all []types.PartitionError) error {
	for _, e := range all {
		d := cmp.Or(e.ErrorDetail, &types.ErrorDetail{})
		if aws.ToString(d.ErrorCode) != "AlreadyExistsException" {
			return fmt.Errorf("%s: %s", aws.ToString(d.ErrorCode), aws.ToString(d.ErrorMessage))
		}
	}
	return nil
}

// partition describes the folder that holds the run's files of a table.
func (c *Catalog) partition(t lake.Table, ed checklist.EditionID, run string) types.PartitionInput {
	values, folder := []string{string(ed)}, path.Dir(lake.CurrentKey(ed))
	if t.ByRun {
		values, folder = append(values, run), path.Dir(lake.Key(t.Folder, ed, run, 0))
	}
	var columns []types.Column
	for _, col := range tableOf(c.door, t).Columns {
		columns = append(columns, types.Column{Name: aws.String(col.Name), Type: aws.String(col.Type)})
	}
	return types.PartitionInput{
		Values: values,
		StorageDescriptor: &types.StorageDescriptor{
			Columns: columns, Location: aws.String(c.door.location(folder)),
			InputFormat: aws.String(InputFormat), OutputFormat: aws.String(OutputFormat),
			SerdeInfo: &types.SerDeInfo{SerializationLibrary: aws.String(Serde)},
		},
	}
}

// wait sleeps.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
