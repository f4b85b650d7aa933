// Command infra is the CDK app: it writes the templates of the deployed system. It needs Node and no account.
//
//	go run ./infra        writes build/cdk.out
//
// The cdk command line runs it too (cdk.json), and says where to write in CDK_OUTDIR.
package main

import (
	"cmp"
	"fmt"
	"os"

	"github.com/aws/jsii-runtime-go"

	"cssa/infra/cloud"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "infra:", err)
		os.Exit(1)
	}
}

func run() error {
	defer jsii.Close()
	file, err := os.Open("cdk.json")
	if err != nil {
		return fmt.Errorf("run me in the module's root: %w", err)
	}
	defer file.Close()
	context, err := cloud.ReadContext(file)
	if err != nil {
		return err
	}
	cloud.NewApp(cmp.Or(os.Getenv("CDK_OUTDIR"), "build/cdk.out"), context).Synth(nil)
	return nil
}
