package cloud

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
)

// How long a function may take, in seconds. A queue hides a message accordingly.
const (
	intakeSeconds   = 60
	dispatchSeconds = 60
	feedbackSeconds = 900 // the reports of a whole round; what was done before is found done
	// A claim on a letter holds longer than a function may take, so that nobody sends what another is sending still; and ends
	// before the queue shows the letter's message again, so that who comes next does not find it held and give it up.
	leaseSeconds = 2 * dispatchSeconds
)

// Code gives a function's built program by the function's name.
type Code func(function string) awslambda.Code

// A recipe is what functions differ in. Its settings are the environment that shared/settings reads.
type recipe struct {
	what     string
	memory   int // MB; the CPU grows with it, a whole one at 1769
	seconds  int
	reserved int // at most so many at a time; 0 for no limit of its own
	settings map[string]*string
	may      []permission
	from     []source
}

// A source is a queue whose messages a function handles, so many at once and by so many instances (2 at least).
type source struct {
	queue         Queue
	batch, atMost int
}

// newFunctions adds the functions, each with a role and a log of its own.
func newFunctions(scope constructs.Construct, f *Foundation, st Stage, code Code) {
	recipes := map[string]recipe{
		"invite": f.invite(st), "intake": f.intake(), "aggregate": f.aggregate(st),
		"release": f.release(st), "feedback": f.feedback(), "dispatch": f.dispatch(scope, st),
	}
	f.Functions = map[string]Function{}
	for _, name := range FunctionNames() {
		f.Functions[name] = newFunction(scope, f, st, name, recipes[name], code(name))
	}
}

func newFunction(scope constructs.Construct, f *Foundation, st Stage, name string, r recipe, code awslambda.Code) Function {
	id := title(name)
	log := newLog(scope, f, st, id+"Log", "/aws/lambda/"+st.named(name))
	may := append([]permission{
		{[]string{"logs:CreateLogStream", "logs:PutLogEvents"}, []*string{log.LogGroupArn()}, nil},
		{[]string{"xray:PutTelemetryRecords", "xray:PutTraceSegments"}, []*string{s("*")}, nil}, // X-Ray knows no resources
	}, r.may...)
	for _, q := range r.from {
		may = append(may, f.take(q.queue)...)
	}
	role := newRole(scope, id+"Role", "cssa "+st.Name+": the function "+name,
		awsiam.NewServicePrincipal(s("lambda.amazonaws.com"), nil), may...)
	r.settings["GOMEMLIMIT"] = s(fmt.Sprintf("%dMiB", r.memory*7/8)) // Go's collector works harder before Lambda ends the function
	props := &awslambda.FunctionProps{
		FunctionName: s(st.named(name)), Description: s(r.what),
		Runtime: awslambda.Runtime_PROVIDED_AL2023(), Architecture: awslambda.Architecture_ARM_64(), Handler: s("bootstrap"), Code: code,
		MemorySize: n(r.memory), Timeout: seconds(r.seconds),
		Environment: &r.settings,
		Role:        role.WithoutPolicyUpdates(nil), // all it may do stands in its role already
		Tracing:     awslambda.Tracing_ACTIVE,
		LogGroup:    log,
	}
	if r.reserved > 0 {
		props.ReservedConcurrentExecutions = n(r.reserved)
	}
	fn := awslambda.NewFunction(scope, s(id), props)
	for _, q := range r.from {
		awslambda.NewCfnEventSourceMapping(scope, s(id+"From"+title(q.queue.Name)), &awslambda.CfnEventSourceMappingProps{
			FunctionName: fn.FunctionArn(), EventSourceArn: q.queue.Queue.QueueArn(), BatchSize: n(q.batch),
			FunctionResponseTypes: list("ReportBatchItemFailures"),
			ScalingConfig:         &awslambda.CfnEventSourceMapping_ScalingConfigProperty{MaximumConcurrency: n(q.atMost)},
		})
	}
	return Function{Name: name, Lambda: fn, Role: role, Log: log}
}

