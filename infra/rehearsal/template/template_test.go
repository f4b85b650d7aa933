package template

import (
	"encoding/json"
	"strings"
	"testing"
)

const first = `{
 "Parameters":{"Stage":{"Default":"dev"}},
 "Conditions":{"Prod":{"Fn::Equals":[{"Ref":"Stage"},"prod"]},"NotProd":{"Fn::Not":[{"Condition":"Prod"}]}},
 "Resources":{
  "Archive0A1B2C3D":{"Type":"AWS::S3::Bucket"},
  "Named":{"Type":"AWS::DynamoDB::Table","Properties":{"TableName":{"Fn::Sub":"ledger-${Stage}"}}},
  "Queue":{"Type":"AWS::SQS::Queue"},
  "Twin11111111":{"Type":"AWS::IAM::Role"},"Twin22222222":{"Type":"AWS::IAM::Role"},
  "Gone":{"Type":"AWS::S3::Bucket","Condition":"Prod"},
  "Database":{"Type":"AWS::Glue::Database","Properties":{"DatabaseInput":{"Name":"open"}}},
  "Table":{"Type":"AWS::Glue::Table","Properties":{"DatabaseName":{"Ref":"Database"},"TableInput":{"Name":"firms"}}},
  "Bus":{"Type":"AWS::Events::EventBus","Properties":{"Name":"cssa"}},
  "Rule":{"Type":"AWS::Events::Rule","Properties":{"EventBusName":{"Ref":"Bus"},"Name":"uploads"}}},
 "Outputs":{"Out":{"Value":{"Fn::GetAtt":["Archive0A1B2C3D","Arn"]},"Export":{"Name":"the-archive"}}}}`

// What each function gives was worked out by hand.
func TestReferencesResolve(t *testing.T) {
	for expression, want := range map[string]string{
		`{"Ref":"Archive0A1B2C3D"}`:                                          `"first-archive"`,
		`{"Ref":"Named"}`:                                                    `"ledger-dev"`,
		`{"Fn::GetAtt":["Named","Arn"]}`:                                     `"arn:aws:dynamodb:ap-northeast-1:111122223333:table/ledger-dev"`,
		`{"Fn::GetAtt":"Queue.Arn"}`:                                         `"arn:aws:sqs:ap-northeast-1:111122223333:first-queue"`,
		`{"Fn::GetAtt":["Queue","QueueName"]}`:                               `"first-queue"`,
		`{"Ref":"Queue"}`:                                                    `"https://sqs.ap-northeast-1.amazonaws.com/111122223333/first-queue"`,
		`{"Ref":"Twin11111111"}`:                                             `"first-twin11111111"`,
		`{"Fn::GetAtt":["Table","Arn"]}`:                                     `"arn:aws:glue:ap-northeast-1:111122223333:table/open/firms"`,
		`{"Ref":"Table"}`:                                                    `"firms"`,
		`{"Fn::GetAtt":["Rule","Arn"]}`:                                      `"arn:aws:events:ap-northeast-1:111122223333:rule/cssa/uploads"`,
		`{"Fn::Join":["/",["a",{"Ref":"Stage"}]]}`:                           `"a/dev"`,
		`{"Fn::Select":[1,{"Fn::Split":[":","a:b"]}]}`:                       `"b"`,
		`{"Fn::Sub":["${x}-${AWS::Region}-${!keep}",{"x":{"Ref":"Stage"}}]}`: `"dev-ap-northeast-1-${keep}"`,
		`{"Fn::ImportValue":"the-archive"}`:                                  `"arn:aws:s3:::first-archive"`,
		`{"Fn::If":["NotProd","yes","no"]}`:                                  `"yes"`,
		`["a",{"Ref":"AWS::NoValue"}]`:                                       `["a"]`,
		`{"Fn::Cidr":["10.0.0.0/8",1]}`:                                      `error: Fn::Cidr is not understood`,
		`{"Ref":"Nothing"}`:                                                  `error: no resource Nothing`,
		`{"Fn::ImportValue":"nobody"}`:                                       `error: Fn::ImportValue: nobody exports nobody`,
	} {
		app, err := Read(map[string][]byte{"First": []byte(strings.Replace(first, `"Resources":{`, `"Resources":{"X":{"Type":"Test","Properties":{"V":`+expression+`}},`, 1))})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if all, err := app.Resources("Test"); err != nil {
			got = "error: " + err.Error()
		} else if b, err := json.Marshal(all[0].Properties["V"]); err == nil {
			got = string(b)
		}
		if got != want && (!strings.HasPrefix(want, "error: ") || !strings.Contains(got, strings.TrimPrefix(want, "error: "))) {
			t.Errorf("%s is %s, want %s", expression, got, want)
		}
	}
}

func TestWhatTheConditionLeavesOutIsNotThere(t *testing.T) {
	app, err := Read(map[string][]byte{"First": []byte(first)})
	if err != nil {
		t.Fatal(err)
	}
	buckets, err := app.Resources("AWS::S3::Bucket")
	if err != nil || len(buckets) != 1 || buckets[0].ID != "Archive0A1B2C3D" {
		t.Fatalf("%v, %v", buckets, err)
	}
}
