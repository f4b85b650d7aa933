package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

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
	var busy *types.TooManyRequestsException
	switch {
	case errors.As(err, &busy):
		return fmt.Errorf("%w: %s is at work for somebody else; wait a minute and repeat it", ErrRefused, a.function)
	case err != nil:
		return fmt.Errorf("invoke %s: %w", a.function, err)
	case out.FunctionError != nil:
		return a.told(out.Payload, *out.FunctionError)
	}
	return nil
}

// told is what the function said in place of an answer. That it broke, and did not refuse, AWS tells by the type.
func (a *Aggregate) told(payload []byte, unsaid string) error {
	var said struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal(payload, &said); err != nil || said.Message == "" {
		said.Message = unsaid
	}
	if strings.HasPrefix(said.Type, "Sandbox.") || strings.HasPrefix(said.Type, "Runtime.") || strings.Contains(said.Message, "Task timed out") {
		return fmt.Errorf("%s broke off: %s; its log says more: aws logs tail /aws/lambda/%s. A run is whole or it is not there: repeat it",
			a.function, said.Message, a.function)
	}
	return fmt.Errorf("%w: %s", ErrRefused, said.Message)
}
