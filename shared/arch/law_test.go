package arch

import "strings"

// A line says what one package, or every package of a pattern, may import. Names are separated by spaces; * stands for one
// whole step of a path.
type line struct {
	room    string
	ours    string // rooms of ours
	outside string // modules, with all their packages
	reach   string // heavy things it may reach by whatever way
}

const (
	awsSDK  = "github.com/aws/aws-sdk-go-v2 github.com/aws/smithy-go"
	lambda  = "github.com/aws/aws-lambda-go"
	cdk     = "github.com/aws/aws-cdk-go github.com/aws/constructs-go github.com/aws/jsii-runtime-go github.com/cdklabs"
	duckdb  = "github.com/duckdb"
	excel   = "github.com/xuri/excelize/v2"
	parquet = "github.com/parquet-go/parquet-go"
	text    = "golang.org/x/text"
	sync    = "golang.org/x/sync"
	width   = "github.com/mattn/go-runewidth"
	rapid   = "pgregory.net/rapid"
)

// heavies are what a program must not carry by accident, each with the modules that bring it. versitygw, the S3 server of
// the laptop, brings the SDK's types along. Fonts come with the room they lie in.
var heavies = []struct{ name, modules string }{
	{"aws", awsSDK + " github.com/aws/aws-lambda-go github.com/versity/versitygw"},
	{"cdk", cdk},
	{"cgo", "C " + duckdb},
	{"fonts", "golang.org/x/image/font"},
}

// pure rooms hold values and rules: no files, no network, no log.
const (
	pure   = "shared/checklist shared/table shared/tally shared/trend shared/disclosure shared/disclosure/audit"
	impure = "os net database log io/fs io/ioutil syscall unsafe plugin"
)

