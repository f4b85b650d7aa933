package rehearsal

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"cssa/infra/rehearsal/template"
)

// What is played: services that no program here speaks the protocol of. They take the real requests of the SDK, answer as
// AWS's documentation says, and keep what they were told.

type putEvents struct {
	Entries []struct {
		Source, DetailType, Detail, EventBusName string
		Time                                     any
	}
}

type sendEmail struct {
	FromEmailAddress     string
	ConfigurationSetName string
	Destination          struct{ ToAddresses, CcAddresses, BccAddresses []string }
	EmailTags            []struct{ Name, Value string }
	Content              struct {
		Raw    *struct{ Data []byte }
		Simple any
	}
}

func (in sendEmail) recipients() []string {
	return slices.Concat(in.Destination.ToAddresses, in.Destination.CcAddresses, in.Destination.BccAddresses)
}

type gluePartitions struct {
	DatabaseName, TableName string
	PartitionInputList      []struct {
		Values            []string
		StorageDescriptor struct{ Location string }
	}
}

// A Mail is one letter that SES took.
type Mail struct {
	ID         string // SES's
	Recipients []string
	Tags       map[string]string
	Raw        []byte
}

// played keeps what the played services were told.
type played struct {
	mu         sync.Mutex
	mails      []Mail
	partitions map[string]string // database/table/values → location
	events     int
	refuse     map[string]bool // addresses that SES will not write to
}

// events takes PutEvents and gives each entry to the rules of its bus. An entry that failed is said to have failed in an
// answer that succeeded, as EventBridge does.
func (w *World) servePutEvents(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(rw, "", http.StatusBadRequest)
		return
	}
	in, err := decodeBody[putEvents](body)
	if err != nil || len(in.Entries) == 0 || len(in.Entries) > 10 {
		writeJSON(rw, http.StatusBadRequest, map[string]string{"__type": "ValidationException", "message": "1 to 10 entries"})
		return
	}
	type result struct {
		EventID      string `json:"EventId,omitempty"`
		ErrorCode    string `json:",omitempty"`
		ErrorMessage string `json:",omitempty"`
	}
	var out struct {
		FailedEntryCount int
		Entries          []result
	}
	for i, e := range in.Entries {
		if w.failEntry(i, e.DetailType) {
			out.FailedEntryCount++
			out.Entries = append(out.Entries, result{ErrorCode: "ThrottlingException", ErrorMessage: "played"})
			continue
		}
		id := w.eventID()
		if !json.Valid([]byte(e.Detail)) {
			out.FailedEntryCount++
			out.Entries = append(out.Entries, result{ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed."})
			continue
		}
		w.route(busARN(e.EventBusName), envelope(id, e.Source, e.DetailType, json.RawMessage(e.Detail)))
		out.Entries = append(out.Entries, result{EventID: id})
	}
	writeJSON(rw, http.StatusOK, out)
}

func (w *World) eventID() string {
	w.played.mu.Lock()
	defer w.played.mu.Unlock()
	w.played.events++
	return fmt.Sprintf("00000000-0000-4000-9000-%012d", w.played.events)
}

// envelope is an event as EventBridge hands it to a target.
func envelope(id, source, kind string, detail json.RawMessage) map[string]any {
	var d any
	_ = json.Unmarshal(detail, &d) // it was found valid
	return map[string]any{
		"version": "0", "id": id, "detail-type": kind, "source": source, "account": template.Account,
		"time": time.Now().UTC().Format(time.RFC3339), "region": template.Region, "resources": []any{}, "detail": d,
	}
}

// serveMail takes SendEmail. An address on the refused list makes SES refuse the letter, as it does for a malformed one.
func (w *World) serveMail(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(rw, "", http.StatusBadRequest)
		return
	}
	in, err := decodeBody[sendEmail](body)
	if err != nil || in.Content.Raw == nil {
		rw.Header().Set("X-Amzn-ErrorType", "BadRequestException")
		writeJSON(rw, http.StatusBadRequest, map[string]string{"message": "only raw messages are played"})
		return
	}
	w.played.mu.Lock()
	defer w.played.mu.Unlock()
	for _, to := range in.recipients() {
		if w.played.refuse[to] {
			rw.Header().Set("X-Amzn-ErrorType", "MessageRejected")
			writeJSON(rw, http.StatusBadRequest, map[string]string{"message": "Email address is not valid"})
			return
		}
	}
	m := Mail{ID: fmt.Sprintf("ses-%06d", len(w.played.mails)+1), Recipients: in.recipients(), Raw: in.Content.Raw.Data, Tags: map[string]string{}}
	for _, t := range in.EmailTags {
		m.Tags[t.Name] = t.Value
	}
	w.played.mails = append(w.played.mails, m)
	writeJSON(rw, http.StatusOK, map[string]string{"MessageId": m.ID})
}

// servePartitions takes BatchCreatePartition.
func (w *World) servePartitions(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(rw, "", http.StatusBadRequest)
		return
	}
	in, err := decodeBody[gluePartitions](body)
	if err != nil || operation(r) != "BatchCreatePartition" {
		writeJSON(rw, http.StatusBadRequest, map[string]string{"__type": "InvalidInputException", "message": "not played"})
		return
	}
	if !w.glueTables[in.DatabaseName+"/"+in.TableName] {
		writeJSON(rw, http.StatusBadRequest, map[string]string{"__type": "EntityNotFoundException", "message": "the template has no table " + in.DatabaseName + "." + in.TableName})
		return
	}
	w.played.mu.Lock()
	defer w.played.mu.Unlock()
	var errs []any
	for _, p := range in.PartitionInputList {
		k := fmt.Sprintf("%s/%s/%q", in.DatabaseName, in.TableName, p.Values)
		if _, there := w.played.partitions[k]; there {
			errs = append(errs, map[string]any{"PartitionValues": p.Values, "ErrorDetail": map[string]string{
				"ErrorCode": "AlreadyExistsException", "ErrorMessage": "Partition already exists.",
			}})
			continue
		}
		w.played.partitions[k] = p.StorageDescriptor.Location
	}
	writeJSON(rw, http.StatusOK, map[string]any{"Errors": errs})
}

// Mails returns the letters that SES took.
func (w *World) Mails() []Mail {
	w.played.mu.Lock()
	defer w.played.mu.Unlock()
	return slices.Clone(w.played.mails)
}
