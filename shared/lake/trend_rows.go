package lake

import (
	"cssa/shared/checklist"
	"cssa/shared/table"
	"cssa/shared/trend"
)

// A TrendRow is one series of one place, or of one row of a figure, for one group of firms: the last edition and this one
// (前回比較). Where the question broke its numbers are NULL and why_ja and why_en say why.
type TrendRow struct {
	Previous    string `parquet:"previous,dict" doc:"id of the edition before"`
	PreviousRun string `parquet:"previous_run,dict" doc:"the frozen run of the edition before that is compared with"`
	Figure      string `parquet:"figure,dict" doc:"figure id (図表); empty of a place by itself"`
	Question    string `parquet:"question,dict" doc:"question id (設問) of this edition"`
	Item        string `parquet:"item,dict" doc:"item id (項目), empty where the question has no items"`
	Stage       string `parquet:"stage,dict" doc:"stage id of a nested question, otherwise empty"`
	Series      string `parquet:"series,dict" doc:"what is counted: choice id (of a number its class), ids joined by + of choices taken together, or a figure's series id; empty where the whole place broke"`
	Dimension   string `parquet:"dimension,dict" doc:"how firms are grouped: all (全体), sector (業態), group (同業グループ) or size (規模区分)"`
	GroupID     string `parquet:"group_id,dict" doc:"id of the group within the dimension; a firm is in the group it was in then, and in that it is in now"`
	Position    int32  `parquet:"position" doc:"from 1 among the trends of one group: the printed order"`
	Comparable  bool   `parquet:"comparable" doc:"false: the question broke, and there is no line"`
	Broke       string `parquet:"broke,dict" doc:"what the mapping says became of it: reworded, widened, narrowed, split, merged or new; empty if comparable, or if the mapping is not why"`
	WhyJA       string `parquet:"why_ja,dict" doc:"why there is no line, in Japanese; empty if comparable"`
	WhyEN       string `parquet:"why_en,dict" doc:"why there is no line, in English; empty if comparable"`

	FirmsThen      int32 `parquet:"firms_then" doc:"提出先数 of the group in the edition before"`
	FirmsNow       int32 `parquet:"firms_now" doc:"提出先数 of the group in this edition"`
	FirmsBoth      int32 `parquet:"firms_both" doc:"matched firms (継続先): in the group both times"`
	FirmsSucceeded int32 `parquet:"firms_succeeded" doc:"of firms_both, those that go on from the answers of a firm they took over"`
	FirmsCame      int32 `parquet:"firms_came" doc:"firms_now less firms_both"`
	FirmsLeft      int32 `parquet:"firms_left" doc:"firms_then less firms_both"`
	FirmsMerged    int32 `parquet:"firms_merged" doc:"of firms_left, those taken over by a firm that does not go on from their answers"`

	ThenCount       *int32 `parquet:"then_count,optional" doc:"firms that gave the answer then, as the edition before counted it"`
	ThenBase        *int32 `parquet:"then_base,optional" doc:"回答先数 then"`
	ThenShare       *int32 `parquet:"then_share,optional,decimal(1:4)" doc:"then_count of then_base in percent, half up to one decimal; NULL where then_base is 0"`
	NowCount        *int32 `parquet:"now_count,optional" doc:"firms that give the answer now"`
	NowBase         *int32 `parquet:"now_base,optional" doc:"回答先数 now"`
	NowShare        *int32 `parquet:"now_share,optional,decimal(1:4)" doc:"now_count of now_base in percent; NULL where now_base is 0"`
	ThenCommonCount *int32 `parquet:"then_common_count,optional" doc:"then_count by the definition that both editions have in common"`
	ThenCommonBase  *int32 `parquet:"then_common_base,optional" doc:"then_base by the common definition; less panel: the firms that left"`
	NowCommonCount  *int32 `parquet:"now_common_count,optional" doc:"now_count by the common definition"`
	NowCommonBase   *int32 `parquet:"now_common_base,optional" doc:"now_base by the common definition; less panel: the firms that came"`
	Panel           *int32 `parquet:"panel,optional" doc:"matched panel (継続回答先): firms that answered the place in both editions, by the common definition"`
	PanelThenCount  *int32 `parquet:"panel_then_count,optional" doc:"firms of the panel that gave the answer then"`
	PanelThenShare  *int32 `parquet:"panel_then_share,optional,decimal(1:4)" doc:"panel_then_count of panel in percent; NULL where panel is 0"`
	PanelNowCount   *int32 `parquet:"panel_now_count,optional" doc:"firms of the panel that give the answer now"`
	PanelNowShare   *int32 `parquet:"panel_now_share,optional,decimal(1:4)" doc:"panel_now_count of panel in percent; NULL where panel is 0"`

	ChangePoints       *int32 `parquet:"change_points,optional,decimal(1:4)" doc:"now_share less then_share, in percentage points; the three parts below are rounded so that they add up to it; NULL with either share"`
	WithinPoints       *int32 `parquet:"within_points,optional,decimal(1:4)" doc:"of the change: the panel's own; NULL where panel is 0"`
	CompositionPoints  *int32 `parquet:"composition_points,optional,decimal(1:4)" doc:"of the change: firms that came and firms that left; NULL where panel is 0"`
	RedefinitionPoints *int32 `parquet:"redefinition_points,optional,decimal(1:4)" doc:"of the change: what is counted otherwise than before; NULL where panel is 0"`
}

