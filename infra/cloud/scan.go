package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsguardduty"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
)

// newUploads wires the inbox to the queue before intake. With scanning, GuardDuty's verdict on an object is the message,
// whatever the verdict is, so that nothing is read that was not scanned and no verdict is lost. Without, the object is.
func newUploads(scope constructs.Construct, f *Foundation, st Stage) {
	if !st.ScanUploads {
		route(scope, st, "UploadsRule", "uploads", nil, f.Uploads, map[string]any{
			"source":      []string{"aws.s3"},
			"detail-type": []string{"Object Created"},
			"detail":      map[string]any{"bucket": map[string]any{"name": []*string{f.Inbox.BucketName()}}},
		})
		return
	}
	newMalwareProtection(scope, f)
	route(scope, st, "UploadsRule", "uploads", nil, f.Uploads, map[string]any{
		"source":      []string{"aws.guardduty"},
		"detail-type": []string{"GuardDuty Malware Protection Object Scan Result"},
		"detail":      map[string]any{"s3ObjectDetails": map[string]any{"bucketName": []*string{f.Inbox.BucketName()}}},
	})
}

// newMalwareProtection adds the plan and the role that AWS's guide asks for ("Create or update IAM role policy", GuardDuty
// user guide). Objects are not tagged, so the role cannot tag; the verdict comes as an event, which nobody can forge.
func newMalwareProtection(scope constructs.Construct, f *Foundation) {
	managed := []*string{awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: s("events"), Resource: s("rule"), ResourceName: s("DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*"),
	})}
	role := newRole(scope, "ScanRole", "GuardDuty: scans the inbox",
		awsiam.NewServicePrincipal(s("malware-protection-plan.guardduty.amazonaws.com"), nil),
		permission{[]string{"events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets"}, managed,
			map[string]any{"StringLike": map[string]any{"events:ManagedBy": "malware-protection-plan.guardduty.amazonaws.com"}}},
		permission{[]string{"events:DescribeRule", "events:ListTargetsByRule"}, managed, nil},
		permission{[]string{"s3:GetBucketNotification", "s3:ListBucket", "s3:PutBucketNotification"}, []*string{f.Inbox.BucketArn()}, nil},
		permission{[]string{"s3:PutObject"}, []*string{f.Inbox.ArnForObjects(s("malware-protection-resource-validation-object"))}, nil},
		readNewest(f.Inbox, ""), readVersions(f.Inbox, ""),
		useKey(f.Answers, f.Inbox, "kms:Decrypt", "kms:GenerateDataKey"),
	)
	awsguardduty.NewCfnMalwareProtectionPlan(scope, s("ScanPlan"), &awsguardduty.CfnMalwareProtectionPlanProps{
		Role: role.RoleArn(),
		ProtectedResource: &awsguardduty.CfnMalwareProtectionPlan_CFNProtectedResourceProperty{
			S3Bucket: &awsguardduty.CfnMalwareProtectionPlan_S3BucketProperty{BucketName: f.Inbox.BucketName()},
		},
		Actions: &awsguardduty.CfnMalwareProtectionPlan_CFNActionsProperty{
			Tagging: &awsguardduty.CfnMalwareProtectionPlan_CFNTaggingProperty{Status: s("DISABLED")},
		},
	})
}
