package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// newStore adds the stack that holds what must outlive every deployment. It names no account and no region, so it
// synthesises without either, and everything in it is kept when the stack is deleted.
func newStore(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, s(id), &awscdk.StackProps{
		Description:           s("CSSA: the archive of originals and the ledger"),
		TerminationProtection: b(true),
	})
	key := awskms.NewKey(stack, s("Key"), &awskms.KeyProps{
		Description:       s("CSSA: originals and answers"),
		EnableKeyRotation: b(true),
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
	})
	newArchive(stack, key)
	newLedger(stack, key)
	return stack
}

// newArchive adds the archive (保管庫). Originals are never changed: each is a version of its own, under Object Lock,
// whose default retention the round's settings will choose.
func newArchive(scope constructs.Construct, key awskms.IKey) awss3.Bucket {
	return awss3.NewBucket(scope, s("Archive"), &awss3.BucketProps{
		Encryption:        awss3.BucketEncryption_KMS,
		EncryptionKey:     key,
		BucketKeyEnabled:  b(true),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		EnforceSSL:        b(true),
		MinimumTLSVersion: n(1.2),
		Versioned:         b(true),
		ObjectLockEnabled: b(true),
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
	})
}

// newLedger adds the ledger (台帳): one table, whose partition and sort keys the DynamoDB adapter writes.
// It is a Table and not a TableV2, which refuses a key of our own in a stack that names no region.
func newLedger(scope constructs.Construct, key awskms.IKey) awsdynamodb.Table {
	return awsdynamodb.NewTable(scope, s("Ledger"), &awsdynamodb.TableProps{
		PartitionKey:  &awsdynamodb.Attribute{Name: s("pk"), Type: awsdynamodb.AttributeType_STRING},
		SortKey:       &awsdynamodb.Attribute{Name: s("sk"), Type: awsdynamodb.AttributeType_STRING},
		BillingMode:   awsdynamodb.BillingMode_PAY_PER_REQUEST,
		Encryption:    awsdynamodb.TableEncryption_CUSTOMER_MANAGED,
		EncryptionKey: key,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: b(true),
		},
		DeletionProtection: b(true),
		RemovalPolicy:      awscdk.RemovalPolicy_RETAIN,
	})
}
