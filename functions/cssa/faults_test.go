package main

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"cssa/shared/checklist"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The page that lies beside the catalogue is what the command writes, so it cannot go stale.
func TestTheReferencePageIsThatOfTheCatalogue(t *testing.T) {
	const path = "../../shared/checklist/faults.html"
	page, err := faultsPage()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(kept, page) {
		t.Errorf("%s is stale (go test -update rewrites it): %v", path, err)
	}
	tree, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for n := range tree.Descendants() {
		for _, a := range n.Attr {
			if n.Data == "tr" && a.Key == "id" {
				var text strings.Builder
				for m := range n.Descendants() {
					if m.Type == html.TextNode {
						text.WriteString(m.Data)
					}
				}
				rows[a.Val] = text.String()
			}
		}
	}
	for _, e := range checklist.Catalogue() {
		f := e.Example()
		for _, words := range []string{f.What.JA, f.What.EN, f.Mend.JA, f.Mend.EN, e.Found.JA, e.Found.EN, e.Mended.JA, e.Mended.EN} {
			if !strings.Contains(rows[string(e.Code)], words) {
				t.Errorf("%s does not say %q", e.Code, words)
			}
		}
	}
	if len(rows) != len(checklist.Catalogue()) {
		t.Errorf("%d rows for %d codes", len(rows), len(checklist.Catalogue()))
	}
}
