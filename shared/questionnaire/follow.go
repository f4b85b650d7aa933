package questionnaire

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cssa/shared/checklist"
)

// Files returns the files of an edition's folder by their paths. What is no file of an edition is a finding.
func Files(fsys fs.FS) (map[string][]byte, []Finding, error) { return readFiles(fsys) }

// Follow returns the files of an edition that follows old, whose files these are: the same questions under another id, with
// title, dates and the dates of the instructions moved by as many years as the ids are apart, a mapping that says that
// nothing has changed, and no FROZEN. Each date that was moved says so in a comment. What else a person must look at comes
// back as findings, which are no faults. The id must be of the same sector.
func Follow(files map[string][]byte, old *checklist.Edition, id checklist.EditionID) (map[string][]byte, []Finding, error) {
	year, err := strconv.Atoi(string(id[:min(4, len(id))]))
	if _, bad := checklist.ParseEditionID(string(id)); err != nil || bad != nil {
		return nil, nil, fmt.Errorf("edition id %q: want e.g. %d-%s", id, old.FiscalYear+1, old.Sector)
	}
	want := fmt.Sprintf("%d-%s", year, old.Sector)
	if string(id) != want && !strings.HasPrefix(string(id), want+"-") || id <= old.ID {
		return nil, nil, fmt.Errorf("edition id %q: want one of the sector %s that sorts after %s, e.g. %d-%s", id, old.Sector, old.ID, old.FiscalYear+1, old.Sector)
	}
	f := follower{old: old, id: id, years: year - old.FiscalYear, out: map[string][]byte{}}
	for name, body := range files {
		if name != frozenFile && name != mappingName {
			f.out[name] = body
		}
	}
	if err := f.head(); err != nil {
		return nil, nil, err
	}
	f.instructions()
	f.out[mappingName] = f.mapping()
	f.look()
	return f.out, f.looks, nil
}

type follower struct {
	old   *checklist.Edition
	id    checklist.EditionID
	years int
	out   map[string][]byte
	looks []Finding
}

// move moves a date by years. What was the last day of February stays it.
func move(t time.Time, years int) time.Time {
	moved := t.AddDate(years, 0, 0)
	if moved.Month() != t.Month() {
		moved = moved.AddDate(0, 0, -1)
	}
	return moved
}

var headLine = regexp.MustCompile(`^([a-z_]+):( +)("[^"]*"|'[^']*'|[^#"']*?)( *)(#.*)?$`)

// head edits edition.yaml line by line, so that everything else in it stays.
func (f *follower) head() error {
	set := map[string]string{"id": string(f.id), "fiscal_year": strconv.Itoa(f.old.FiscalYear + f.years)}
	why := map[string]string{}
	for _, k := range keyDates(f.old) {
		layout := "2006-01-02"
		if k.timed {
			layout = "2006-01-02 15:04"
		}
		to := move(k.at, f.years)
		set[k.key] = to.Format(layout)
		why[k.key] = fmt.Sprintf("moved from %s, now a %s; look at it", k.at.Format(layout), to.Weekday())
	}
	var out []string
	block := ""
	done := map[string]bool{}
	for _, line := range strings.Split(string(f.out["edition.yaml"]), "\n") {
		if strings.HasPrefix(line, "#") {
			line = strings.ReplaceAll(line, string(f.old.ID), string(f.id))
		}
		if line != "" && !strings.ContainsAny(line[:1], " #-\r") {
			block, _, _ = strings.Cut(line, ":")
		}
		if block == "title" {
			line = strings.ReplaceAll(line, strconv.Itoa(f.old.FiscalYear), strconv.Itoa(f.old.FiscalYear+f.years))
		}
		bare := strings.TrimSuffix(line, "\r")
		end := line[len(bare):]
		m := headLine.FindStringSubmatch(bare)
		if m == nil || set[m[1]] == "" && m[1] != "previous" {
			out = append(out, line)
			continue
		}
		key, value, comment := m[1], set[m[1]], m[5]
		if key == "previous" {
			continue
		}
		if why[key] != "" {
			comment = strings.TrimSuffix("# "+why[key]+": "+strings.TrimSpace(strings.TrimPrefix(withoutMoved(comment), "#")), ": ")
		}
		if strings.HasPrefix(m[3], `"`) || strings.HasPrefix(m[3], "'") {
			value = m[3][:1] + value + m[3][:1]
		}
		if comment != "" {
			comment = m[4][:max(0, min(len(m[4]), len(m[4])+len(m[3])-len(value)))] + comment
			if !strings.HasPrefix(comment, " ") {
				comment = "    " + comment
			}
		}
		done[key] = true
		out = append(out, key+":"+m[2]+value+comment+end)
		if key == "id" {
			out = append(out, "previous: "+string(f.old.ID)+"    # 前回: mapping.yaml says what became of its questions"+end)
		}
	}
	for key := range set {
		if !done[key] {
			return fmt.Errorf("edition.yaml of %s: %s does not stand on a line of its own", f.old.ID, key)
		}
	}
	f.out["edition.yaml"] = []byte(strings.Join(out, "\n"))
	return nil
}

