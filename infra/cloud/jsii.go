package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// The CDK takes its scalars as pointers. A few short names keep the stacks readable.
func s(v string) *string              { return jsii.String(v) }
func n[N int | float64](v N) *float64 { return jsii.Number(float64(v)) }
func b(v bool) *bool                  { return jsii.Bool(v) }
func list(vs ...string) *[]*string    { return jsii.Strings(vs...) }
func days(v int) awscdk.Duration      { return awscdk.Duration_Days(n(v)) }
func seconds(v int) awscdk.Duration   { return awscdk.Duration_Seconds(n(v)) }
