package iam

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cssa/infra/rehearsal/template"
)

// A stack with what the system has: two roles, a bucket that refuses plain HTTP, a key that trusts the account, a key that
// trusts nobody, a queue that takes events of one rule.
const stack = `{"Resources":{
 "Bucket11112222":{"Type":"AWS::S3::Bucket"},
 "Key11112222":{"Type":"AWS::KMS::Key","Properties":{"KeyPolicy":{"Statement":[
   {"Effect":"Allow","Principal":{"AWS":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::",{"Ref":"AWS::AccountId"},":root"]]}},"Action":"kms:*","Resource":"*"}]}}},
 "Shut11112222":{"Type":"AWS::KMS::Key","Properties":{"KeyPolicy":{"Statement":[
   {"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"kms:Decrypt","Resource":"*"}]}}},
 "Reader11112222":{"Type":"AWS::IAM::Role"},
 "Writer11112222":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyName":"p","PolicyDocument":{"Statement":{
   "Effect":"Allow","NotAction":["s3:Delete*","iam:*"],"Resource":{"Fn::Sub":"${Bucket11112222.Arn}/in/*"}}}}]}},
 "Policy11112222":{"Type":"AWS::IAM::Policy","Properties":{"Roles":[{"Ref":"Reader11112222"}],"PolicyDocument":{"Statement":[
   {"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectVersion"],"Resource":{"Fn::Join":["",[{"Fn::GetAtt":["Bucket11112222","Arn"]},"/in/*"]]}},
   {"Effect":"Allow","Action":"kms:Decrypt","Resource":[{"Fn::GetAtt":["Key11112222","Arn"]},{"Fn::GetAtt":["Shut11112222","Arn"]}]},
   {"Effect":"Allow","Action":"s3:ListBucket","Resource":{"Fn::GetAtt":["Bucket11112222","Arn"]},"Condition":{"StringLike":{"s3:prefix":"in/*"}}},
   {"Effect":"Deny","Action":"s3:*","Resource":{"Fn::Sub":"${Bucket11112222.Arn}/in/secret/*"}}]}}},
 "BucketPolicy":{"Type":"AWS::S3::BucketPolicy","Properties":{"Bucket":{"Ref":"Bucket11112222"},"PolicyDocument":{"Statement":[
   {"Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":[{"Fn::GetAtt":["Bucket11112222","Arn"]},{"Fn::Sub":"${Bucket11112222.Arn}/*"}],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},
   {"Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:PutObject","Resource":{"Fn::Sub":"${Bucket11112222.Arn}/*"},"Condition":{"StringNotEqualsIfExists":{"s3:x-amz-server-side-encryption":"aws:kms"}}}]}}},
 "Queue11112222":{"Type":"AWS::SQS::Queue"},
 "Rule11112222":{"Type":"AWS::Events::Rule"},
 "QueuePolicy":{"Type":"AWS::SQS::QueuePolicy","Properties":{"Queues":[{"Ref":"Queue11112222"}],"PolicyDocument":{"Statement":[
   {"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage","Resource":{"Fn::GetAtt":["Queue11112222","Arn"]},
    "Condition":{"ArnEquals":{"aws:SourceArn":{"Fn::GetAtt":["Rule11112222","Arn"]}}}}]}}}
}}`