var movedComment = regexp.MustCompile(`moved from [^;]*; look at it(: | *$)`)

func withoutMoved(comment string) string { return movedComment.ReplaceAllString(comment, "") }

// instructions moves the dates that the instructions repeat.
func (f *follower) instructions() {
	moved := map[string]time.Time{}
	for _, k := range keyDates(f.old) {
		moved[k.at.Format(time.DateOnly)] = move(k.at, f.years)
	}
	body := string(f.out["instructions.yaml"])
	found := mentions(body)
	slices.SortFunc(found, func(a, b mention) int { return b.at - a.at })
	for _, m := range found {
		if to, ok := moved[m.date.Format(time.DateOnly)]; ok {
			body = body[:m.at] + m.on(to) + body[m.at+len(m.words):]
		}
	}
	f.out["instructions.yaml"] = []byte(body)
}

// mapping says that nothing has changed yet. What a firm wrote in its own words is not carried.
func (f *follower) mapping() []byte {
	var same, own []string
	for _, q := range f.old.Questions() {
		if q.Kind == checklist.FreeText {
			own = append(own, string(q.ID))
		} else {
			same = append(same, string(q.ID))
		}
	}
	s := mappingHead + "\nlines:\n"
	if len(same) > 0 {
		s += "  - change: same\n    both: [" + strings.Join(same, ", ") + "]\n"
	}
	if len(own) > 0 {
		s += "  - change: same\n    both: [" + strings.Join(own, ", ") + "]\n    carry: false\n"
	}
	return []byte(s)
}

const mappingHead = `# What became of the questions of the edition before (named by "previous" in edition.yaml), line by line. Every question,
# item, stage and choice of both editions stands in exactly one line: by name, or with its question if it has the same name
# and words on both sides.
#   change  same      word for word                      one old, one new
#           reworded  other words                        one old, one new
#           widened   it covers more than before         one old, one new
#           narrowed  it covers less                     one old, one new
#           split     one became several                 one old, several new
#           merged    several became one                 several old, one new
#           new       it was not there before            new only
#           dropped   it is there no more                old only
#   both    parts that have the same name on both sides; otherwise old and new
#   carry   whether last time's answer is filled in, because it means the same. Left out: same yes, reworded no
#   note    what changed, as firms read it
# A part is written QUESTION, QUESTION.ITEM, QUESTION=CHOICE, QUESTION@STAGE or QUESTION@STAGE=CHOICE.
`

// look lists the lines that a person must look at: the dates that were moved, and what still speaks of the year before.
func (f *follower) look() {
	years := []string{strconv.Itoa(f.old.FiscalYear), strconv.Itoa(f.old.FiscalYear - 1)} // and what that edition says of the one before
	names := make([]string, 0, len(f.out))
	for name := range f.out {
		if name != mappingName {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for i, line := range strings.Split(string(f.out[name]), "\n") {
			text := strings.TrimSpace(line)
			switch {
			case strings.HasPrefix(text, "previous: ") || strings.HasPrefix(text, "#"):
			case movedComment.MatchString(line):
				key, value, _ := strings.Cut(text, ":")
				value, note, _ := strings.Cut(value, "#")
				note, _, _ = strings.Cut(note, ";")
				f.looks = append(f.looks, Finding{File: name, Line: i + 1, Where: key, What: strings.TrimSpace(value) + ": " + strings.TrimSpace(note), Mend: "is it right?"})
			case name == "figures.yaml" && text == "claims:":
				f.looks = append(f.looks, Finding{File: name, Line: i + 1, What: "claims are statements on the results of " + string(f.old.ID), Mend: "remove them"})
			case strings.HasPrefix(text, "quote:"):
			default:
				year := ""
				for _, y := range years {
					if strings.Contains(line, y) {
						year = y
					}
				}
				if year == "" {
					continue
				}
				f.looks = append(f.looks, Finding{File: name, Line: i + 1, What: "it speaks of " + year + ": " + strings.TrimPrefix(text, "- "), Mend: "is it right?"})
			}
		}
	}
}
