package questionnaire

import (
	"fmt"

	"cssa/shared/checklist"
)

// mapping maps mapping.yaml, which an edition has if and only if it names the one before. A line under "both" stands for
// one line for each part, of the same name on both sides.
func (l *loader) mapping(e *checklist.Edition, previous mark) {
	_, there := l.files[mappingName]
	if previous.value == "" {
		if there {
			l.file = mappingName
			l.say(1, "mapping", "edition.yaml names no previous edition", "write previous: there, or remove this file")
		}
		return
	}
	l.file = "edition.yaml"
	l.at("edition, previous", previous.line)
	if _, err := checklist.ParseEditionID(previous.value); err != nil {
		l.say(previous.line, "edition, previous", err.Error(), "write it like 2023-securities")
		return
	}
	if !there {
		l.say(previous.line, "edition, previous", "there is no mapping.yaml that says what became of its questions", "write one, or remove previous")
		return
	}
	e.Mapping = &checklist.Mapping{From: checklist.EditionID(previous.value), To: e.ID}
	var f mappingFile
	l.parse(mappingName, &f)
	l.at("mapping", 1)
	for _, line := range f.Lines {
		if len(line.Both) > 0 && len(line.Old)+len(line.New) > 0 {
			l.say(line.Both[0].line, "mapping", "both stands for old and new", "write both, or old and new")
		}
		for _, m := range line.Both {
			e.Mapping.Lines = append(e.Mapping.Lines, l.mappingLine(line, []mark{m}, []mark{m}))
		}
		if len(line.Both) == 0 {
			e.Mapping.Lines = append(e.Mapping.Lines, l.mappingLine(line, line.Old, line.New))
		}
	}
}

func (l *loader) mappingLine(f mappingLineFile, old, now []mark) checklist.MappingLine {
	line := checklist.MappingLine{Change: checklist.Change(f.Change.value), Note: checklist.Text(f.Note)}
	line.Carry = line.Change == checklist.Same
	if f.Carry != nil {
		line.Carry = *f.Carry
	}
	line.Old, line.New = l.parts("old", old), l.parts("new", now)
	if len(old)+len(now) == 0 {
		l.say(f.Change.line, "mapping", fmt.Sprintf("a line of change %q names nothing", f.Change.value), "name parts under old, new or both")
	}
	return line
}

func (l *loader) parts(side string, marks []mark) []checklist.Part {
	var parts []checklist.Part
	for _, m := range marks {
		p, err := checklist.ParsePart(m.value)
		if err != nil {
			l.say(m.line, "mapping", err.Error(), "write it like report, report.own-incidents or policy=published")
			continue
		}
		l.at(mapped(side, p), m.line)
		parts = append(parts, p)
	}
	return parts
}

// mapped is how a finding names a part of a mapping: a part that no line names is looked for at its question's line.
func mapped(side string, p checklist.Part) string {
	where := "mapping, " + side + " " + string(p.Question)
	if p != p.Whole() {
		where += ", " + p.String()
	}
	return where
}
