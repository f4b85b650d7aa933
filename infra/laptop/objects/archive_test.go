package objects_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"cssa/infra/laptop/objects"
	"cssa/shared/archive/archivetest"
	"cssa/shared/archive/s3"
)

// The S3 adapter keeps the archive's promises against this server, with and without versions.
func TestArchive(t *testing.T) {
	for _, versioned := range []bool{false, true} {
		t.Run(fmt.Sprintf("versioned=%t", versioned), func(t *testing.T) {
			archivetest.Run(t, func(t *testing.T) archivetest.Buckets {
				srv := serve(t, objects.Config{Dir: t.TempDir(), Now: time.Now, Buckets: []objects.Bucket{
					{Name: "inbox", Versioned: versioned}, {Name: "vault", Versioned: versioned},
				}})
				return archivetest.Buckets{
					Inbox: s3.New(srv.Client(), "inbox"), Vault: s3.New(srv.Client(), "vault"), Versioned: versioned, Now: time.Now,
				}
			})
		})
	}
}

func serve(t *testing.T, cfg objects.Config) *objects.Server {
	t.Helper()
	srv, err := objects.Start(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil { // once more does nothing
			t.Error(err)
		}
	})
	return srv
}
