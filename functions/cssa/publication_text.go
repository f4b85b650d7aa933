package main

import (
	"os"

	"cssa/shared/publication/prose"
	"cssa/shared/table"
)

// checkText holds a text against the released tables and prints what they do not bear out.
func (d *desk) checkText(is *issue, published []table.Table, file string) error {
	body, err := os.ReadFile(d.path(file))
	if err != nil {
		return someFailed("%v", err)
	}
	r := prose.Check(is.ed, published, string(body))
	findings := r.Findings
	if findings == nil {
		findings = []prose.Finding{}
	}
	if err := d.emit(map[string]any{"run": is.run, "checked": r.Checked, "uncited": r.Uncited, "findings": findings}, func() {
		for _, f := range findings {
			d.say("FAIL  %s:%d   “%s”   %s   %s", file, f.Line, f.Words, f.Figure, f.What)
			if f.Number != "" {
				d.say("      nearest published: %s", f.Number)
			}
			d.say("      mend: %s", f.Mend)
		}
		d.say("%d words held against release %s, %d findings; %d cite no figure and were not.", r.Checked, is.run, len(findings), r.Uncited)
	}); err != nil {
		return err
	}
	if len(findings) > 0 {
		return someFailed("%s says what the release does not: %d", file, len(findings))
	}
	return nil
}
