package cloud

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/events"
	"cssa/shared/settings"
)

// environments says what is wrong with the functions' settings: each gets exactly those its program reads, and each of
// them the thing it is named after.
func environments(tpl *template, st Stage) []string {
	means := map[string]string{
		"LEDGER_TABLE": "${Ledger}", "INBOX_BUCKET": "${Inbox}", "ARCHIVE_BUCKET": "${Archive}", "EVENT_BUS": "${Bus}",
		"RESTRICTED_BUCKET": "${RestrictedLake}", "OPEN_BUCKET": "${OpenLake}",
		"RESTRICTED_DATABASE": st.RestrictedDatabase(), "OPEN_DATABASE": st.OpenDatabase(),
		"GRANT_MINUTES": "10", "MAIL_FROM": st.MailFrom, "MAIL_CONFIGURATION_SET": "cssa-" + st.Name + "-letters",
		"MAIL_MODE": map[bool]string{true: "real", false: "sandbox"}[st.RealMail], "DESK_URL": st.DeskURL, "LETTER_LEASE": "120s",
	}
	var wrong []string
	seen := 0
	tpl.each("AWS::Lambda::Function", func(_ string, r *resource) {
		seen++
		name := strings.TrimPrefix(at(r.Properties, "FunctionName"), "cssa-"+st.Name+"-")
		reads, known := settings.Functions()[name]
		if !known {
			wrong = append(wrong, name+": no such function")
			return
		}
		required, _ := settings.Names(reads)
		environment, _ := r.Properties["Environment"].(map[string]any)
		given, _ := environment["Variables"].(map[string]any)
		for _, setting := range required {
			switch got := text(given[setting]); {
			case got == "":
				wrong = append(wrong, name+": "+setting+" is missing")
			case got != means[setting]:
				wrong = append(wrong, fmt.Sprintf("%s: %s is %s, want %s", name, setting, got, means[setting]))
			}
		}
		var limit, memory float64
		_, err := fmt.Sscanf(fmt.Sprint(text(given["GOMEMLIMIT"]), " ", r.Properties["MemorySize"]), "%fMiB %f", &limit, &memory)
		if err != nil || limit < 0.8*memory || limit > 0.9*memory {
			wrong = append(wrong, fmt.Sprintf("%s: GOMEMLIMIT is %s of %v MB", name, text(given["GOMEMLIMIT"]), memory))
		}
		delete(given, "GOMEMLIMIT") // the runtime of Go reads it
		for setting := range given {
			if !slices.Contains(required, setting) {
				wrong = append(wrong, name+": "+setting+" is read by nobody")
			}
		}
	})
	if seen != len(settings.Functions()) {
		wrong = append(wrong, fmt.Sprintf("%d functions, want %d", seen, len(settings.Functions())))
	}
	return wrong
}

