package lake

import (
	"time"

	"cssa/shared/checklist"
)

// A Row is a row of one of the lake's tables; TableName is the table's folder, the same behind both doors.
type Row interface{ TableName() string }

// A Day is a civil day as Parquet and SQL store it: days since 1970-01-01.
type Day int32

// DayOf returns d as a Day, or nil (NULL) for the zero Date.
func DayOf(d checklist.Date) *Day {
	if d.IsZero() {
		return nil
	}
	day := Day(d.Start(time.UTC).Unix() / (24 * 60 * 60))
	return &day
}

// Date returns the day as a Date.
func (d Day) Date() checklist.Date {
	return checklist.DateOf(time.Unix(int64(d)*24*60*60, 0).UTC())
}

// A RunRow is a run itself: one row a run.
type RunRow struct {
	Kind          string    `parquet:"kind" doc:"nightly (for the supervisor only) or freeze (確定, the run that may be released)"`
	StartedAt     time.Time `parquet:"started_at,timestamp(millisecond)" doc:"instant at which the run was started, UTC"`
	ReferenceDate *Day      `parquet:"reference_date,optional,date" doc:"基準日: the day to which answers, population and groups refer"`
	Definition    string    `parquet:"definition" doc:"SHA-256 (hex) of the edition's definition that the run used"`
	Population    int32     `parquet:"population" doc:"対象先数: firms in the register at the reference date"`
	Replied       int32     `parquet:"replied" doc:"提出先数: firms whose answers are counted"`
}

// A SubmissionRow is one submission (提出): an upload or a withdrawal.
type SubmissionRow struct {
	Firm          string    `parquet:"firm" doc:"firm id, e.g. S-0137"`
	Version       int32     `parquet:"version" doc:"版: the ticket number, from 1 for each firm"`
	Status        string    `parquet:"status,dict" doc:"accepted (受理), returned (差戻し) or withdrawn (取下げ)"`
	ReceivedAt    time.Time `parquet:"received_at,timestamp(millisecond)" doc:"instant of receipt by the object store, UTC; of a withdrawal when it was recorded"`
	ReceivedOn    Day       `parquet:"received_on,date" doc:"the day of receipt in the edition's time zone (JST)"`
	Late          bool      `parquet:"late" doc:"期限後: the firm's first upload came after the deadline; a firm whose first upload was in time stays in time"`
	Current       bool      `parquet:"current" doc:"the submission that decides the firm's answers: the newest that was accepted or withdrawn"`
	Channel       string    `parquet:"channel,dict" doc:"upload (the firm's own) or on_behalf (代理受付)"`
	SHA256        string    `parquet:"sha256" doc:"SHA-256 (hex) of the original; empty for a withdrawal"`
	Size          int64     `parquet:"size" doc:"bytes of the original; 0 for a withdrawal"`
	Definition    string    `parquet:"definition,dict" doc:"SHA-256 (hex) of the edition's definition the upload was checked against"`
	Answered      *int32    `parquet:"answered,optional" doc:"places answered (回答あり); NULL unless accepted"`
	Unanswered    *int32    `parquet:"unanswered,optional" doc:"places put to the firm and left blank (無回答); NULL unless accepted"`
	NotApplicable *int32    `parquet:"not_applicable,optional" doc:"places not put to the firm (対象外); NULL unless accepted"`
	FaultsMend    int32     `parquet:"faults_mend" doc:"faults (不備) that had to be mended; more than 0 only if returned"`
	FaultsConfirm int32     `parquet:"faults_confirm" doc:"faults (不備) the firm was asked to confirm"`
	Confirmed     int32     `parquet:"confirmed" doc:"those of faults_confirm that the firm confirmed with a reason (理由)"`
	Reasons       string    `parquet:"reasons" doc:"the reasons as typed, a line for each: W301 place (rule): reason"`
}

// An AnswerRow is one place of one firm that replied: every such firm has a row for every place.
type AnswerRow struct {
	Firm     string `parquet:"firm,dict" doc:"firm id, e.g. S-0137"`
	Question string `parquet:"question,dict" doc:"question id (設問)"`
	Item     string `parquet:"item,dict" doc:"item id (項目), empty where the question has no items"`
	Stage    string `parquet:"stage,dict" doc:"stage id of a nested question, otherwise empty"`
	State    string `parquet:"state,dict" doc:"answered (回答あり), unanswered (無回答) or not_applicable (対象外): three different things"`
	Choice   string `parquet:"choice,dict" doc:"choice id (選択肢); of a number the class it falls into; empty unless answered, and for free text"`
	Number   *int64 `parquet:"number,optional,decimal(4:18)" doc:"the number answered, in the question's unit, as an exact decimal; NULL unless answered with a number"`
	Text     string `parquet:"text,dict" doc:"free text as typed; otherwise empty"`
}

// Counts are what every row of a distribution or figure says of its group and its row.
type Counts struct {
	Dimension     string `parquet:"dimension,dict" doc:"how firms are grouped: all (全体), sector (業態), group (同業グループ), size (規模区分) or a dimension that the edition adds"`
	GroupID       string `parquet:"group_id,dict" doc:"id of the group within the dimension; all for the dimension all"`
	Position      int32  `parquet:"position" doc:"from 1 within the table of one group: the printed order"`
	Population    int32  `parquet:"population" doc:"対象先数: firms of the group in the register at the reference date"`
	Replied       int32  `parquet:"replied" doc:"提出先数: firms of the group whose answers are counted"`
	Base          int32  `parquet:"base" doc:"回答先数: firms to which the place was put and that answered it; of a figure those of its first series"`
	Unanswered    int32  `parquet:"unanswered" doc:"無回答: firms to which the place was put and that left it blank"`
	NotApplicable int32  `parquet:"not_applicable" doc:"対象外: firms to which the place was not put"`
}

