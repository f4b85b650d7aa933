package cloud

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// ReadContext returns the context of a cdk.json. The CDK reads it only when its own command line starts the program, so
// that main and the tests read it here: without it the same code makes another template.
func ReadContext(r io.Reader) (map[string]any, error) {
	var file struct {
		Context map[string]any `json:"context"`
	}
	if err := json.NewDecoder(r).Decode(&file); err != nil {
		return nil, fmt.Errorf("read cdk.json: %w", err)
	}
	return file.Context, nil
}

// Synth writes the templates of the stages to outdir and holds them to the rule packs: what these find and nobody accepted
// is an error. The code of a function is asked for by the function's name.
func Synth(outdir string, context map[string]any, code Code, stages ...Stage) error {
	if err := write(outdir, context, code, stages...); err != nil {
		return err
	}
	found, err := findings(outdir, stages)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("%d findings that nobody accepted:\n%s", len(found), strings.Join(found, "\n"))
	}
	return nil
}

func write(outdir string, context map[string]any, code Code, stages ...Stage) (err error) {
	defer func() { // what the CDK refuses arrives as a panic of its Go half, whose stack says nothing of the stage
		if refused := recover(); refused != nil {
			err = fmt.Errorf("the CDK refuses: %v", refused)
		}
	}()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: s(outdir), Context: &context, AnalyticsReporting: b(false)})
	for _, st := range stages {
		if err := newStage(app, st, code); err != nil {
			return err
		}
	}
	nag(app)
	app.Synth(nil)
	return nil
}
