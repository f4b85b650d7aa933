package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// resources are what of a stage's template costs something.
type resources struct {
	keys, rotated, alarms, dashboards, dashboardMetrics int
	polls                                               int // queues that Lambda asks for messages
	machines                                            int // Cognito clients with credentials of their own
	runs                                                int // schedules: editions counted every night
	memory                                              map[string]float64
	trail, scan, pitr                                   bool
	backupDays                                          int
}

// readResources reads a template as CloudFormation gets it.
func readResources(body []byte) (resources, error) {
	var t struct {
		Resources map[string]struct {
			Type       string
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(body, &t); err != nil {
		return resources{}, fmt.Errorf("template: %w", err)
	}
	r := resources{memory: map[string]float64{}}
	for id, res := range t.Resources {
		p := res.Properties
		switch res.Type {
		case "AWS::KMS::Key":
			r.keys++
			if p["EnableKeyRotation"] == true {
				r.rotated++
			}
		case "AWS::CloudWatch::Alarm":
			r.alarms++
		case "AWS::CloudWatch::Dashboard":
			r.dashboards++
			body, _ := p["DashboardBody"].(string)
			r.dashboardMetrics += strings.Count(body, `["AWS/`) + strings.Count(body, `["CSSA"`)
		case "AWS::Lambda::EventSourceMapping":
			r.polls++
		case "AWS::Cognito::UserPoolClient":
			if p["GenerateSecret"] == true {
				r.machines++
			}
		case "AWS::Scheduler::Schedule":
			r.runs++
		case "AWS::Lambda::Function":
			name, _ := p["FunctionName"].(string)
			memory, ok := p["MemorySize"].(float64)
			if !ok {
				return r, fmt.Errorf("template: %s has no memory size", id)
			}
			r.memory[name[strings.LastIndex(name, "-")+1:]] = memory / 1024
		case "AWS::CloudTrail::Trail":
			r.trail = true
		case "AWS::GuardDuty::MalwareProtectionPlan":
			r.scan = true
		case "AWS::DynamoDB::Table":
			on, _ := p["PointInTimeRecoverySpecification"].(map[string]any)
			r.pitr = on["PointInTimeRecoveryEnabled"] == true
		case "AWS::Backup::BackupPlan":
			plan, _ := p["BackupPlan"].(map[string]any)
			rules, _ := plan["BackupPlanRule"].([]any)
			for _, rule := range rules {
				rule, _ := rule.(map[string]any)
				cycle, _ := rule["Lifecycle"].(map[string]any)
				days, _ := cycle["DeleteAfterDays"].(float64)
				r.backupDays += int(days)
			}
		}
	}
	if r.keys == 0 || len(r.memory) == 0 {
		return r, fmt.Errorf("template: it has no keys or no functions")
	}
	return r, nil
}