// theLaw is the table. The order is that of the corridor, then of the cupboards, then of what wires them.
var theLaw = []line{
	{"events", "shared/checklist", "", ""},
	{"events/awsevents", "events shared/checklist shared/ledger shared/settings", awsSDK + " " + lambda, "aws"},

	{"functions/invite", "events functions/invite/ticket shared/checklist shared/register shared/ledger shared/archive shared/workbook", sync, ""},
	{"functions/invite/ticket", "shared/checklist shared/register shared/ledger shared/archive", "", ""},
	{"functions/intake", "events shared/checklist shared/register shared/ledger shared/archive shared/workbook", sync, ""},
	{"functions/aggregate", "events shared/checklist shared/register shared/ledger shared/archive shared/table shared/tally shared/trend shared/lake", sync, ""},
	{"functions/release", "events shared/checklist shared/register shared/ledger shared/archive shared/table shared/tally shared/disclosure shared/disclosure/audit shared/lake", text, ""},
	{"functions/feedback", "events shared/checklist shared/register shared/ledger shared/archive shared/table shared/lake shared/report", sync, ""},
	{"functions/dispatch", "events shared/checklist shared/register shared/ledger shared/archive shared/workbook shared/report shared/mail", sync, ""},

	{"functions/invite/lambda", "events/awsevents functions/invite/ticket shared/archive/s3 shared/checklist shared/ledger shared/ledger/dynamo shared/questionnaire shared/register shared/settings", awsSDK + " " + lambda, "aws"},
	{"functions/intake/lambda", "events/awsevents functions/intake shared/archive/s3 shared/bus/aws shared/ledger/dynamo shared/questionnaire shared/settings", awsSDK + " " + lambda, "aws"},
	{"functions/aggregate/lambda", "events/awsevents functions/aggregate shared/archive/s3 shared/ledger shared/ledger/dynamo shared/lake/athena shared/questionnaire shared/settings", awsSDK + " " + lambda, "aws"},
	{"functions/release/lambda", "events/awsevents functions/release shared/archive/s3 shared/bus/aws shared/checklist shared/ledger shared/ledger/dynamo shared/lake/athena shared/questionnaire shared/settings", awsSDK + " " + lambda, "aws"},
	{"functions/feedback/lambda", "events events/awsevents functions/feedback shared/archive/s3 shared/bus/aws shared/lake shared/ledger/dynamo shared/questionnaire shared/settings", awsSDK + " " + lambda, "aws"},
	{"functions/dispatch/lambda", "events/awsevents functions/dispatch shared/archive/s3 shared/ledger/dynamo shared/mail/ses shared/questionnaire shared/settings", awsSDK + " " + lambda, "aws"},

	{"functions/cssa", "events functions/* functions/cssa/checkpage functions/cssa/synthesise infra/laptop infra/laptop/access infra/remote shared/* shared/publication/* shared/questionnaire/*",
		"github.com/spf13/cobra github.com/schollz/progressbar/v3 golang.org/x/term " + sync + " " + width, "aws"},
	{"functions/cssa/checkpage", "shared/checklist shared/questionnaire", "", ""},
	{"functions/cssa/sql", "shared/lake/duckdb", duckdb + " " + width, "cgo"},
	{"functions/cssa/synthesise", "shared/checklist shared/register shared/table shared/workbook", excel + " " + sync, ""},
	{"functions/cssa/wasm", "shared/checklist shared/questionnaire shared/workbook", "", ""},

	{"shared/arch", "", "", ""},
	{"shared/archive", "shared/checklist", "", ""},
	{"shared/archive/s3", "shared/archive", awsSDK, "aws"},
	{"shared/archive/archivetest", "shared/archive", "", ""},
	{"shared/bus", "events", "", ""},
	{"shared/bus/aws", "events", awsSDK, "aws"},
	{"shared/bus/inproc", "events shared/bus", "modernc.org/sqlite " + sync, ""},
	{"shared/checklist", "", "", ""},
	{"shared/disclosure", "shared/checklist shared/table", "", ""},
	{"shared/disclosure/audit", "shared/checklist shared/table", "", ""},
	{"shared/disclosure/scan", "shared/checklist shared/table", parquet + " golang.org/x/net/html", ""},
	{"shared/figure", "shared/figure/fonts", "golang.org/x/image", "fonts"},
	{"shared/figure/fonts", "", "golang.org/x/image", "fonts"},
	{"shared/figure/typeset", "shared/figure/fonts", "", "fonts"},
	{"shared/lake", "shared/archive shared/checklist shared/register shared/table shared/tally shared/trend", parquet, ""},
	{"shared/lake/athena", "shared/checklist shared/lake", awsSDK, "aws"},
	{"shared/lake/duckdb", "shared/lake", duckdb, "cgo"},
	{"shared/lake/laketest", "shared/archive shared/checklist shared/lake shared/register", "", ""},
	{"shared/ledger", "shared/checklist shared/register", "", ""},
	{"shared/ledger/dynamo", "shared/checklist shared/register shared/ledger", awsSDK, "aws"},
	{"shared/ledger/sqlite", "shared/checklist shared/register shared/ledger", "modernc.org/sqlite", ""},
	{"shared/ledger/ledgertest", "shared/checklist shared/register shared/ledger", rapid, ""},
	{"shared/mail", "shared/checklist", "github.com/wneessen/go-mail " + width, ""},
	{"shared/mail/ses", "shared/mail", awsSDK, "aws"},
	{"shared/mail/outbox", "shared/mail", "", ""},
	{"shared/mail/mailtest", "shared/mail", "", ""},
	{"shared/publication", "shared/checklist shared/questionnaire shared/table", excel + " " + parquet, ""},
	{"shared/publication/prose", "shared/checklist shared/table", "", ""},
	{"shared/publication/snapshot", "shared/archive shared/checklist shared/lake", "", ""},
	{"shared/questionnaire", "shared/checklist", "github.com/goccy/go-yaml", ""},
	{"shared/questionnaire/preview", "shared/checklist shared/questionnaire", "", ""},
	{"shared/questionnaire/sheet", "shared/checklist shared/questionnaire", excel + " " + text + " github.com/goccy/go-yaml", ""},
	{"shared/receipt", "shared/archive shared/checklist", "golang.org/x/mod/sumdb", ""},
	{"shared/receipt/keyfile", "", "", ""},
	{"shared/register", "shared/checklist", text, ""},
	{"shared/report", "shared/checklist shared/table", "", ""},
	{"shared/settings", "", "", ""},
	{"shared/table", "shared/checklist", "", ""},
	{"shared/tally", "shared/checklist shared/table", "", ""},
	{"shared/trend", "shared/checklist shared/table", "", ""},
	{"shared/workbook", "shared/checklist", excel + " " + text, ""},

	{"infra", "infra/cloud", cdk, "aws cdk"},
	{"infra/cloud", "shared/checklist shared/lake/athena shared/questionnaire shared/settings", cdk, "aws cdk"},
	{"infra/cost", "", "", ""},
	{"infra/laptop", "events functions/* infra/laptop/objects shared/* shared/*/*",
		awsSDK + " github.com/go-co-op/gocron/v2 github.com/gofrs/flock " + sync, "aws"},
	{"infra/remote", "events functions/invite functions/intake shared/* shared/*/*", awsSDK, "aws"},
	{"infra/laptop/access", "", "", ""},
	{"infra/laptop/objects", "shared/archive", awsSDK + " github.com/versity/versitygw github.com/gofiber/fiber/v3", "aws"},
	{"infra/rehearsal", "infra/laptop/objects infra/rehearsal/* shared/ledger/dynamo", awsSDK, "aws"},
	{"infra/rehearsal/iam", "infra/rehearsal/template", "", ""},
	{"infra/rehearsal/runtime", "", "", ""},
	{"infra/rehearsal/template", "", "", ""},
}

