package objects

import (
	"crypto/md5"
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
	"github.com/versity/versitygw/s3response"
)

// versitygw keeps an object's metadata in files beside it (extended attributes would be lost when the folder is copied,
// and not every disk has them), and writes them before the object gets its name. A crash in between leaves metadata of
// an object that isn't there, which would refuse every later write-once of that key, or of one whose bytes are still the
// old ones. So every write is noted first, and at start what is still noted is put right: the bytes decide.

// A note names an object whose write was begun.
type note struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
}

// Names of versitygw's attributes of an object.
const (
	etagAttribute         = "etag"
	checksumsAttribute    = "checksums"
	deleteMarkerAttribute = "delete-marker"
)

// begin notes a write. The function it returns takes the note away.
func (s *store) begin(bucket, key string) (done func() error, err error) {
	data, err := json.Marshal(note{bucket, key})
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Join(s.dir, "unfinished"), "")
	if err != nil {
		return nil, err
	}
	_, err = f.Write(data)
	if err == nil && s.buckets[bucket].Durable {
		err = errors.Join(f.Sync(), syncPath(filepath.Dir(f.Name())))
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, errors.Join(err, os.Remove(f.Name()))
	}
	return func() error { return os.Remove(f.Name()) }, nil
}

// mendAll puts right what is still noted. It runs before the server listens.
func (s *store) mendAll() error {
	dir := filepath.Join(s.dir, "unfinished")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var n note
		// A note that was itself cut off comes from before its write, so nothing is to be put right.
		if json.Unmarshal(data, &n) == nil {
			if err := s.mend(n.Bucket, n.Key); err != nil {
				return fmt.Errorf("mend %s/%s: %w", n.Bucket, n.Key, err)
			}
		}
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) mend(bucket, key string) error {
	path := s.path(bucket, key)
	// versitygw replaces a file by way of a name like this one beside it.
	beside, err := os.ReadDir(filepath.Dir(path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range beside {
		if strings.HasPrefix(e.Name(), "."+filepath.Base(path)+".sgwtmp.") {
			if err := os.Remove(filepath.Join(filepath.Dir(path), e.Name())); err != nil {
				return err
			}
		}
	}

	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s.meta.DeleteAttributes(bucket, key)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || fi.IsDir() {
		return err
	}
	// A deletion that had begun is finished; a write that would have undone one was not acknowledged.
	if _, err := s.meta.RetrieveAttribute(nil, bucket, key, deleteMarkerAttribute); err == nil {
		return s.drop(bucket, key, etagAttribute)
	}
	md5sum, sha := md5.New(), sha256.New()
	if _, err := io.Copy(io.MultiWriter(md5sum, sha), f); err != nil {
		return err
	}
	etag := `"` + hex.EncodeToString(md5sum.Sum(nil)) + `"`
	checksums, err := json.Marshal(s3response.Checksum{
		Algorithm: types.ChecksumAlgorithmSha256, Type: types.ChecksumTypeFullObject,
		SHA256: aws.String(base64.StdEncoding.EncodeToString(sha.Sum(nil))),
	})
	if err != nil {
		return err
	}
	if err := s.meta.StoreAttribute(nil, bucket, key, checksumsAttribute, checksums); err != nil {
		return err
	}
	return s.meta.StoreAttribute(nil, bucket, key, etagAttribute, []byte(etag))
}

// flush forces an object's metadata and the names that lead to it to the disk. Its bytes were flushed before it was
// named.
func (s *store) flush(bucket, key string) error {
	sidecar := filepath.Join(s.dir, "meta", bucket, filepath.FromSlash(key), "meta")
	attributes, err := os.ReadDir(sidecar)
	if err != nil {
		return err
	}
	for _, a := range attributes {
		err := syncPath(filepath.Join(sidecar, a.Name()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a newer write may be replacing it
			return err
		}
	}
	for _, at := range []struct{ from, root string }{
		{sidecar, filepath.Join(s.dir, "meta")},
		{filepath.Dir(s.path(bucket, key)), filepath.Join(s.dir, "buckets")},
	} {
		for dir := at.from; ; dir = filepath.Dir(dir) {
			if err := syncPath(dir); err != nil {
				return err
			}
			if dir == at.root {
				break
			}
		}
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
