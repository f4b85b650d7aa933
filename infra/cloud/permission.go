package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// A permission is one statement of a role: what, on what, under which conditions. Every statement is written out, because
// the CDK's grants give more than is asked for: its right to put an object forges scan tags and lifts locks, too.
type permission struct {
	actions []string
	on      []*string
	when    map[string]any // operator → map of keys; nil for always
}

// newRole adds a role whose statements are all inside it, so that it is never without them and the CDK adds none.
func newRole(scope constructs.Construct, id, what string, principal awsiam.IPrincipal, may ...permission) awsiam.Role {
	var statements []awsiam.PolicyStatement
	for _, p := range may {
		props := &awsiam.PolicyStatementProps{Actions: list(p.actions...), Resources: &p.on}
		if p.when != nil {
			props.Conditions = &p.when
		}
		statements = append(statements, awsiam.NewPolicyStatement(props))
	}
	return awsiam.NewRole(scope, s(id), &awsiam.RoleProps{
		Description: s(what),
		AssumedBy:   principal,
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"may": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
		},
	})
}

// service is an AWS service that acts for this account and no other.
func service(scope constructs.Construct, name string) awsiam.IPrincipal {
	return awsiam.NewServicePrincipal(s(name), &awsiam.ServicePrincipalOpts{
		Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Stack_Of(scope).Account()}},
	})
}

// getItems allows reading single items of the ledger whose partition key is of the given kinds (package dynamo draws them).
func (f *Foundation) getItems(kinds ...string) permission {
	return f.ledger([]string{"dynamodb:GetItem"}, kinds)
}

// listItems allows going through the items of such a partition.
func (f *Foundation) listItems(kinds ...string) permission {
	return f.ledger([]string{"dynamodb:Query"}, kinds)
}

// putItems allows writing such items; conditions are part of the write.
func (f *Foundation) putItems(kinds ...string) permission {
	return f.ledger([]string{"dynamodb:PutItem"}, kinds)
}

// readLedger allows both ways of reading; writeLedger is putItems. People work on whole partitions.
func (f *Foundation) readLedger(kinds ...string) permission {
	return f.ledger([]string{"dynamodb:GetItem", "dynamodb:Query"}, kinds)
}

func (f *Foundation) writeLedger(kinds ...string) permission { return f.putItems(kinds...) }

func (f *Foundation) ledger(actions, kinds []string) permission {
	return permission{actions, []*string{f.Ledger.TableArn()},
		map[string]any{"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": kinds}}}
}

// openLedger allows opening the ledger's encryption, through DynamoDB only.
func (f *Foundation) openLedger() permission {
	return permission{[]string{"kms:Decrypt"}, []*string{f.Answers.KeyArn()}, via(f.Answers, "dynamodb", nil)}
}

// readNewest allows reading the newest version of the objects under the prefixes of a bucket.
func readNewest(of awss3.Bucket, prefixes ...string) permission {
	return permission{[]string{"s3:GetObject"}, objects(of, prefixes), nil}
}

// readVersions allows reading a named version of them.
func readVersions(of awss3.Bucket, prefixes ...string) permission {
	return permission{[]string{"s3:GetObjectVersion"}, objects(of, prefixes), nil}
}

// putObjects allows writing objects under the prefixes of a bucket. What was written is read back (its checksum is
// compared), so reading comes along.
func putObjects(into awss3.Bucket, prefixes ...string) permission {
	return permission{[]string{"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"}, objects(into, prefixes), nil}
}

// missObjects allows to be told that an object is not there: without it S3 says "forbidden" instead.
func missObjects(in awss3.Bucket) permission {
	return permission{[]string{"s3:ListBucket"}, []*string{in.BucketArn()}, nil}
}

func objects(of awss3.Bucket, prefixes []string) []*string {
	var arns []*string
	for _, p := range prefixes {
		arns = append(arns, of.ArnForObjects(s(p+"*")))
	}
	return arns
}

// useKey allows the use of a bucket's key for that bucket only: S3 names the bucket when it asks for a bucket key.
func useKey(key awskms.Key, of awss3.Bucket, actions ...string) permission {
	return permission{actions, []*string{key.KeyArn()}, via(key, "s3", map[string]any{"kms:EncryptionContext:aws:s3:arn": of.BucketArn()})}
}

// via makes the condition that a key is used by way of a service of this region.
func via(key awskms.Key, service string, also map[string]any) map[string]any {
	equals := map[string]any{"kms:ViaService": *s(service + "." + *awscdk.Stack_Of(key).Region() + ".amazonaws.com")}
	for k, v := range also {
		equals[k] = v
	}
	return map[string]any{"StringEquals": equals}
}

// tell allows publishing messages of the named types.
func (f *Foundation) tell(types ...string) permission {
	return permission{[]string{"events:PutEvents"}, []*string{f.Bus.EventBusArn()},
		map[string]any{"StringEquals": map[string]any{"events:source": "cssa", "events:detail-type": types}}}
}

// take allows Lambda to take messages from queues for a function.
func (f *Foundation) take(from ...Queue) []permission {
	var arns []*string
	for _, q := range from {
		arns = append(arns, q.Queue.QueueArn())
	}
	return []permission{
		{[]string{"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}, arns, nil},
		{[]string{"kms:Decrypt"}, []*string{f.Service.KeyArn()}, via(f.Service, "sqs", nil)},
	}
}

// bury allows leaving a message in a queue of dead letters.
func (f *Foundation) bury(in *string) []permission {
	return []permission{
		{[]string{"sqs:SendMessage"}, []*string{in}, nil},
		{[]string{"kms:Decrypt", "kms:GenerateDataKey"}, []*string{f.Service.KeyArn()}, via(f.Service, "sqs", nil)},
	}
}

// register allows registering the partitions of a run in a database of the lake.
func (f *Foundation) register(database string) permission {
	stack := awscdk.Stack_Of(f.Ledger)
	arn := func(what string) *string {
		return stack.FormatArn(&awscdk.ArnComponents{Service: s("glue"), Resource: s(what)})
	}
	return permission{[]string{"glue:BatchCreatePartition"},
		[]*string{arn("catalog"), arn("database/" + database), arn("table/" + database + "/*")}, nil}
}
