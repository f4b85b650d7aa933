package register_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

const (
	firmsHeader    = "firm_id,registration_number,name_ja,name_en,sector,peer_group,size_band,corporate_group,successor,valid_from,valid_to\n"
	contactsHeader = "firm_id,role,name,email,valid_from,valid_to\n"
)

func day(y, m, d int) checklist.Date { return checklist.Date{Year: y, Month: time.Month(m), Day: d} }

var alpha = register.Firm{ID: "S-0001", RegistrationNumber: "関東財務局長（金商）第9999号", Name: checklist.Text{JA: "アルファ証券", EN: "Alpha Securities"},
	Sector: "securities", PeerGroup: "net", SizeBand: "large", ValidFrom: checklist.Date{Year: 2020, Month: 4, Day: 1}}

const alphaRow = "S-0001,関東財務局長（金商）第9999号,アルファ証券,Alpha Securities,securities,net,large,,,2020-04-01,\n"

func TestReadFirms(t *testing.T) {
	crlf := strings.ReplaceAll(firmsHeader+alphaRow, "\n", "\r\n")
	// As Excel for Windows saves it: written by Python's cp932 codec, with characters that plain Shift_JIS lacks (髙 﨑 ① ㈱),
	// codes typed full-width and Excel's own form of a date.
	cp932 := "firm_id,registration_number,name_ja,name_en,sector,peer_group,size_band,corporate_group,successor,valid_from,valid_to\r\n" +
		"\x82r\x81|\x82O\x82O\x82O\x82P,\x8a\xd6\x93\x8c\x8d\xe0\x96\xb1\x8b\xc7\x92\xb7\x81i\x8b\xe0\x8f\xa4\x81j\x91\xe6\x82X\x82X\x82X\x82X\x8d\x86," +
		"\xee\xe0\xed\x95\x87@\x8f\xd8\x8c\x94\x87\x8a,Takasaki Securities,securities,\x82\x8e\x82\x85\x82\x94,large,,,2020/4/1,\r\n"
	takasaki := alpha
	takasaki.RegistrationNumber = "関東財務局長（金商）第９９９９号"
	takasaki.Name = checklist.Text{JA: "髙﨑①証券㈱", EN: "Takasaki Securities"}
	quoted := alpha
	quoted.Name.EN = `Alpha, "A" Securities`
	merged := alpha
	merged.ValidTo, merged.Successor, merged.CorporateGroup = checklist.Date{Year: 2023, Month: 9, Day: 30}, "S-0002", "g-1"
	for name, c := range map[string]struct {
		file string
		want []register.Firm
	}{
		"UTF-8":                    {firmsHeader + alphaRow, []register.Firm{alpha}},
		"with a byte order mark":   {"\ufeff" + firmsHeader + alphaRow, []register.Firm{alpha}},
		"Windows line ends":        {crlf, []register.Firm{alpha}},
		"CP932":                    {cp932, []register.Firm{takasaki}},
		"no end of the last line":  {strings.TrimSuffix(firmsHeader+alphaRow, "\n"), []register.Firm{alpha}},
		"blank rows":               {firmsHeader + ",,,,,,,,,,\n" + alphaRow + "\n\u3000,,,,,,,,,,\n", []register.Firm{alpha}},
		"full-width codes":         {firmsHeader + "Ｓ－０００１,関東財務局長（金商）第9999号,アルファ証券,Alpha Securities,ｓｅｃｕｒｉｔｉｅｓ,ｎｅｔ,ｌａｒｇｅ,,,２０２０／４／１,\n", []register.Firm{alpha}},
		"spaces around":            {firmsHeader + " S-0001 ,関東財務局長（金商）第9999号,\u3000アルファ証券\u3000,Alpha Securities, securities,net,large,,,2020-04-01,\n", []register.Firm{alpha}},
		"quotes":                   {firmsHeader + `S-0001,関東財務局長（金商）第9999号,アルファ証券,"Alpha, ""A"" Securities",securities,net,large,,,2020-04-01,`, []register.Firm{quoted}},
		"an end and a successor":   {firmsHeader + strings.Replace(alphaRow, ",,,2020-04-01,", ",g-1,S-0002,2020-04-01,2023-09-30", 1), []register.Firm{merged}},
		"a header without any row": {firmsHeader, nil},
		"columns in another order": {"valid_to,valid_from,successor,corporate_group,size_band,peer_group,sector,name_en,name_ja,registration_number,firm_id\n" +
			",2020-04-01,,,large,net,securities,Alpha Securities,アルファ証券,関東財務局長（金商）第9999号,S-0001\n", []register.Firm{alpha}},
	} {
		got, problems, err := register.ReadFirms(strings.NewReader(c.file))
		if err != nil || len(problems) > 0 || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, %v\n got %+v\nwant %+v", name, problems, err, got, c.want)
		}
	}
}

