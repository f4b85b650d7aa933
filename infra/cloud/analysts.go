package cloud

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsathena"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsglue"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"

	"cssa/shared/lake/athena"
	"cssa/shared/questionnaire"
)

// answersPrefix is where Athena leaves the answers to queries, in the bucket of the door that was asked; they say as much
// as the tables behind it. They are deleted after answersDays.
const (
	answersPrefix = "athena/"
	answersDays   = 30
)

// A lakeDoor is one of the lake's two doors as people come to it: a Glue database, its bucket and key, and the Athena
// workgroup that decides where answers go and how much a query may read.
type lakeDoor struct {
	athena.Door
	name, what string
	bucket     awss3.Bucket
	key        awskms.Key
}

func (st Stage) doors(f *Foundation) (restricted, open lakeDoor) {
	restricted = lakeDoor{
		Door: athena.Door{Database: st.RestrictedDatabase(), Bucket: *f.Restricted.BucketName()},
		name: "restricted", what: "firms' answers and every night's tables, for the supervisor", bucket: f.Restricted, key: f.Answers,
	}
	open = lakeDoor{
		Door: athena.Door{Database: st.OpenDatabase(), Bucket: *f.Open.BucketName(), Open: true},
		name: "open", what: "released tables, after disclosure control", bucket: f.Open, key: f.Service,
	}
	return restricted, open
}

// newAnalysts adds the analysts' door to the lake: tables, views, workgroups, queries that lie ready, and the people's roles.
func newAnalysts(scope constructs.Construct, f *Foundation, st Stage) error {
	restricted, open := st.doors(f)
	for _, d := range []lakeDoor{restricted, open} {
		if err := newDatabase(scope, d); err != nil {
			return err
		}
		group := newWorkgroup(scope, st, d)
		if err := newQueries(scope, st, d, group); err != nil {
			return err
		}
	}
	newPeople(scope, f, st, restricted, open)
	output(scope, "RestrictedDatabase", "the lake's restricted door in Glue", s(restricted.Database))
	output(scope, "OpenDatabase", "the lake's open door in Glue", s(open.Database))
	output(scope, "RestrictedWorkgroup", "where the supervisor asks", s(st.named(restricted.name)))
	output(scope, "OpenWorkgroup", "where analysts ask", s(st.named(open.name)))
	return nil
}

// newDatabase adds the Glue tables and views of a door. They hold no data: deleting them loses nothing but partitions, which
// the next run does not register for the runs before it.
func newDatabase(scope constructs.Construct, d lakeDoor) error {
	account := awscdk.Stack_Of(scope).Account()
	database := awsglue.NewCfnDatabase(scope, s("Glue"+title(d.name)), &awsglue.CfnDatabaseProps{
		CatalogId:     account,
		DatabaseInput: &awsglue.CfnDatabase_DatabaseInputProperty{Name: s(d.Database), Description: s(d.what)},
	})
	tables, err := athena.Definitions(d.Door)
	if err != nil {
		return err
	}
	for _, t := range tables {
		input := &awsglue.CfnTable_TableInputProperty{
			Name: s(t.Name), Description: s(t.Meaning), Parameters: t.Parameters, PartitionKeys: glueColumns(t.Partitions),
		}
		if t.View != "" {
			input.TableType, input.ViewOriginalText, input.ViewExpandedText = s("VIRTUAL_VIEW"), s(t.View), s(athena.ExpandedText)
			input.StorageDescriptor = &awsglue.CfnTable_StorageDescriptorProperty{
				Columns: glueColumns(t.Columns), SerdeInfo: &awsglue.CfnTable_SerdeInfoProperty{},
			}
		} else {
			input.TableType = s("EXTERNAL_TABLE")
			input.StorageDescriptor = &awsglue.CfnTable_StorageDescriptorProperty{
				Columns: glueColumns(t.Columns), Location: s(t.Location), InputFormat: s(athena.InputFormat), OutputFormat: s(athena.OutputFormat),
				SerdeInfo: &awsglue.CfnTable_SerdeInfoProperty{SerializationLibrary: s(athena.Serde)},
			}
		}
		awsglue.NewCfnTable(scope, s(title(d.name)+"Table"+constructID(t.Name)), &awsglue.CfnTableProps{
			CatalogId: account, DatabaseName: s(d.Database), TableInput: input,
		}).AddResourceDependency(database, nil)
	}
	return nil
}

func glueColumns(columns []athena.Column) []any {
	all := make([]any, len(columns))
	for i, c := range columns {
		all[i] = &awsglue.CfnTable_ColumnProperty{Name: s(c.Name), Type: s(c.Type), Comment: s(c.Comment)}
	}
	return all
}

// constructID makes a construct's id of a name: "open_figure_labels" is "OpenFigureLabels".
func constructID(name string) string {
	return title(strings.NewReplacer("_", "-", " ", "-").Replace(name))
}

// newWorkgroup adds where one door is asked. Nobody can ask for other settings: where the answer goes, that it is encrypted
// with the door's own key, and how much a query may read before it is stopped.
func newWorkgroup(scope constructs.Construct, st Stage, d lakeDoor) awsathena.CfnWorkGroup {
	d.bucket.AddLifecycleRule(&awss3.LifecycleRule{Prefix: s(answersPrefix), Expiration: days(answersDays), NoncurrentVersionExpiration: days(1)})
	return awsathena.NewCfnWorkGroup(scope, s("Athena"+title(d.name)), &awsathena.CfnWorkGroupProps{
		Name: s(st.named(d.name)), Description: s("cssa " + st.Name + ": " + d.what), State: s("ENABLED"),
		RecursiveDeleteOption: b(!st.Keep),
		WorkGroupConfiguration: &awsathena.CfnWorkGroup_WorkGroupConfigurationProperty{
			EnforceWorkGroupConfiguration: b(true), PublishCloudWatchMetricsEnabled: b(true), RequesterPaysEnabled: b(false),
			BytesScannedCutoffPerQuery: n(st.ScanLimitMB * 1_000_000),
			EngineVersion:              &awsathena.CfnWorkGroup_EngineVersionProperty{SelectedEngineVersion: s("Athena engine version 3")},
			ResultConfiguration: &awsathena.CfnWorkGroup_ResultConfigurationProperty{
				OutputLocation:      s("s3://" + d.Bucket + "/" + answersPrefix),
				ExpectedBucketOwner: awscdk.Stack_Of(scope).Account(),
				EncryptionConfiguration: &awsathena.CfnWorkGroup_EncryptionConfigurationProperty{
					EncryptionOption: s("SSE_KMS"), KmsKey: d.key.KeyArn(),
				},
			},
		},
	})
}

// newQueries adds the queries that lie ready behind a door, for every edition of the stage.
func newQueries(scope constructs.Construct, st Stage, d lakeDoor, group awsathena.CfnWorkGroup) error {
	editions := questionnaire.NewLibrary(questionnaire.Builtin())
	for _, id := range st.Editions {
		ed, err := editions.Edition(context.Background(), id)
		if err != nil {
			return fmt.Errorf("stage %s: named queries: %w", st.Name, err)
		}
		for _, q := range athena.Queries(ed) {
			if q.Open != d.Open {
				continue
			}
			awsathena.NewCfnNamedQuery(scope, s("Query"+constructID(q.Name)), &awsathena.CfnNamedQueryProps{
				Name: s(q.Name), Description: s(q.Meaning), Database: s(d.Database), QueryString: s(q.SQL), WorkGroup: group.Name(),
			}).AddResourceDependency(group, nil)
		}
	}
	return nil
}
