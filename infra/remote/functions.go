package remote

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

// ErrRefused is returned where the stage's function was reached and said no. The text is the function's.
var ErrRefused = errors.New("the stage refuses")

// Ledger is what is read of the ledger after a function has written there.
type Ledger interface {
	Round(context.Context, checklist.EditionID) (ledger.Round, error)
	Run(ctx context.Context, e checklist.EditionID, id string) (ledger.Run, error)
	Runs(context.Context, checklist.EditionID) ([]ledger.Run, error)
	Release(ctx context.Context, e checklist.EditionID, run string) (ledger.Release, error)
}

// Aggregate has the stage's function make runs, and waits for it.
type Aggregate struct {
	client   *lambda.Client
	function string
	ledger   Ledger
}

// Nightly makes a run of what the ledger holds now.
func (a *Aggregate) Nightly(ctx context.Context, id checklist.EditionID) (ledger.Run, error) {
	before, err := a.last(ctx, id)
	if err != nil {
		return before, err
	}
	if err := a.invoke(ctx, id, false); err != nil {
		return ledger.Run{}, err
	}
	run, err := a.last(ctx, id)
	if err == nil && run.ID == before.ID {
		return run, fmt.Errorf("aggregate %s: %w: the function made no run", id, ErrRefused)
	}
	return run, err
}

// last returns the newest run, or a zero one.
func (a *Aggregate) last(ctx context.Context, id checklist.EditionID) (ledger.Run, error) {
	runs, err := a.ledger.Runs(ctx, id)
	if err != nil || len(runs) == 0 {
		return ledger.Run{}, err
	}
	return runs[len(runs)-1], nil
}

// Freeze freezes the round and makes its last run.
func (a *Aggregate) Freeze(ctx context.Context, id checklist.EditionID) (ledger.Run, error) {
	if err := a.invoke(ctx, id, true); err != nil {
		return ledger.Run{}, err
	}
	round, err := a.ledger.Round(ctx, id)
	if err != nil {
		return ledger.Run{}, err
	}
	return a.ledger.Run(ctx, id, round.FrozenRun)
}

func (a *Aggregate) invoke(ctx context.Context, id checklist.EditionID, freeze bool) error {
	body, err := json.Marshal(struct {
		Edition checklist.EditionID `json:"edition"`
		Freeze  bool                `json:"freeze,omitempty"`
	}{id, freeze})
	if err != nil {
		return err
	}
	out, err := a.client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &a.function, Payload: body})
	if err != nil {
		return fmt.Errorf("invoke %s: %w", a.function, err)
	}
	if out.FunctionError == nil {
		return nil
	}
	var said struct {
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal(out.Payload, &said); err != nil || said.Message == "" {
		said.Message = *out.FunctionError
	}
	return fmt.Errorf("%w: %s", ErrRefused, said.Message)
}

// Release proposes and approves releases through the API, which lets in whoever may and knows who it is.
type Release struct {
	config aws.Config
	url    string
	ledger Ledger
	now    func() time.Time
}

// Propose proposes the round's frozen run, as the person whose credentials these are.
func (r *Release) Propose(ctx context.Context, id checklist.EditionID) (ledger.Release, error) {
	return r.ask(ctx, id, "propose")
}

// Approve approves the proposed run, as the person whose credentials these are, and issues it.
func (r *Release) Approve(ctx context.Context, id checklist.EditionID) (ledger.Release, error) {
	return r.ask(ctx, id, "approve")
}

func (r *Release) ask(ctx context.Context, id checklist.EditionID, what string) (ledger.Release, error) {
	if err := r.call(ctx, id, what); err != nil {
		return ledger.Release{}, fmt.Errorf("%s the release of %s: %w", what, id, err)
	}
	round, err := r.ledger.Round(ctx, id)
	if err != nil {
		return ledger.Release{}, err
	}
	return r.ledger.Release(ctx, id, round.FrozenRun)
}

func (r *Release) call(ctx context.Context, id checklist.EditionID, what string) error {
	to, err := url.JoinPath(r.url, "editions", string(id), "release", what)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, http.NoBody)
	if err != nil {
		return err
	}
	who, err := r.config.Credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("credentials: %w", err)
	}
	empty := sha256.Sum256(nil)
	if err := v4.NewSigner().SignHTTP(ctx, who, req, hex.EncodeToString(empty[:]), "execute-api", r.config.Region, r.now()); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	switch {
	case err != nil:
		return err
	case res.StatusCode < http.StatusBadRequest:
		return nil
	case res.StatusCode >= http.StatusInternalServerError:
		return fmt.Errorf("the stage answers %s; it may still be at work: repeat it, nothing is done twice", res.Status)
	}
	return fmt.Errorf("%w: %s %s", ErrRefused, res.Status, why(body))
}

// why returns what an answer says of itself.
func why(body []byte) string {
	var said map[string]any
	if json.Unmarshal(body, &said) == nil {
		for _, key := range []string{"message", "Message", "error"} {
			if text, ok := said[key].(string); ok {
				return text
			}
		}
	}
	return strings.TrimSpace(string(bytes.ToValidUTF8(body, nil)))
}
