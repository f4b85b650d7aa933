// Package dynamo keeps the ledger in one DynamoDB table.
//
//	pk (partition)               sk (sort)                  what
//	ticket#2023-securities       S-0137#000002              a ticket; its number is taken by writing it if absent
//	submission#2023-securities   S-0137#000002              a submission, never changed; or that its ticket was unused at the freeze
//	current#2023-securities      S-0137                     where the firm stands: one item each, read every night
//	round                        2023-securities            the state of an edition
//	runs                         2023-securities            all its runs: one item, so that one write decides who runs
//	release#2023-securities      20231101T020000Z-freeze    a proposal and its approval
//	letter#2023-securities       S-0137#accepted#2          what became of a letter
//	delivery                     …-S-0137-accepted-2        what the mail service said of a letter, by its number
//	client                       3n4b5urk1ft4fl3mg5e62d9ado whose a machine client of the ticket API is
//	register                     generation                 which generation of the entries below is read
//	firm                         S-0137#00000003#000041     an entry of the register, by generation
//	contact                      S-0137#00000003#000102     a contact, apart from all else: personal data, erased alone
//
// Each item also has rev (number of writes) and body (JSON, package ledger). The first word of pk is the kind, so that a
// role can be allowed some kinds only (dynamodb:LeadingKeys).
//
// Every read is consistent. Every write to an item that may change is a conditional put: on attribute_not_exists(pk) for a
// new one, on rev otherwise. There is no transaction and no index. Throttled and lost requests are the SDK's to retry; a
// put whose answer was lost is met again as "somebody wrote", and the ledger's rules recognise it as their own.
//
// Limits: an item is at most 400 KB (ledger.MaxSubmission stays below). The items of an edition are one partition per
// kind: a nightly reading of 272 firms is 3 to 6 pages; writes to one partition are bounded by 1,000 units a second,
// some 50 submissions of 20 KB, until DynamoDB splits it. Beyond some 10,000 firms, shard pk by a hash of the firm.
package dynamo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"cssa/shared/ledger"
)

// The names of the attributes. Stored words.
const (
	PK   = "pk"
	SK   = "sk"
	rev  = "rev"
	body = "body"
)

// A Ledger is the ledger in one table. It is safe for concurrent use.
type Ledger struct{ *ledger.Book }

// New returns the ledger in an existing table.
func New(client *dynamodb.Client, table string) *Ledger {
	return &Ledger{ledger.New(&store{client: client, table: table})}
}

// Create makes the table, paid per request, and waits until it is there; one that is there already is no error. In the
// cloud the table is part of the stack; this is for emulators and throw-away tables.
func Create(ctx context.Context, client *dynamodb.Client, table string) error {
	_, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:   &table,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String(PK), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String(SK), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String(PK), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String(SK), KeyType: types.KeyTypeRange},
		},
	})
	var there *types.ResourceInUseException
	if err != nil && !errors.As(err, &there) {
		return fmt.Errorf("create table %s: %w", table, err)
	}
	waiter := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay = 100 * time.Millisecond })
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &table}, time.Minute); err != nil {
		return fmt.Errorf("wait for table %s: %w", table, err)
	}
	return nil
}

// store implements ledger.Store.
type store struct {
	client *dynamodb.Client
	table  string
}

type item = map[string]types.AttributeValue

func keyOf(k ledger.Key) item {
	return item{PK: &types.AttributeValueMemberS{Value: k.Partition}, SK: &types.AttributeValueMemberS{Value: k.Sort}}
}

func itemOf(d ledger.Document) item {
	it := keyOf(d.Key)
	it[rev] = &types.AttributeValueMemberN{Value: strconv.FormatInt(d.Revision, 10)}
	it[body] = &types.AttributeValueMemberS{Value: d.Body}
	return it
}

func documentOf(it item) (ledger.Document, error) {
	pk, ok1 := it[PK].(*types.AttributeValueMemberS)
	sk, ok2 := it[SK].(*types.AttributeValueMemberS)
	n, ok3 := it[rev].(*types.AttributeValueMemberN)
	b, ok4 := it[body].(*types.AttributeValueMemberS)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return ledger.Document{}, errors.New("the item is not the ledger's: pk, sk, rev or body is missing")
	}
	revision, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		return ledger.Document{}, fmt.Errorf("item %s/%s: %w", pk.Value, sk.Value, err)
	}
	return ledger.Document{Key: ledger.Key{Partition: pk.Value, Sort: sk.Value}, Revision: revision, Body: b.Value}, nil
}

