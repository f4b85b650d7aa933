package objects

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// A store is versitygw's backend on files with the deployment's clock, announcements and repairs.
type store struct {
	*posix.Posix
	meta     meta.SideCar
	dir      string
	buckets  map[string]Bucket
	now      func() time.Time
	onCommit func(context.Context, Commit) error
	log      *slog.Logger
	locks    [64]sync.Mutex
	flushed  sync.Map // folders whose names are on the disk
}

var _ backend.Backend = (*store)(nil)

type contextKey string

// ifNoneMatch is where a request's context holds its If-None-Match.
const ifNoneMatch contextKey = "If-None-Match"

// PutObject commits an object with the deployment's time, flushes it where that is asked for, and announces it.
func (s *store) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	bucket, key := aws.ToString(in.Bucket), aws.ToString(in.Key)
	b := s.buckets[bucket]
	if size := aws.ToInt64(in.ContentLength); b.MaxBytes > 0 && size > b.MaxBytes {
		return s3response.PutObjectOutput{}, s3err.GetEntityTooLargeErr(size, b.MaxBytes)
	}
	var at time.Time
	unlock := func() {}
	out, err := s.Posix.PutObjectWithPostFunc(ctx, in, func(f *os.File) error { // the body has come and is checked
		unlock = s.lock(bucket, key)
		at = s.second()
		return s.stage(f, at, b.Durable)
	})
	if err == nil {
		err = s.drop(bucket, key, deleteMarkerAttribute)
	}
	unlock()
	if b.Notify && errors.Is(err, s3err.GetAPIError(s3err.ErrPreconditionFailed)) {
		s.announceAgain(ctx, Commit{Bucket: bucket, Key: strings.Clone(key)})
	}
	if err != nil {
		return out, s.outward(ctx, "an upload failed", Commit{Bucket: bucket, Key: key}, err)
	}
	return out, s.committed(ctx, b, Commit{
		Bucket: bucket, Key: key, VersionID: versionID(out.VersionID), Size: aws.ToInt64(out.Size), ReceivedAt: at,
	})
}

// stage stamps the bytes before they get their name, so no one ever sees the object with another time.
func (s *store) stage(f *os.File, at time.Time, durable bool) error {
	if err := os.Chtimes(f.Name(), at, at); err != nil {
		return err
	}
	if durable {
		return f.Sync()
	}
	return nil
}

// committed does what is owed between the commit of an object and the answer to its sender. If that fails, the operator's
// log says why and the sender is told of an internal error.
func (s *store) committed(ctx context.Context, b Bucket, c Commit) error {
	c.Bucket, c.Key = strings.Clone(c.Bucket), strings.Clone(c.Key) // the request's own are overwritten by the next request
	var err error
	if b.Durable {
		err = s.flush(c.Bucket, c.Key)
	}
	if err == nil && b.Notify {
		err = s.announce(ctx, c)
	}
	if err != nil {
		return s.outward(ctx, "an object was committed but its sender was not told so", c, err)
	}
	return nil
}

// outward returns what the sender is told of an error: one of the protocol as it is; of another, only that there was one.
// The operator's log says which.
func (s *store) outward(ctx context.Context, what string, c Commit, err error) error {
	var protocol s3err.S3Error
	if errors.As(err, &protocol) {
		return err
	}
	s.log.LogAttrs(ctx, slog.LevelError, "object store", slog.String("failed", what),
		slog.String("bucket", c.Bucket), slog.String("key", c.Key), slog.String("version", c.VersionID), slog.Any("error", err))
	return s3err.GetAPIError(s3err.ErrInternalError)
}

