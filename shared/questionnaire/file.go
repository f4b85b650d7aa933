package questionnaire

import (
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// The structs below are the files as written. Their tags are the format; nothing else knows it.

// A mark is a scalar that remembers its line, so that a finding can say where it stands.
type mark struct {
	value string
	line  int
}

// UnmarshalYAML takes any scalar as it is written.
func (m *mark) UnmarshalYAML(n ast.Node) error {
	switch n := n.(type) {
	case *ast.StringNode:
		m.value = n.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		m.value = n.GetToken().Value
	default:
		return &yaml.SyntaxError{Message: fmt.Sprintf("a word is wanted here, not a %s", n.Type()), Token: n.GetToken()}
	}
	m.line = n.GetToken().Position.Line
	return nil
}

type textFile struct {
	JA string `yaml:"ja"`
	EN string `yaml:"en"`
}

type editionFile struct {
	ID            mark            `yaml:"id"`
	Previous      mark            `yaml:"previous"`
	Title         textFile        `yaml:"title"`
	Sector        mark            `yaml:"sector"`
	FiscalYear    int             `yaml:"fiscal_year"`
	ReferenceDate mark            `yaml:"reference_date"`
	TimeZone      mark            `yaml:"time_zone"`
	Opens         mark            `yaml:"opens"`
	Deadline      mark            `yaml:"deadline"`
	Closing       mark            `yaml:"closing"`
	Threshold     int             `yaml:"threshold"`
	GroupMinimum  int             `yaml:"group_minimum"`
	Office        officeFile      `yaml:"office"`
	Dimensions    []dimensionFile `yaml:"dimensions"`
	Groups        []groupFile     `yaml:"groups"`
}

type officeFile struct {
	Name  textFile `yaml:"name"`
	Phone string   `yaml:"phone"`
	Email string   `yaml:"email"`
}

type dimensionFile struct {
	ID mark   `yaml:"id"`
	JA string `yaml:"ja"`
	EN string `yaml:"en"`
}

type groupFile struct {
	Dimension mark   `yaml:"dimension"`
	ID        mark   `yaml:"id"`
	JA        string `yaml:"ja"`
	EN        string `yaml:"en"`
}

type glossaryFile struct {
	Terms []termFile `yaml:"terms"`
}

type termFile struct {
	ID         mark     `yaml:"id"`
	Name       textFile `yaml:"name"`
	Definition textFile `yaml:"definition"`
	Source     string   `yaml:"source"`
}

type instructionsFile struct {
	Paragraphs []textFile `yaml:"paragraphs"`
}

type sectionFile struct {
	ID        mark           `yaml:"id"`
	Number    string         `yaml:"number"`
	Title     textFile       `yaml:"title"`
	Questions []questionFile `yaml:"questions"`
}

type questionFile struct {
	ID        mark           `yaml:"id"`
	Number    string         `yaml:"number"`
	Kind      string         `yaml:"kind"`
	Optional  bool           `yaml:"optional"`
	Source    string         `yaml:"source"`
	Terms     []string       `yaml:"terms"`
	When      *conditionFile `yaml:"when"`
	Title     textFile       `yaml:"title"`
	Prompt    textFile       `yaml:"prompt"`
	Notes     []textFile     `yaml:"notes"`
	Reference string         `yaml:"reference"`
	Unit      textFile       `yaml:"unit"`
	Decimals  int            `yaml:"decimals"`
	Min       int64          `yaml:"min"`
	Max       int64          `yaml:"max"`
	Jump      int64          `yaml:"jump"`
	JumpRanks int            `yaml:"jump_ranks"`
	Items     []itemFile     `yaml:"items"`
	Choices   []choiceFile   `yaml:"choices"`
	Stages    []stageFile    `yaml:"stages"`
}

type itemFile struct {
	ID        mark   `yaml:"id"`
	Exclusive bool   `yaml:"exclusive"`
	Source    string `yaml:"source"`
	JA        string `yaml:"ja"`
	EN        string `yaml:"en"`
}

type choiceFile struct {
	ID     mark   `yaml:"id"`
	Rank   int    `yaml:"rank"`
	From   int64  `yaml:"from"`
	Source string `yaml:"source"`
	JA     string `yaml:"ja"`
	EN     string `yaml:"en"`
}

type stageFile struct {
	ID      mark         `yaml:"id"`
	JA      string       `yaml:"ja"`
	EN      string       `yaml:"en"`
	After   []string     `yaml:"after"`
	Choices []choiceFile `yaml:"choices"`
}

type conditionFile struct {
	All      []conditionFile `yaml:"all"`
	Any      []conditionFile `yaml:"any"`
	Not      *conditionFile  `yaml:"not"`
	Is       *isFile         `yaml:"is"`
	Answered *mark           `yaml:"answered"`
	Count    *countFile      `yaml:"count"`
	Compare  *compareFile    `yaml:"compare"`
}

type isFile struct {
	Place   mark     `yaml:"place"`
	Choices []string `yaml:"choices"`
}

type countFile struct {
	Question mark     `yaml:"question"`
	Stage    string   `yaml:"stage"`
	Choices  []string `yaml:"choices"`
	AtLeast  *int     `yaml:"at_least"`
	AtMost   *int     `yaml:"at_most"`
}

type compareFile struct {
	Place   mark   `yaml:"place"`
	AtLeast *int64 `yaml:"at_least"`
	AtMost  *int64 `yaml:"at_most"`
}

type rulesFile struct {
	Rules []ruleFile `yaml:"rules"`
}

type ruleFile struct {
	ID       mark           `yaml:"id"`
	Severity string         `yaml:"severity"`
	Fails    *conditionFile `yaml:"fails"`
	At       []mark         `yaml:"at"`
	What     textFile       `yaml:"what"`
	Mend     textFile       `yaml:"mend"`
}

type figuresFile struct {
	Figures []figureFile `yaml:"figures"`
}

type figureFile struct {
	ID            mark           `yaml:"id"`
	Number        int            `yaml:"number"`
	Title         textFile       `yaml:"title"`
	Question      string         `yaml:"question"`
	Population    textFile       `yaml:"population"`
	Base          *conditionFile `yaml:"base"`
	Bases         []rowBaseFile  `yaml:"bases"`
	Unanswered    string         `yaml:"unanswered"`
	NotApplicable string         `yaml:"not_applicable"`
	Items         []string       `yaml:"items"`
	Series        []seriesFile   `yaml:"series"`
	Uncounted     []string       `yaml:"uncounted"`
	Order         string         `yaml:"order"`
	Claims        []claimFile    `yaml:"claims"`
	Notes         []textFile     `yaml:"notes"`
}

type rowBaseFile struct {
	Item mark           `yaml:"item"`
	Base *conditionFile `yaml:"base"`
}

type seriesFile struct {
	ID      mark     `yaml:"id"`
	Stage   string   `yaml:"stage"`
	Choices []string `yaml:"choices"`
	JA      string   `yaml:"ja"`
	EN      string   `yaml:"en"`
}

type claimFile struct {
	Item   string   `yaml:"item"`
	Series []string `yaml:"series"`
	Rest   bool     `yaml:"rest"`
	Words  mark     `yaml:"words"`
	Than   string   `yaml:"than"`
	Quote  string   `yaml:"quote"`
}

type mappingFile struct {
	Lines []mappingLineFile `yaml:"lines"`
}

type mappingLineFile struct {
	Change mark     `yaml:"change"`
	Both   []mark   `yaml:"both"`
	Old    []mark   `yaml:"old"`
	New    []mark   `yaml:"new"`
	Carry  *bool    `yaml:"carry"`
	Note   textFile `yaml:"note"`
}
