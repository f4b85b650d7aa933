package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// acknowledge says which findings of the rule packs are as meant, and why. What is not listed here fails.
func acknowledge(stack awscdk.Stack) {
}

// nag adds the rule packs.
func nag(app awscdk.App) {
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Verbose: b(true), Reports: b(true)}), nil)
	awscdk.Aspects_Of(app).Add(cdknag.NewNIST80053R5Checks(&cdknag.NagPackProps{Verbose: b(true), Reports: b(true)}), nil)
}
