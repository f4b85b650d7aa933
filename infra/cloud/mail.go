package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/constructs-go/constructs/v10"
)

// newMail adds the sender's identity, signed by DKIM with a return address of its own, and the set that every letter names:
// TLS or nothing, addresses that bounced or complained are not written to again, and what became of a letter comes back as
// an event.
func newMail(scope constructs.Construct, f *Foundation, st Stage) {
	f.ConfigurationSet = awsses.NewConfigurationSet(scope, s("LetterSet"), &awsses.ConfigurationSetProps{
		ConfigurationSetName: s(st.named("letters")),
		TlsPolicy:            awsses.ConfigurationSetTlsPolicy_REQUIRE,
		SuppressionReasons:   awsses.SuppressionReasons_BOUNCES_AND_COMPLAINTS,
		ReputationMetrics:    b(true),
		SendingEnabled:       b(true),
	})
	f.MailIdentity = awsses.NewEmailIdentity(scope, s("Sender"), &awsses.EmailIdentityProps{
		Identity:                    awsses.Identity_Domain(s(st.Domain)),
		ConfigurationSet:            f.ConfigurationSet,
		DkimIdentity:                awsses.DkimIdentity_EasyDkim(awsses.EasyDkimSigningKeyLength_RSA_2048_BIT),
		MailFromDomain:              s("bounce." + st.Domain),
		MailFromBehaviorOnMxFailure: awsses.MailFromBehaviorOnMxFailure_REJECT_MESSAGE,
		FeedbackForwarding:          b(false), // as events, below
	})
	// SES sends its events to the account's default bus and to no other.
	events := awsses.NewConfigurationSetEventDestination(scope, s("LetterEvents"), &awsses.ConfigurationSetEventDestinationProps{
		ConfigurationSet: f.ConfigurationSet,
		Destination:      awsses.EventDestination_EventBus(awsevents.EventBus_FromEventBusName(scope, s("DefaultBus"), s("default"))),
		Events: &[]awsses.EmailSendingEvent{
			awsses.EmailSendingEvent_BOUNCE, awsses.EmailSendingEvent_COMPLAINT, awsses.EmailSendingEvent_DELIVERY,
			awsses.EmailSendingEvent_DELIVERY_DELAY, awsses.EmailSendingEvent_REJECT,
		},
	})
	events.Node().AddDependency(f.ConfigurationSet)
	route(scope, st, "MailEventsRule", "mail-events", nil, f.MailEvents, map[string]any{
		"source":      []string{"aws.ses"},
		"detail-type": []string{"Email Bounced", "Email Complaint Received", "Email Delivered", "Email Delivery Delayed", "Email Rejected"},
		"detail": map[string]any{"mail": map[string]any{"tags": map[string]any{
			"ses:configuration-set": []string{st.named("letters")},
		}}},
	})
}

// send allows sending from the one address. For a letter that comes as MIME, SendEmail asks for the right to SendRawEmail. While the account is in SES's sandbox, SES asks for the right to the
// addressee's identity too; those are the operator's own, verified ones.
func (f *Foundation) send(scope constructs.Construct, st Stage) permission {
	arn := func(resource, name string) *string {
		return awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{Service: s("ses"), Resource: s(resource), ResourceName: s(name)})
	}
	identity := st.Domain
	if !st.RealMail {
		identity = "*"
	}
	return permission{[]string{"ses:SendEmail", "ses:SendRawEmail"},
		[]*string{arn("configuration-set", st.named("letters")), arn("identity", identity)},
		map[string]any{"StringEquals": map[string]any{"ses:FromAddress": st.MailFrom}}}
}
