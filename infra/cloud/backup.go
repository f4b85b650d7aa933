package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
)

// leastBackupDays is how long the vault keeps every copy whatever anybody says.
const leastBackupDays = 7

// newBackups adds a nightly copy of what could not be made again: the ledger and the archive of originals. The lakes can: an
// edition's runs follow from the two. The vault is locked in governance mode: nobody deletes a copy before its time, nor
// shortens it, but who may administer the vault itself; a lock that even those cannot open is for an operator to choose,
// since it can never be taken back.
func newBackups(scope constructs.Construct, f *Foundation, st Stage) {
	vault := awsbackup.NewCfnBackupVault(scope, s("Vault"), &awsbackup.CfnBackupVaultProps{
		BackupVaultName: s(st.named("vault")), EncryptionKeyArn: f.Answers.KeyArn(),
		LockConfiguration: &awsbackup.CfnBackupVault_LockConfigurationTypeProperty{
			MinRetentionDays: n(min(leastBackupDays, st.BackupDays)), MaxRetentionDays: n(st.BackupDays),
		},
	})
	vault.ApplyRemovalPolicy(st.removal(), nil)
	plan := awsbackup.NewCfnBackupPlan(scope, s("Backups"), &awsbackup.CfnBackupPlanProps{
		BackupPlan: &awsbackup.CfnBackupPlan_BackupPlanResourceTypeProperty{
			BackupPlanName: s(st.named("nightly")),
			BackupPlanRule: []any{&awsbackup.CfnBackupPlan_BackupRuleResourceTypeProperty{
				RuleName: s("nightly"), TargetBackupVault: vault.Ref(),
				ScheduleExpression: s("cron(0 18 * * ? *)"), // 03:00 in Japan, an hour after the nightly run
				StartWindowMinutes: n(60), CompletionWindowMinutes: n(6 * 60),
				Lifecycle: &awsbackup.CfnBackupPlan_LifecycleResourceTypeProperty{DeleteAfterDays: n(st.BackupDays)},
			}},
		},
	})
	plan.AddResourceDependency(vault, nil)
	awsbackup.NewCfnBackupSelection(scope, s("BackedUp"), &awsbackup.CfnBackupSelectionProps{
		BackupPlanId: plan.AttrBackupPlanId(),
		BackupSelection: &awsbackup.CfnBackupSelection_BackupSelectionResourceTypeProperty{
			SelectionName: s("ledger-and-archive"), IamRoleArn: newBackupRole(scope, f, st, vault).RoleArn(),
			Resources: &[]*string{f.Ledger.TableArn(), f.Archive.BucketArn()},
		},
	})
}

// newBackupRole adds the role that AWS Backup works under: what its managed policies give it for every table and bucket
// (AWSBackupServiceRolePolicyForBackup, AWSBackupServiceRolePolicyForS3Backup), for these two alone. It cannot restore; who
// restores brings a role of their own, as the runbook says.
func newBackupRole(scope constructs.Construct, f *Foundation, st Stage, vault awsbackup.CfnBackupVault) awsiam.Role {
	stack := awscdk.Stack_Of(scope)
	arn := func(service, resource, name string) *string {
		return stack.FormatArn(&awscdk.ArnComponents{Service: s(service), Resource: s(resource), ResourceName: s(name)})
	}
	return newRole(scope, "BackupRole", "cssa "+st.Name+": AWS Backup copies the ledger and the archive", service(scope, "backup.amazonaws.com"),
		permission{[]string{"dynamodb:CreateBackup", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:StartAwsBackupJob"},
			[]*string{f.Ledger.TableArn()}, nil},
		permission{[]string{"dynamodb:DeleteBackup", "dynamodb:DescribeBackup"}, []*string{s(*f.Ledger.TableArn() + "/backup/*")}, nil},
		permission{[]string{
			"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketNotification", "s3:GetBucketTagging", "s3:GetBucketVersioning",
			"s3:GetInventoryConfiguration", "s3:ListBucket", "s3:ListBucketVersions", "s3:PutBucketNotification", "s3:PutInventoryConfiguration",
		}, []*string{f.Archive.BucketArn()}, nil},
		permission{[]string{"s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"},
			objects(f.Archive, []string{""}), nil},
		permission{[]string{"events:DeleteRule", "events:DescribeRule", "events:DisableRule", "events:EnableRule", "events:ListTargetsByRule",
			"events:PutRule", "events:PutTargets", "events:RemoveTargets"}, []*string{arn("events", "rule", "AwsBackupManagedRule*")}, nil},
		permission{[]string{"cloudwatch:GetMetricData", "events:ListRules", "s3:ListAllMyBuckets"}, []*string{s("*")}, nil}, // these know no resources
		permission{[]string{"backup:DescribeBackupVault", "backup:CopyIntoBackupVault"}, []*string{vault.AttrBackupVaultArn()}, nil},
		permission{[]string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"}, []*string{f.Answers.KeyArn()}, nil},
		permission{[]string{"kms:CreateGrant"}, []*string{f.Answers.KeyArn()}, map[string]any{"Bool": map[string]any{"kms:GrantIsForAWSResource": "true"}}},
	)
}
