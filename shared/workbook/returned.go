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
	"slices"
	"strconv"
	"strings"
	"time"

	"cssa/shared/checklist"
)

// ErrCannotMark means that a file cannot be given back marked: it is not this firm's checklist, or it is written in a way
// that this package does not change. The firm gets a fresh workbook instead.
var ErrCannotMark = errors.New("the workbook cannot be marked")

// A Notice is what the list of findings is headed with.
type Notice struct {
	Firm       checklist.FirmID
	FirmName   string                 // as the register has it
	Version    checklist.TicketNumber // 0 of a workbook that was only checked: it is not sent yet
	ReceivedAt time.Time
	Accepted   bool // there is nothing to mend, only to look at again
}

// Returned writes a firm's own workbook with its findings: a sheet in front that lists every fault of got and says live
// whether it is mended, the text of each beside its cell, and the cells coloured while the fault is there. Got is what Read
// made of the same file, its faults as they were decided in the end.
//
// Nothing the firm typed is changed and no cell's format. Parts that need no change are copied as they are, byte for byte.
// Marks of an earlier time are replaced. The same arguments give the same bytes. An error other than ErrCannotMark is one
// of w. It holds at most about 160 MB.
func Returned(w io.Writer, r io.ReaderAt, size int64, ed *checklist.Edition, got Reading, n Notice) error {
	if got.Answers == nil {
		return fmt.Errorf("%w: it was not read as this firm's checklist", ErrCannotMark)
	}
	m, err := newMarker(r, size, ed, &got, n)
	if err == nil {
		err = m.mark(&got)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCannotMark, err)
	}
	return m.write(w)
}

// A marker marks one workbook.
type marker struct {
	c        *container
	book     *book
	files    []*zip.File
	ed       *checklist.Edition
	layout   *Layout
	notice   Notice
	marks    []mark
	mainPart string

	sections map[int]bool       // sheets of sections; the others are the cover
	was      map[cellAt]value   // what the cells hold that the list looks at
	idOf     map[cellAt]string  // what stands in the column of ids, by sheet and row
	heads    map[int]markedHead // of the sheets of the checklist
	columnOf map[string]int     // finding columns of the marked sheets, by name
	styles   markStyles
	oldList  int // the sheet of an earlier list; -1 if there is none
	listName string
	listRel  string

	deflater *flate.Writer
	changed  map[string]*newBody // by lower-case name
	removed  map[string]bool
	newParts []string
	kinds    map[string]string // of new parts
}

// A newBody is a part that was changed or added.
type newBody struct {
	name     string
	deflated []byte
	sum      uint32
	size     int
	body     []byte // kept for small parts that are changed more than once
}

func newMarker(r io.ReaderAt, size int64, ed *checklist.Edition, got *Reading, n Notice) (*marker, error) {
	c, err := open(r, size)
	if err != nil {
		return nil, err
	}
	b, err := openBook(c)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(c.data), size)
	if err != nil {
		return nil, err
	}
	m := &marker{
		c: c, book: b, files: z.File, ed: ed, layout: LayoutOf(ed), notice: n, mainPart: "xl/workbook.xml", sections: map[int]bool{}, was: map[cellAt]value{},
		idOf: map[cellAt]string{}, heads: map[int]markedHead{}, columnOf: map[string]int{}, oldList: -1, listName: listName, changed: map[string]*newBody{},
		removed: map[string]bool{}, kinds: map[string]string{},
	}
	rels, err := c.relations("_rels/.rels", "")
	if err != nil {
		return nil, err
	}
	for _, r := range rels {
		if r.kind == "officeDocument" {
			m.mainPart = r.target
		}
	}
	if err := m.findList(); err != nil {
		return nil, err
	}
	m.gather(got)
	return m, nil
}

// errSeen stops a walk that has seen enough.
var errSeen = errors.New("seen")

// findList finds the list of an earlier marking, and a name for the new one.
func (m *marker) findList() error {
	names := map[string]bool{}
	for i := range m.book.sheets {
		m.c.left = maxInflated // every sheet is looked at on its own
		err := m.book.Rows(i, func(_ int, cells []rawCell) error {
			cols, err := marked(m.book, cells)
			if err != nil || cols == nil {
				return err
			}
			if cols.list && m.oldList < 0 {
				m.oldList = i
			}
			return errSeen
		})
		if err != nil && !errors.Is(err, errSeen) {
			return err
		}
		names[m.book.sheets[i].name] = i != m.oldList
	}
	for n := 2; names[m.listName]; n++ {
		m.listName = listName + " (" + strconv.Itoa(n) + ")"
	}
	return nil
}