// A TransitionRow is how many matched firms of a group answered a place so then and so now. What is zero has no row.
type TransitionRow struct {
	Previous    string `parquet:"previous,dict" doc:"id of the edition before"`
	PreviousRun string `parquet:"previous_run,dict" doc:"the frozen run of the edition before that is compared with"`
	Question    string `parquet:"question,dict" doc:"question id (設問) of this edition"`
	Item        string `parquet:"item,dict" doc:"item id (項目), empty where the question has no items"`
	Stage       string `parquet:"stage,dict" doc:"stage id of a nested question, otherwise empty"`
	Dimension   string `parquet:"dimension,dict" doc:"how firms are grouped: all (全体), sector (業態), group (同業グループ) or size (規模区分)"`
	GroupID     string `parquet:"group_id,dict" doc:"id of the group within the dimension; firms that were in it both times are counted"`
	ThenState   string `parquet:"then_state,dict" doc:"answered, unanswered or not_applicable in the edition before; not_applicable also where this edition would not have asked"`
	ThenChoice  string `parquet:"then_choice,dict" doc:"choice id of the edition before; of a number the class of this one; empty unless answered"`
	NowState    string `parquet:"now_state,dict" doc:"answered, unanswered or not_applicable in this edition; not_applicable also where the edition before would not have asked"`
	NowChoice   string `parquet:"now_choice,dict" doc:"choice id of this edition; empty unless answered"`
	Firms       int32  `parquet:"firms" doc:"firms"`
}

// A PanelRow is a firm that replied to this edition, to the one before or to both.
type PanelRow struct {
	Previous string `parquet:"previous,dict" doc:"id of the edition before"`
	FirmThen string `parquet:"firm_then" doc:"firm id in the edition before; empty of one that came"`
	FirmNow  string `parquet:"firm_now" doc:"firm id in this edition; empty of one that left"`
	How      string `parquet:"how,dict" doc:"own (継続), succession (承継: it goes on from the answers of the one firm it took over), entrant, leaver, or merger (it was taken over by a firm that does not go on from its answers)"`
}

// A ComparisonRow says what a trend counts in the answers to one edition: the mapping between the two, worked out.
type ComparisonRow struct {
	Previous      string `parquet:"previous,dict" doc:"id of the edition before"`
	Figure        string `parquet:"figure,dict" doc:"figure id (図表); empty of a place by itself"`
	Question      string `parquet:"question,dict" doc:"question id (設問) of this edition"`
	Item          string `parquet:"item,dict" doc:"item id (項目), empty where the question has no items"`
	Stage         string `parquet:"stage,dict" doc:"stage id of a nested question, otherwise empty"`
	Series        string `parquet:"series,dict" doc:"what is counted, as in trends"`
	Side          string `parquet:"side,dict" doc:"own: what the edition before counted; then: what is counted in its answers to compare; now: what is counted in the answers to this edition"`
	PlaceQuestion string `parquet:"place_question,dict" doc:"question id in the edition of the side"`
	PlaceItem     string `parquet:"place_item,dict" doc:"item id in the edition of the side"`
	PlaceStage    string `parquet:"place_stage,dict" doc:"stage id in the edition of the side"`
	Choice        string `parquet:"choice,dict" doc:"choice id that is counted; empty where numbers are, or nothing is"`
	AtLeast       *int64 `parquet:"at_least,optional,decimal(4:18)" doc:"numbers from here on are counted; NULL where choices are"`
	Below         *int64 `parquet:"below,optional,decimal(4:18)" doc:"and below this; NULL: no bound"`
	BlankInBase   bool   `parquet:"blank_in_base" doc:"firms that left the place blank (無回答) are in the base of shares"`
	NotPutInBase  bool   `parquet:"not_put_in_base" doc:"firms to which the place was not put (対象外) are in the base of shares"`
}