// A DistributionRow is one choice of one place for one group of firms (分布). Questions answered in free text have none.
type DistributionRow struct {
	Question string `parquet:"question,dict" doc:"question id (設問)"`
	Item     string `parquet:"item,dict" doc:"item id (項目), empty where the question has no items"`
	Stage    string `parquet:"stage,dict" doc:"stage id of a nested question, otherwise empty"`
	Choice   string `parquet:"choice,dict" doc:"choice id (選択肢); of a number question its class"`
	Counts
	Count int32  `parquet:"count" doc:"firms that gave the answer"`
	Share *int32 `parquet:"share,optional,decimal(1:4)" doc:"count of base in percent, half up to one decimal; NULL where base is 0"`
}

// A FigureRow is one series of one row of a figure (図表) for one group of firms.
type FigureRow struct {
	Figure       string `parquet:"figure,dict" doc:"figure id (図表), e.g. fig01"`
	FigureNumber int32  `parquet:"figure_number" doc:"the figure's printed number: 1 for 図表1"`
	Series       string `parquet:"series,dict" doc:"series id: one numerator of the figure, a choice or a union of choices"`
	Item         string `parquet:"item,dict" doc:"item id (項目), empty where the figure has one row"`
	Counts
	Count     int32  `parquet:"count" doc:"firms that gave the answer"`
	ShareBase int32  `parquet:"share_base" doc:"回答先数 of the series: the base of the share; other than base only where the series is of another stage than the figure's first (訓練 among those with a plan)"`
	Share     *int32 `parquet:"share,optional,decimal(1:4)" doc:"count of share_base in percent, half up to one decimal; NULL where share_base is 0"`
}

// An OpenDistributionRow is a DistributionRow after disclosure control (秘匿).
type OpenDistributionRow struct {
	Question string `parquet:"question,dict" doc:"question id (設問)"`
	Item     string `parquet:"item,dict" doc:"item id (項目), empty where the question has no items"`
	Stage    string `parquet:"stage,dict" doc:"stage id of a nested question, otherwise empty"`
	Choice   string `parquet:"choice,dict" doc:"choice id (選択肢); of a number question its class"`
	Counts
	Count      *int32 `parquet:"count,optional" doc:"firms that gave the answer; NULL where withheld"`
	Share      *int32 `parquet:"share,optional,decimal(1:4)" doc:"count of base in percent, half up to one decimal; NULL where withheld or base is 0"`
	Withheld   bool   `parquet:"withheld" doc:"秘匿: the number is not published; printed x (a share of base 0 is not withheld but NULL, printed −; withheld and of base 0: the base is withheld too)"`
	Joint      *int32 `parquet:"joint,optional" doc:"number, from 1 within the row, of the withheld cells told together; NULL where not withheld or told in no joint"`
	JointCount *int32 `parquet:"joint_count,optional" doc:"firms in all cells of the joint together; the same on each of its rows"`
	Few        *bool  `parquet:"few,optional" doc:"true for the one cell of the joint said to be below the threshold (5先未満); NULL where that is not told"`
}

// An OpenFigureRow is a FigureRow after disclosure control (秘匿).
type OpenFigureRow struct {
	Figure       string `parquet:"figure,dict" doc:"figure id (図表), e.g. fig01"`
	FigureNumber int32  `parquet:"figure_number" doc:"the figure's printed number: 1 for 図表1"`
	Series       string `parquet:"series,dict" doc:"series id: one numerator of the figure, a choice or a union of choices"`
	Item         string `parquet:"item,dict" doc:"item id (項目), empty where the figure has one row"`
	Counts
	Count      *int32 `parquet:"count,optional" doc:"firms that gave the answer; NULL where withheld"`
	ShareBase  *int32 `parquet:"share_base,optional" doc:"回答先数 of the series: the base of the share; other than base only where the series is of another stage than the figure's first (訓練 among those with a plan); NULL where withheld"`
	Share      *int32 `parquet:"share,optional,decimal(1:4)" doc:"count of share_base in percent, half up to one decimal; NULL where withheld or share_base is 0"`
	Withheld   bool   `parquet:"withheld" doc:"秘匿: the number is not published; printed x (a share of base 0 is not withheld but NULL, printed −; withheld and of base 0: the base is withheld too)"`
	Joint      *int32 `parquet:"joint,optional" doc:"number, from 1 within the row, of the withheld cells told together; NULL where not withheld or told in no joint"`
	JointCount *int32 `parquet:"joint_count,optional" doc:"firms in all cells of the joint together; the same on each of its rows"`
	Few        *bool  `parquet:"few,optional" doc:"true for the one cell of the joint said to be below the threshold (5先未満); NULL where that is not told"`
}

// A CurrentRunRow names the current run of an edition: one row in one file, replaced as a whole.
type CurrentRunRow struct {
	Run string `parquet:"run" doc:"id of the run that every view shows"`
}

// TableName is the table's folder.
func (RunRow) TableName() string              { return "runs" }
func (SubmissionRow) TableName() string       { return "submissions" }
func (AnswerRow) TableName() string           { return "answers" }
func (DistributionRow) TableName() string     { return "distributions" }
func (FigureRow) TableName() string           { return "figures" }
func (OpenDistributionRow) TableName() string { return "distributions" }
func (OpenFigureRow) TableName() string       { return "figures" }
func (CurrentRunRow) TableName() string       { return "current_run" }