// announceAgain tells of an object that somebody tried to write once more: its announcement may have failed the first time,
// and then the sender's retry is the occasion to make it good. What fails here is made good at the next start.
func (s *store) announceAgain(ctx context.Context, c Commit) {
	head, err := s.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &c.Bucket, Key: &c.Key})
	if err == nil {
		c.VersionID, c.Size, c.ReceivedAt = versionID(aws.ToString(head.VersionId)), aws.ToInt64(head.ContentLength), aws.ToTime(head.LastModified).UTC()
		err = s.announce(ctx, c)
	}
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelError, "an object is still not announced", slog.String("bucket", c.Bucket), slog.String("key", c.Key), slog.Any("error", err))
	}
}

// announce tells of a commit. A time that the deployment's clock has not reached yet comes from a crash before the
// stamp, or from the machine's own clock under a simulated one: then the time of receipt is now.
func (s *store) announce(ctx context.Context, c Commit) error {
	if now := s.second(); c.ReceivedAt.After(now) {
		c.ReceivedAt = now
		if err := os.Chtimes(s.path(c.Bucket, c.Key), now, now); err != nil {
			return err
		}
	}
	if err := s.onCommit(ctx, c); err != nil {
		return fmt.Errorf("announce %s/%s: %w", c.Bucket, c.Key, err)
	}
	return nil
}

// CopyObject copies through PutObject, so that a copy too is stamped, flushed, announced and, with If-None-Match, made
// once. Tags are not copied. A copy onto itself, which changes metadata only, is versitygw's.
func (s *store) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	bucket, key, id, err := backend.ParseCopySource(aws.ToString(in.CopySource))
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	if bucket == aws.ToString(in.Bucket) && key == aws.ToString(in.Key) {
		return s.Posix.CopyObject(ctx, in)
	}
	get := &s3.GetObjectInput{
		Bucket: &bucket, Key: &key, Range: aws.String(""), IfMatch: in.CopySourceIfMatch, IfNoneMatch: in.CopySourceIfNoneMatch,
		IfModifiedSince: in.CopySourceIfModifiedSince, IfUnmodifiedSince: in.CopySourceIfUnmodifiedSince,
	}
	if id != "" {
		get.VersionId = &id
	}
	from, err := s.Posix.GetObject(ctx, get)
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	defer from.Body.Close()
	put := s3response.PutObjectInput{
		Bucket: in.Bucket, Key: in.Key, Body: from.Body, ContentLength: from.ContentLength,
		ChecksumAlgorithm: in.ChecksumAlgorithm, ContentType: from.ContentType, ContentEncoding: from.ContentEncoding,
		ContentDisposition: from.ContentDisposition, ContentLanguage: from.ContentLanguage, CacheControl: from.CacheControl,
		Metadata: from.Metadata, ObjectLockMode: in.ObjectLockMode, ObjectLockRetainUntilDate: in.ObjectLockRetainUntilDate,
		ObjectLockLegalHoldStatus: in.ObjectLockLegalHoldStatus,
	}
	if put.ChecksumAlgorithm == "" {
		put.ChecksumAlgorithm = types.ChecksumAlgorithmSha256
	}
	if in.MetadataDirective == types.MetadataDirectiveReplace {
		put.ContentType, put.ContentEncoding, put.ContentDisposition = in.ContentType, in.ContentEncoding, in.ContentDisposition
		put.ContentLanguage, put.CacheControl, put.Metadata = in.ContentLanguage, in.CacheControl, in.Metadata
	}
	if v, ok := ctx.Value(ifNoneMatch).(string); ok {
		put.IfNoneMatch = &v
	}
	out, err := s.PutObject(ctx, put)
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	fi, err := os.Stat(s.path(*in.Bucket, *in.Key))
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	return s3response.CopyObjectOutput{
		CopyObjectResult: &s3response.CopyObjectResult{
			ETag: &out.ETag, LastModified: aws.Time(fi.ModTime()), ChecksumSHA256: out.ChecksumSHA256,
			ChecksumCRC64NVME: out.ChecksumCRC64NVME, ChecksumCRC32: out.ChecksumCRC32, ChecksumCRC32C: out.ChecksumCRC32C,
			ChecksumSHA1: out.ChecksumSHA1, ChecksumType: out.ChecksumType,
		},
		VersionId: &out.VersionID, CopySourceVersionId: &id,
	}, nil
}

