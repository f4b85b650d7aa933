// Command infra is the CDK app: it writes the template of a stage of the deployed system. It needs Node and no account.
//
//	STAGE=prod go run ./infra        writes build/cdk.out; the stage is dev unless said otherwise
//
// The cdk command line runs it too (cdk.json), says where to write in CDK_OUTDIR, and passes on -c stage=prod.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"cssa/infra/cloud"
)

// programs is where `make lambda` leaves a folder with a bootstrap for each function.
const programs = "build/lambda"

func main() {
	err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "infra:", err)
	}
	os.Stderr = nil // jsii waits for Node twice, and now and then tells of the second time as if something were wrong
	jsii.Close()
	if err != nil {
		os.Exit(1)
	}
}

func run() error {
	file, err := os.Open("cdk.json")
	if err != nil {
		return fmt.Errorf("run me in the module's root: %w", err)
	}
	defer file.Close()
	context, err := cloud.ReadContext(file)
	if err != nil {
		return err
	}
	stage, err := stage()
	if err != nil {
		return err
	}
	for _, name := range cloud.FunctionNames() {
		if _, err := os.Stat(filepath.Join(programs, name, "bootstrap")); err != nil {
			return fmt.Errorf("run make lambda first: %w", err)
		}
	}
	code := func(function string) awslambda.Code {
		return awslambda.Code_FromAsset(jsii.String(filepath.Join(programs, function)), nil)
	}
	return cloud.Synth(cmp.Or(os.Getenv("CDK_OUTDIR"), "build/cdk.out"), context, code, stage)
}

// stage finds out which stage is meant: -c stage= of the cdk command line, else STAGE, else dev.
func stage() (cloud.Stage, error) {
	var context struct {
		Stage string `json:"stage"`
	}
	if given := os.Getenv("CDK_CONTEXT_JSON"); given != "" {
		if err := json.Unmarshal([]byte(given), &context); err != nil {
			return cloud.Stage{}, fmt.Errorf("read the context of the cdk command line: %w", err)
		}
	}
	return cloud.StageNamed(cmp.Or(context.Stage, os.Getenv("STAGE"), "dev"))
}
