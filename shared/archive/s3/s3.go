// Package s3 is the archive on a bucket that speaks the S3 protocol: Amazon S3, or the laptop's own server. Where it
// points, and path style for a server without bucket names in DNS, are options of the client it is given.
//
// "Once" is the store's own promise: every write carries If-None-Match: * and its SHA-256, so that of any number of
// writers one wins, a retried write whose answer was lost finds its own bytes, and bytes spoilt on the way are refused.
package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cssa/shared/archive"
)

// A Bucket is one bucket. It is safe for concurrent use.
type Bucket struct {
	client  *s3.Client
	presign *s3.PresignClient
	name    string
}

// New returns the bucket of that name, as the client reaches it. The bucket must exist.
func New(client *s3.Client, bucket string) *Bucket {
	return &Bucket{client: client, presign: s3.NewPresignClient(client, s3.WithPresignClientFromClientOptions()), name: bucket}
}

// Name returns the name of the bucket.
func (b *Bucket) Name() string { return b.name }

// Put writes an object once. The same bytes under the same key again are no error and return the object that is there;
// other bytes are [archive.ErrExists].
func (b *Bucket) Put(ctx context.Context, key string, body []byte) (archive.Object, error) {
	sum := sha256.Sum256(body)
	id, err := b.once(ctx, key, hex.EncodeToString(sum[:]), func() (*string, error) {
		out, err := b.client.PutObject(ctx, b.putInput(key, body, sum, aws.String("*")))
		if err != nil {
			return nil, err
		}
		return out.VersionId, nil
	})
	if err != nil {
		return archive.Object{}, fmt.Errorf("put %s/%s: %w", b.name, key, err)
	}
	return b.Head(ctx, key, id)
}

// Replace writes an object whether or not the key holds one. It is for pointers to what is current, never for originals.
func (b *Bucket) Replace(ctx context.Context, key string, body []byte) (archive.Object, error) {
	out, err := b.client.PutObject(ctx, b.putInput(key, body, sha256.Sum256(body), nil))
	if err != nil {
		return archive.Object{}, fmt.Errorf("replace %s/%s: %w", b.name, key, known(err))
	}
	return b.Head(ctx, key, version(out.VersionId))
}

func (b *Bucket) putInput(key string, body []byte, sum [sha256.Size]byte, ifNoneMatch *string) *s3.PutObjectInput {
	return &s3.PutObjectInput{
		Bucket: &b.name, Key: &key, Body: bytes.NewReader(body), ContentLength: aws.Int64(int64(len(body))),
		ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(sum[:])), IfNoneMatch: ifNoneMatch,
	}
}

// conflicts is how often a conditional write is tried again when the store answers 409: another conditional write of the
// same key was under way and S3 asks for a retry.
const conflicts = 5

// once runs a write that carries If-None-Match: * and returns the version id of the object under the key, which is
// either the one written or one that already held the bytes of that SHA-256.
func (b *Bucket) once(ctx context.Context, key, sha string, write func() (*string, error)) (string, error) {
	for try := 1; ; try++ {
		id, err := write()
		switch {
		case err == nil:
			return version(id), nil
		case status(err) == http.StatusConflict && try < conflicts:
			continue
		case status(err) != http.StatusPreconditionFailed:
			return "", known(err)
		}
		there, err := b.Head(ctx, key, "")
		if errors.Is(err, archive.ErrNotFound) && try < conflicts {
			continue // deleted in between
		}
		if err != nil {
			return "", err
		}
		if there.SHA256 == "" {
			if there.SHA256, err = b.sum(ctx, b.name, key, there.ID); err != nil {
				return "", err
			}
		}
		if there.SHA256 != sha {
			return "", archive.ErrExists
		}
		return there.ID, nil
	}
}