// wires writes every way a message takes: from the bus, the schedule or the route to the queue or the function, from the
// queue to its function, and from each to its dead letters.
func wires(tpl *template) string {
	var lines []string
	tpl.each("AWS::Events::Rule", func(_ string, r *resource) {
		bus := at(r.Properties, "EventBusName")
		if bus == "" {
			bus = "default"
		}
		for i := range many(r.Properties["Targets"]) {
			lines = append(lines, fmt.Sprintf("rule      %s %s → %s, else %s", bus, at(r.Properties, "EventPattern"),
				at(r.Properties, "Targets", i, "Arn"), at(r.Properties, "Targets", i, "DeadLetterConfig", "Arn")))
		}
	})
	tpl.each("AWS::Lambda::EventSourceMapping", func(_ string, r *resource) {
		lines = append(lines, fmt.Sprintf("source    %s → %s, %s at once by at most %s, %s", at(r.Properties, "EventSourceArn"), at(r.Properties, "FunctionName"),
			at(r.Properties, "BatchSize"), at(r.Properties, "ScalingConfig", "MaximumConcurrency"), at(r.Properties, "FunctionResponseTypes")))
	})
	tpl.each("AWS::SQS::Queue", func(id string, r *resource) {
		lines = append(lines, fmt.Sprintf("queue     %s hides for %s s, keeps for %s s, after %s receives → %s", plain(id), at(r.Properties, "VisibilityTimeout"),
			at(r.Properties, "MessageRetentionPeriod"), at(r.Properties, "RedrivePolicy", "maxReceiveCount"), at(r.Properties, "RedrivePolicy", "deadLetterTargetArn")))
	})
	tpl.each("AWS::Scheduler::Schedule", func(_ string, r *resource) {
		p := r.Properties
		lines = append(lines, fmt.Sprintf("schedule  %s in %s, within %s min → %s %s, tried %s times in %s s, else %s", at(p, "ScheduleExpression"),
			at(p, "ScheduleExpressionTimezone"), at(p, "FlexibleTimeWindow", "MaximumWindowInMinutes"), at(p, "Target", "Arn"), at(p, "Target", "Input"),
			at(p, "Target", "RetryPolicy", "MaximumRetryAttempts"), at(p, "Target", "RetryPolicy", "MaximumEventAgeInSeconds"), at(p, "Target", "DeadLetterConfig", "Arn")))
	})
	tpl.each("AWS::Lambda::EventInvokeConfig", func(_ string, r *resource) {
		lines = append(lines, fmt.Sprintf("invoke    %s, tried again %s times, else %s", at(r.Properties, "FunctionName"),
			at(r.Properties, "MaximumRetryAttempts"), at(r.Properties, "DestinationConfig", "OnFailure", "Destination")))
	})
	tpl.each("AWS::ApiGatewayV2::Route", func(_ string, r *resource) {
		_, integration, _ := strings.Cut(at(r.Properties, "Target"), "${")
		to := ""
		tpl.each("AWS::ApiGatewayV2::Integration", func(id string, in *resource) {
			if plain(id)+"}" == integration {
				to = at(in.Properties, "IntegrationUri")
			}
		})
		lines = append(lines, fmt.Sprintf("route     %s, %s %s → %s", at(r.Properties, "RouteKey"), at(r.Properties, "AuthorizationType"),
			at(r.Properties, "AuthorizationScopes"), to))
	})
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

// queues says what is wrong with them: each is encrypted with our key, is closed to plain HTTP, has dead letters of its own,
// lets in only the rules of this account, hides a message longer than its function may take. The claim on a letter outlives
// who sends it, and has ended when the letter's message is shown again.
func queues(tpl *template) []string {
	var wrong []string
	slow := map[string]string{} // by the function's logical id, its timeout
	leases := map[string]int{}  // how long it holds a letter
	tpl.each("AWS::Lambda::Function", func(id string, r *resource) {
		fn := "${" + plain(id) + ".Arn}"
		slow[fn] = at(r.Properties, "Timeout")
		if lease, err := time.ParseDuration(at(r.Properties, "Environment", "Variables", "LETTER_LEASE")); err == nil {
			leases[fn] = int(lease.Seconds())
		}
	})
	handler := map[string]string{}
	tpl.each("AWS::Lambda::EventSourceMapping", func(_ string, r *resource) {
		handler[at(r.Properties, "EventSourceArn")] = at(r.Properties, "FunctionName")
		if at(r.Properties, "FunctionResponseTypes") != "ReportBatchItemFailures" {
			wrong = append(wrong, at(r.Properties, "EventSourceArn")+": one failure fails the whole batch")
		}
	})
	policies := map[string]string{}
	tpl.each("AWS::SQS::QueuePolicy", func(_ string, r *resource) {
		for _, st := range many(r.Properties["PolicyDocument"].(map[string]any)["Statement"]) {
			policies[at(r.Properties, "Queues")] += text(st) + "\n"
		}
	})
	tpl.each("AWS::SQS::Queue", func(id string, r *resource) {
		name := plain(id)
		if at(r.Properties, "KmsMasterKeyId") != "${ServiceKey.Arn}" {
			wrong = append(wrong, name+": not encrypted with our key")
		}
		policy := policies["${"+name+"}"]
		if !strings.Contains(policy, "{Action=sqs:* Condition={Bool={aws:SecureTransport=false}} Effect=Deny Principal={AWS=*}") {
			wrong = append(wrong, name+": open to plain HTTP")
		}
		for _, line := range strings.Split(policy, "\n") {
			if strings.Contains(line, "Effect=Allow") && !(strings.Contains(line, "Action=sqs:SendMessage") && strings.Contains(line, "aws:SourceArn=${") &&
				strings.Contains(line, "aws:SourceAccount=${AWS::AccountId}") && strings.Contains(line, "Service=events.amazonaws.com")) {
				wrong = append(wrong, name+": lets in "+line)
			}
		}
		if strings.HasSuffix(name, "Dead") {
			return
		}
		if got := at(r.Properties, "RedrivePolicy", "deadLetterTargetArn"); got != "${"+name+"Dead.Arn}" {
			wrong = append(wrong, name+": its dead letters go to "+got)
		}
		to := handler["${"+name+".Arn}"]
		var hidden, takes int
		fmt.Sscan(at(r.Properties, "VisibilityTimeout"), &hidden)
		fmt.Sscan(slow[to], &takes)
		if to == "" || hidden <= takes {
			wrong = append(wrong, fmt.Sprintf("%s: hidden for %d s, handled by %q in %d s", name, hidden, to, takes))
		}
		if held, ok := leases[to]; ok && (held <= takes || hidden <= held) {
			wrong = append(wrong, fmt.Sprintf("%s: a letter is held for %d s; it is sent in %d s, and tried again after %d s", name, held, takes, hidden))
		}
	})
	return wrong
}

func TestEachFunctionGetsTheSettingsItReads(t *testing.T) {
	for _, st := range append(stages(), unscanned()) {
		for _, w := range environments(read(t, st.Name), st) {
			t.Errorf("%s: %s", st.Name, w)
		}
	}
}

func TestEveryMessageHasAWayAndADeadEnd(t *testing.T) {
	for _, st := range stages() {
		for _, w := range queues(read(t, st.Name)) {
			t.Errorf("%s: %s", st.Name, w)
		}
	}
	golden(t, "wires.txt", wires(read(t, "prod")))
	golden(t, "wires-unscanned.txt", wires(read(t, "unscanned")))
}

// A lease that does not fit between the sending of a letter and the next attempt is seen.
func TestALeaseThatDoesNotFitIsSeen(t *testing.T) {
	for what, spoil := range map[string]func(*template){
		"it ends while the letter is sent": func(tpl *template) { variables(tpl, t, "dispatch")["LETTER_LEASE"] = "1m" },
		"it outlasts the wait":             func(tpl *template) { variables(tpl, t, "dispatch")["LETTER_LEASE"] = "6m" },
		"the wait is shorter": func(tpl *template) {
			tpl.one(t, "AWS::SQS::Queue", "QueueName", "cssa-prod-letters").Properties["VisibilityTimeout"] = "90"
		},
		"sending takes longer": func(tpl *template) {
			tpl.one(t, "AWS::Lambda::Function", "FunctionName", "cssa-prod-dispatch").Properties["Timeout"] = "150"
		},
	} {
		tpl := read(t, "prod")
		spoil(tpl)
		if wrong := queues(tpl); !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, "a letter is held for") }) {
			t.Errorf("%s: nobody saw it: %v", what, wrong)
		}
	}
}

