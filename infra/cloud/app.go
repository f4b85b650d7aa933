package cloud

import (
	"encoding/json"
	"fmt"
	"io"

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

// NewApp returns an app with the system's stacks that writes its templates to outdir when synthesised.
func NewApp(outdir string, context map[string]any) awscdk.App {
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir:             s(outdir),
		Context:            &context,
		AnalyticsReporting: b(false),
	})
	newStore(app, "CssaStore")
	return app
}
