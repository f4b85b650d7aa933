package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"cssa/events/awsevents"
	"cssa/functions/release"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/questionnaire"
)

// A desk answers calls of the API.
type desk struct{ step *release.Step }

// A standing is how far a release has come, as it is answered.
type standing struct {
	Edition    checklist.EditionID `json:"edition"`
	Run        string              `json:"run"`
	ProposedBy string              `json:"proposed_by"`
	ProposedAt time.Time           `json:"proposed_at"`
	ApprovedBy string              `json:"approved_by,omitempty"`
	ApprovedAt time.Time           `json:"approved_at,omitzero"`
	Audit      audit               `json:"audit"`
}

type audit struct {
	At       time.Time `json:"at"`
	Readers  int       `json:"readers"`
	Cells    int       `json:"cells"`
	Withheld int       `json:"withheld"`
	Content  string    `json:"content"`
}

// release proposes or approves, as the path says. Who does it is whom the API verified, never what the caller says.
func (d desk) release(ctx context.Context, inv *awsevents.Invocation, r events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	person, err := awsevents.Person(r)
	if err != nil {
		return inv.Problem(http.StatusForbidden, nobody), nil
	}
	do, known := map[string]func(context.Context, checklist.EditionID, string) (ledger.Release, error){
		"propose": d.step.Propose, "approve": d.step.Approve,
	}[path.Base(r.RawPath)]
	if !known {
		return inv.Problem(http.StatusNotFound, nothing), nil
	}
	rel, err := do(ctx, checklist.EditionID(r.PathParameters["edition"]), person)
	switch {
	case errors.Is(err, release.ErrNotFrozen):
		return inv.Problem(http.StatusConflict, notFrozen), nil
	case errors.Is(err, release.ErrDisclosed):
		inv.Log.WarnContext(ctx, "nothing was released", slog.Any("error", err))
		return inv.Problem(http.StatusConflict, disclosed), nil
	case errors.Is(err, release.ErrChanged):
		return inv.Problem(http.StatusConflict, changed), nil
	case errors.Is(err, ledger.ErrConflict):
		return inv.Problem(http.StatusConflict, samePerson), nil
	case errors.Is(err, ledger.ErrNotFound), errors.Is(err, questionnaire.ErrNotFound):
		return inv.Problem(http.StatusNotFound, nothing), nil
	case err != nil:
		return events.APIGatewayV2HTTPResponse{}, err
	}
	return awsevents.Answer(http.StatusOK, standing{rel.Edition, rel.Run, rel.ProposedBy, rel.ProposedAt, rel.ApprovedBy, rel.ApprovedAt, audit(rel.Audit)}), nil
}

// What a caller reads.
var (
	nobody     = checklist.Text{JA: "誰の操作か分かりません。本人の名前のセッションで操作してください。", EN: "It cannot be told who you are. Use a session that bears your own name."}
	nothing    = checklist.Text{JA: "この実施回、または還元の提案がありません。", EN: "There is no such edition, or no release was proposed."}
	disclosed  = checklist.Text{JA: "秘匿した数値を推測できるおそれがあるため、還元・公表できません。該当箇所は記録にあります。", EN: "Nothing is released: what is withheld could be told. The log names the tables and places."}
	changed    = checklist.Text{JA: "公表しようとする内容が、提案されたものと異なります。もう一度提案してください。", EN: "What would be issued is not what was proposed. Please have it proposed again."}
	notFrozen  = checklist.Text{JA: "確定した集計がありません。", EN: "The round has no complete frozen run."}
	samePerson = checklist.Text{JA: "提案した人は承認できません。または、別の人がすでに承認しました。", EN: "Who proposed cannot approve, or another person approved already."}
)
