package objects

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A secret is the key that requests are signed with.
type secret struct {
	Access string `json:"access"`
	Secret string `json:"secret"`
}

// secretOf reads the folder's own key and makes it the first time. Only the owner of the file may read it.
func secretOf(path string) (secret, error) {
	var s secret
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		s = secret{Access: "cssa", Secret: rand.Text() + rand.Text()}
		if data, err = json.Marshal(s); err != nil { //nolint:gosec // the file of the secret is where it belongs
			return s, err
		}
		return s, writeWhole(path, data)
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(data, &s); err != nil || s.Access == "" || s.Secret == "" {
		return s, fmt.Errorf("%s holds no key", path)
	}
	return s, nil
}

// writeWhole writes a file that is there with all its bytes or not at all, readable by its owner only.
func writeWhole(path string, data []byte) error {
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