// TableName is the table's folder.
func (TrendRow) TableName() string      { return "trends" }
func (TransitionRow) TableName() string { return "transitions" }
func (PanelRow) TableName() string      { return "panel" }
func (ComparisonRow) TableName() string { return "comparisons" }

// TrendRows returns trends, for the restricted door, in the order given. Run is that of the edition before.
func TrendRows(previous checklist.EditionID, run string, trends []trend.Trend) []TrendRow {
	position := map[table.Group]int32{}
	rows := make([]TrendRow, len(trends))
	for i, t := range trends {
		position[t.Group]++
		f := t.Flow
		row := TrendRow{
			Previous: string(previous), PreviousRun: run, Figure: string(t.Figure), Question: string(t.Ref.Question), Item: string(t.Ref.Item),
			Stage: string(t.Ref.Stage), Series: t.Series, Dimension: t.Group.Dimension, GroupID: t.Group.ID, Position: position[t.Group],
			FirmsThen: int32(f.Then), FirmsNow: int32(f.Now), FirmsBoth: int32(f.Both), FirmsSucceeded: int32(f.Succeeded),
			FirmsCame: int32(f.Came), FirmsLeft: int32(f.Left), FirmsMerged: int32(f.Merged), Comparable: t.Broke == nil,
		}
		if b := t.Broke; b != nil {
			row.Broke, row.WhyJA, row.WhyEN = string(b.Change), b.Why.JA, b.Why.EN
		} else {
			row.set(t)
		}
		rows[i] = row
	}
	return rows
}

func (row *TrendRow) set(t trend.Trend) {
	number := func(n int) *int32 { k := int32(n); return &k }
	share := func(f trend.Fraction) *int32 {
		if s, ok := f.Share(); ok {
			return number(int(s))
		}
		return nil
	}
	row.ThenCount, row.ThenBase, row.ThenShare = number(t.Then.Count), number(t.Then.Base), share(t.Then)
	row.NowCount, row.NowBase, row.NowShare = number(t.Now.Count), number(t.Now.Base), share(t.Now)
	row.ThenCommonCount, row.ThenCommonBase = number(t.ThenCommon.Count), number(t.ThenCommon.Base)
	row.NowCommonCount, row.NowCommonBase = number(t.NowCommon.Count), number(t.NowCommon.Base)
	row.Panel = number(t.Panel())
	row.PanelThenCount, row.PanelThenShare = number(t.PanelThen.Count), share(t.PanelThen)
	row.PanelNowCount, row.PanelNowShare = number(t.PanelNow.Count), share(t.PanelNow)
	if row.ThenShare != nil && row.NowShare != nil {
		row.ChangePoints = number(int(*row.NowShare - *row.ThenShare))
	}
	if p, ok := t.Print(); ok {
		row.WithinPoints, row.CompositionPoints, row.RedefinitionPoints = number(int(p.Within)), number(int(p.Composition)), number(int(p.Redefinition))
	}
}

