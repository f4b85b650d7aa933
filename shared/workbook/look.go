package workbook

// The look: BIZ UDPGothic comes with Windows and is drawn for legibility; the colours are those of the reports.
const (
	fontName   = "BIZ UDPゴシック"
	fontJA     = 10.5
	fontEN     = 8.5
	ink        = "17212B"
	mute       = "55636F"
	navy       = "0B3C5D"
	blue       = "2B74A6"
	pale       = "EEF1F4"
	rule       = "C9D2DA"
	answerFill = "E4F0FA"
	faint      = "B8C2CB"
	change     = "8A5A00"
)
