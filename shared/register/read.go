package register

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"cssa/shared/checklist"
)

// MaxFile is the largest file that is read, in bytes: some 50,000 firms.
const MaxFile = 16 << 20

// A Problem is something wrong in a register's files or in a register. Found may be personal data; it is for the person
// who brought the file, never for a log.
type Problem struct {
	File   string           // "firms" or "contacts"
	Line   int              // of the file, from 1; 0 if the register did not come from a file
	Column string           // name in the header; "" if it is the whole line
	Firm   checklist.FirmID // "" if not known
	Found  string
	What   checklist.Text
	Mend   checklist.Text
}

// The columns of the two files, in the order in which they are written. They are read in any order. The firms' file may have
// columns of attributes beside them.
var (
	firmColumns = []string{"firm_id", "registration_number", "name_ja", "name_en", "sector", "peer_group", "size_band",
		"corporate_group", "successor", "valid_from", "valid_to"}
	contactColumns = []string{"firm_id", "role", "name", "email", "valid_from", "valid_to"}
)

// Read reads both files and checks them as one register ([Register.Check]). All problems come at once, those of the firms
// first, by line. With any problem the register is not fit for use. The error is of reading alone. Attributes are the columns
// that the firms' file may have beside those of every register.
func Read(firms, contacts io.Reader, attributes ...string) (Register, []Problem, error) {
	var r Register
	f, fp, err := readFirms(firms, attributes)
	if err != nil {
		return r, nil, err
	}
	c, cp, err := readContacts(contacts)
	if err != nil {
		return r, nil, err
	}
	r.Firms, r.Contacts = f.values, c.values
	checked := r.check(f.lines, c.lines, len(fp) == 0 && len(cp) == 0)
	problems := slices.Concat(fp, cp, checked)
	slices.SortStableFunc(problems, func(a, b Problem) int {
		if a.File != b.File {
			return strings.Compare(b.File, a.File) // firms, then contacts
		}
		return a.Line - b.Line
	})
	return r, problems, nil
}

// ReadFirms reads the firms' file: CSV with a header row, in UTF-8, with or without a byte order mark, or in CP932 as Excel
// for Windows writes it. A character that cannot be told for certain is a problem, never a guess. Rows with problems are left
// out. Codes, ids and dates may be typed full-width; names stay as typed. The rows are not yet compared
// with each other, see [Register.Check]. For attributes see [Read].
func ReadFirms(r io.Reader, attributes ...string) ([]Firm, []Problem, error) {
	rows, problems, err := readFirms(r, attributes)
	return rows.values, problems, err
}

// ReadContacts reads the contacts' file; see ReadFirms.
func ReadContacts(r io.Reader) ([]Contact, []Problem, error) {
	rows, problems, err := readContacts(r)
	return rows.values, problems, err
}

func readFirms(r io.Reader, attributes []string) (rows[Firm], []Problem, error) {
	return read(r, "firms", firmColumns, attributes, func(c *row) Firm {
		return Firm{
			ID:                 c.firm("firm_id", true),
			RegistrationNumber: c.text("registration_number"),
			Name:               checklist.Text{JA: c.text("name_ja"), EN: c.text("name_en")},
			Sector:             c.code("sector"),
			PeerGroup:          c.code("peer_group"),
			SizeBand:           c.code("size_band"),
			Attributes:         c.attributes(attributes),
			CorporateGroup:     normal(c.get("corporate_group")),
			Successor:          c.firm("successor", false),
			ValidFrom:          c.date("valid_from", true),
			ValidTo:            c.date("valid_to", false),
		}
	})
}

func readContacts(r io.Reader) (rows[Contact], []Problem, error) {
	return read(r, "contacts", contactColumns, nil, func(c *row) Contact {
		return Contact{
			Firm:      c.firm("firm_id", true),
			Role:      c.role("role"),
			Name:      c.text("name"),
			Email:     c.text("email"),
			ValidFrom: c.date("valid_from", true),
			ValidTo:   c.date("valid_to", false),
		}
	})
}

// rows are the good rows of a file, with the line each began on.
type rows[T any] struct {
	values []T
	lines  []int
}