// testLaw says why the tests of the room governed by l may not import something, or "". A test may use every room of ours
// that is no program and every module that the law allows to anybody, with three limits: only infra imports the CDK app;
// the CDK and cgo, which cost minutes to compile, stay with the rooms that may reach them; and the pure rooms take nothing
// from outside but the property checker, so that they can always be tested alone.
func testLaw(rooms map[string]*room, l *line, imported string) string {
	to, own := ours(imported)
	switch {
	case own && to == l.room:
		return ""
	case own && to == "infra/cloud":
		return "only infra imports the CDK app"
	case own && rooms[to] != nil && rooms[to].main:
		return "it is a program"
	case own:
		for thing := range reachedFrom(rooms, to) {
			if (thing == "cdk" || thing == "cgo") && !matches(l.reach, thing) {
				return "it brings " + thing
			}
		}
		return ""
	case imported == "C" || within(duckdb, imported):
		return unless(matches(l.reach, "cgo"), "it is cgo")
	case within(cdk, imported):
		return unless(matches(l.reach, "cdk"), "it is the CDK")
	case !outside(imported) || within(testTools, imported):
		return ""
	case matches(pure, l.room):
		return "the room is pure"
	}
	for _, other := range theLaw {
		if within(other.outside, imported) {
			return ""
		}
	}
	return "no line of the law allows it to anybody"
}

// testTools are modules for tests alone.
const testTools = rapid + " github.com/rogpeppe/go-internal github.com/chromedp golang.org/x/net/html"

func unless(ok bool, why string) string {
	if ok {
		return ""
	}
	return why
}

func reachedFrom(rooms map[string]*room, dir string) map[string][]string {
	if r := rooms[dir]; r != nil {
		return reached(rooms, r)
	}
	return nil
}

// isStep says whether a room is a step of the corridor.
func isStep(dir string) bool {
	return matches("functions/*", dir) && dir != "functions/cssa"
}

// isAdapter says whether a room hangs under a cupboard and binds it to a technology.
func isAdapter(dir string) bool {
	return matches("shared/*/*", dir) && !isPart(dir) && !strings.HasSuffix(dir, "test")
}

// isPart says whether a room is a part of a cupboard that binds it to no technology.
func isPart(dir string) bool { return matches("shared/disclosure/* shared/figure/*", dir) }
