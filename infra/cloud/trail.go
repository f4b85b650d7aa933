package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudtrail"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// newTrail adds the record of who did what, when and from where: every query of Athena (StartQueryExecution names the
// person's role and session, the workgroup and the query's id), every object that was read or written where answers lie, and
// every access to the ledger. Its files are chained by digests, so that a change shows.
func newTrail(scope constructs.Construct, f *Foundation, st Stage) {
	stack := awscdk.Stack_Of(scope)
	name := st.named("answers")
	arn := stack.FormatArn(&awscdk.ArnComponents{Service: s("cloudtrail"), Resource: s("trail"), ResourceName: s(name)})
	cloudtrail := awsiam.NewServicePrincipal(s("cloudtrail.amazonaws.com"), nil)
	this := map[string]any{"StringEquals": map[string]any{"aws:SourceArn": arn}}

	into := newBucket(scope, "TrailLogs", st, &awss3.BucketProps{
		Encryption: awss3.BucketEncryption_KMS, EncryptionKey: f.Service, BucketKeyEnabled: b(true),
		ServerAccessLogsBucket: f.Logs, ServerAccessLogsPrefix: s("trail/"),
		LifecycleRules: &[]*awss3.LifecycleRule{{Expiration: days(st.LogDays), NoncurrentVersionExpiration: days(1)}},
	})
	into.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{cloudtrail}, Actions: list("s3:GetBucketAcl"), Resources: &[]*string{into.BucketArn()}, Conditions: &this,
	}))
	into.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{cloudtrail}, Actions: list("s3:PutObject"),
		Resources: &[]*string{into.ArnForObjects(s("AWSLogs/" + *stack.Account() + "/*"))}, Conditions: &this,
	}))
	f.Service.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{cloudtrail}, Actions: list("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"), Resources: list("*"), Conditions: &this,
	}), nil)

	objects := []*string{}
	for _, of := range []awss3.Bucket{f.Inbox, f.Archive, f.Restricted} {
		objects = append(objects, of.ArnForObjects(s("")))
	}
	where := func(field string, equals ...string) any {
		return &awscloudtrail.CfnTrail_AdvancedFieldSelectorProperty{Field: s(field), EqualTo: list(equals...)}
	}
	trail := awscloudtrail.NewCfnTrail(scope, s("Trail"), &awscloudtrail.CfnTrailProps{
		TrailName: s(name), S3BucketName: into.BucketName(), KmsKeyId: f.Service.KeyArn(),
		IsLogging: b(true), EnableLogFileValidation: b(true), IncludeGlobalServiceEvents: b(true), IsMultiRegionTrail: b(true),
		AdvancedEventSelectors: []any{
			&awscloudtrail.CfnTrail_AdvancedEventSelectorProperty{Name: s("who asked, who changed what"), FieldSelectors: []any{
				where("eventCategory", "Management"),
				&awscloudtrail.CfnTrail_AdvancedFieldSelectorProperty{Field: s("eventSource"), NotEquals: list("kms.amazonaws.com")}, // thousands, each for an object that is recorded itself
			}},
			&awscloudtrail.CfnTrail_AdvancedEventSelectorProperty{Name: s("who read or wrote answers: files"), FieldSelectors: []any{
				where("eventCategory", "Data"), where("resources.type", "AWS::S3::Object"),
				&awscloudtrail.CfnTrail_AdvancedFieldSelectorProperty{Field: s("resources.ARN"), StartsWith: &objects},
			}},
			&awscloudtrail.CfnTrail_AdvancedEventSelectorProperty{Name: s("who read or wrote answers: the ledger"), FieldSelectors: []any{
				where("eventCategory", "Data"), where("resources.type", "AWS::DynamoDB::Table"),
				&awscloudtrail.CfnTrail_AdvancedFieldSelectorProperty{Field: s("resources.ARN"), EqualTo: &[]*string{f.Ledger.TableArn()}},
			}},
		},
	})
	trail.Node().AddDependency(into.Policy())
}