func read[T any](r io.Reader, file string, columns, more []string, parse func(*row) T) (rows[T], []Problem, error) {
	var out rows[T]
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return out, nil, fmt.Errorf("read the %s of the register: %w", file, err)
	}
	text, problems := decode(b, file)
	if len(problems) > 0 {
		return out, problems, nil
	}
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord = -1
	in.ReuseRecord = true
	var header []string
	for {
		fields, err := in.Read()
		var bad *csv.ParseError
		switch {
		case err == io.EOF:
			if header == nil {
				problems = append(problems, noHeader(file, columns))
			}
			return out, problems, nil
		case errors.As(err, &bad):
			problems = append(problems, Problem{File: file, Line: bad.StartLine,
				What: checklist.Text{JA: "CSVとして読めません（引用符の対応）。", EN: "This is not CSV (quotes do not match)."},
				Mend: checklist.Text{JA: "引用符「\"」を確かめてください。", EN: "Please check the quotation marks (\")."}})
			continue
		case err != nil:
			return out, nil, fmt.Errorf("read the %s of the register: %w", file, err)
		}
		line, _ := in.FieldPos(0)
		if header == nil {
			header = slices.Clone(fields)
			if problems := checkHeader(header, columns, more, file, line); len(problems) > 0 {
				return out, problems, nil
			}
			continue
		}
		if !slices.ContainsFunc(fields, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue
		}
		c := newRow(file, line, header, fields)
		v := parse(c)
		if len(c.problems) > 0 {
			for i := range c.problems {
				c.problems[i].Firm = c.id
			}
			problems = append(problems, c.problems...)
			continue
		}
		out.values, out.lines = append(out.values, v), append(out.lines, line)
	}
}

func noHeader(file string, columns []string) Problem {
	return Problem{File: file, Line: 1,
		What: checklist.Text{JA: "見出し行がありません。", EN: "There is no header row."},
		Mend: checklist.Text{JA: "1行目を次のとおりにしてください：" + strings.Join(columns, ","), EN: "Please make the first line: " + strings.Join(columns, ",")}}
}

func checkHeader(header, columns, more []string, file string, line int) []Problem {
	var problems []Problem
	add := func(name, ja, en, mendJA, mendEN string) {
		problems = append(problems, Problem{File: file, Line: line, Column: name, Found: name,
			What: checklist.Text{JA: ja, EN: en}, Mend: checklist.Text{JA: mendJA, EN: mendEN}})
	}
	all := strings.Join(slices.Concat(columns, more), ",")
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
		switch {
		case !slices.Contains(columns, header[i]) && !slices.Contains(more, header[i]):
			add(header[i], "知らない列です。", "This column is not known.",
				"列名は次のとおりです："+all+"。ほかの列は、実施回の dimensions に挙げたものだけです。",
				"The columns are: "+all+". Others only if an edition names them under dimensions.")
		case slices.Contains(header[:i], header[i]):
			add(header[i], "列が2つあります。", "This column is there twice.", "1つにしてください。", "Please leave one.")
		}
	}
	for _, name := range columns {
		if !slices.Contains(header, name) {
			add(name, "列がありません。", "This column is missing.", "列を足してください（空欄でも可）。", "Please add it, even if it stays blank.")
		}
	}
	return problems
}

// A row is one line being read; what is wrong with it piles up.
type row struct {
	file     string
	line     int
	fields   map[string]string
	id       checklist.FirmID
	problems []Problem
}

func newRow(file string, line int, header, fields []string) *row {
	c := &row{file: file, line: line, fields: map[string]string{}}
	for i, name := range header {
		if i < len(fields) {
			c.fields[name] = strings.TrimSpace(fields[i])
		}
	}
	if len(fields) != len(header) {
		c.wrong("", strconv.Itoa(len(fields)),
			checklist.Text{JA: fmt.Sprintf("列が%d個ではありません。", len(header)), EN: fmt.Sprintf("There are not %d columns.", len(header))},
			checklist.Text{JA: "コンマの数を確かめ、コンマを含む値は「\"」で囲んでください。", EN: "Please check the commas; put values that contain one in quotes."})
	}
	for _, name := range header {
		if strings.ContainsFunc(c.fields[name], unicode.IsControl) {
			c.wrong(name, c.fields[name],
				checklist.Text{JA: "改行などの制御文字が入っています。", EN: "It contains a line break or another control character."},
				checklist.Text{JA: "1行で記入してください。", EN: "Please write it on one line."})
		}
		if i := unreadable(c.fields[name]); i > 0 {
			c.wrong(name, c.fields[name],
				checklist.Text{JA: fmt.Sprintf("%d文字目が読めません（外字、文字化け、文字コードの混在）。", i), EN: fmt.Sprintf("Character %d cannot be read (a private one, damaged before, or of another encoding).", i)},
				checklist.Text{JA: "元の表でその文字を打ち直し、「CSV UTF-8」で保存してください。", EN: "Please retype that character in the original and save it as “CSV UTF-8”."})
		}
		if strings.ContainsFunc(c.fields[name], turns) {
			c.wrong(name, spelt(c.fields[name]),
				checklist.Text{JA: "文字の並ぶ向きを変える、目に見えない文字が入っています。", EN: "It contains an invisible character that turns the order of the letters around."},
				checklist.Text{JA: "その文字を消して、打ち直してください。", EN: "Please delete that character, or type the value anew."})
		}
	}
	return c
}

