// Package settings is how a function learns where it runs: its settings from the environment, its log, and its metrics as
// lines of the log. It knows nothing of the domain.
//
// What each function gets is one struct in functions.go. The programs load it, and the deployment's tests read its tags, so
// that a function and its template cannot disagree.
package settings

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrSettings is returned where settings are missing or cannot be read.
var ErrSettings = errors.New("settings")

var durationType = reflect.TypeFor[time.Duration]()

// Load fills the struct that dst points to. A field is tagged `env:"NAME"`, or `env:"NAME,optional"` if it may be missing:
// then it keeps what it holds. A field with `one:"a b"` takes one of these words only. Strings, whole numbers, booleans
// and durations are known; an empty value is a missing one. Everything that is missing or wrong is named in one error, by
// name alone: a value may be a secret.
func Load(dst any, lookup func(string) (string, bool)) error {
	v := reflect.ValueOf(dst).Elem()
	var missing, wrong []string
	for _, f := range fields(v.Type()) {
		text, _ := lookup(f.name)
		switch {
		case text == "" && f.optional:
		case text == "":
			missing = append(missing, f.name)
		default:
			if why := set(v.Field(f.index), text, f.one); why != "" {
				wrong = append(wrong, f.name+" ("+why+")")
			}
		}
	}
	var said []string
	if len(missing) > 0 {
		said = append(said, "missing: "+strings.Join(missing, ", "))
	}
	if len(wrong) > 0 {
		said = append(said, "wrong: "+strings.Join(wrong, ", "))
	}
	if len(said) > 0 {
		return fmt.Errorf("%w: %s", ErrSettings, strings.Join(said, "; "))
	}
	return nil
}

// Names returns the names of the settings of a struct, or of a pointer to one, in its order: those that must be there and
// those that may be missing.
func Names(of any) (required, optional []string) {
	t := reflect.TypeOf(of)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for _, f := range fields(t) {
		if f.optional {
			optional = append(optional, f.name)
		} else {
			required = append(required, f.name)
		}
	}
	return required, optional
}

type field struct {
	index    int
	name     string
	optional bool
	one      []string
}

func fields(t reflect.Type) []field {
	var fs []field
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("env"), ",")
		fs = append(fs, field{i, name, option == "optional", strings.Fields(t.Field(i).Tag.Get("one"))})
	}
	return fs
}

// set returns why text is no value of the field, or "".
func set(v reflect.Value, text string, one []string) string {
	if len(one) > 0 && !slices.Contains(one, text) {
		return "want one of " + strings.Join(one, ", ")
	}
	switch {
	case v.Type() == durationType:
		d, err := time.ParseDuration(text)
		if err != nil {
			return "want a duration, like 10m"
		}
		v.SetInt(int64(d))
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return "want a whole number"
		}
		v.SetInt(int64(n))
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return "want true or false"
		}
		v.SetBool(b)
	default:
		return "no setting has the type " + v.Type().String()
	}
	return ""
}
