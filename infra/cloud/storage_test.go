package cloud

import (
	"fmt"
	"strings"
	"testing"
)

// storage says what is wrong with what holds data: buckets, the ledger, keys, logs.
func storage(tpl *template, st Stage) []string {
	var wrong []string
	policies := map[string]string{}
	tpl.each("AWS::S3::BucketPolicy", func(_ string, r *resource) {
		for _, s := range many(r.Properties["PolicyDocument"].(map[string]any)["Statement"]) {
			policies[at(r.Properties, "Bucket")] += text(s) + "\n"
		}
	})
	want := func(what string, r *resource, value string, path ...any) {
		if got := at(r.Properties, path...); got != value {
			wrong = append(wrong, fmt.Sprintf("%s: %v is %q, want %q", what, path, got, value))
		}
	}
	kept := func(what string, r *resource) {
		fate := map[bool]string{true: "Retain", false: "Delete"}[st.Keep]
		if r.DeletionPolicy != fate || r.UpdateReplacePolicy != fate {
			wrong = append(wrong, fmt.Sprintf("%s: deleted it is %q, replaced %q, want %s", what, r.DeletionPolicy, r.UpdateReplacePolicy, fate))
		}
	}
	keyOf := map[string]string{"Inbox": "AnswersKey", "Archive": "AnswersKey", "RestrictedLake": "AnswersKey"}
	tpl.each("AWS::S3::Bucket", func(id string, r *resource) {
		name := plain(id)
		encryption := []any{"BucketEncryption", "ServerSideEncryptionConfiguration", 0}
		if at(r.Properties, append(encryption, "ServerSideEncryptionByDefault", "SSEAlgorithm")...) != "AES256" {
			key := keyOf[name]
			if key == "" {
				key = "ServiceKey"
			}
			want(name, r, "${"+key+".Arn}", append(encryption, "ServerSideEncryptionByDefault", "KMSMasterKeyID")...)
			want(name, r, "true", append(encryption, "BucketKeyEnabled")...)
		} else if name != "AccessLogs" {
			wrong = append(wrong, name+": encrypted by a key that is not ours")
		}
		want(name, r, "{BlockPublicAcls=true BlockPublicPolicy=true IgnorePublicAcls=true RestrictPublicBuckets=true}", "PublicAccessBlockConfiguration")
		want(name, r, "BucketOwnerEnforced", "OwnershipControls", "Rules", 0, "ObjectOwnership")
		want(name, r, "Enabled", "VersioningConfiguration", "Status")
		if name != "AccessLogs" {
			want(name, r, "${AccessLogs}", "LoggingConfiguration", "DestinationBucketName")
		}
		for _, when := range []string{"{Bool={aws:SecureTransport=false}}", "{NumericLessThan={s3:TlsVersion=1.2}}"} {
			if !strings.Contains(policies["${"+name+"}"], "Action=s3:* Condition="+when+" Effect=Deny Principal={AWS=*}") {
				wrong = append(wrong, name+": not closed when "+when)
			}
		}
		for _, line := range strings.Split(policies["${"+name+"}"], "\n") {
			if strings.Contains(line, "Effect=Allow") && strings.Contains(line, "Principal={AWS=*}") {
				wrong = append(wrong, name+": open to anybody: "+line)
			}
		}
		switch name {
		case "Inbox":
			want(name, r, "true", "NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled")
			want(name, r, "30", "LifecycleConfiguration", "Rules", 0, "ExpirationInDays")
		case "Archive":
			want(name, r, "true", "ObjectLockEnabled")
			if st.RetentionYears > 0 {
				want(name, r, fmt.Sprintf("{Days=%d Mode=GOVERNANCE}", 365*st.RetentionYears), "ObjectLockConfiguration", "Rule", "DefaultRetention")
			}
			fallthrough // and nothing in it expires
		case "RestrictedLake", "OpenLake":
			lifecycle, _ := r.Properties["LifecycleConfiguration"].(map[string]any)
			for _, rule := range many(lifecycle["Rules"]) {
				if days, under := at(rule, "ExpirationInDays"), at(rule, "Prefix"); days != "" && under != answersPrefix {
					wrong = append(wrong, fmt.Sprintf("%s: what is current under %q expires after %s days", name, under, days))
				}
			}
		}
		kept(name, r)
	})
	tpl.each("AWS::DynamoDB::Table", func(id string, r *resource) {
		want(id, r, "true", "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")
		want(id, r, fmt.Sprint(st.Keep), "DeletionProtectionEnabled")
		want(id, r, "{KMSMasterKeyId=${AnswersKey.Arn} SSEEnabled=true SSEType=KMS}", "SSESpecification")
		want(id, r, "[{AttributeName=pk KeyType=HASH} {AttributeName=sk KeyType=RANGE}]", "KeySchema")
		kept(id, r)
	})
	tpl.each("AWS::KMS::Key", func(id string, r *resource) {
		want(id, r, "true", "EnableKeyRotation")
		kept(id, r)
	})
	tpl.each("AWS::Logs::LogGroup", func(id string, r *resource) {
		want(id, r, "${ServiceKey.Arn}", "KmsKeyId")
		want(id, r, fmt.Sprint(st.LogDays), "RetentionInDays")
	})
	return wrong
}

