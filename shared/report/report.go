// Package report makes a firm's feedback report (還元資料): its own answers beside the distribution of the sector, question
// by question. [Build] turns released tables and the firm's answers into a [Document]; [HTML] sets it as one page.
//
// What is withheld (秘匿) in the tables has no number there, so none can reach the document: a withheld run of cells is one
// segment with its joint share, and what is withheld never depends on the reader. There is no rank, no grade, no score and
// no advice. The same input always gives the same bytes.
package report

import (
	"fmt"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// Input is what a report is made of.
type Input struct {
	Edition    *checklist.Edition
	Firm       checklist.FirmID
	Name       checklist.Text // the firm's name at the reference date
	Submission checklist.Submission
	Late       bool // 期限後: the firm's first upload came after the deadline
	Run        string
	Tables     []table.Table // of the released run, protected; the report draws those of every firm together
	IssuedAt   time.Time
}

// Identity is whose report a document is. The page carries it, and [IdentityOf] reads it back.
type Identity struct {
	Edition checklist.EditionID
	Firm    checklist.FirmID
	Run     string
	Version checklist.TicketNumber // of the firm's answers
	Number  string                 // document number (資料番号), e.g. CSSA-2023-S-0137-v1
}

// Number returns the document number (資料番号) of a firm's report for one version of its answers.
func Number(e *checklist.Edition, f checklist.FirmID, v checklist.TicketNumber) string {
	return fmt.Sprintf("CSSA-%d-%s-v%d", e.FiscalYear, f, v)
}

// A Document is the report before it is set, in both languages.
type Document struct {
	Identity
	Title         checklist.Text // of the edition
	Name          checklist.Text
	Office        checklist.Office
	Population    int // 対象先数
	Replied       int // 提出先数
	ReferenceDate checklist.Date
	ReceivedAt    time.Time // in the edition's zone
	IssuedAt      time.Time // in the edition's zone
	Late          bool
	Threshold     int
	Sections      []Section
}

// A Section is a section (区分) of the checklist.
type Section struct {
	Number string
	Title  checklist.Text
	Panels []Panel
}

// A Panel is one question with the firm's answer and the sector's.
type Panel struct {
	Number  string
	Title   checklist.Text
	Prompt  checklist.Text
	Gate    string         // numbers of the questions that decide whether this one is put to a firm; "" if it is put to all
	Own     *Own           // the firm's answer, where the question has one place
	Compare checklist.Text // the sentence that stands above the chart; empty if there is none
	Blocks  []Block
	Private bool // free text, shown to no other firm
}

// A Layout says how the lines of a block are drawn.
type Layout string

// The layouts.
const (
	Stack Layout = "stack" // one bar of all choices, and one line for each choice
	Bars  Layout = "bars"  // one line for each item or class, each with its own bar
	Rows  Layout = "rows"  // one line for each item, each with a bar of all choices

	Closed Layout = "closed" // no distribution, because its base would tell a withheld count; one line for each item, the firm's own
)

// A Block is one chart with its table: a question, or one stage of a nested question.
type Block struct {
	Layout Layout
	Title  checklist.Text // of the stage; empty otherwise
	Legend []Level
	Bar    []Segment // Stack only
	Base   int       // Stack, and Bars that share it: 回答先数
	Shared bool      // whether every line has the base Base
	Lines  []Line
}

// A Level is a choice as it is drawn.
type Level struct {
	Class string // of the stylesheet
	Label checklist.Text
}

// A Line is one line of a block's table.
type Line struct {
	Label   checklist.Text
	Class   string // Stack: of the choice
	Own     Own
	Mine    bool // the firm's answer is this line's choice, class, or yes
	Base    int
	Bar     []Segment
	Cells   []Cell
	Compare checklist.Text // Rows: how the item stands to the firm's answer
}

// Own is the firm's answer to one place. Unanswered and not applicable are never merged.
type Own struct {
	State checklist.State
	Text  checklist.Text // the answer as people read it; empty unless answered
}

// A Cell is one cell of the table.
type Cell struct {
	Text     checklist.Text
	Span     int // how many cells this one covers; 0: it is covered by the one before
	Withheld bool
	Mine     bool
}

// Build makes the document of one firm. It fails where the tables are not those of the edition and run, where one is
// missing, or where a row does not add up: a report with a hole or a slip in it must not go out.
func Build(in Input) (Document, error) {
	e := in.Edition
	if in.Submission.Edition != e.ID || in.Submission.Firm != in.Firm || in.Submission.Status != checklist.Accepted {
		return Document{}, fmt.Errorf("report: the submission is not an accepted one of firm %s in edition %s", in.Firm, e.ID)
	}
	if !in.Name.Complete() {
		return Document{}, fmt.Errorf("report: firm %s has no name in both languages", in.Firm)
	}
	d := Document{
		Identity:      Identity{e.ID, in.Firm, in.Run, in.Submission.Ticket, Number(e, in.Firm, in.Submission.Ticket)},
		Title:         e.Title,
		Name:          in.Name,
		Office:        e.Office,
		ReferenceDate: e.ReferenceDate,
		ReceivedAt:    in.Submission.ReceivedAt.In(e.Location),
		IssuedAt:      in.IssuedAt.In(e.Location),
		Late:          in.Late,
		Threshold:     e.Threshold,
	}
	b := builder{edition: e, answers: in.Submission.Answers, tables: map[tableKey]*table.Table{}}
	for i := range in.Tables {
		t := &in.Tables[i]
		if t.Group != table.All {
			continue
		}
		if t.Edition != string(e.ID) || t.Run != in.Run {
			return Document{}, fmt.Errorf("report: table %s is of edition %s, run %s", t.ID, t.Edition, t.Run)
		}
		b.tables[tableKey{t.ID, t.Stage}] = t
		d.Population, d.Replied = t.Firms, t.Replied
	}
	for i := range e.Sections {
		s := &e.Sections[i]
		section := Section{Number: s.Number, Title: s.Title}
		for j := range s.Questions {
			p, err := b.panel(&s.Questions[j])
			if err != nil {
				return Document{}, fmt.Errorf("report: question %s: %w", s.Questions[j].Number, err)
			}
			section.Panels = append(section.Panels, p)
		}
		d.Sections = append(d.Sections, section)
	}
	return d, nil
}