// brief is a problem as "file line column found".
func brief(problems []register.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %d %s %s", p.File, p.Line, p.Column, p.Found)))
		if !p.What.Complete() || !p.Mend.Complete() {
			out = append(out, "not in both languages")
		}
	}
	return out
}

func TestEveryProblemOfAFileAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"nothing":               {"", []string{"firms 1"}},
		"a workbook":            {"PK\x03\x04\x00\x00", []string{"firms 0"}},
		"UTF-16":                {"\xff\xfef\x00i\x00", []string{"firms 0"}},
		"damaged before":        {firmsHeader + strings.Replace(alphaRow, "アル", "ア\ufffd", 1), []string{"firms 2 name_ja ア\ufffdファ証券"}},
		"neither UTF-8 nor 932": {firmsHeader + "S-0002,1,\x82\xa0\xfd,b,securities,net,large,,,2020-04-01,\n", []string{"firms 2 name_ja あ\ufffd"}},
		"header": {"firm_id,firm_id,colour,registration_number,name_ja,name_en,sector,peer_group,size_band,corporate_group,successor,valid_from\nx\n",
			[]string{"firms 1 firm_id firm_id", "firms 1 colour colour", "firms 1 valid_to valid_to"}},
		"rows": {firmsHeader + "0001,,アルファ証券,,Securities,net,large,,0002,2020-02-30,x\n" + alphaRow + "S-0003\n" + `S-0004,a"b` + "\n" +
			"\"S-0005\",1,\"甲\n乙\",k,securities,net,large,,,2020-04-01,\n",
			[]string{"firms 2 firm_id 0001", "firms 2 registration_number", "firms 2 name_en", "firms 2 sector Securities", "firms 2 successor 0002",
				"firms 2 valid_from 2020-02-30", "firms 2 valid_to x",
				"firms 4  1", "firms 4 registration_number", "firms 4 name_ja", "firms 4 name_en", "firms 4 sector", "firms 4 peer_group", "firms 4 size_band", "firms 4 valid_from",
				"firms 5", "firms 6 name_ja 甲\n乙"}},
	} {
		_, problems, err := register.ReadFirms(strings.NewReader(c.file))
		if err != nil {
			t.Fatal(err)
		}
		got := brief(problems)
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

// A name that is printed as another one than it is (Unicode's bidirectional controls) is refused, and shown spelt out.
func TestACharacterThatTurnsANameAround(t *testing.T) {
	for _, c := range []rune{0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069} { // UAX #9
		spelt := fmt.Sprintf("山田<%U>太郎", c)
		_, problems, err := register.ReadContacts(strings.NewReader(contactsHeader + "S-0001,officer,山田" + string(c) + "太郎,yamada@example.co.jp,2020-04-01,\n"))
		if want := []string{"contacts 2 name " + spelt}; err != nil || !slices.Equal(brief(problems), want) {
			t.Errorf("%U in a contact: %q, %v", c, brief(problems), err)
		}
		_, problems, err = register.ReadFirms(strings.NewReader(firmsHeader + strings.Replace(alphaRow, "アルファ", "山田"+string(c)+"太郎", 1)))
		if want := []string{"firms 2 name_ja " + spelt + "証券"}; err != nil || !slices.Equal(brief(problems), want) {
			t.Errorf("%U in a firm: %q, %v", c, brief(problems), err)
		}
	}
	_, problems, err := register.ReadFirms(strings.NewReader(firmsHeader + strings.Replace(alphaRow, "アルファ", "אבג", 1))) // letters from right to left are letters
	if err != nil || len(problems) > 0 {
		t.Errorf("Hebrew letters: %q, %v", brief(problems), err)
	}
}

func TestAFileWithoutHeader(t *testing.T) {
	_, problems, err := register.ReadFirms(strings.NewReader(alphaRow))
	if err != nil || len(problems) != 11+11 { // each value is an unknown column, and each column is missing
		t.Errorf("%d problems, %v", len(problems), err)
	}
}

func TestReadContacts(t *testing.T) {
	got, problems, err := register.ReadContacts(strings.NewReader(contactsHeader + "S-0001,ｏｆｆｉｃｅｒ,山田 太郎,yamada@example.co.jp,2020-04-01,\n" +
		"S-0001,boss,,desk@example.co.jp,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []register.Contact{{Firm: "S-0001", Role: register.Officer, Name: "山田 太郎", Email: "yamada@example.co.jp", ValidFrom: day(2020, 4, 1)}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if got, want := brief(problems), []string{"contacts 3 role boss", "contacts 3 name", "contacts 3 valid_from"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestTooLargeAndUnreadable(t *testing.T) {
	_, problems, err := register.ReadFirms(io.MultiReader(strings.NewReader(firmsHeader), strings.NewReader(strings.Repeat("x", register.MaxFile))))
	if err != nil || !slices.Equal(brief(problems), []string{"firms 0"}) {
		t.Errorf("%q, %v", brief(problems), err)
	}
	broken := errors.New("broken")
	if _, _, err := register.ReadFirms(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// The two files as one register: each fault once, with its line.
func TestReadBoth(t *testing.T) {
	firms := firmsHeader +
		"S-0001,第1号,甲,A,securities,net,large,,,2020-04-01,2022-03-31\n" + // 2
		"S-0001,第1号,甲,A,securities,net,small,,,2022-03-31,\n" + // 3: overlaps line 2 by a day
		"S-0002,第２号,乙,B,securities,net,large,,S-0009,2020-04-01,2021-03-31\n" + // 4: successor unknown
		"S-0003,第2号,丙,C,securities,net,large,,,2021-03-31,\n" + // 5: number of line 4 on one day; no officer
		"S-0004,第4号,丁,D,securities,net,large,,S-0004,2023-04-01,2023-03-31\n" + // 6: ends before it begins; its own successor
		"S-0005,第2号,戊,E,securities,net,large,,,2019-04-01,2020-03-31\n" // 7: the same number, at another time
	contacts := contactsHeader +
		"S-0001,officer,a,a@example.jp,2020-04-01,\n" + // 2
		"S-0003,desk,c,c@example.jp,2020-04-01,\n" + // 3
		"S-0003,officer,c,c@example.jp,2020-04-01,2021-03-30\n" + // 4: gone the day before
		"S-0007,desk,x,x@example.jp,2020-04-01,2020-03-31\n" + // 5: no such firm; ends before it begins
		"S-0001,desk,y,y@localhost,2020-04-01,\n" // 6: no domain
	_, problems, err := register.Read(strings.NewReader(firms), strings.NewReader(contacts))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"firms 3 valid_from 2022-03-31",
		"firms 4 successor S-0009",
		"firms 5 registration_number 第2号",
		"firms 5 firm_id S-0003",
		"firms 6 valid_to 2023-03-31",
		"firms 6 successor S-0004",
		"contacts 5 valid_to 2020-03-31",
		"contacts 5 firm_id S-0007",
		"contacts 6 email y@localhost",
	}
	if got := brief(problems); !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	if !strings.Contains(problems[0].What.EN, "(line 2)") || !strings.Contains(problems[2].What.JA, "S-0002 と同じ") {
		t.Errorf("the other row is not named: %v, %v", problems[0].What, problems[2].What)
	}
}

// Where a row could not be read, nothing is said about what it may have held.
func TestABadRowAccusesNoOther(t *testing.T) {
	_, problems, err := register.Read(strings.NewReader(firmsHeader+alphaRow+"S-0002,,乙,B,securities,net,large,,,2020-04-01,\n"),
		strings.NewReader(contactsHeader+"S-0001,officer,a,a@example.jp,2020-04-01,\nS-0002,officer,b,b@example.jp,2020-04-01,\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := brief(problems), []string{"firms 3 registration_number"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestAddresses(t *testing.T) {
	for address, good := range map[string]bool{
		"a.b+c@example.co.jp": true, "x@a.jp": true,
		"": false, "a": false, "a@b": false, "a b@example.jp": false, "<a@example.jp>": false, "A <a@example.jp>": false,
		"a@example.jp, b@example.jp": false, "ａ@example.jp": false, "a@example.jp\r\nBcc: b@example.jp": false, `"a b"@example.jp`: false,
		"a@[127.0.0.1]": false, strings.Repeat("a", 250) + "@example.jp": false,
	} {
		r := register.Register{Firms: []register.Firm{alpha}, Contacts: []register.Contact{{Firm: "S-0001", Role: register.Officer, Email: address}}}
		if got := len(r.Check()) == 0; got != good {
			t.Errorf("%q: good %t, want %t", address, got, good)
		}
	}
}

func TestThePopulationIsThatOfTheDay(t *testing.T) {
	merged := alpha
	merged.ValidTo = day(2023, 7, 31)
	before := register.Firm{ID: "S-0002", Sector: "before", ValidTo: day(2023, 6, 30)}
	after := register.Firm{ID: "S-0002", Sector: "after", ValidFrom: day(2023, 7, 1)}
	r := register.Register{Firms: []register.Firm{after, merged, before}}
	for on, want := range map[checklist.Date][]register.Firm{
		day(2020, 3, 31): {before},
		day(2020, 4, 1):  {merged, before},
		day(2023, 6, 30): {merged, before},
		day(2023, 7, 1):  {merged, after},
		day(2023, 7, 31): {merged, after},
		day(2023, 8, 1):  {after},
	} {
		if got := r.At(on); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v", on, got)
		}
	}
	if f, err := r.Firm("S-0002", day(2023, 6, 30)); err != nil || f.Sector != "before" {
		t.Errorf("got %+v, %v", f, err)
	}
	for id, on := range map[checklist.FirmID]checklist.Date{"S-0001": day(2023, 8, 1), "S-0009": day(2023, 7, 1)} {
		if _, err := r.Firm(id, on); !errors.Is(err, register.ErrUnknownFirm) {
			t.Errorf("%s on %s: %v", id, on, err)
		}
	}
}

func TestContactsOfTheDayOfficersFirst(t *testing.T) {
	c := func(f checklist.FirmID, role register.Role, name string, to checklist.Date) register.Contact {
		return register.Contact{Firm: f, Role: role, Name: name, ValidTo: to}
	}
	r := register.Register{Contacts: []register.Contact{
		c("S-0001", register.Desk, "a", checklist.Date{}), c("S-0001", register.Officer, "z", checklist.Date{}), c("S-0002", register.Officer, "b", checklist.Date{}),
		c("S-0001", register.Officer, "gone", day(2023, 6, 29)), c("S-0001", register.Officer, "c", day(2023, 6, 30)),
	}}
	var got []string
	for _, c := range r.ContactsOf("S-0001", day(2023, 6, 30)) {
		got = append(got, c.Name)
	}
	if !slices.Equal(got, []string{"c", "z", "a"}) {
		t.Errorf("got %q", got)
	}
}

// A column that an edition names is read and written; one that it does not is a problem, as a misspelt one must be.
func TestAttributesAreColumnsThatAnEditionNames(t *testing.T) {
	header := strings.Replace(firmsHeader, ",sector", ",region,sector", 1)
	file := header + strings.Replace(alphaRow, ",securities", ",ｋａｎｔｏ,securities", 1) + "S-0002,2,乙,B,,securities,net,large,,,2020-04-01,\n"
	for range 2 { // as an office wrote it, and as it is written here
		got, problems, err := register.ReadFirms(strings.NewReader(file), "region", "listing")
		if err != nil || len(problems) > 0 || len(got) != 2 {
			t.Fatal(got, brief(problems), err)
		}
		if got[0].Group("region") != "kanto" || got[1].Group("region") != "" || got[0].Group("listing") != "" {
			t.Errorf("regions %q and %q", got[0].Group("region"), got[1].Group("region"))
		}
		if got[0].Group(checklist.ByAll) != "all" || got[0].Group(checklist.BySector) != "securities" || got[0].Group(checklist.ByGroup) != "net" || got[0].Group(checklist.BySize) != "large" {
			t.Errorf("groups of %+v", got[0])
		}
		if got[0].Attributes != register.AttributesOf(map[string]string{"region": "kanto", "listing": ""}) || got[0].Attributes == got[1].Attributes {
			t.Errorf("attributes %v, %v", got[0].Attributes, got[1].Attributes)
		}
		var b strings.Builder
		if err := register.WriteFirms(&b, got); err != nil {
			t.Fatal(err)
		}
		file = b.String()
		if !strings.Contains(file, "valid_to,region\n") || !strings.Contains(file, "2020-04-01,,kanto\n") || !strings.Contains(file, "2020-04-01,,\n") {
			t.Errorf("written as\n%s", file)
		}
	}
	for want, file := range map[string]string{"firms 1 region region": file, "firms 2 region Kanto": header + strings.Replace(alphaRow, ",securities", ",Kanto,securities", 1)} {
		var attributes []string
		if strings.HasSuffix(want, "Kanto") {
			attributes = []string{"region"}
		}
		_, problems, err := register.ReadFirms(strings.NewReader(file), attributes...)
		if got := brief(problems); err != nil || !slices.Equal(got, []string{want}) {
			t.Errorf("%q, %v; want %s", got, err, want)
		}
	}
}

// Whatever the bytes, reading ends without panic; and what was read without a problem is written and read back the same.
func FuzzRead(f *testing.F) {
	f.Add([]byte(firmsHeader+alphaRow), []byte(contactsHeader+"S-0001,officer,a,a@example.jp,2020-04-01,\n"))
	f.Add([]byte("\ufeff"+firmsHeader+"\"S-0001\",\"a\nb\""), []byte(contactsHeader+"\x82\xa0,\x80"))
	f.Fuzz(func(t *testing.T, firms, contacts []byte) {
		r, problems, err := register.Read(bytes.NewReader(firms), bytes.NewReader(contacts))
		if err != nil {
			t.Fatal(err)
		}
		var fs, cs bytes.Buffer
		if err := errors.Join(register.WriteFirms(&fs, r.Firms), register.WriteContacts(&cs, r.Contacts)); err != nil {
			t.Fatal(err)
		}
		back, again, err := register.Read(&fs, &cs)
		if err != nil || !reflect.DeepEqual(back, r) {
			t.Fatalf("%v\n got %+v\nwant %+v\n%v", err, back, r, again)
		}
		if len(problems) == 0 && len(again) > 0 {
			t.Fatalf("new problems: %v", again)
		}
	})
}