// Trend returns the trend of a row; the inverse of [TrendRows].
func (row TrendRow) Trend() trend.Trend {
	t := trend.Trend{
		Group: table.Group{Dimension: row.Dimension, ID: row.GroupID}, Figure: checklist.FigureID(row.Figure), Series: row.Series,
		Ref: checklist.Ref{Question: checklist.QuestionID(row.Question), Item: checklist.ItemID(row.Item), Stage: checklist.StageID(row.Stage)},
		Flow: trend.Flow{Then: int(row.FirmsThen), Now: int(row.FirmsNow), Both: int(row.FirmsBoth), Succeeded: int(row.FirmsSucceeded),
			Came: int(row.FirmsCame), Left: int(row.FirmsLeft), Merged: int(row.FirmsMerged)},
	}
	if !row.Comparable {
		t.Broke = &trend.Break{Change: checklist.Change(row.Broke), Why: checklist.Text{JA: row.WhyJA, EN: row.WhyEN}}
		return t
	}
	f := func(count, base *int32) trend.Fraction {
		return trend.Fraction{Count: int(valueOf(count)), Base: int(valueOf(base))}
	}
	t.Then, t.Now = f(row.ThenCount, row.ThenBase), f(row.NowCount, row.NowBase)
	t.ThenCommon, t.NowCommon = f(row.ThenCommonCount, row.ThenCommonBase), f(row.NowCommonCount, row.NowCommonBase)
	t.PanelThen, t.PanelNow = f(row.PanelThenCount, row.Panel), f(row.PanelNowCount, row.Panel)
	return t
}

// TransitionRows returns transitions, for the restricted door.
func TransitionRows(previous checklist.EditionID, run string, ts []trend.Transition) []TransitionRow {
	rows := make([]TransitionRow, len(ts))
	for i, t := range ts {
		rows[i] = TransitionRow{string(previous), run, string(t.Ref.Question), string(t.Ref.Item), string(t.Ref.Stage), t.Group.Dimension, t.Group.ID,
			string(t.ThenState), string(t.Then), string(t.NowState), string(t.Now), int32(t.Firms)}
	}
	return rows
}

// PanelRows returns the links of a comparison.
func PanelRows(previous checklist.EditionID, links []trend.Link) []PanelRow {
	rows := make([]PanelRow, len(links))
	for i, l := range links {
		rows[i] = PanelRow{string(previous), string(l.Then), string(l.Now), string(l.How)}
	}
	return rows
}

// ComparisonRows returns what every series that is compared counts. It fails where a class of numbers has more than four
// decimals.
func ComparisonRows(plan *trend.Plan) ([]ComparisonRow, error) {
	old, now := plan.Editions()
	var rows []ComparisonRow
	for _, r := range plan.Rows() {
		if r.Broke != nil {
			continue
		}
		q, _ := now.Question(string(r.Ref.Question))
		for _, s := range r.Series {
			if s.Broke != nil {
				continue
			}
			for _, side := range []struct {
				name    string
				place   checklist.Ref
				counted trend.Counted
				base    trend.Base
			}{{"own", r.Was, s.Own, r.Own}, {"then", r.Was, s.Then, r.Common}, {"now", r.Ref, s.Now, r.Common}} {
				row := ComparisonRow{
					Previous: string(old.ID), Figure: string(r.Figure), Question: string(r.Ref.Question), Item: string(r.Ref.Item), Stage: string(r.Ref.Stage),
					Series: s.ID, Side: side.name, PlaceQuestion: string(side.place.Question), PlaceItem: string(side.place.Item), PlaceStage: string(side.place.Stage),
					BlankInBase: side.base.Unanswered, NotPutInBase: side.base.NotApplicable,
				}
				more, err := row.counting(side.counted, q.Decimals)
				if err != nil {
					return nil, err
				}
				rows = append(rows, more...)
			}
		}
	}
	return rows, nil
}

// counting returns a row for each thing that is counted, or one that counts nothing: without it nobody would be in the base.
func (row ComparisonRow) counting(c trend.Counted, decimals int) ([]ComparisonRow, error) {
	if c.Number {
		from, err := decimal4(c.From, decimals)
		if err != nil {
			return nil, err
		}
		row.AtLeast = &from
		if !c.Open {
			to, err := decimal4(c.To, decimals)
			if err != nil {
				return nil, err
			}
			row.Below = &to
		}
		return []ComparisonRow{row}, nil
	}
	if len(c.Choices) == 0 {
		return []ComparisonRow{row}, nil
	}
	rows := make([]ComparisonRow, len(c.Choices))
	for i, id := range c.Choices {
		rows[i] = row
		rows[i].Choice = string(id)
	}
	return rows, nil
}
