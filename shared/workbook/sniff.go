package workbook

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"cssa/shared/checklist"

	"golang.org/x/text/encoding/japanese"
)

// magic are the beginnings of files that firms send by mistake.
var magic = []struct {
	at    int
	bytes string
	code  checklist.FaultCode
	found string
}{
	{0, "%PDF-", checklist.CodePicture, "PDF"},
	{0, "\x89PNG\r\n\x1a\n", checklist.CodePicture, "PNG"},
	{0, "\xff\xd8\xff", checklist.CodePicture, "JPEG"},
	{0, "GIF8", checklist.CodePicture, "GIF"},
	{0, "II*\x00", checklist.CodePicture, "TIFF"},
	{0, "MM\x00*", checklist.CodePicture, "TIFF"},
	{8, "WEBP", checklist.CodePicture, "WebP"},
	{4, "ftypheic", checklist.CodePicture, "HEIC"},
	{4, "ftypmif1", checklist.CodePicture, "HEIC"},
	{0, "Rar!\x1a\x07", checklist.CodeNotWorkbook, "RAR"},
	{0, "7z\xbc\xaf\x27\x1c", checklist.CodeNotWorkbook, "7-Zip"},
	{0, "\x1f\x8b", checklist.CodeNotWorkbook, "gzip"},
	{0, "{\\rtf", checklist.CodeNotWorkbook, "RTF"},
	{0, "PK\x05\x06", checklist.CodeNotWorkbook, "ZIP (0)"},
}

const compoundFile = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// sniff tells by its first bytes what a file is. It returns nil for a zip.
func sniff(data []byte) error {
	for _, m := range magic {
		if len(data) > m.at && bytes.HasPrefix(data[m.at:], []byte(m.bytes)) {
			return refuse(m.code, m.found, "")
		}
	}
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return nil
	case bytes.HasPrefix(data, []byte(compoundFile)):
		return compound(data)
	case bytes.HasPrefix(data, []byte("BM")) && !isText(data):
		return refuse(checklist.CodePicture, "BMP", "")
	case isText(data):
		head := strings.ToLower(string(bytes.TrimLeft(data[:min(len(data), 1000)], "\xEF\xBB\xBF \t\r\n")))
		switch {
		case strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html"):
			return refuse(checklist.CodeNotWorkbook, "HTML", "")
		case strings.HasPrefix(head, "<?xml"):
			return refuse(checklist.CodeNotWorkbook, "XML", "")
		}
		return refuse(checklist.CodeText, "CSV", "")
	}
	return refuse(checklist.CodeNotWorkbook, "不明な形式", "an unknown format")
}

// compound tells the kinds of OLE compound files apart by the names in their directory, which stand in UTF-16 at the
// beginning of 128-byte entries: an encrypted or rights-managed .xlsx, or the old .xls.
func compound(data []byte) error {
	for _, s := range []string{"EncryptedPackage", "EncryptionInfo", "\x06DataSpaces", "DRMEncryptedTransform", "\x09DRMContent", "DRMViewerContent"} {
		if hasStream(data, s) {
			return refuse(checklist.CodeEncrypted, strings.TrimLeft(s, "\x06\x09"), "")
		}
	}
	for _, s := range []string{"Workbook", "Book"} {
		if hasStream(data, s) {
			return refuse(checklist.CodeOldFormat, ".xls", "")
		}
	}
	for _, s := range []struct{ stream, found string }{{"WordDocument", "Word (.doc)"}, {"PowerPoint Document", "PowerPoint (.ppt)"}} {
		if hasStream(data, s.stream) {
			return refuse(checklist.CodeNotWorkbook, s.found, "")
		}
	}
	return refuse(checklist.CodeOldFormat, "OLE", "")
}

func hasStream(data []byte, name string) bool {
	var want []byte
	for i := range len(name) {
		want = append(want, name[i], 0)
	}
	want = append(want, 0, 0)
	for from := 0; ; {
		i := bytes.Index(data[from:], want)
		if i < 0 {
			return false
		}
		if (from+i)%128 == 0 {
			return true
		}
		from += i + 1
	}
}

// isText says whether the beginning of a file is text: UTF-8, UTF-16 with its mark, or CP932, without control characters.
func isText(data []byte) bool {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return true
	}
	head := data[:min(len(data), 4096)]
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1a {
			return false
		}
	}
	for cut := range min(4, len(head)) { // the cut at 4096 may split a character
		part := head[:len(head)-cut]
		if utf8.Valid(part) {
			return true
		}
		if s, err := japanese.ShiftJIS.NewDecoder().Bytes(part); err == nil && !bytes.ContainsRune(s, utf8.RuneError) {
			return true
		}
		if len(data) <= 4096 {
			break
		}
	}
	return false
}
