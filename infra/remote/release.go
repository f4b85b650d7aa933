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

	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

// Release proposes and approves releases through the API, which lets in whoever may and knows who it is. Both may be
// repeated by the same person: what was done is not done again. So an answer that did not come, or says that the stage
// broke, is asked for again.
type Release struct {
	config aws.Config
	url    string
	ledger Ledger
	now    func() time.Time
	pause  func(context.Context, time.Duration) error
}

// pauses are those between two calls: the API gives a call up after 30 s, while the function goes on.
var pauses = []time.Duration{time.Second, 5 * time.Second, 15 * time.Second}

// Propose proposes the round's frozen run, as the person whose credentials these are.
func (r *Release) Propose(ctx context.Context, id checklist.EditionID) (ledger.Release, error) {
	return r.ask(ctx, id, "propose")
}

// Approve approves the proposed run, as the person whose credentials these are, and issues it.
func (r *Release) Approve(ctx context.Context, id checklist.EditionID) (ledger.Release, error) {
	return r.ask(ctx, id, "approve")
}

func (r *Release) ask(ctx context.Context, id checklist.EditionID, what string) (ledger.Release, error) {
	err := r.call(ctx, id, what)
	for _, p := range pauses {
		if !errors.Is(err, errAgain) {
			break
		}
		if stopped := r.pause(ctx, p); stopped != nil {
			return ledger.Release{}, fmt.Errorf("%s the release of %s: %w, after %w", what, id, stopped, err)
		}
		err = r.call(ctx, id, what)
	}
	if errors.Is(err, errAgain) {
		err = fmt.Errorf("%w, %d times; it may still be at work: repeat it in a minute, nothing is done twice", err, len(pauses)+1)
	}
	if err != nil {
		return ledger.Release{}, fmt.Errorf("%s the release of %s: %w", what, id, err)
	}
	round, err := r.ledger.Round(ctx, id)
	if err != nil {
		return ledger.Release{}, err
	}
	return r.ledger.Release(ctx, id, round.FrozenRun)
}

// errAgain is of a call of which is not known what it did.
var errAgain = errors.New("not known whether it was done")

// office keeps a call from waiting longer than the API answers.
var office = &http.Client{Timeout: 40 * time.Second}

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
		return noCredentials(err)
	}
	empty := sha256.Sum256(nil)
	if err := v4.NewSigner().SignHTTP(ctx, who, req, hex.EncodeToString(empty[:]), "execute-api", r.config.Region, r.now()); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	res, err := office.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%w: %w", errAgain, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", errAgain, err)
	case res.StatusCode < http.StatusBadRequest:
		return nil
	case res.StatusCode >= http.StatusInternalServerError, res.StatusCode == http.StatusTooManyRequests:
		return fmt.Errorf("%w: the stage says %s", errAgain, res.Status)
	}
	text := why(body)
	if res.StatusCode == http.StatusForbidden && !strings.HasPrefix(res.Header.Get("Content-Type"), "application/problem+json") {
		text += "; " + whoMay // the API said it, not the function
	}
	return fmt.Errorf("%w: %s: %s", ErrRefused, res.Status, text)
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

// sleep waits, unless the context ends before.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
