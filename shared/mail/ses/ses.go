// Package ses is the sender of the cloud: every message goes out as it was rendered, through Amazon SES.
//
// SES has no token against repeats and gives a message an id of its own, so a message sent twice goes out twice; its
// X-CSSA-Letter header makes the repeat recognisable. Mail events are told apart by it, or by the message tag "letter": SES
// gives headers back up to 10 KB, and those of a delayed message not at all.
package ses

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"cssa/shared/mail"
)

// A Sender sends messages of one deployment.
type Sender struct {
	Client           *sesv2.Client
	From             string // a verified address; every message comes from it, and answers go to the message's own sender
	ConfigurationSet string // requires TLS and publishes what becomes of a message
	Sandbox          bool   // refuse messages to addresses outside From's own domain
}

// Send sends the message. What SES will never take, and in the sandbox what would go elsewhere, is mail.ErrRefused;
// errors name no address. Throttling and a lost connection are the client's to try again; the rest is for the caller.
func (s *Sender) Send(ctx context.Context, m mail.Message) error {
	if m.From.Email != s.From {
		m.ReplyTo, m.From.Email = m.From, s.From
	}
	body, err := mail.Render(m)
	if err != nil {
		return fmt.Errorf("ses: %w", err)
	}
	to := make([]string, len(m.To))
	for i, a := range m.To {
		if s.Sandbox && !strings.EqualFold(domain(a.Email), domain(s.From)) {
			return fmt.Errorf("ses: sandbox: an addressee is outside the stage's own domain: %w", mail.ErrRefused)
		}
		to[i] = a.Email
	}
	_, err = s.Client.SendEmail(ctx, &sesv2.SendEmailInput{
		ConfigurationSetName: &s.ConfigurationSet,
		Content:              &types.EmailContent{Raw: &types.RawMessage{Data: body}},
		Destination:          &types.Destination{ToAddresses: to},
		FromEmailAddress:     &s.From,
		EmailTags:            tags(m.ID),
	})
	return told(m.ID, err)
}

// tags are the message tags of a letter. SES takes all that an id may have but the dot: such a letter goes out without.
func tags(id string) []types.MessageTag {
	if strings.Contains(id, ".") {
		return nil
	}
	return []types.MessageTag{{Name: aws.String("letter"), Value: &id}}
}

// told keeps SES's own words, which quote addresses, out of the error.
func told(id string, err error) error {
	if err == nil {
		return nil
	}
	var rejected *types.MessageRejected
	var bad *types.BadRequestException
	var api smithy.APIError
	switch {
	case errors.As(err, &rejected):
		return fmt.Errorf("ses: %s: %w", rejected.ErrorCode(), mail.ErrRefused)
	case errors.As(err, &bad):
		return fmt.Errorf("ses: %s: %w", bad.ErrorCode(), mail.ErrRefused)
	case errors.As(err, &api):
		return fmt.Errorf("ses: message %s: %s", id, api.ErrorCode())
	}
	return fmt.Errorf("ses: message %s: %w", id, err)
}

func domain(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}