// turns says whether a character changes the direction of what is printed around it, so that a name reads as another one
// (Unicode's Bidi_Control: U+202E and its like).
func turns(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }

// spelt is a text in which such characters are written out, so that they turn nothing where it is shown.
func spelt(s string) string {
	var b strings.Builder
	for _, r := range s {
		if turns(r) {
			fmt.Fprintf(&b, "<%U>", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (c *row) get(name string) string { return c.fields[name] }

func (c *row) wrong(column, found string, what, mend checklist.Text) {
	c.problems = append(c.problems, Problem{File: c.file, Line: c.line, Column: column, Found: found, What: what, Mend: mend})
}

// required returns the field, or notes that it is blank.
func (c *row) required(name string) (string, bool) {
	s := c.get(name)
	if s == "" {
		c.wrong(name, "", checklist.Text{JA: "空欄です。", EN: "It is blank."}, checklist.Text{JA: "記入してください。", EN: "Please fill it in."})
	}
	return s, s != ""
}

func (c *row) text(name string) string {
	s, _ := c.required(name)
	return s
}

// normal gives codes one form: full-width letters, digits and hyphens become ASCII.
func normal(s string) string { return strings.TrimSpace(norm.NFKC.String(s)) }

func (c *row) code(name string) string {
	s, ok := c.required(name)
	return c.valid(name, s, ok)
}

// attributes returns the codes of the columns that are there and filled in.
func (c *row) attributes(columns []string) Attributes {
	codes := map[string]string{}
	for _, name := range columns {
		codes[name] = c.valid(name, c.get(name), c.get(name) != "")
	}
	return AttributesOf(codes)
}

func (c *row) valid(name, s string, ok bool) string {
	s = normal(s)
	if ok && !checklist.ValidID(s) {
		c.wrong(name, s, checklist.Text{JA: "区分の符号ではありません。", EN: "This is not a code."},
			checklist.Text{JA: "半角の英小文字・数字とハイフンで記入してください（例：net）。", EN: "Please use lower-case letters, digits and hyphens (e.g. net)."})
	}
	return s
}

func (c *row) firm(name string, required bool) checklist.FirmID {
	s := normal(c.get(name))
	if s == "" {
		if required {
			c.required(name)
		}
		return ""
	}
	id, err := checklist.ParseFirmID(s)
	if err != nil {
		c.wrong(name, s, checklist.Text{JA: "先番号ではありません。", EN: "This is not a firm id."},
			checklist.Text{JA: "英大文字1〜4字、ハイフン、数字4〜8桁で記入してください（例：S-0137）。",
				EN: "Please write 1 to 4 capital letters, a hyphen and 4 to 8 digits (e.g. S-0137)."})
	}
	if name == "firm_id" {
		c.id = id
	}
	return id
}

func (c *row) role(name string) Role {
	s, ok := c.required(name)
	r := Role(strings.ToLower(normal(s)))
	if ok && r != Officer && r != Desk {
		c.wrong(name, s, checklist.Text{JA: "役割ではありません。", EN: "This is not a role."},
			checklist.Text{JA: "officer（統括責任者）か desk（担当者）と記入してください。", EN: "Please write officer or desk."})
	}
	return r
}

// date reads 2023-04-01 and, because Excel rewrites dates so, 2023/4/1.
func (c *row) date(name string, required bool) checklist.Date {
	s := normal(c.get(name))
	if s == "" {
		if required {
			c.required(name)
		}
		return checklist.Date{}
	}
	t, err := time.Parse("2006-1-2", strings.ReplaceAll(s, "/", "-"))
	if err != nil || t.Year() < 1 {
		c.wrong(name, s, checklist.Text{JA: "日付ではありません。", EN: "This is not a date."},
			checklist.Text{JA: "2023-04-01 のように記入してください。", EN: "Please write it like 2023-04-01."})
		return checklist.Date{}
	}
	return checklist.DateOf(t)
}
