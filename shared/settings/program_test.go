package settings_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"testing"

	"cssa/shared/settings"
)

func TestAProgramIsKnownByItsFile(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(file)
	if got, err := settings.Program(); err != nil || got != hex.EncodeToString(sum[:]) {
		t.Errorf("%s, %v", got, err)
	}
}
