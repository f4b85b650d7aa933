// Package checkpage makes the page on which a firm checks its filled checklist before it sends it (提出前の確認): one HTML file
// that holds the rules of intake as WebAssembly, the edition's files, and nothing that could reach a network.
package checkpage

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	_ "embed" // of the page's parts
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
)

var (
	//go:embed page.html
	source string
	//go:embed style.css
	style string
	//go:embed script.js
	script string
	//go:embed licences.txt
	licences string

	page = template.Must(template.New("page").Parse(source))
)

// A Program is what runs in the browser: functions/cssa/wasm as it was compiled, and the script of the same Go release that
// runs it (wasm_exec.js).
type Program struct {
	WASM, Runtime []byte
}

// HTML returns the page for an edition of the library. The same arguments give the same bytes. The page's content security
// policy names its two scripts and its style by their hashes and allows nothing else, neither requests nor forms.
func HTML(ctx context.Context, lib *questionnaire.Library, id checklist.EditionID, p Program, version string) ([]byte, error) {
	ed, err := lib.Edition(ctx, id)
	if err != nil {
		return nil, err
	}
	folders, err := foldersOf(ctx, lib, ed)
	if err != nil {
		return nil, fmt.Errorf("check page of %s: %w", id, err)
	}
	packed, err := pack(p.WASM)
	if err != nil {
		return nil, fmt.Errorf("check page of %s: %w", id, err)
	}
	policy := fmt.Sprintf("default-src 'none'; script-src %s %s 'wasm-unsafe-eval'; style-src %s; base-uri 'none'; form-action 'none'",
		hashOf(string(p.Runtime)), hashOf(script), hashOf(style))
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{"Edition": ed, "Checksum": ed.Checksum[:12], "Version": version, "Policy": policy, "Licences": licences})
	if err != nil {
		return nil, fmt.Errorf("check page of %s: %w", id, err)
	}
	base := base64.StdEncoding.EncodeToString
	return []byte(strings.NewReplacer(
		"@STYLE@", style, "@RUNTIME@", string(p.Runtime), "@SCRIPT@", script, "@RULES@", base(packed), "@FOLDERS@", base(folders),
	).Replace(out.String())), nil
}

// hashOf names an inline script or style in a content security policy.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func pack(body []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(body)
	}
	if err == nil {
		err = z.Close()
	}
	return out.Bytes(), err
}

// foldersOf returns the folders of an edition and of those that it follows, zipped: the page loads it as every other host
// does.
func foldersOf(ctx context.Context, lib *questionnaire.Library, ed *checklist.Edition) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for ed != nil {
		folder, err := lib.Folder(ed.ID)
		if err == nil {
			err = addFolder(z, string(ed.ID), folder)
		}
		if err == nil {
			ed, err = lib.Previous(ctx, ed)
		}
		if err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

func addFolder(z *zip.Writer, name string, folder fs.FS) error {
	files, findings, err := questionnaire.Files(folder)
	if err == nil && len(findings) > 0 {
		err = questionnaire.Findings(findings)
	}
	if err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name + "/" + path)
		if err == nil {
			_, err = w.Write(files[path])
		}
		if err != nil {
			return err
		}
	}
	return nil
}
