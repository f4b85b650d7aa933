package cloud

import "github.com/aws/jsii-runtime-go"

// The CDK takes its scalars as pointers. Three short names keep the stacks readable.
func s(v string) *string   { return jsii.String(v) }
func n(v float64) *float64 { return jsii.Number(v) }
func b(v bool) *bool       { return jsii.Bool(v) }