func read(t *testing.T, text string) (*Policies, []template.Resource) {
	t.Helper()
	app, err := template.Read(map[string][]byte{"S": []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	p, err := FromTemplate(app)
	if err != nil {
		t.Fatal(err)
	}
	all, err := app.Resources()
	if err != nil {
		t.Fatal(err)
	}
	return p, all
}

const (
	reader = "arn:aws:iam::111122223333:role/s-reader"
	writer = "arn:aws:iam::111122223333:role/s-writer"
	bucket = "arn:aws:s3:::s-bucket"
	queue  = "arn:aws:sqs:ap-northeast-1:111122223333:s-queue"
	key    = "arn:aws:kms:ap-northeast-1:111122223333:key/s-key"
	shut   = "arn:aws:kms:ap-northeast-1:111122223333:key/s-shut"
	rule   = "arn:aws:events:ap-northeast-1:111122223333:rule/s-rule"
)

// The answers were worked out by hand from the policies above.
func TestDecisions(t *testing.T) {
	p, _ := read(t, stack)
	for _, c := range []struct {
		what     string
		caller   string
		action   string
		resource string
		context  string // key=value, added to an honest request's
		want     bool
	}{
		{"its own action", reader, "s3:GetObject", bucket + "/in/a", "", true},
		{"case of the action does not matter", reader, "S3:getobject", bucket + "/in/a", "", true},
		{"another prefix", reader, "s3:GetObject", bucket + "/out/a", "", false},
		{"a longer action", reader, "s3:GetObjectTagging", bucket + "/in/a", "", false},
		{"explicit deny wins over allow", reader, "s3:GetObject", bucket + "/in/secret/a", "", false},
		{"plain HTTP", reader, "s3:GetObject", bucket + "/in/a", "aws:securetransport=false", false},
		{"list with the prefix", reader, "s3:ListBucket", bucket, "s3:prefix=in/2023", true},
		{"list with another prefix", reader, "s3:ListBucket", bucket, "s3:prefix=out/", false},
		{"list without a prefix", reader, "s3:ListBucket", bucket, "", false},
		{"a key that trusts the account", reader, "kms:Decrypt", key, "", true},
		{"a key that does not", reader, "kms:Decrypt", shut, "", false},
		{"the account's trust alone is no right", writer, "kms:Decrypt", key, "", false},
		{"not excepted", writer, "s3:PutObjectTagging", bucket + "/in/a", "", true},
		{"no encryption said: a missing key meets IfExists, also in a denial", writer, "s3:PutObject", bucket + "/in/a", "", false},
		{"excepted by NotAction", writer, "s3:DeleteObject", bucket + "/in/a", "", false},
		{"wrong encryption", writer, "s3:PutObject", bucket + "/in/a", "s3:x-amz-server-side-encryption=AES256", false},
		{"right encryption", writer, "s3:PutObject", bucket + "/in/a", "s3:x-amz-server-side-encryption=aws:kms", true},
		{"the rule's event", "events.amazonaws.com", "sqs:SendMessage", queue, "aws:sourcearn=" + rule, true},
		{"another rule's event", "events.amazonaws.com", "sqs:SendMessage", queue, "aws:sourcearn=" + rule + "2", false},
		{"another service's", "s3.amazonaws.com", "sqs:SendMessage", queue, "aws:sourcearn=" + rule, false},
		{"a role that is not there", "arn:aws:iam::111122223333:role/none", "s3:GetObject", bucket + "/in/a", "", false},
	} {
		context := Good()
		if k, v, ok := strings.Cut(c.context, "="); ok {
			context[k] = []string{v}
		}
		if d := p.Decide(Request{c.caller, c.action, c.resource, context}); d.Allowed != c.want {
			t.Errorf("%s: allowed %t (%s), want %t", c.what, d.Allowed, d.Why, c.want)
		}
	}
}

func TestConditions(t *testing.T) {
	for _, c := range []struct {
		condition string
		has       string // "" = the key is missing; values separated by ,
		want      bool
	}{
		{`{"StringEquals":{"k":["a","b"]}}`, "b", true},
		{`{"StringEquals":{"k":"a"}}`, "", false},
		{`{"StringEqualsIfExists":{"k":"a"}}`, "", true},
		{`{"StringEqualsIfExists":{"k":"a"}}`, "b", false},
		{`{"StringNotEquals":{"k":"a"}}`, "", true},
		{`{"StringNotEquals":{"k":["a","b"]}}`, "b", false},
		{`{"StringLike":{"k":"a*c?"}}`, "abbbcd", true},
		{`{"StringLike":{"k":"a*c?"}}`, "abbbc", false},
		{`{"Bool":{"k":true}}`, "true", true},
		{`{"Null":{"k":"true"}}`, "", true},
		{`{"Null":{"k":"false"}}`, "x", true},
		{`{"NumericLessThan":{"k":1.2}}`, "1.1", true},
		{`{"NumericLessThan":{"k":1.2}}`, "1.2", false},
		{`{"ForAllValues:StringEquals":{"k":["a","b"]}}`, "a,b", true},
		{`{"ForAllValues:StringEquals":{"k":["a","b"]}}`, "a,c", false},
		{`{"ForAllValues:StringEquals":{"k":["a","b"]}}`, "", true},
		{`{"ForAnyValue:StringEquals":{"k":["a","b"]}}`, "c,a", true},
		{`{"ForAnyValue:StringEquals":{"k":["a"]}}`, "", false},
	} {
		var v any
		if err := json.Unmarshal([]byte(c.condition), &v); err != nil {
			t.Fatal(err)
		}
		conds, err := conditions(v)
		if err != nil || len(conds) != 1 {
			t.Fatalf("%s: %d conditions, %v", c.condition, len(conds), err)
		}
		context := map[string][]string{}
		if c.has != "" {
			context["k"] = strings.Split(c.has, ",")
		}
		if got := conds[0].Holds(context); got != c.want {
			t.Errorf("%s of %q: %t", c.condition, c.has, got)
		}
	}
	if _, err := conditions(map[string]any{"DateLessThan": map[string]any{"k": "2020-01-01"}}); err == nil {
		t.Error("an operator that is not understood was taken")
	}
}

// Whatever a role is allowed, one more statement that denies it takes it away, and takes nothing else away.
func TestExplicitDenyWins(t *testing.T) {
	u, err := Actions()
	if err != nil {
		t.Fatal(err)
	}
	patterns := []string{"*", "s3:*", "s3:Get*", "kms:Decrypt", "s3:GetObject", "?3:PutObject"}
	places := []string{"*", bucket + "/*", bucket, bucket + "/in/?", queue}
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(allow bool) Statement {
			return Statement{
				Allow:     allow,
				Actions:   rapid.SliceOfN(rapid.SampledFrom(patterns), 1, 3).Draw(rt, "actions"),
				Resources: rapid.SliceOfN(rapid.SampledFrom(places), 1, 2).Draw(rt, "resources"),
			}
		}
		before := &Policies{identity: map[string][]Statement{reader: {draw(true), draw(true)}}}
		deny := draw(false)
		at := rapid.IntRange(0, 2).Draw(rt, "place")
		after := &Policies{identity: map[string][]Statement{reader: slices.Insert(slices.Clone(before.identity[reader]), at, deny)}}
		r := Request{Caller: reader, Action: rapid.SampledFrom(u.All()).Draw(rt, "action"), Resource: rapid.SampledFrom([]string{bucket, bucket + "/in/a", queue, key}).Draw(rt, "resource")}
		if rapid.Bool().Draw(rt, "likely") {
			r.Action = rapid.SampledFrom([]string{"s3:GetObject", "s3:PutObject", "kms:Decrypt"}).Draw(rt, "likely action")
		}
		got, want := after.Decide(r).Allowed, before.Decide(r).Allowed && !deny.matches(r)
		if got != want {
			rt.Fatalf("%+v with %+v: allowed %t, want %t", before.identity[reader], deny, got, want)
		}
	})
}

