package remote

import (
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// near is how far this machine's clock may be from AWS's and still be taken for right: the time in the answers of AWS is of
// whole seconds, and was told a while before it came.
const near = 5 * time.Second

// clock is now, put right by the time that an answer of AWS told: when a round is opened, closed or asked for a ticket is not
// decided by this machine's clock. An answer without a time leaves now as it is.
func clock(now func() time.Time, answered middleware.Metadata) func() time.Time {
	theirs, told := awsmiddleware.GetServerTime(answered)
	ahead := now().Sub(theirs)
	if !told || ahead.Abs() < near {
		return now
	}
	return func() time.Time { return now().Add(-ahead) }
}
