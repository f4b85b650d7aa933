package main

import "fmt"

// What a firm does in a round, and what that makes the system do. These are assumptions, chosen rather too high; where one
// was measured it says so. Sizes are in GB.
const (
	months           = 2.0         // a round takes
	nights           = 60.0        // and is counted so often
	uploads          = 1.5         // of a firm: every second one is sent back once
	letters          = 4.5         // to a firm: invitation, reminder, an answer to each upload, report
	workbook         = 466e3 / 1e9 // measured
	attached         = 1.0e6 / 1e9 // a firm's attachments in base64: the checklist, the report
	item             = 20.0        // KB of a submission with its answers in the ledger (package dynamo)
	reportFiles      = 3.0         // of a firm in the archive: HTML, PDF, XLSX
	reports          = 0.5e6 / 1e9 // of a firm
	answersFile      = 0.3e3 / 1e9 // of a firm and night in the lake: 26 MB for 100,000 firms of 300 places, measured
	runFiles         = 15.0        // of a night in the lake
	logLine          = 1.5e3 / 1e9 // an invocation leaves in the log
	queries          = 500.0       // analysts ask in a round
	queryGB          = 0.01        // Athena counts at least 10 MB a query
	month            = 730.0       // hours
	pollers          = 5.0         // Lambda keeps for each queue, each asking every 20 seconds (AWS: "Using Lambda with Amazon SQS")
	emptyPolls       = month * 3600 / 20 * pollers
	metricsAFunction = 4.0 // with one outcome
)

// A line is one thing that costs, in an idle month and in a whole round on top of the idle months it falls into.
type line struct {
	what    string
	item    string // of the price file
	setting string // of the stage, that drops it; "" if nothing does
	idle    float64
	round   float64
}

// lines says how much of everything a stage uses whose last round had so many firms.
func lines(r resources, firms float64) []line {
	up, mail := firms*uploads, firms*letters
	ledger := firms * (item*(uploads+1) + 15) / 1e6 // GB after a round: submissions, the current one, letters and the register's entries
	archive := firms * (uploads*workbook + workbook + reports)
	lake := firms * answersFile * nights
	perNight := float64(r.runs)
	invocations := up*2 + mail*2 + nights*perNight // invite and intake; dispatch for the letter and for what became of it
	work := up*(0.2*r.memory["invite"]+1.0*r.memory["intake"]) + mail*(1.0+0.1)*r.memory["dispatch"] +
		nights*(5+firms/1000)*r.memory["aggregate"] + 10*r.memory["release"] + firms*0.2*r.memory["feedback"]
	read := nights * firms * item * uploads / 4 // a unit is 4 KB, read consistently
	all := []line{
		{"KMS keys", "kms-key", "", float64(r.keys), 0},
		{"KMS requests", "kms-request", "", 30*perNight*50 + 4*24*30, up*10 + mail*4 + nights*50},
		{"Alarms", "alarm", "", float64(r.alarms), 0},
		{"Dashboard", "dashboard", "", float64(r.dashboards), 0},
		{"Own metrics", "metric", "", 30 * perNight * metricsAFunction / month, months * 6 * 2 * metricsAFunction * 0.2},
		{"Logs taken in", "log-ingested", "", 30 * perNight * logLine, invocations * logLine},
		{"Logs kept", "log-stored", "LogDays", invocations * logLine, 0},
		{"S3 kept: originals, checklists, reports, lake", "s3-stored", "", archive + lake, months * firms * (uploads + 1) * workbook},
		{"S3 written", "s3-put", "", 30 * perNight, up*2 + firms*(1+reportFiles) + nights*runFiles + up},
		{"S3 read", "s3-get", "", 30 * perNight * 5, up*6 + mail*2 + firms*5 + nights*30},
		{"Ledger written", "dynamodb-write", "", 30 * perNight * 2, up*(1+2*item) + mail*2 + firms*5 + nights*2},
		{"Ledger read", "dynamodb-read", "", 30 * perNight * 2, read + up*20 + mail*20},
		{"Ledger kept", "dynamodb-stored", "", ledger, 0},
		{"Functions called", "lambda-request", "", 30 * perNight, invocations},
		{"Functions at work", "lambda-gbs", "", 30 * perNight * 1 * r.memory["aggregate"], work},
		{"Queues: Lambda asks them all the time", "sqs-request", "", float64(r.polls) * emptyPolls, (up + mail*2 + 1) * 3},
		{"Bus", "eventbridge", "", 0, up + mail},
		{"API", "api", "", 0, up},
		{"Officers who log in", "cognito-mau", "", 0, months * firms},
		{"Letters", "ses-mail", "RealMail", 0, mail},
		{"Letters' attachments", "ses-attached", "RealMail", 0, firms * attached},
		{"Analysts' queries", "athena", "ScanLimitMB", 0, queries * max(queryGB, lake/nights*3)},
	}
	if r.machines > 0 {
		all = append(all, line{"Programs that obtain tickets", "cognito-machine", "MachineClients", float64(r.machines), 0})
	}
	if r.scan {
		all = append(all, line{"Safeguard: malware scan, bytes", "guardduty-gb", "ScanUploads", 0, up * workbook},
			line{"Safeguard: malware scan, files", "guardduty-object", "ScanUploads", 0, up})
	}
	if r.trail {
		all = append(all, line{"Safeguard: record of who read answers", "cloudtrail-data", "Trail", 30 * perNight * 30, up*25 + mail*12 + nights*(30+firms*item*uploads/1000)})
	}
	if r.pitr {
		all = append(all, line{"Safeguard: ledger back to any second", "dynamodb-pitr", "Rewind", ledger, 0})
	}
	if r.backupDays > 0 {
		all = append(all, line{"Safeguard: nightly copies of the ledger", "backup-dynamodb", "BackupDays", ledger * float64(r.backupDays), 0},
			line{"Safeguard: nightly copies of the archive", "backup-s3", "BackupDays", archive, 0})
	}
	return all
}

// rotation is what the keys' yearly rotation adds to every month from the third year on: the first two rotations are paid.
func rotation(r resources) line {
	return line{"Safeguard: yearly rotation of the keys, from the third year", "kms-rotation", "RotateKeys", 2 * float64(r.rotated), 0}
}

// cost returns the USD of a line in an idle month and in a round. What is free every month is used up by the idle part first.
func (l line) cost(prices map[string]price) (idle, round float64, err error) {
	p, ok := prices[l.item]
	if !ok {
		return 0, 0, fmt.Errorf("no price of %s", l.item)
	}
	left := months * max(0, p.free-l.idle)
	return p.usd * max(0, l.idle-p.free), p.usd * max(0, l.round-left), nil
}