// Get reads one version of an object, the newest if id is empty, and checks its bytes against the store's checksum.
// An object of more than max bytes is [archive.ErrTooLarge] and is not read.
func (b *Bucket) Get(ctx context.Context, key, id string, max int64) ([]byte, archive.Object, error) {
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &b.name, Key: &key, VersionId: optional(id), ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil {
		return nil, archive.Object{}, fmt.Errorf("get %s/%s: %w", b.name, key, known(err))
	}
	defer out.Body.Close()
	o := archive.Object{
		Key: key, ID: version(out.VersionId), Size: aws.ToInt64(out.ContentLength), SHA256: hexOf(out.ChecksumSHA256),
		ReceivedAt: aws.ToTime(out.LastModified).UTC(),
	}
	if o.Size > max {
		return nil, o, fmt.Errorf("get %s/%s: %d bytes, asked for at most %d: %w", b.name, key, o.Size, max, archive.ErrTooLarge)
	}
	body, err := io.ReadAll(io.LimitReader(out.Body, o.Size+1))
	if err != nil {
		return nil, o, fmt.Errorf("get %s/%s: %w", b.name, key, err)
	}
	if int64(len(body)) != o.Size {
		return nil, o, fmt.Errorf("get %s/%s: %d bytes came of %d", b.name, key, len(body), o.Size)
	}
	sum := sha256.Sum256(body)
	if got := hex.EncodeToString(sum[:]); o.SHA256 != "" && got != o.SHA256 {
		return nil, o, fmt.Errorf("get %s/%s: SHA-256 %s, the store says %s", b.name, key, got, o.SHA256)
	}
	return body, o, nil
}

// Head says what the store knows of one version of an object, the newest if id is empty.
func (b *Bucket) Head(ctx context.Context, key, id string) (archive.Object, error) {
	o, err := b.head(ctx, b.name, key, id)
	if err != nil {
		return archive.Object{}, fmt.Errorf("head %s/%s: %w", b.name, key, err)
	}
	return o, nil
}

func (b *Bucket) head(ctx context.Context, bucket, key, id string) (archive.Object, error) {
	out, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: &bucket, Key: &key, VersionId: optional(id), ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil {
		return archive.Object{}, known(err)
	}
	return archive.Object{
		Key: key, ID: version(out.VersionId), Size: aws.ToInt64(out.ContentLength), SHA256: hexOf(out.ChecksumSHA256),
		ReceivedAt: aws.ToTime(out.LastModified).UTC(),
	}, nil
}

// List goes through the newest versions of the objects under a prefix, by key in byte order. It does not ask for version
// ids and checksums. After an error it ends.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[archive.Object, error] {
	return func(yield func(archive.Object, error) bool) {
		pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(archive.Object{}, fmt.Errorf("list %s/%s: %w", b.name, prefix, known(err)))
				return
			}
			for _, o := range page.Contents {
				if !yield(archive.Object{
					Key: aws.ToString(o.Key), Size: aws.ToInt64(o.Size), ReceivedAt: aws.ToTime(o.LastModified).UTC(),
				}, nil) {
					return
				}
			}
		}
	}
}

// Delete removes the object; where the bucket keeps versions, they stay and only the key is empty. A key that holds
// nothing is no error.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if _, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &key}); err != nil {
		return fmt.Errorf("delete %s/%s: %w", b.name, key, known(err))
	}
	return nil
}

// CopyFrom copies one version of an object of another bucket, the newest if id is empty, inside the store: the bytes
// don't pass through this process. It writes once, as [Bucket.Put] does.
func (b *Bucket) CopyFrom(ctx context.Context, bucket, key, id, toKey string) (archive.Object, error) {
	o, err := b.copyFrom(ctx, bucket, key, id, toKey)
	if err != nil {
		return archive.Object{}, fmt.Errorf("copy %s/%s to %s/%s: %w", bucket, key, b.name, toKey, err)
	}
	return o, nil
}