// newLog adds a log, encrypted and kept for the stage's time.
func newLog(scope constructs.Construct, f *Foundation, st Stage, id, name string) awslogs.LogGroup {
	log := awslogs.NewLogGroup(scope, s(id), &awslogs.LogGroupProps{
		LogGroupName: s(name), EncryptionKey: f.Service, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	log.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(n(st.LogDays))
	return log
}

// invite mints tickets. It signs with its own right to put into the inbox; that right is what the URL carries.
func (f *Foundation) invite(st Stage) recipe {
	return recipe{
		what: "案内: mints a ticket for one firm and one file", memory: 256, seconds: 10,
		settings: map[string]*string{
			"LEDGER_TABLE": f.Ledger.TableName(), "INBOX_BUCKET": f.Inbox.BucketName(), "GRANT_MINUTES": number(st.GrantMinutes),
		},
		may: []permission{
			f.getItems("client", "round", "register", "submission#*"),
			f.listItems("firm", "ticket#*"),
			f.putItems("ticket#*"),
			f.openLedger(),
			{[]string{"s3:PutObject"}, []*string{f.Inbox.ArnForObjects(s("*"))}, nil},
			useKey(f.Answers, f.Inbox, "kms:GenerateDataKey"),
		},
	}
}

// intake reads what was uploaded. A workbook may unpack to 128 MB.
func (f *Foundation) intake() recipe {
	return recipe{
		what: "受付: reads, checks and records an upload", memory: 512, seconds: intakeSeconds,
		settings: map[string]*string{
			"LEDGER_TABLE": f.Ledger.TableName(), "INBOX_BUCKET": f.Inbox.BucketName(), "ARCHIVE_BUCKET": f.Archive.BucketName(),
			"EVENT_BUS": f.Bus.EventBusName(),
		},
		from: []source{{f.Uploads, 5, 10}},
		may: []permission{
			f.getItems("round", "register", "ticket#*", "submission#*", "current#*"),
			f.listItems("firm"),
			f.putItems("submission#*", "current#*"),
			f.openLedger(),
			readVersions(f.Inbox, ""),
			missObjects(f.Inbox),
			useKey(f.Answers, f.Inbox, "kms:Decrypt"),
			putObjects(f.Archive, "originals/", "marked/", "strays/"),
			useKey(f.Answers, f.Archive, "kms:Decrypt", "kms:GenerateDataKey"),
			f.tell("Accepted", "Returned", "Withdrawn", "Stray", "Infected"),
		},
	}
}

// aggregate counts an edition. One at a time; the ledger's lease says so too, but a second one would only wait.
func (f *Foundation) aggregate(st Stage) recipe {
	return recipe{
		what: "集計: counts an edition into the restricted lake", memory: 2048, seconds: 900, reserved: 1,
		settings: map[string]*string{
			"LEDGER_TABLE": f.Ledger.TableName(), "RESTRICTED_BUCKET": f.Restricted.BucketName(),
			"RESTRICTED_DATABASE": s(st.RestrictedDatabase()),
		},
		may: append([]permission{
			f.getItems("round", "register", "runs"),
			f.listItems("firm", "ticket#*", "submission#*"),
			f.putItems("round", "runs", "submission#*"), // a freeze voids unused tickets
			f.openLedger(),
			putObjects(f.Restricted, ""), // and reads the frozen run of the edition before
			missObjects(f.Restricted),
			useKey(f.Answers, f.Restricted, "kms:Decrypt", "kms:GenerateDataKey"),
			f.register(st.RestrictedDatabase()),
		}, f.bury(f.Nightly.QueueArn())...),
	}
}

// release takes a frozen run from the restricted lake to the open one. It is the only function that may. Which firms answered
// and what, it looks at to protect the tables of groups together, and a corporate group from being seen as one.
func (f *Foundation) release(st Stage) recipe {
	return recipe{
		what: "公表: protects and issues a frozen run that a second person approved", memory: 1024, seconds: 29, // an HTTP API waits 30 s
		settings: map[string]*string{
			"LEDGER_TABLE": f.Ledger.TableName(), "RESTRICTED_BUCKET": f.Restricted.BucketName(), "OPEN_BUCKET": f.Open.BucketName(),
			"OPEN_DATABASE": s(st.OpenDatabase()), "EVENT_BUS": f.Bus.EventBusName(),
		},
		may: []permission{
			f.getItems("round", "runs", "release#*"),
			f.putItems("release#*"),
			f.openLedger(),
			readNewest(f.Restricted, "answers/", "distributions/", "firms/", "runs/"),
			missObjects(f.Restricted),
			useKey(f.Answers, f.Restricted, "kms:Decrypt"),
			putObjects(f.Open, ""),
			missObjects(f.Open),
			useKey(f.Service, f.Open, "kms:Decrypt", "kms:GenerateDataKey"),
			f.register(st.OpenDatabase()),
			f.tell("Released"),
		},
	}
}

// feedback writes every firm's report of a released run. Of the restricted lake it sees which firms the run counted and by
// which version, no answers and no tables.
func (f *Foundation) feedback() recipe {
	return recipe{
		what: "還元: writes every firm's report of a released run", memory: 1769, seconds: feedbackSeconds,
		settings: map[string]*string{
			"LEDGER_TABLE": f.Ledger.TableName(), "RESTRICTED_BUCKET": f.Restricted.BucketName(), "OPEN_BUCKET": f.Open.BucketName(),
			"ARCHIVE_BUCKET": f.Archive.BucketName(), "EVENT_BUS": f.Bus.EventBusName(),
		},
		from: []source{{f.Released, 1, 2}},
		may: []permission{
			f.getItems("release#*", "submission#*"),
			f.openLedger(),
			readNewest(f.Restricted, "firms/", "submissions/"),
			missObjects(f.Restricted),
			useKey(f.Answers, f.Restricted, "kms:Decrypt"),
			readNewest(f.Open, ""),
			missObjects(f.Open),
			useKey(f.Service, f.Open, "kms:Decrypt"),
			putObjects(f.Archive, "reports/"),
			useKey(f.Answers, f.Archive, "kms:Decrypt", "kms:GenerateDataKey"),
			f.tell("FeedbackReady"),
		},
	}
}

// dispatch sends letters, two instances at most: SES takes so many a second, and what it refuses waits in the queue.
func (f *Foundation) dispatch(scope constructs.Construct, st Stage) recipe {
	mode := "sandbox"
	if st.RealMail {
		mode = "real"
	}
	return recipe{
		what: "送付: one letter per event, to contacts of the register only", memory: 512, seconds: dispatchSeconds,
		settings: map[string]*string{
			"LEDGER_TABLE": f.Ledger.TableName(), "ARCHIVE_BUCKET": f.Archive.BucketName(), "MAIL_FROM": s(st.MailFrom),
			"MAIL_CONFIGURATION_SET": s(st.named("letters")), "MAIL_MODE": s(mode), "DESK_URL": s(st.DeskURL),
			"LETTER_LEASE": s(fmt.Sprint(leaseSeconds, "s")),
		},
		from: []source{{f.Letters, 5, 2}, {f.MailEvents, 10, 2}},
		may: []permission{
			f.getItems("round", "register", "submission#*", "release#*", "letter#*", "delivery"),
			f.listItems("firm", "contact"),
			f.putItems("letter#*", "delivery"),
			f.openLedger(),
			readNewest(f.Archive, "workbooks/", "reports/", "marked/"),
			missObjects(f.Archive),
			useKey(f.Answers, f.Archive, "kms:Decrypt"),
			f.send(scope, st),
		},
	}
}
