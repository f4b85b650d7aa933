package workbook

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"strings"

	"cssa/shared/checklist"
)

// The bounds of an upload. Everything the reader does is linear in these, so they also bound its time.
const (
	MaxSize      = 20 << 20 // bytes of the file
	maxEntries   = 1000
	maxInflated  = 32 << 20 // bytes of all parts that are read, together
	maxRows      = 1_048_576
	maxColumns   = 16_384
	maxCells     = 200_000 // cells with something in them
	maxStrings   = 1_000_000
	maxMerged    = 100_000
	directorySig = "PK\x01\x02"
)

// A refusal says why a file cannot be read at all. Its fault is what the firm is told.
type refusal struct{ fault checklist.Fault }

func (r *refusal) Error() string { return string(r.fault.Code) + ": " + r.fault.What.EN }

func refuse(code checklist.FaultCode, ja, en string) error {
	if en == "" {
		en = ja
	}
	return &refusal{checklist.NewFault(code, "found", ja, "found_en", en)}
}

// tooLarge refuses a file that exceeds a bound.
func tooLarge(foundJA, foundEN, wantJA, wantEN string) error {
	return &refusal{checklist.NewFault(checklist.CodeTooLarge, "found", foundJA, "found_en", foundEN, "want", wantJA, "want_en", wantEN)}
}

func tooManyEntries(n int) error {
	return tooLarge(fmt.Sprintf("部品%d個", n), fmt.Sprintf("%d parts", n), fmt.Sprintf("%d個", maxEntries), fmt.Sprint(maxEntries))
}

func damaged(ja, en string) error { return refuse(checklist.CodeDamaged, ja, en) }

// faultOf returns the fault of a refusal; any other error means that the file is not what a spreadsheet program writes.
func faultOf(err error) checklist.Fault {
	f := checklist.NewFault(checklist.CodeUnreadable, "found", err.Error())
	var r *refusal
	if errors.As(err, &r) {
		f = r.fault
	}
	var p *placed
	if errors.As(err, &p) {
		f.Sheet, f.Cell = p.sheet, p.cell
	}
	return f
}

// A placed error is about a sheet, or about one of its cells.
type placed struct {
	sheet, cell string
	err         error
}

func (p *placed) Error() string { return p.err.Error() }
func (p *placed) Unwrap() error { return p.err }

// inCell says in which cell of the sheet that is read an error is.
func inCell(column, row int, err error) error { return &placed{cell: cell(column, row), err: err} }

// inSheet says in which sheet an error is.
func inSheet(sheet string, err error) error {
	var p *placed
	if errors.As(err, &p) {
		p.sheet = sheet
		return err
	}
	return &placed{sheet: sheet, err: err}
}

// A container is an opened .xlsx file: a zip whose directory is sound. Parts are inflated only when asked for.
type container struct {
	data     []byte
	parts    map[string]*zip.File // by lower-case name
	left     int64                // bytes that may still be inflated
	inflater io.ReadCloser        // used for one part after the other
}

// open reads the file and checks everything that can be checked without inflating a part.
func open(r io.ReaderAt, size int64) (*container, error) {
	switch {
	case size <= 0:
		return nil, refuse(checklist.CodeEmptyFile, "", "")
	case size > MaxSize:
		found, want := fmt.Sprintf("%.1f MB", float64(size)/(1<<20)), fmt.Sprintf("%.1f MB", float64(MaxSize)/(1<<20))
		return nil, tooLarge(found, found, want, want)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), data); err != nil {
		return nil, damaged("最後まで読めません", "cannot be read to its end")
	}
	if err := sniff(data); err != nil {
		return nil, err
	}
	// Go's reader allocates for every entry before it can be stopped; the signatures bound how many there can be.
	if n := bytes.Count(data, []byte(directorySig)); n > 4*maxEntries {
		return nil, tooManyEntries(n)
	}
	z, err := zip.NewReader(bytes.NewReader(data), size)
	if err != nil {
		return nil, damaged("途中で切れているか、壊れた圧縮", "cut short, or a broken zip")
	}
	if n := len(z.File); n > maxEntries {
		return nil, tooManyEntries(n)
	}
	c := &container{data: data, parts: map[string]*zip.File{}, left: maxInflated}
	for _, f := range z.File {
		if f.Flags&1 != 0 {
			return nil, refuse(checklist.CodeEncrypted, "暗号化ZIP", "encrypted zip")
		}
		name := strings.TrimSuffix(f.Name, "/")
		if name != path.Clean(name) || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "..") || strings.ContainsAny(name, "\\:\x00") {
			return nil, damaged("部品の名前が不正", "part with an irregular name")
		}
		key := strings.ToLower(name)
		if c.parts[key] != nil {
			return nil, damaged("同じ名前の部品が2つ", "two parts with the same name")
		}
		c.parts[key] = f
	}
	return c, c.checkKind()
}