// mark makes every part that changes.
func (m *marker) mark(got *Reading) error {
	m.c.left = maxInflated
	rels, err := m.c.relations(relsOf(m.mainPart), path.Dir(m.mainPart)+"/")
	if err != nil {
		return err
	}
	styles := slices.IndexFunc(rels, func(r relation) bool { return r.kind == "styles" })
	if styles < 0 {
		return errors.New("no styles")
	}
	body, err := m.c.read(rels[styles].target, nil)
	if err != nil {
		return err
	}
	if body, m.styles, err = addStyles(body); err != nil {
		return err
	}
	m.put(rels[styles].target, body)
	for i := range m.book.sheets {
		if i == m.oldList {
			continue
		}
		m.c.left = maxInflated
		part, err := m.c.read(m.book.sheets[i].part, nil)
		if err != nil {
			return err
		}
		marked, err := m.markSheet(i, part)
		if err != nil {
			return fmt.Errorf("sheet %d: %w", i+1, err)
		}
		if len(marked) != len(part) || !bytes.Equal(marked, part) {
			m.put(m.book.sheets[i].part, marked)
		}
	}
	m.c.left = maxInflated
	for i := range m.marks {
		if x := &m.marks[i]; x.proof == "" && !x.at.isZero() && x.fault.Ref == (checklist.Ref{}) {
			x.proof = m.proveCover(x)
		}
		if x := &m.marks[i]; !x.reasonOnly {
			m.proveAbsent(x, got)
			m.settle(x)
		}
	}
	if err := m.bookParts(); err != nil {
		return err
	}
	return m.types()
}

// onList is a cell of the list as a formula on another sheet has it.
func (m *marker) onList(column, row int) string {
	return sheetQuoted(m.listName) + "!" + absolute(column, row)
}

func (m *marker) has(name string) bool {
	name = strings.ToLower(name)
	return m.changed[name] != nil || m.c.parts[name] != nil && !m.removed[name]
}

// body is a part as it stands now.
func (m *marker) body(name string) ([]byte, error) {
	if b := m.changed[strings.ToLower(name)]; b != nil {
		if b.body == nil {
			return nil, fmt.Errorf("part %s is too large to be changed twice", name)
		}
		return b.body, nil
	}
	return m.c.read(name, nil)
}

// maxKept is the largest changed part that is kept in memory inflated, in bytes: those changed twice are small.
const maxKept = 1 << 20

func (m *marker) put(name string, body []byte) {
	var deflated bytes.Buffer
	if m.deflater == nil {
		m.deflater, _ = flate.NewWriter(nil, flate.DefaultCompression) // the level is a right one
	}
	m.deflater.Reset(&deflated)
	_, _ = m.deflater.Write(body) // writing into memory does not fail
	_ = m.deflater.Close()
	b := &newBody{name: name, deflated: deflated.Bytes(), sum: crc32.ChecksumIEEE(body), size: len(body)}
	if len(body) <= maxKept {
		b.body = body
	}
	m.changed[strings.ToLower(name)] = b
}

func (m *marker) remove(name string) {
	if m.has(name) {
		m.removed[strings.ToLower(name)] = true
	}
}

// newPart adds a part under the next free number and returns its name.
func (m *marker) newPart(before, after, kind string, body []byte) string {
	for n := 1; ; n++ {
		name := before + strconv.Itoa(n) + after
		if m.c.parts[strings.ToLower(name)] == nil && m.changed[strings.ToLower(name)] == nil {
			m.put(name, body)
			m.newParts = append(m.newParts, name)
			m.kinds[name] = kind
			return name
		}
	}
}

// write puts the workbook together: parts in the order of the original, copied raw unless they changed, then the new ones.
func (m *marker) write(w io.Writer) error {
	z := zip.NewWriter(w)
	put := func(name string, b *newBody) error {
		part, err := z.CreateRaw(&zip.FileHeader{
			Name: name, Method: zip.Deflate, CRC32: b.sum, CompressedSize64: uint64(len(b.deflated)), UncompressedSize64: uint64(b.size),
		})
		if err == nil {
			_, err = part.Write(b.deflated)
		}
		return err
	}
	done := map[string]bool{}
	for _, f := range m.files {
		name := strings.ToLower(f.Name)
		var err error
		switch b := m.changed[name]; {
		case b != nil:
			err = put(f.Name, b)
			done[name] = true
		case m.removed[name]:
		default:
			err = z.Copy(f)
		}
		if err != nil {
			return fmt.Errorf("write returned workbook: %w", err)
		}
	}
	var rest []string
	for name := range m.changed {
		if !done[name] && !slices.ContainsFunc(m.newParts, func(n string) bool { return strings.ToLower(n) == name }) {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	for _, name := range append(slices.Clone(m.newParts), rest...) {
		b := m.changed[strings.ToLower(name)]
		if err := put(b.name, b); err != nil {
			return fmt.Errorf("write returned workbook: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write returned workbook: %w", err)
	}
	return nil
}
