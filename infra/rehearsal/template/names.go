package template

import (
	"fmt"
	"strings"
)

// named says by type which property may give a resource its name, and what its ARN looks like: %s is the name.
var named = map[string]struct{ property, arn string }{
	"AWS::S3::Bucket":               {"BucketName", "arn:aws:s3:::%s"},
	"AWS::DynamoDB::Table":          {"TableName", arn("dynamodb", "table/%s")},
	"AWS::KMS::Key":                 {"", arn("kms", "key/%s")},
	"AWS::KMS::Alias":               {"AliasName", arn("kms", "%s")},
	"AWS::SQS::Queue":               {"QueueName", arn("sqs", "%s")},
	"AWS::SNS::Topic":               {"TopicName", arn("sns", "%s")},
	"AWS::Lambda::Function":         {"FunctionName", arn("lambda", "function:%s")},
	"AWS::IAM::Role":                {"RoleName", "arn:aws:iam::" + Account + ":role/%s"},
	"AWS::IAM::ManagedPolicy":       {"ManagedPolicyName", "arn:aws:iam::" + Account + ":policy/%s"},
	"AWS::Events::EventBus":         {"Name", arn("events", "event-bus/%s")},
	"AWS::Events::Rule":             {"Name", arn("events", "rule/%s")},
	"AWS::Scheduler::Schedule":      {"Name", arn("scheduler", "schedule/default/%s")},
	"AWS::Scheduler::ScheduleGroup": {"Name", arn("scheduler", "schedule-group/%s")},
	"AWS::Logs::LogGroup":           {"LogGroupName", arn("logs", "log-group:%s:*")},
	"AWS::SES::ConfigurationSet":    {"Name", arn("ses", "configuration-set/%s")},
	"AWS::SES::EmailIdentity":       {"EmailIdentity", arn("ses", "identity/%s")},
	"AWS::Glue::Database":           {"", arn("glue", "database/%s")},
	"AWS::Glue::Table":              {"", arn("glue", "table/%s")},
	"AWS::Athena::WorkGroup":        {"Name", arn("athena", "workgroup/%s")},
	"AWS::ApiGatewayV2::Api":        {"", arn("apigateway", "/apis/%s")},
	"AWS::Cognito::UserPool":        {"", arn("cognito-idp", "userpool/%s")},
	"AWS::Backup::BackupVault":      {"BackupVaultName", arn("backup", "backup-vault:%s")},
	"AWS::CloudTrail::Trail":        {"TrailName", arn("cloudtrail", "trail/%s")},
}

func arn(service, rest string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", Partition, service, Region, Account, rest)
}

func queueURL(name string) string {
	return fmt.Sprintf("https://sqs.%s.amazonaws.com/%s/%s", Region, Account, name)
}

// names returns what Ref gives for a resource, and its ARN.
func (s *stack) names(id string) (name, its string, err error) {
	r, ok := s.file.Resources[id]
	if !ok {
		return "", "", fmt.Errorf("no resource %s in %s", id, s.name)
	}
	n := named[r.Type]
	name = strings.ToLower(s.name) + "-" + s.short[id]
	if given, ok := r.Properties[n.property]; ok && n.property != "" {
		if s.busy[id] {
			return "", "", fmt.Errorf("%s is named by itself", id)
		}
		s.busy[id] = true
		name, err = s.text(given)
		delete(s.busy, id)
		if err != nil {
			return "", "", fmt.Errorf("name of %s: %w", id, err)
		}
	}
	switch r.Type {
	case "AWS::Glue::Database", "AWS::Glue::Table":
		if name, err = s.glueName(r.Properties, r.Type, name); err != nil {
			return "", "", fmt.Errorf("name of %s: %w", id, err)
		}
		return name[strings.LastIndex(name, "/")+1:], fmt.Sprintf(n.arn, name), nil
	case "AWS::Events::Rule":
		return name, s.ruleARN(r.Properties, name), nil
	case "AWS::SQS::Queue":
		return queueURL(name), fmt.Sprintf(n.arn, name), nil
	case "AWS::SNS::Topic", "AWS::IAM::ManagedPolicy":
		return fmt.Sprintf(n.arn, name), fmt.Sprintf(n.arn, name), nil
	}
	if n.arn == "" {
		service := strings.ToLower(strings.Split(r.Type+"::", "::")[1])
		return name, arn(service, name), nil
	}
	return name, fmt.Sprintf(n.arn, name), nil
}

// glueName returns the name of a database, or database/table.
func (s *stack) glueName(properties map[string]any, kind, otherwise string) (string, error) {
	input, _ := properties["DatabaseInput"].(map[string]any)
	if kind == "AWS::Glue::Table" {
		input, _ = properties["TableInput"].(map[string]any)
	}
	name := otherwise
	if given, ok := input["Name"]; ok {
		var err error
		if name, err = s.text(given); err != nil {
			return "", err
		}
	}
	if kind == "AWS::Glue::Database" {
		return name, nil
	}
	database, err := s.text(properties["DatabaseName"])
	return database + "/" + name, err
}

// ruleARN has the bus in it unless it is the account's default one.
func (s *stack) ruleARN(properties map[string]any, name string) string {
	bus, err := s.text(properties["EventBusName"])
	if err != nil || bus == "" || bus == "default" {
		return arn("events", "rule/"+name)
	}
	return arn("events", "rule/"+bus[strings.LastIndex(bus, "/")+1:]+"/"+name)
}