// A wrong wire of each kind is seen.
func TestAWrongWireIsSeen(t *testing.T) {
	prod, before := stages()[1], wires(read(t, "prod"))
	for what, spoil := range map[string]func(*template){
		"a missing variable": func(tpl *template) {
			delete(variables(tpl, t, "aggregate"), "LEDGER_TABLE")
		},
		"a variable of nobody": func(tpl *template) { variables(tpl, t, "intake")["OPEN_BUCKET"] = "x" },
		"a wrong bucket": func(tpl *template) {
			v := variables(tpl, t, "release")
			v["OPEN_BUCKET"] = v["RESTRICTED_BUCKET"]
		},
		"a wrong queue before a function": func(tpl *template) {
			sources := []*resource{}
			tpl.each("AWS::Lambda::EventSourceMapping", func(_ string, r *resource) { sources = append(sources, r) })
			a, b := sources[0].Properties, sources[len(sources)-1].Properties
			a["EventSourceArn"], b["EventSourceArn"] = b["EventSourceArn"], a["EventSourceArn"]
		},
		"a wrong queue behind a rule": func(tpl *template) {
			target := tpl.one(t, "AWS::Events::Rule", "Name", "cssa-prod-letters").Properties["Targets"].([]any)[0].(map[string]any)
			target["Arn"] = tpl.one(t, "AWS::Events::Rule", "Name", "cssa-prod-released").Properties["Targets"].([]any)[0].(map[string]any)["Arn"]
		},
		"a queue without dead letters": func(tpl *template) {
			delete(tpl.one(t, "AWS::SQS::Queue", "QueueName", "cssa-prod-letters").Properties, "RedrivePolicy")
		},
		"a message type that nobody is told of": func(tpl *template) {
			pattern := tpl.one(t, "AWS::Events::Rule", "Name", "cssa-prod-letters").Properties["EventPattern"].(map[string]any)
			pattern["detail-type"] = pattern["detail-type"].([]any)[1:]
		},
	} {
		tpl := read(t, "prod")
		spoil(tpl)
		if wires(tpl) == before && len(environments(tpl, prod)) == 0 && len(queues(tpl)) == 0 {
			t.Errorf("%s: nobody saw it", what)
		}
	}
}

func variables(tpl *template, t *testing.T, function string) map[string]any {
	t.Helper()
	r := tpl.one(t, "AWS::Lambda::Function", "FunctionName", "cssa-prod-"+function)
	return r.Properties["Environment"].(map[string]any)["Variables"].(map[string]any)
}

// Every message between the steps is routed to exactly one queue. Uploaded is not one of the bus: it is made of what AWS
// says of the inbox.
func TestEveryMessageTypeIsRouted(t *testing.T) {
	routed := map[string]int{}
	read(t, "prod").each("AWS::Events::Rule", func(_ string, r *resource) {
		if at(r.Properties, "EventPattern", "source") == "cssa" {
			for _, kind := range many(r.Properties["EventPattern"].(map[string]any)["detail-type"]) {
				routed[text(kind)]++
			}
		}
	})
	for _, e := range []events.Event{events.Stray{}, events.Accepted{}, events.Returned{}, events.Withdrawn{}, events.Invited{}, events.Reminder{},
		events.Released{}, events.FeedbackReady{}, events.Infected{}} {
		if routed[e.Name()] != 1 {
			t.Errorf("%s is routed to %d queues", e.Name(), routed[e.Name()])
		}
		delete(routed, e.Name())
	}
	for name := range routed {
		if _, err := events.Decode(name, []byte("{}")); err != nil {
			t.Errorf("a rule waits for %s: %v", name, err)
		}
	}
}