func table(t *testing.T, text string) []string {
	t.Helper()
	u, err := Actions()
	if err != nil {
		t.Fatal(err)
	}
	p, all := read(t, text)
	privileges, err := p.Table(u, all)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, pr := range privileges {
		lines = append(lines, pr.String())
	}
	return lines
}

func TestTheTableIsEverythingThatIsAllowed(t *testing.T) {
	var got []string
	for _, l := range table(t, stack) {
		if !strings.HasPrefix(l, "s-writer") { // what NotAction leaves is long
			got = append(got, l)
		}
	}
	want := []string{
		"events.amazonaws.com sqs:sendmessage " + queue + " when aws:sourcearn ArnEquals " + rule,
		"s-reader kms:decrypt " + key,
		"s-reader s3:getobject " + bucket + "/in/*",
		"s-reader s3:getobjectversion " + bucket + "/in/*",
		"s-reader s3:listbucket " + bucket + " when s3:prefix StringLike in/*",
		"sns.amazonaws.com kms:decrypt " + shut,
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// One action, one resource or one wildcard more shows in the table.
func TestOneActionMoreShows(t *testing.T) {
	before := table(t, stack)
	for _, change := range [][2]string{
		{`["s3:GetObject","s3:GetObjectVersion"]`, `["s3:GetObject","s3:GetObjectVersion","s3:PutObjectTagging"]`},
		{`["s3:GetObject","s3:GetObjectVersion"]`, `["s3:GetObject*"]`},
		{`"/in/*"]]`, `"/*"]]`},
		{`"Action":"kms:Decrypt","Resource":[`, `"Action":"kms:*","Resource":[`},
		{`"Condition":{"StringLike":{"s3:prefix":"in/*"}}`, `"Condition":{"StringLike":{"s3:prefix":"*"}}`},
	} {
		changed := strings.Replace(stack, change[0], change[1], 1)
		if changed == stack {
			t.Fatalf("%s is not in the stack", change[0])
		}
		if slices.Equal(before, table(t, changed)) {
			t.Errorf("%s in place of %s does not show", change[1], change[0])
		}
	}
}

func TestAnInventedActionIsAnError(t *testing.T) {
	u, err := Actions()
	if err != nil {
		t.Fatal(err)
	}
	p, all := read(t, strings.Replace(stack, `"s3:GetObject",`, `"s3:GetObjects",`, 1))
	if _, err := p.Table(u, all); err == nil || !strings.Contains(err.Error(), "s3:GetObjects") {
		t.Errorf("an action of no service: %v", err)
	}
}

// Like is the only matcher: it must agree with one that tries every way.
func TestLikeAgreesWithTryingEverything(t *testing.T) {
	var try func(text, pattern string) bool
	try = func(text, pattern string) bool {
		switch {
		case pattern == "":
			return text == ""
		case pattern[0] == '*':
			return try(text, pattern[1:]) || text != "" && try(text[1:], pattern)
		}
		return text != "" && (pattern[0] == '?' || pattern[0] == text[0]) && try(text[1:], pattern[1:])
	}
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab*")), 0, 8, -1).Draw(rt, "text")
		pattern := rapid.StringOfN(rapid.RuneFrom([]rune("ab*?")), 0, 8, -1).Draw(rt, "pattern")
		if got := Like(text, pattern); got != try(text, pattern) {
			rt.Fatal(fmt.Sprintf("Like(%q, %q) = %t", text, pattern, got))
		}
	})
}