func TestWhatHoldsDataIsSafe(t *testing.T) {
	for _, st := range append(stages(), unscanned()) {
		for _, w := range storage(read(t, st.Name), st) {
			t.Errorf("%s: %s", st.Name, w)
		}
	}
}

func TestUnsafeStorageIsSeen(t *testing.T) {
	prod := stages()[1]
	bucket := func(tpl *template, id string) *resource {
		var found *resource
		tpl.each("AWS::S3::Bucket", func(have string, r *resource) {
			if plain(have) == id {
				found = r
			}
		})
		return found
	}
	for what, spoil := range map[string]func(*template){
		"no encryption": func(tpl *template) { delete(bucket(tpl, "Inbox").Properties, "BucketEncryption") },
		"public access": func(tpl *template) { delete(bucket(tpl, "OpenLake").Properties, "PublicAccessBlockConfiguration") },
		"no policy": func(tpl *template) {
			tpl.each("AWS::S3::BucketPolicy", func(id string, _ *resource) { delete(tpl.Resources, id) })
		},
		"originals not locked":   func(tpl *template) { delete(bucket(tpl, "Archive").Properties, "ObjectLockConfiguration") },
		"deleted with the stack": func(tpl *template) { bucket(tpl, "RestrictedLake").DeletionPolicy = "Delete" },
		"the ledger unprotected": func(tpl *template) {
			tpl.each("AWS::DynamoDB::Table", func(_ string, r *resource) { r.Properties["DeletionProtectionEnabled"] = false })
		},
		"the door's key for the other door": func(tpl *template) {
			bucket(tpl, "RestrictedLake").Properties["BucketEncryption"] = bucket(tpl, "OpenLake").Properties["BucketEncryption"]
		},
		"a log kept for ever": func(tpl *template) {
			tpl.each("AWS::Logs::LogGroup", func(_ string, r *resource) { delete(r.Properties, "RetentionInDays") })
		},
	} {
		tpl := read(t, "prod")
		spoil(tpl)
		if len(storage(tpl, prod)) == 0 {
			t.Errorf("%s: nobody saw it", what)
		}
	}
}

func TestTheOutputsOfAStage(t *testing.T) {
	for _, st := range append(stages(), unscanned()) {
		tpl := read(t, st.Name)
		for _, name := range []string{"LedgerTable", "InboxBucket", "ArchiveBucket", "RestrictedBucket", "OpenBucket", "EventBus", "ApiUrl",
			"AggregateFunction", "RestrictedDatabase", "OpenDatabase", "RestrictedWorkgroup", "OpenWorkgroup", "ScanUploads"} {
			if text(tpl.Outputs[name].Value) == "" {
				t.Errorf("%s: no output %s", st.Name, name)
			}
		}
		if got := text(tpl.Outputs["ScanUploads"].Value); strings.HasPrefix(got, "true") != st.ScanUploads {
			t.Errorf("%s: the output says of scanning: %s", st.Name, got)
		}
	}
}

func TestAStageIsChosenByName(t *testing.T) {
	if st, err := StageNamed("prod"); err != nil || st.Name != "prod" || !st.Keep {
		t.Errorf("%+v, %v", st, err)
	}
	if _, err := StageNamed("production"); err == nil || !strings.Contains(err.Error(), "dev, prod") {
		t.Errorf("an unknown stage: %v", err)
	}
}

func TestWhenNightIs(t *testing.T) {
	for at, want := range map[string]string{"02:00": "cron(0 2 * * ? *)", "23:45": "cron(45 23 * * ? *)", "24:00": "", "2:00": "", "02:60": "", "night": ""} {
		if got, err := nightly(at); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", at, got, err)
		}
	}
}
