package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// inboxDays is how long an upload stays in the inbox: longer than a message about it can wait, dead letters included.
const inboxDays = 30

// supersededDays is how long a lake keeps the versions of what was replaced, which is the pointer to the current run.
const supersededDays = 30

// removal is what becomes of what holds data when it leaves the template. A bucket is never emptied: where it may be
// deleted, deleting it fails while it holds anything.
func (st Stage) removal() awscdk.RemovalPolicy {
	if st.Keep {
		return awscdk.RemovalPolicy_RETAIN
	}
	return awscdk.RemovalPolicy_DESTROY
}

// newKeys adds the two keys. Who may read the open tables, a queue or a log cannot open an answer with it.
func newKeys(scope constructs.Construct, f *Foundation, st Stage) {
	f.Answers = awskms.NewKey(scope, s("AnswersKey"), &awskms.KeyProps{
		Description: s("cssa " + st.Name + ": originals and answers"), Alias: s("alias/" + st.named("answers")),
		EnableKeyRotation: b(st.RotateKeys), RemovalPolicy: st.removal(),
	})
	f.Service = awskms.NewKey(scope, s("ServiceKey"), &awskms.KeyProps{
		Description: s("cssa " + st.Name + ": queues, logs, released tables"), Alias: s("alias/" + st.named("service")),
		EnableKeyRotation: b(st.RotateKeys), RemovalPolicy: st.removal(),
	})
	stack := awscdk.Stack_Of(scope)
	allow := func(principal awsiam.IPrincipal, when map[string]any, actions ...string) {
		f.Service.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{principal}, Actions: list(actions...), Resources: list("*"), Conditions: &when,
		}), nil)
	}
	allow(awsiam.NewServicePrincipal(s("events.amazonaws.com"), nil),
		map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()}}, "kms:Decrypt", "kms:GenerateDataKey")
	allow(awsiam.NewServicePrincipal(s("logs."+*stack.Region()+".amazonaws.com"), nil),
		map[string]any{"ArnLike": map[string]any{"kms:EncryptionContext:aws:logs:arn": stack.FormatArn(&awscdk.ArnComponents{
			Service: s("logs"), Resource: s("log-group:*")})}},
		"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
}

// newStorage adds the buckets. None can be reached by the public, over plain HTTP or by access lists; each logs access.
func newStorage(scope constructs.Construct, f *Foundation, st Stage) {
	// S3 delivers access logs to buckets with its own encryption only.
	f.Logs = newBucket(scope, "AccessLogs", st, &awss3.BucketProps{
		Encryption:     awss3.BucketEncryption_S3_MANAGED,
		LifecycleRules: &[]*awss3.LifecycleRule{{Expiration: days(st.LogDays), NoncurrentVersionExpiration: days(1)}},
	})
	logged := func(prefix string, key awskms.Key, props awss3.BucketProps) *awss3.BucketProps {
		props.Encryption, props.EncryptionKey, props.BucketKeyEnabled = awss3.BucketEncryption_KMS, key, b(true)
		props.ServerAccessLogsBucket, props.ServerAccessLogsPrefix = f.Logs, s(prefix+"/")
		return &props
	}
	f.Inbox = newBucket(scope, "Inbox", st, logged("inbox", f.Answers, awss3.BucketProps{
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Expiration: days(inboxDays), NoncurrentVersionExpiration: days(1), AbortIncompleteMultipartUploadAfter: days(1),
		}},
	}))
	// The CDK's own setting would add a function in Python that calls S3 at every deployment.
	f.Inbox.Node().DefaultChild().(awss3.CfnBucket).AddPropertyOverride(
		s("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled"), b(true))

	archive := awss3.BucketProps{ObjectLockEnabled: b(true)}
	if st.RetentionYears > 0 {
		archive.ObjectLockDefaultRetention = awss3.ObjectLockRetention_Governance(days(365 * st.RetentionYears))
	}
	f.Archive = newBucket(scope, "Archive", st, logged("archive", f.Answers, archive))

	lake := func() awss3.BucketProps {
		return awss3.BucketProps{LifecycleRules: &[]*awss3.LifecycleRule{{
			NoncurrentVersionExpiration: days(supersededDays), AbortIncompleteMultipartUploadAfter: days(1),
		}}}
	}
	f.Restricted = newBucket(scope, "RestrictedLake", st, logged("restricted", f.Answers, lake()))
	f.Open = newBucket(scope, "OpenLake", st, logged("open", f.Service, lake()))
}

func newBucket(scope constructs.Construct, id string, st Stage, props *awss3.BucketProps) awss3.Bucket {
	props.BlockPublicAccess = awss3.BlockPublicAccess_BLOCK_ALL()
	props.ObjectOwnership = awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED
	props.EnforceSSL, props.MinimumTLSVersion = b(true), n(1.2)
	props.Versioned = b(true)
	props.RemovalPolicy = st.removal()
	return awss3.NewBucket(scope, s(id), props)
}

// newLedger adds the ledger (台帳): one table, whose partition and sort keys the DynamoDB adapter writes. Nothing in it
// expires. It is a Table and not a TableV2, which refuses a key of our own in a stack that names no region.
func newLedger(scope constructs.Construct, f *Foundation, st Stage) {
	f.Ledger = awsdynamodb.NewTable(scope, s("Ledger"), &awsdynamodb.TableProps{
		PartitionKey:  &awsdynamodb.Attribute{Name: s("pk"), Type: awsdynamodb.AttributeType_STRING},
		SortKey:       &awsdynamodb.Attribute{Name: s("sk"), Type: awsdynamodb.AttributeType_STRING},
		BillingMode:   awsdynamodb.BillingMode_PAY_PER_REQUEST,
		Encryption:    awsdynamodb.TableEncryption_CUSTOMER_MANAGED,
		EncryptionKey: f.Answers,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: b(st.Rewind),
		},
		DeletionProtection: b(st.Keep),
		RemovalPolicy:      st.removal(),
	})
}