// checkKind tells a plain workbook from the other things that are zips.
func (c *container) checkKind() error {
	has := func(name string) bool { return c.parts[name] != nil }
	for name := range c.parts {
		if strings.HasSuffix(name, "/vbaproject.bin") || strings.HasPrefix(name, "xl/macrosheets/") {
			return refuse(checklist.CodeMacros, "VBA", "")
		}
	}
	switch {
	case has("encryptedpackage") || has("xl/encryptedpackage"):
		return refuse(checklist.CodeEncrypted, "EncryptedPackage", "")
	case has("xl/workbook.bin"):
		return refuse(checklist.CodeBinaryWorkbook, ".xlsb", "")
	case has("word/document.xml"):
		return refuse(checklist.CodeNotWorkbook, "Word (.docx)", "")
	case has("ppt/presentation.xml"):
		return refuse(checklist.CodeNotWorkbook, "PowerPoint (.pptx)", "")
	case has("mimetype"):
		return refuse(checklist.CodeNotWorkbook, "OpenDocument (.ods など)", "OpenDocument (.ods or the like)")
	case !has("[content_types].xml"):
		return refuse(checklist.CodeNotWorkbook, "ZIP", "")
	}
	macros, binary := false, false
	extensions := map[string]bool{}
	for name := range c.parts {
		extensions[strings.TrimPrefix(path.Ext(name), ".")] = true
	}
	err := c.walk("[Content_Types].xml", func(s *xmlScanner) error {
		// Some programs declare a default for every kind of part they know, macros too, whether or not there is one.
		if string(s.name) == "Default" && !extensions[strings.ToLower(s.attr("Extension"))] {
			return nil
		}
		t := strings.ToLower(s.attr("ContentType"))
		macros = macros || strings.Contains(t, "macroenabled") || strings.Contains(t, "vbaproject") || strings.Contains(t, "macrosheet")
		binary = binary || strings.Contains(t, "sheet.binary.main")
		return nil
	})
	switch {
	case err != nil:
		return err
	case macros:
		return refuse(checklist.CodeMacros, ".xlsm", "")
	case binary:
		return refuse(checklist.CodeBinaryWorkbook, ".xlsb", "")
	}
	return nil
}

// read inflates a part to its end, into buf if that is large enough, and verifies its size and checksum. What the
// directory says about sizes only ever makes it stop earlier.
func (c *container) read(name string, buf []byte) ([]byte, error) {
	f := c.parts[strings.ToLower(name)]
	if f == nil {
		return nil, damaged("部品 "+name+" がない", "part "+name+" is missing")
	}
	if f.UncompressedSize64 > uint64(c.left) {
		want := fmt.Sprintf("%d MB", maxInflated>>20)
		found := fmt.Sprintf("%d MB", (maxInflated-uint64(c.left)+f.UncompressedSize64)>>20)
		return nil, tooLarge("展開すると"+found, "inflates to "+found, want, want)
	}
	packed, err := c.packed(f)
	if err != nil {
		return nil, err
	}
	size := int(f.UncompressedSize64)
	if cap(buf) < size+1 {
		buf = make([]byte, size+1)
	}
	n, err := io.ReadFull(packed, buf[:size+1]) // the byte too many is there only if the directory lies
	c.left -= int64(n)
	whole := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) && size == 0
	if n != size || !whole || crc32.ChecksumIEEE(buf[:n]) != f.CRC32 {
		return nil, damaged("部品 "+name, "part "+name)
	}
	return bytes.TrimPrefix(buf[:n], []byte("\xEF\xBB\xBF")), nil
}

// size returns what a part inflates to as the directory says it, 0 if it cannot be read.
func (c *container) size(name string) int64 {
	if f := c.parts[strings.ToLower(name)]; f != nil && f.UncompressedSize64 <= uint64(c.left) {
		return int64(f.UncompressedSize64)
	}
	return 0
}

// packed returns a reader of a part that inflates it straight from memory. A stream cut short ends in io.ErrUnexpectedEOF
// as well, but then its size or its checksum is not what the directory says.
func (c *container) packed(f *zip.File) (io.Reader, error) {
	at, err := f.DataOffset()
	end := at + int64(f.CompressedSize64)
	if err != nil || f.CompressedSize64 > MaxSize || end > int64(len(c.data)) {
		return nil, damaged("部品 "+f.Name, "part "+f.Name)
	}
	raw := bytes.NewReader(c.data[at:end])
	switch f.Method {
	case zip.Store:
		return raw, nil
	case zip.Deflate:
		if c.inflater == nil {
			c.inflater = flate.NewReader(raw)
			return c.inflater, nil
		}
		return c.inflater, c.inflater.(flate.Resetter).Reset(raw, nil)
	}
	return nil, damaged("部品 "+f.Name+"の圧縮方式", "compression of part "+f.Name)
}

// walk calls visit for every element of a part. Its errors name the part.
func (c *container) walk(name string, visit func(*xmlScanner) error) error {
	part, err := c.read(name, nil)
	if err != nil {
		return err
	}
	return inPart(name, walk(part, visit))
}

// inPart says in which part an error is; a refusal says it itself.
func inPart(name string, err error) error {
	if r := (*refusal)(nil); err == nil || errors.As(err, &r) {
		return err
	}
	return fmt.Errorf("part %s: %w", name, err)
}

// walk calls visit for every element of a part.
func walk(part []byte, visit func(*xmlScanner) error) error {
	s := &xmlScanner{b: part, whole: true}
	for {
		e, err := s.next()
		switch {
		case err != nil:
			return err
		case e == eventEnd:
			return nil
		case e == eventOpen:
			if err := visit(s); err != nil {
				return err
			}
		}
	}
}