func (s *store) Get(ctx context.Context, k ledger.Key) (ledger.Document, error) {
	if k.Sort == "" {
		return ledger.Document{}, ledger.ErrNotFound // DynamoDB refuses the empty key rather than not finding it
	}
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: keyOf(k), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return ledger.Document{}, fmt.Errorf("get from table %s: %w", s.table, err)
	}
	if len(out.Item) == 0 {
		return ledger.Document{}, ledger.ErrNotFound
	}
	return documentOf(out.Item)
}

func (s *store) Swap(ctx context.Context, k ledger.Key, revision int64, body string) (bool, error) {
	in := &dynamodb.PutItemInput{TableName: &s.table, Item: itemOf(ledger.Document{Key: k, Revision: revision + 1, Body: body})}
	if revision == 0 {
		in.ConditionExpression = aws.String("attribute_not_exists(pk)")
	} else {
		in.ConditionExpression = aws.String("rev = :rev")
		in.ExpressionAttributeValues = item{":rev": &types.AttributeValueMemberN{Value: strconv.FormatInt(revision, 10)}}
	}
	_, err := s.client.PutItem(ctx, in)
	var moved *types.ConditionalCheckFailedException
	if errors.As(err, &moved) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("put into table %s: %w", s.table, err)
	}
	return true, nil
}

func (s *store) List(ctx context.Context, partition, prefix string) iter.Seq2[ledger.Document, error] {
	return func(yield func(ledger.Document, error) bool) {
		in := &dynamodb.QueryInput{
			TableName:                 &s.table,
			ConsistentRead:            aws.Bool(true),
			KeyConditionExpression:    aws.String("pk = :pk"),
			ExpressionAttributeValues: item{":pk": &types.AttributeValueMemberS{Value: partition}},
		}
		if prefix != "" {
			in.KeyConditionExpression = aws.String("pk = :pk AND begins_with(sk, :prefix)")
			in.ExpressionAttributeValues[":prefix"] = &types.AttributeValueMemberS{Value: prefix}
		}
		s.query(ctx, in, yield)
	}
}

// Revisions costs DynamoDB what List does, but next to nothing is sent and decoded.
func (s *store) Revisions(ctx context.Context, partition string) iter.Seq2[ledger.Document, error] {
	return func(yield func(ledger.Document, error) bool) {
		s.query(ctx, &dynamodb.QueryInput{
			TableName:                 &s.table,
			ConsistentRead:            aws.Bool(true),
			KeyConditionExpression:    aws.String("pk = :pk"),
			ExpressionAttributeValues: item{":pk": &types.AttributeValueMemberS{Value: partition}},
			ProjectionExpression:      aws.String("pk, sk, rev"),
		}, yield)
	}
}

// query yields the documents of every page.
func (s *store) query(ctx context.Context, in *dynamodb.QueryInput, yield func(ledger.Document, error) bool) {
	pages := dynamodb.NewQueryPaginator(s.client, in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			yield(ledger.Document{}, fmt.Errorf("query table %s: %w", s.table, err))
			return
		}
		for _, it := range out.Items {
			if in.ProjectionExpression != nil {
				it[body] = &types.AttributeValueMemberS{}
			}
			d, err := documentOf(it)
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}

// batch is how many requests DynamoDB takes at once.
const batch = 25

func (s *store) Bulk(ctx context.Context, put []ledger.Document, remove []ledger.Key) error {
	var requests []types.WriteRequest
	for _, d := range put {
		d.Revision = 1
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: itemOf(d)}})
	}
	for _, k := range remove {
		requests = append(requests, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: keyOf(k)}})
	}
	wait := 50 * time.Millisecond
	for len(requests) > 0 {
		n := min(batch, len(requests))
		out, err := s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{s.table: requests[:n]}})
		if err != nil {
			return fmt.Errorf("write to table %s: %w", s.table, err)
		}
		// What was not processed was throttled. The SDK does not see that as a failure, so the waiting is ours.
		again := out.UnprocessedItems[s.table]
		requests = append(again[:len(again):len(again)], requests[n:]...)
		if len(again) == 0 {
			wait = 50 * time.Millisecond
			continue
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("write to table %s: %w", s.table, ctx.Err())
		case <-time.After(wait):
		}
		wait = min(2*wait, 5*time.Second)
	}
	return nil
}
