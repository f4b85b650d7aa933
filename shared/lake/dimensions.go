package lake

import (
	"fmt"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

// A FirmRow is a firm (先) of the population as the register had it at the reference date. It holds no contacts.
type FirmRow struct {
	Firm               string `parquet:"firm" doc:"firm id, e.g. S-0137"`
	RegistrationNumber string `parquet:"registration_number" doc:"登録番号"`
	NameJA             string `parquet:"name_ja" doc:"name in Japanese"`
	NameEN             string `parquet:"name_en" doc:"name in English"`
	Sector             string `parquet:"sector" doc:"業態: group id of the dimension sector"`
	PeerGroup          string `parquet:"peer_group" doc:"同業グループ: group id of the dimension group"`
	SizeBand           string `parquet:"size_band" doc:"規模区分: group id of the dimension size"`
	CorporateGroup     string `parquet:"corporate_group" doc:"id shared by firms under common control; empty if none"`
	Successor          string `parquet:"successor" doc:"id of the firm that took this one over; empty if none"`
	ValidFrom          *Day   `parquet:"valid_from,optional,date" doc:"first day on which this entry of the register holds"`
	ValidTo            *Day   `parquet:"valid_to,optional,date" doc:"last day on which it holds; NULL while it still does"`
}

// A QuestionRow is a question (設問).
type QuestionRow struct {
	Question      string `parquet:"question" doc:"question id (設問)"`
	Number        string `parquet:"number" doc:"number as printed, e.g. 1-2"`
	Position      int32  `parquet:"position" doc:"from 1: the printed order"`
	Section       string `parquet:"section" doc:"section id (区分)"`
	SectionNumber string `parquet:"section_number" doc:"the section's number as printed"`
	SectionJA     string `parquet:"section_ja" doc:"the section's title in Japanese"`
	SectionEN     string `parquet:"section_en" doc:"the section's title in English"`
	Kind          string `parquet:"kind" doc:"single, multiple, matrix, nested, number or text"`
	TitleJA       string `parquet:"title_ja" doc:"title in Japanese"`
	TitleEN       string `parquet:"title_en" doc:"title in English"`
	PromptJA      string `parquet:"prompt_ja" doc:"the question as put to the firm, in Japanese"`
	PromptEN      string `parquet:"prompt_en" doc:"the question as put to the firm, in English"`
	Required      bool   `parquet:"required" doc:"an applicable place left blank is a fault"`
	UnitJA        string `parquet:"unit_ja" doc:"unit of a number in Japanese, otherwise empty"`
	UnitEN        string `parquet:"unit_en" doc:"unit of a number in English, otherwise empty"`
	Source        string `parquet:"source" doc:"where the wording comes from: verbatim, paraphrase or composed"`
}

// An ItemRow is an item (項目), a row of a question.
type ItemRow struct {
	Question  string `parquet:"question" doc:"question id (設問)"`
	Item      string `parquet:"item" doc:"item id (項目)"`
	Position  int32  `parquet:"position" doc:"from 1 within the question: the printed order"`
	LabelJA   string `parquet:"label_ja" doc:"label in Japanese"`
	LabelEN   string `parquet:"label_en" doc:"label in English"`
	Exclusive bool   `parquet:"exclusive" doc:"\"none of these\": excludes every other item"`
	Source    string `parquet:"source" doc:"where the wording comes from: verbatim, paraphrase or composed"`
}

// A ChoiceRow is a choice (選択肢) of a question, or of one of its stages.
type ChoiceRow struct {
	Question   string `parquet:"question" doc:"question id (設問)"`
	Stage      string `parquet:"stage" doc:"stage id of a nested question, otherwise empty"`
	StageJA    string `parquet:"stage_ja" doc:"the stage's label in Japanese"`
	StageEN    string `parquet:"stage_en" doc:"the stage's label in English"`
	Choice     string `parquet:"choice" doc:"choice id (選択肢); of a number question a class"`
	Position   int32  `parquet:"position" doc:"from 1 within the question and stage: the printed order"`
	LabelJA    string `parquet:"label_ja" doc:"label in Japanese"`
	LabelEN    string `parquet:"label_en" doc:"label in English"`
	Rank       *int32 `parquet:"rank,optional" doc:"1 is the most advanced, equal ranks tie; NULL where choices have no order"`
	LowerBound *int64 `parquet:"lower_bound,optional,decimal(4:18)" doc:"of a class of numbers: its lower bound, inclusive, in the question's unit; otherwise NULL"`
	Source     string `parquet:"source" doc:"where the wording comes from: verbatim, paraphrase or composed"`
}

// A SeriesRow is a series of a figure (図表): one numerator.
type SeriesRow struct {
	Figure       string `parquet:"figure" doc:"figure id (図表)"`
	FigureNumber int32  `parquet:"figure_number" doc:"the figure's printed number: 1 for 図表1"`
	TitleJA      string `parquet:"title_ja" doc:"the figure's title in Japanese"`
	TitleEN      string `parquet:"title_en" doc:"the figure's title in English"`
	PopulationJA string `parquet:"population_ja" doc:"who is in the figure's base, in Japanese"`
	PopulationEN string `parquet:"population_en" doc:"who is in the figure's base, in English"`
	Question     string `parquet:"question" doc:"question id (設問) the figure is made of"`
	Series       string `parquet:"series" doc:"series id"`
	Position     int32  `parquet:"position" doc:"from 1 within the figure: the printed order"`
	Stage        string `parquet:"stage" doc:"stage of a nested question that is counted, otherwise empty"`
	LabelJA      string `parquet:"label_ja" doc:"the series' label in Japanese"`
	LabelEN      string `parquet:"label_en" doc:"the series' label in English"`
}

// A SeriesChoiceRow is one of the choices a series counts.
type SeriesChoiceRow struct {
	Figure string `parquet:"figure" doc:"figure id (図表)"`
	Series string `parquet:"series" doc:"series id"`
	Choice string `parquet:"choice" doc:"choice id (選択肢) that is counted"`
}

// A FigureItemRow is one of a figure's rows; a figure without items has one, with an empty item.
type FigureItemRow struct {
	Figure   string `parquet:"figure" doc:"figure id (図表)"`
	Item     string `parquet:"item" doc:"item id (項目), empty where the figure has one row"`
	Position int32  `parquet:"position" doc:"from 1 within the figure: checklist order"`
}

// A GroupRow is a group of firms.
type GroupRow struct {
	Dimension string `parquet:"dimension" doc:"all (全体), sector (業態), group (同業グループ), size (規模区分) or one that the edition adds"`
	GroupID   string `parquet:"group_id" doc:"id of the group within the dimension"`
	Position  int32  `parquet:"position" doc:"from 1 within the dimension: the printed order"`
	NameJA    string `parquet:"name_ja" doc:"name in Japanese"`
	NameEN    string `parquet:"name_en" doc:"name in English"`
}

// TableName is the table's folder.
func (FirmRow) TableName() string         { return "firms" }
func (QuestionRow) TableName() string     { return "questions" }
func (ItemRow) TableName() string         { return "items" }
func (ChoiceRow) TableName() string       { return "choices" }
func (SeriesRow) TableName() string       { return "series" }
func (SeriesChoiceRow) TableName() string { return "series_choices" }
func (FigureItemRow) TableName() string   { return "figure_items" }
func (GroupRow) TableName() string        { return "groups" }

// FirmRows returns the population: firms as the register has them at the reference date.
func FirmRows(firms []register.Firm) []FirmRow {
	rows := make([]FirmRow, 0, len(firms))
	for _, f := range firms {
		rows = append(rows, FirmRow{
			Firm: string(f.ID), RegistrationNumber: f.RegistrationNumber, NameJA: f.Name.JA, NameEN: f.Name.EN,
			Sector: f.Sector, PeerGroup: f.PeerGroup, SizeBand: f.SizeBand, CorporateGroup: f.CorporateGroup,
			Successor: string(f.Successor), ValidFrom: DayOf(f.ValidFrom), ValidTo: DayOf(f.ValidTo),
		})
	}
	return rows
}

// FirmAttributeRows returns the groups that the register has for the population in the dimensions that ed adds.
func FirmAttributeRows(ed *checklist.Edition, firms []register.Firm) []FirmAttributeRow {
	var rows []FirmAttributeRow
	for _, f := range firms {
		for _, a := range ed.Attributes {
			if id := f.Group(a.Dimension); id != "" {
				rows = append(rows, FirmAttributeRow{string(f.ID), string(a.Dimension), id})
			}
		}
	}
	return rows
}

// Dimensions are the texts of an edition as tables, for joining. They name no firm and stand behind both doors.
type Dimensions struct {
	Questions     []QuestionRow
	Items         []ItemRow
	Choices       []ChoiceRow
	Series        []SeriesRow
	SeriesChoices []SeriesChoiceRow
	FigureItems   []FigureItemRow
	Groups        []GroupRow
}

// DimensionRows returns the dimensions of ed, in printed order. It fails where a class of numbers has more than four
// decimals.
func DimensionRows(ed *checklist.Edition) (Dimensions, error) {
	var d Dimensions
	for i := range ed.Sections {
		s := &ed.Sections[i]
		for j := range s.Questions {
			q := &s.Questions[j]
			d.Questions = append(d.Questions, QuestionRow{
				Question: string(q.ID), Number: q.Number, Position: int32(len(d.Questions) + 1),
				Section: string(s.ID), SectionNumber: s.Number, SectionJA: s.Title.JA, SectionEN: s.Title.EN,
				Kind: string(q.Kind), TitleJA: q.Title.JA, TitleEN: q.Title.EN, PromptJA: q.Prompt.JA, PromptEN: q.Prompt.EN,
				Required: q.Required, UnitJA: q.Unit.JA, UnitEN: q.Unit.EN, Source: string(q.Source),
			})
			for k, it := range q.Items {
				d.Items = append(d.Items, ItemRow{string(q.ID), string(it.ID), int32(k + 1), it.Label.JA, it.Label.EN, it.Exclusive, string(it.Source)})
			}
			if err := d.addChoices(q); err != nil {
				return Dimensions{}, err
			}
		}
	}
	for i := range ed.Figures {
		d.addFigure(&ed.Figures[i])
	}
	d.addGroups(ed)
	return d, nil
}

func (d *Dimensions) addChoices(q *checklist.Question) error {
	stages := q.Stages
	if len(stages) == 0 {
		stages = []checklist.Stage{{}}
	}
	for _, st := range stages {
		for k, c := range q.ChoicesAt(st.ID) {
			row := ChoiceRow{
				Question: string(q.ID), Stage: string(st.ID), StageJA: st.Label.JA, StageEN: st.Label.EN, Choice: string(c.ID),
				Position: int32(k + 1), LabelJA: c.Label.JA, LabelEN: c.Label.EN, Source: string(c.Source),
			}
			if c.Rank > 0 {
				rank := int32(c.Rank)
				row.Rank = &rank
			}
			if q.Kind == checklist.Number {
				n, err := decimal4(c.From, q.Decimals)
				if err != nil {
					return fmt.Errorf("lake: class %s of question %s: %w", c.ID, q.ID, err)
				}
				row.LowerBound = &n
			}
			d.Choices = append(d.Choices, row)
		}
	}
	return nil
}

func (d *Dimensions) addFigure(f *checklist.Figure) {
	for k, s := range f.Series {
		d.Series = append(d.Series, SeriesRow{
			Figure: string(f.ID), FigureNumber: int32(f.Number), TitleJA: f.Title.JA, TitleEN: f.Title.EN,
			PopulationJA: f.Population.JA, PopulationEN: f.Population.EN, Question: string(f.Question),
			Series: string(s.ID), Position: int32(k + 1), Stage: string(s.Stage), LabelJA: s.Label.JA, LabelEN: s.Label.EN,
		})
		for _, c := range s.Choices {
			d.SeriesChoices = append(d.SeriesChoices, SeriesChoiceRow{string(f.ID), string(s.ID), string(c)})
		}
	}
	items := f.Items
	if len(items) == 0 {
		items = []checklist.ItemID{""}
	}
	for k, it := range items {
		d.FigureItems = append(d.FigureItems, FigureItemRow{string(f.ID), string(it), int32(k + 1)})
	}
}

func (d *Dimensions) addGroups(ed *checklist.Edition) {
	position := map[checklist.Dimension]int32{}
	add := func(g checklist.Group) {
		position[g.Dimension]++
		d.Groups = append(d.Groups, GroupRow{string(g.Dimension), g.ID, position[g.Dimension], g.Name.JA, g.Name.EN})
	}
	named := false
	for _, g := range ed.Groups {
		named = named || g.Dimension == checklist.ByAll
	}
	if !named {
		add(checklist.Group{Dimension: checklist.ByAll, ID: "all", Name: checklist.Text{JA: "全体", EN: "All firms"}})
	}
	for _, g := range ed.Groups {
		add(g)
	}
}

// decimal4 returns n units of 10^-decimals in units of 10^-4, the scale of the lake's numbers.
func decimal4(n int64, decimals int) (int64, error) {
	if decimals > 4 {
		return 0, fmt.Errorf("%d decimals: the lake keeps four", decimals)
	}
	for range 4 - decimals {
		if n > 1e17 || n < -1e17 {
			return 0, fmt.Errorf("%d is too large for the lake's numbers", n)
		}
		n *= 10
	}
	return n, nil
}
