package ledgertest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

// full returns a V in which every field, at every depth, holds a value of its own. A field that is added to a type and
// not to its document then fails the round trip. It does not know a kind of field: it fails, and is to be taught.
func full[V any](t *testing.T) V {
	t.Helper()
	var v V
	n := 0
	fill(t, reflect.ValueOf(&v).Elem(), &n)
	return v
}

func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(noon.Add(time.Duration(*n) * time.Hour)))
		return
	case checklist.Date:
		v.Set(reflect.ValueOf(checklist.Date{Year: 2000 + *n, Month: time.February, Day: 28}))
		return
	case register.Attributes:
		v.Set(reflect.ValueOf(register.AttributesOf(map[string]string{"region": fmt.Sprintf("r%d", *n), "listing": "listed"})))
		return
	case checklist.FirmID:
		v.SetString(fmt.Sprintf("S-%04d", *n))
		return
	case checklist.EditionID:
		v.SetString(string(edition))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("w%d", *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(t, v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 3 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(t, key, n)
			fill(t, value, n)
			v.SetMapIndex(key, value)
		}
	default:
		t.Fatalf("fill: a %s is not known", v.Type())
	}
}