// CreateMultipartUpload refuses uploads in parts where the size of an object is limited.
func (s *store) CreateMultipartUpload(ctx context.Context, in s3response.CreateMultipartUploadInput) (s3response.InitiateMultipartUploadResult, error) {
	if s.buckets[aws.ToString(in.Bucket)].MaxBytes > 0 {
		return s3response.InitiateMultipartUploadResult{}, s3err.GetAPIError(s3err.ErrNotImplemented)
	}
	return s.Posix.CreateMultipartUpload(ctx, in)
}

// CompleteMultipartUpload is the commit of an object uploaded in parts. It is stamped after the commit; announce mends
// what a crash between the two leaves.
func (s *store) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	bucket, key := aws.ToString(in.Bucket), aws.ToString(in.Key)
	out, id, err := s.Posix.CompleteMultipartUpload(ctx, in)
	if err != nil {
		return out, id, err
	}
	at := s.second()
	if err := os.Chtimes(s.path(bucket, key), at, at); err != nil {
		return out, id, err
	}
	fi, err := os.Stat(s.path(bucket, key))
	if err != nil {
		return out, id, err
	}
	return out, id, s.committed(ctx, s.buckets[bucket], Commit{
		Bucket: bucket, Key: key, VersionID: versionID(id), Size: fi.Size(), ReceivedAt: at,
	})
}

// DeleteObject frees the key for a new object.
//
// Metadata kept beside a file outlives it: what marks a deletion keeps the ETag of the object it hides, which would refuse
// a write-once of the freed key, and would hide the object written next. Here and in PutObject each is dropped.
func (s *store) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	bucket, key := aws.ToString(in.Bucket), aws.ToString(in.Key)
	unlock := s.lock(bucket, key)
	out, err := s.Posix.DeleteObject(ctx, in)
	if err == nil && aws.ToString(in.VersionId) == "" && aws.ToBool(out.DeleteMarker) {
		err = s.drop(bucket, key, etagAttribute)
	}
	s.flushed.Clear() // folders that are empty now were removed
	unlock()
	return out, err
}

// lock keeps the commits and deletions of one key apart. Other keys rarely wait.
func (s *store) lock(bucket, key string) (unlock func()) {
	h := fnv.New32a()
	h.Write([]byte(bucket + "/" + key))
	m := &s.locks[h.Sum32()%uint32(len(s.locks))]
	m.Lock()
	return m.Unlock
}

// drop removes an attribute if it is there.
func (s *store) drop(bucket, key, attribute string) error {
	if err := s.meta.DeleteAttribute(bucket, key, attribute); !errors.Is(err, meta.ErrNoSuchKey) {
		return err
	}
	return nil
}

// DeleteObjects deletes one by one through DeleteObject, as versitygw does through its own.
func (s *store) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput) (s3response.DeleteResult, error) {
	out := s3response.DeleteResult{Deleted: []types.DeletedObject{}, Error: []types.Error{}}
	for _, o := range in.Delete.Objects {
		one, err := s.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: in.Bucket, Key: o.Key, VersionId: o.VersionId})
		if err != nil {
			out.Error = append(out.Error, s3err.ObjectDeleteError(o.Key, o.VersionId, err))
			continue
		}
		d := types.DeletedObject{Key: o.Key, VersionId: o.VersionId, DeleteMarker: one.DeleteMarker}
		if aws.ToBool(one.DeleteMarker) {
			d.DeleteMarkerVersionId = one.VersionId
		}
		out.Deleted = append(out.Deleted, d)
	}
	return out, nil
}

func (s *store) second() time.Time { return s.now().UTC().Truncate(time.Second) }

func (s *store) path(bucket, key string) string {
	return filepath.Join(s.dir, "buckets", bucket, filepath.FromSlash(key))
}

func versionID(id string) string {
	if id == "null" {
		return ""
	}
	return id
}
