//go:build js && wasm

// Command wasm is the check of a checklist before it is sent (提出前の確認), for a browser: the reader and the rules of intake,
// compiled to WebAssembly. `cssa edition page` puts it into the page that firms open. It has no access to files or to a
// network: it is handed bytes and answers with bytes.
package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"syscall/js"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/workbook"
)

// A checker answers the page. One file is looked at at a time.
type checker struct {
	ed   *checklist.Edition
	body []byte           // of the file that was checked last
	got  workbook.Reading // what it says
}

func main() {
	c := &checker{}
	js.Global().Set("cssa", map[string]any{
		"open":   js.FuncOf(func(_ js.Value, args []js.Value) any { return c.open(bytesOf(args[0]), args[1].String()) }),
		"check":  js.FuncOf(func(_ js.Value, args []js.Value) any { return c.check(bytesOf(args[0]), int64(args[1].Float())) }),
		"marked": js.FuncOf(func(js.Value, []js.Value) any { return c.marked() }),
	})
	select {}
}

// open loads an edition from a zip of editions' folders: its own and those before it. It returns why it cannot, or "".
func (c *checker) open(folders []byte, id string) string {
	z, err := zip.NewReader(bytes.NewReader(folders), int64(len(folders)))
	if err == nil {
		c.ed, err = questionnaire.NewLibrary(z).Edition(context.Background(), checklist.EditionID(id))
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// check returns the verdict on a file, as JSON. Of a file that is larger than is read, head is only the beginning.
func (c *checker) check(head []byte, size int64) string {
	c.body = head
	var v workbook.Verdict
	c.got, v = workbook.Check(bytes.NewReader(head), size, c.ed, "")
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error() // no JSON, which the page says
	}
	return string(text)
}

// marked returns the file that was checked last with its findings marked, or null if it cannot be marked.
func (c *checker) marked() js.Value {
	var out bytes.Buffer
	err := workbook.Returned(&out, bytes.NewReader(c.body), int64(len(c.body)), c.ed, c.got, workbook.Notice{Firm: c.got.Identity.Firm, FirmName: c.got.Cover.FirmName})
	if err != nil {
		return js.Null()
	}
	array := js.Global().Get("Uint8Array").New(out.Len())
	js.CopyBytesToJS(array, out.Bytes())
	return array
}

func bytesOf(array js.Value) []byte {
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b
}
