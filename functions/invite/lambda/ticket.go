package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"cssa/events/awsevents"
	"cssa/functions/invite/ticket"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
)

// scope is what a token must be good for.
const scope = "cssa/tickets"

// A desk answers calls of the API.
type desk struct {
	step    *ticket.Step
	clients clients
}

type clients interface {
	FirmOfClient(ctx context.Context, client string) (checklist.FirmID, error)
}

// An issued ticket as it is answered. The URL is a secret: it is in the answer and nowhere else.
type issued struct {
	Version int               `json:"version"`
	URL     string            `json:"url"`
	Header  map[string]string `json:"header"` // to be sent with the PUT, as they are
	Expires time.Time         `json:"expires"`
}

// ticket mints a ticket for one file of the caller's own firm.
func (d desk) ticket(ctx context.Context, inv *awsevents.Invocation, r events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	firm, err := d.firm(ctx, awsevents.TokenOf(r))
	if errors.Is(err, ledger.ErrNotFound) {
		return inv.Problem(http.StatusForbidden, notYours), nil
	}
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	var file struct {
		SHA256 string `json:"sha256"`
		Size   int64  `json:"size"`
	}
	body, err := awsevents.Body(r)
	if err != nil || json.Unmarshal(body, &file) != nil {
		return inv.Problem(http.StatusBadRequest, badRequest), nil
	}
	edition := checklist.EditionID(r.PathParameters["edition"])
	t, err := d.step.Ticket(ctx, ticket.Request{Edition: edition, Firm: firm, SHA256: file.SHA256, Size: file.Size})
	switch {
	case errors.Is(err, ticket.ErrBadRequest):
		return inv.Problem(http.StatusBadRequest, badRequest), nil
	case errors.Is(err, register.ErrUnknownFirm):
		return inv.Problem(http.StatusForbidden, notAddressed), nil
	case errors.Is(err, questionnaire.ErrNotFound):
		return inv.Problem(http.StatusNotFound, noEdition), nil
	case errors.Is(err, ticket.ErrNotOpen):
		return inv.Problem(http.StatusConflict, notOpen), nil
	case err != nil:
		return events.APIGatewayV2HTTPResponse{}, err
	}
	out := issued{int(t.Ticket.Number), t.Grant.URL, map[string]string{}, t.Grant.Expires}
	for name := range t.Grant.Header {
		out.Header[name] = t.Grant.Header.Get(name)
	}
	return awsevents.Answer(http.StatusCreated, out), nil
}

// firm returns whose the caller is, or ledger.ErrNotFound. The ledger knows, of machines and officers alike: an access token
// names no firm.
func (d desk) firm(ctx context.Context, t awsevents.Token) (checklist.FirmID, error) {
	if t.Caller == "" || !slices.Contains(t.Scopes, scope) {
		return "", ledger.ErrNotFound
	}
	return d.clients.FirmOfClient(ctx, t.Caller)
}

// What a caller reads.
var (
	notYours     = checklist.Text{JA: "この利用者には提出券を発行する先が登録されていません。", EN: "No firm is registered for this caller."}
	notAddressed = checklist.Text{JA: "この実施回の対象先ではありません。", EN: "The firm is not among those this edition is addressed to."}
	badRequest   = checklist.Text{
		JA: "ファイルのSHA-256（16進64桁）とバイト数（1〜20,971,520）を {\"sha256\": …, \"size\": …} で送ってください。",
		EN: "Send the file's SHA-256 (64 hexadecimal digits) and its size in bytes (1 to 20,971,520) as {\"sha256\": …, \"size\": …}.",
	}
	noEdition = checklist.Text{JA: "この実施回はありません。", EN: "There is no such edition."}
	notOpen   = checklist.Text{JA: "この実施回は受付中ではありません。", EN: "The edition takes no uploads at this time."}
)
