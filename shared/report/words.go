package report

import (
	"fmt"

	"cssa/shared/checklist"
)

// words are the fixed words of the page. The %-verbs are filled in by the template, the same in both languages.
var words = map[string]checklist.Text{
	"kind":       {JA: "還元資料", EN: "Feedback report"},
	"handling":   {JA: "取扱注意・貴社限り", EN: "Confidential: for your firm only"},
	"other":      {JA: "Read this report in English", EN: "この資料を日本語で読む"},
	"skip":       {JA: "設問ごとの比較へ", EN: "Go to the questions"},
	"firm":       {JA: "受付番号", EN: "Firm id"},
	"compared":   {JA: "比較対象", EN: "Compared with"},
	"comparedOf": {JA: "回答を提出した%[2]d先（貴社を含む）／対象%[1]d先", EN: "%[2]d firms that answered, yours included, of %[1]d asked"},
	"asof":       {JA: "回答時点", EN: "Answers as of"},
	"received":   {JA: "受領", EN: "Received"},
	"late":       {JA: "期限後", EN: "after the deadline"},
	"version":    {JA: "版", EN: "Version"},
	"versionOf":  {JA: "第%d版", EN: "%d"},
	"issued":     {JA: "作成", EN: "Issued"},
	"number":     {JA: "資料番号", EN: "Document number"},
	"phone":      {JA: "電話", EN: "Phone"},
	"purpose": {
		JA: "貴社の回答と、対象先全体の回答の分布を、設問ごとに並べたものです。評価や順位ではありません。",
		EN: "Your firm's answers stand beside the distribution of all firms' answers, question by question. This is not a rating or a ranking.",
	},

	"how":        {JA: "図の見方", EN: "How to read the charts"},
	"howOwn":     {JA: "橙の枠と◆が貴社の回答です。橙は貴社だけに使います。", EN: "The orange frame and ◆ are your answer. Orange is used for nothing else."},
	"howOrdered": {JA: "青は段階のある回答です。濃いほど進んだ段階です。", EN: "Blue: answers with an order. The darker, the further."},
	"howOther":   {JA: "緑は順序のない回答です。", EN: "Green: answers without an order."},
	"howHidden": {
		JA: "※の斜線は、%d先未満の区分があるため個別に示さない部分です。隣の区分との合計だけを示します。",
		EN: "Hatched and ※: not shown separately because fewer than %d firms gave an answer; only the total with a neighbour is shown.",
	},
	"howOwnState": {
		JA: "無回答は、おたずねしたものの回答がなかったもの、対象外は、おたずねしなかったものです。どちらも回答先数に含めません。",
		EN: "“Unanswered” was asked and left blank; “not applicable” was not asked. Neither is in the number of answers.",
	},

	"questions":  {JA: "設問ごとの比較", EN: "Question by question"},
	"gate":       {JA: "設問%sの回答により対象となる先だけにおたずねした設問です。", EN: "Asked only of firms to which it applies, given the answer to %s."},
	"own":        {JA: "貴社", EN: "You"},
	"ownAnswer":  {JA: "貴社の回答", EN: "Your answer"},
	"answer":     {JA: "回答", EN: "Answer"},
	"item":       {JA: "項目", EN: "Item"},
	"class":      {JA: "区分", EN: "Class"},
	"share":      {JA: "割合（%）", EN: "Share (%)"},
	"yesShare":   {JA: "「はい」の割合（%）", EN: "Share of “yes” (%)"},
	"chart":      {JA: "分布", EN: "Distribution"},
	"base":       {JA: "回答先数", EN: "Answers"},
	"baseIs":     {JA: "回答先数 %d先", EN: "Answers: %d firms"},
	"yes":        {JA: "はい", EN: "yes"},
	"no":         {JA: "いいえ", EN: "no"},
	"unanswered": {JA: "無回答", EN: "unanswered"},
	"outside":    {JA: "対象外", EN: "not applicable"},
	"unordered":  {JA: "回答に順序はありません。", EN: "The answers have no order."},
	"private":    {JA: "自由記述は、他の先には示しません。", EN: "Free text is shown to no other firm."},
	"closed": {
		JA: "※ 回答先数がほかの設問の秘匿した区分を示すことになるため、この分布は示しません。",
		EN: "※ Not shown: the number of answers would tell an answer that another question withholds.",
	},
	"ownYes": {JA: "貴社の「はい」：%[2]d項目中%[1]d項目", EN: "Your “yes”: %d of %d items"},

	"notes": {JA: "方法と注記", EN: "Method and notes"},
	"noteBase": {
		JA: "割合の分母は、その設問（項目）が対象となり、回答した先の数（回答先数）です。無回答と対象外の先は含みません。",
		EN: "Every share is of the firms that were asked and answered that question or item. Unanswered and not applicable are left out.",
	},
	"noteRounding": {
		JA: "小数点第2位以下を四捨五入しているため、割合の合計は必ずしも100にならない。",
		EN: "Shares are rounded half up to one decimal, so they do not always add up to 100.",
	},
	"noteHidden": {
		JA: "%d先未満（0先を含む）の回答がある区分は、合計が%[1]d先以上になるまで隣の区分とあわせて示します（※）。どの先の資料でも同じ区分を同じように示します。",
		EN: "An answer given by fewer than %d firms, none included, is shown only together with its neighbours, until the total is at least %[1]d firms (※). This is the same in every firm's report.",
	},
	"noteEmpty": {JA: "−は、回答先がないことを示します。", EN: "− means that no firm is in the base."},
	"noteSelf": {
		JA: "各先の自己評価による回答を、そのまま集計したものです。分布は貴社を含みます。",
		EN: "The figures count the firms' own assessments as they were given. The distributions include your firm.",
	},
	"noteRun": {JA: "集計番号 %s", EN: "Run %s"},
}

// ownYes says how many items of a multiple question the firm answered with yes; "none of these" is not one of them.
func ownYes(q *checklist.Question, a checklist.Answers, b Block) checklist.Text {
	yes, items := 0, 0
	for i, it := range q.Items {
		if it.Exclusive {
			continue
		}
		if b.Lines[i].Own.State != checklist.Answered {
			return checklist.Text{}
		}
		items++
		if a[checklist.Ref{Question: q.ID, Item: it.ID}].Choice == checklist.Yes {
			yes++
		}
	}
	w := words["ownYes"]
	return checklist.Text{JA: fmt.Sprintf(w.JA, yes, items), EN: fmt.Sprintf(w.EN, yes, items)}
}
