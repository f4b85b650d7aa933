package objects

import (
	"crypto/md5" //nolint:gosec // the S3 protocol's ETag
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/s3response"
)

// versitygw keeps an object's metadata in files beside it (extended attributes would be lost when the folder is copied,
// and not every disk has them), and writes them before the object gets its name. A crash in between leaves metadata of
// an object that isn't there, which would refuse every later write-once of that key, or metadata of new bytes at an
// object whose bytes are still the old ones. So a server that was not closed is found out at the next start, and then
// every object is compared with its metadata. The bytes decide.

// Names of versitygw's attributes of an object.
const (
	etagAttribute         = "etag"
	checksumsAttribute    = "checksums"
	deleteMarkerAttribute = "delete-marker"
)

// opened puts the folder right if the last server in it was not closed, and marks it as in use. It runs before the
// server listens.
func (s *store) opened() error {
	mark := filepath.Join(s.dir, "running")
	_, err := os.Stat(mark)
	if err == nil {
		return s.mendAll()
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(os.WriteFile(mark, nil, 0o600), syncPath(mark), syncPath(s.dir))
}

// closed takes the mark away.
func (s *store) closed() error { return os.Remove(filepath.Join(s.dir, "running")) }

func (s *store) mendAll() error {
	buckets, err := os.ReadDir(filepath.Join(s.dir, "buckets"))
	if err != nil {
		return err
	}
	for _, b := range buckets {
		if err := errors.Join(s.mendObjects(b.Name()), s.mendMetadata(b.Name())); err != nil {
			return fmt.Errorf("mend bucket %s: %w", b.Name(), err)
		}
	}
	return nil
}

// mendObjects gives every object the metadata of its bytes.
func (s *store) mendObjects(bucket string) error {
	root := s.path(bucket, "")
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == posixTmp:
			if err := removeFiles(path); err != nil {
				return err
			}
			return fs.SkipDir
		case d.IsDir():
			return nil
		case strings.HasPrefix(d.Name(), ".") && strings.Contains(d.Name(), posixTmp+"."):
			// versitygw replaces a file by way of such a name beside it.
			return os.Remove(path) //nolint:gosec // the folder is ours alone
		}
		key, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return s.mend(bucket, filepath.ToSlash(key))
	})
}

// removeFiles removes the files of a folder, not its folders: uploads that were cut off. Those in parts, which go on after a
// restart, lie in a folder below.
func removeFiles(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// posixTmp is in the names of what versitygw has not finished.
const posixTmp = ".sgwtmp"

func (s *store) mend(bucket, key string) error {
	// A deletion that had begun is finished; a write that would have undone one was not acknowledged.
	if _, err := s.meta.RetrieveAttribute(nil, bucket, key, deleteMarkerAttribute); err == nil {
		return s.drop(bucket, key, etagAttribute)
	}
	etag, err := s.meta.RetrieveAttribute(nil, bucket, key, etagAttribute)
	if err != nil && !errors.Is(err, meta.ErrNoSuchKey) {
		return err
	}
	if strings.Contains(string(etag), "-") {
		return nil // uploaded in parts: its ETag isn't made of the bytes alone
	}
	var stored s3response.Checksum
	data, err := s.meta.RetrieveAttribute(nil, bucket, key, checksumsAttribute)
	if err == nil {
		err = json.Unmarshal(data, &stored)
	}
	readable := err == nil

	f, err := os.Open(s.path(bucket, key))
	if err != nil {
		return err
	}
	defer f.Close()
	md5sum, sha := md5.New(), sha256.New() //nolint:gosec // the S3 protocol's ETag
	if _, err := io.Copy(io.MultiWriter(md5sum, sha), f); err != nil {
		return err
	}
	wantEtag := `"` + hex.EncodeToString(md5sum.Sum(nil)) + `"`
	want := s3response.Checksum{
		Algorithm: types.ChecksumAlgorithmSha256, Type: types.ChecksumTypeFullObject,
		SHA256: aws.String(base64.StdEncoding.EncodeToString(sha.Sum(nil))),
	}
	if readable && string(etag) == wantEtag && aws.ToString(stored.SHA256) == *want.SHA256 {
		return nil
	}
	if data, err = json.Marshal(want); err != nil {
		return err
	}
	if err := s.meta.StoreAttribute(nil, bucket, key, checksumsAttribute, data); err != nil {
		return err
	}
	return s.meta.StoreAttribute(nil, bucket, key, etagAttribute, []byte(wantEtag))
}

// mendMetadata removes metadata of objects that aren't there.
func (s *store) mendMetadata(bucket string) error {
	root := filepath.Join(s.dir, "meta", bucket)
	var orphans []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() != etagAttribute {
			return err
		}
		key, err := filepath.Rel(root, filepath.Dir(filepath.Dir(path))) // …/key/meta/etag
		if err != nil {
			return err
		}
		if _, err := os.Lstat(s.path(bucket, key)); errors.Is(err, fs.ErrNotExist) {
			orphans = append(orphans, filepath.ToSlash(key))
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, key := range orphans {
		if err := s.meta.DeleteAttributes(bucket, key); err != nil {
			return err
		}
	}
	return nil
}

// flush forces the name of an object to the disk, and the names of the folders above it that this server has not flushed
// yet. Its bytes and time were flushed before it was named; its metadata can be made again from the bytes.
func (s *store) flush(bucket, key string) error {
	root := filepath.Join(s.dir, "buckets")
	dir := filepath.Dir(s.path(bucket, key))
	if err := syncPath(dir); err != nil {
		return err
	}
	for ; dir != root; dir = filepath.Dir(dir) {
		if _, ok := s.flushed.Load(dir); ok {
			return nil
		}
		if err := syncPath(filepath.Dir(dir)); err != nil {
			return err
		}
		defer s.flushed.Store(dir, true) // only when those above are flushed too
	}
	return nil
}

func syncPath(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
