package synthesise

import "cssa/shared/checklist"

// Every name begins with 架空 ("fictitious"). The words are of plants, birds, weather and water; put together with 架空 and
// a trade's form and suffix they name no firm that exists.
var words = [...]checklist.Text{
	{JA: "さくら", EN: "Sakura"}, {JA: "若葉", EN: "Wakaba"}, {JA: "白波", EN: "Shiranami"}, {JA: "朝霧", EN: "Asagiri"},
	{JA: "千鳥", EN: "Chidori"}, {JA: "山吹", EN: "Yamabuki"}, {JA: "青嵐", EN: "Seiran"}, {JA: "夕凪", EN: "Yunagi"},
	{JA: "つばめ", EN: "Tsubame"}, {JA: "紅葉", EN: "Momiji"}, {JA: "初雪", EN: "Hatsuyuki"}, {JA: "清流", EN: "Seiryu"},
	{JA: "松風", EN: "Matsukaze"}, {JA: "ひばり", EN: "Hibari"}, {JA: "藤波", EN: "Fujinami"}, {JA: "月影", EN: "Tsukikage"},
	{JA: "雲海", EN: "Unkai"}, {JA: "すずらん", EN: "Suzuran"}, {JA: "早苗", EN: "Sanae"}, {JA: "春霞", EN: "Harugasumi"},
	{JA: "星空", EN: "Hoshizora"}, {JA: "しおかぜ", EN: "Shiokaze"}, {JA: "木立", EN: "Kodachi"}, {JA: "深緑", EN: "Shinryoku"},
	{JA: "せせらぎ", EN: "Seseragi"}, {JA: "花籠", EN: "Hanakago"}, {JA: "浜風", EN: "Hamakaze"}, {JA: "あかね", EN: "Akane"},
	{JA: "若竹", EN: "Wakatake"}, {JA: "水鏡", EN: "Mizukagami"}, {JA: "野菊", EN: "Nogiku"}, {JA: "虹色", EN: "Nijiiro"},
	{JA: "樹氷", EN: "Juhyo"}, {JA: "こだま", EN: "Kodama"}, {JA: "灯台", EN: "Todai"}, {JA: "かもめ", EN: "Kamome"},
}

// Given names; the family name of everybody is 架空.
var (
	officers = [...]string{"太郎", "一郎", "正子", "和夫", "恵子", "誠", "由美", "健一"}
	clerks   = [...]string{"花子", "次郎", "美咲", "大輔", "直子", "翔太", "陽子", "学"}
	desks    = [...]string{"システム部", "経営企画部", "リスク管理部", "総務部"}
)

const invented = "架空のデータ invented data"

func officerName(i int) string { return "架空 " + officers[i%len(officers)] }
func clerkName(i int) string   { return "架空 " + clerks[i%len(clerks)] }