func (b *Bucket) copyFrom(ctx context.Context, bucket, key, id, toKey string) (archive.Object, error) {
	from, err := b.head(ctx, bucket, key, id)
	if err != nil {
		return archive.Object{}, err
	}
	if from.SHA256 == "" {
		if from.SHA256, err = b.sum(ctx, bucket, key, from.ID); err != nil {
			return archive.Object{}, err
		}
	}
	// Every byte that could mean something in a URL is escaped; "+" would be read as a space.
	source := bucket + "/" + strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(key))
	if from.ID != "" {
		source += "?versionId=" + url.QueryEscape(from.ID) // this version and no other, even if a newer one comes now
	}
	to, err := b.once(ctx, toKey, from.SHA256, func() (*string, error) {
		out, err := b.client.CopyObject(ctx, &s3.CopyObjectInput{
			Bucket: &b.name, Key: &toKey, CopySource: &source, IfNoneMatch: aws.String("*"),
			ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
		})
		if err != nil {
			return nil, err
		}
		return out.VersionId, nil
	})
	if err != nil {
		return archive.Object{}, err
	}
	o, err := b.head(ctx, b.name, toKey, to)
	if err != nil {
		return archive.Object{}, err
	}
	if o.Size != from.Size || o.SHA256 != from.SHA256 {
		return archive.Object{}, fmt.Errorf("the copy has %d bytes, SHA-256 %q; the original %d, %q", o.Size, o.SHA256, from.Size, from.SHA256)
	}
	return o, nil
}

// sum reads an object that was stored without a SHA-256 and makes it.
func (b *Bucket) sum(ctx context.Context, bucket, key, id string) (string, error) {
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key, VersionId: optional(id)})
	if err != nil {
		return "", known(err)
	}
	defer out.Body.Close()
	h := sha256.New()
	if _, err := io.Copy(h, out.Body); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Presign mints the right to PUT exactly one file (its SHA-256 in hex, its size in bytes) under the key, once, until it
// expires. The store refuses any other file, any other key, and a second use.
//
// Host and Content-Length are signed too; every HTTP client sends them by itself from the URL and the body, so the
// grant's Header lists only what the holder must add. A grant dies with the credentials that signed it, however long it
// says. Whole seconds, at most seven days.
func (b *Bucket) Presign(ctx context.Context, key, sha string, size int64, expires time.Duration) (archive.Grant, error) {
	sum, err := hex.DecodeString(sha)
	if err != nil || len(sum) != sha256.Size {
		return archive.Grant{}, fmt.Errorf("presign %s/%s: %q is no SHA-256", b.name, key, sha)
	}
	if size < 1 || expires < time.Second {
		return archive.Grant{}, fmt.Errorf("presign %s/%s: %d bytes for %v", b.name, key, size, expires)
	}
	r, err := b.presign.PresignPutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.name, Key: &key, ContentLength: &size, IfNoneMatch: aws.String("*"),
		ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(sum)),
	}, s3.WithPresignExpires(expires))
	if err != nil {
		return archive.Grant{}, fmt.Errorf("presign %s/%s: %w", b.name, key, err)
	}
	at, err := signedAt(r.URL)
	if err != nil {
		return archive.Grant{}, fmt.Errorf("presign %s/%s: %w", b.name, key, err)
	}
	header := http.Header{}
	for name, values := range r.SignedHeader {
		if !strings.EqualFold(name, "Host") && !strings.EqualFold(name, "Content-Length") {
			header[http.CanonicalHeaderKey(name)] = values
		}
	}
	return archive.Grant{Method: r.Method, URL: r.URL, Header: header, Expires: at.Add(expires.Truncate(time.Second))}, nil
}

// signedAt reads the time of signing from a presigned URL: the expiry counts from it.
func signedAt(presigned string) (time.Time, error) {
	u, err := url.Parse(presigned)
	if err != nil {
		return time.Time{}, errors.New("the presigned URL cannot be read") // without the URL, which is a secret
	}
	return time.Parse("20060102T150405Z", u.Query().Get("X-Amz-Date"))
}

// known turns what the store says into the archive's errors.
func known(err error) error {
	if status(err) == http.StatusNotFound {
		return fmt.Errorf("%w: %w", archive.ErrNotFound, err)
	}
	return err
}

func status(err error) int {
	var r *awshttp.ResponseError
	if errors.As(err, &r) {
		return r.HTTPStatusCode()
	}
	return 0
}

// version reads a version id; a store says "null" where the bucket keeps none.
func version(id *string) string {
	if aws.ToString(id) == "null" {
		return ""
	}
	return aws.ToString(id)
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// hexOf reads a checksum of the whole object; one of parts ("…-3") says nothing about its bytes.
func hexOf(checksum *string) string {
	b, err := base64.StdEncoding.DecodeString(aws.ToString(checksum))
	if err != nil || len(b) != sha256.Size {
		return ""
	}
	return hex.EncodeToString(b)
}
