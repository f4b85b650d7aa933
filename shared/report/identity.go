package report

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"cssa/shared/checklist"
)

// ErrNoIdentity is returned for a file that does not say, once and clearly, whose report it is.
var ErrNoIdentity = errors.New("not a report that says whose it is")

// head is how far into a page its identity stands at most, in bytes.
const head = 4096

var metaPattern = regexp.MustCompile(`<meta name="cssa:([a-z]+)" content="([^"]*)">`)

// IdentityOf reads from a page that [HTML] wrote whose report it is. Every part must stand there exactly once and agree
// with the others: whoever sends the page relies on it.
func IdentityOf(r io.Reader) (Identity, error) {
	start, err := io.ReadAll(io.LimitReader(r, head))
	if err != nil {
		return Identity{}, fmt.Errorf("report: read: %w", err)
	}
	meta := map[string]string{}
	for _, m := range metaPattern.FindAllSubmatch(start, -1) {
		if _, twice := meta[string(m[1])]; twice {
			return Identity{}, fmt.Errorf("%w: %s stands there twice", ErrNoIdentity, m[1])
		}
		meta[string(m[1])] = string(m[2])
	}
	edition, errEdition := checklist.ParseEditionID(meta["edition"])
	firm, errFirm := checklist.ParseFirmID(meta["firm"])
	version, errVersion := strconv.Atoi(meta["version"])
	if err := errors.Join(errEdition, errFirm, errVersion); err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrNoIdentity, err)
	}
	id := Identity{edition, firm, meta["run"], checklist.TicketNumber(version), meta["number"]}
	if id.Run == "" || !regexp.MustCompile(`^CSSA-[0-9]{4}-`+regexp.QuoteMeta(fmt.Sprintf("%s-v%d", firm, version))+`$`).MatchString(id.Number) {
		return Identity{}, fmt.Errorf("%w: its parts do not agree", ErrNoIdentity)
	}
	return id, nil
}
