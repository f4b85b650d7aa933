//go:build conformance

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	cdbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/workbook"
)

// mailable is how large the page may be, in bytes: with the third that mail adds it passes a gateway's 10 MB, with room.
const mailable = 5_000_000

// writePage builds the rules for a browser, as make build does, and writes the page of an edition into dir.
func writePage(t *testing.T, dir string, id checklist.EditionID) string {
	t.Helper()
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", filepath.Join(dir, "check.wasm"), "./wasm")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib/wasm/wasm_exec.js"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "wasm_exec.js"), script, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CSSA_CHECK", dir)
	file := filepath.Join(dir, string(id)+"-check.html")
	if s := giveFolder(t, dir, "edition", "page", string(id), "--out", file); s.code != exitDone {
		t.Fatal(s.err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > mailable {
		t.Errorf("the page has %d bytes, more than the %d that can be mailed", info.Size(), mailable)
	}
	t.Logf("the page has %d bytes", info.Size())
	return file
}

// chromium starts the browser, which ends with the test.
func chromium(t *testing.T) context.Context {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(cancel)
	browser, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("Chromium does not start: %v (make conformance installs it)", err)
	}
	return browser
}

// A tab shows the page. It records what the page asks for and what the console says.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu             sync.Mutex
	requests, said []string
}

// openTab opens the page in a tab of its own, at a width, and waits until it is ready.
func openTab(t *testing.T, browser context.Context, file string, width int64) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	listen := chromedp.Listen(ctx, func(ev any) {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			p.requests = append(p.requests, ev.Request.URL)
		case *log.EventEntryAdded:
			p.said = append(p.said, ev.Entry.Text)
		case *runtime.EventConsoleAPICalled:
			p.said = append(p.said, string(ev.Type))
		case *runtime.EventExceptionThrown:
			p.said = append(p.said, ev.ExceptionDetails.Text)
		}
	})
	_, errNetwork := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	_, errLog := chromedp.Call(ctx, log.Enable, cdp.Empty{})
	_, errRuntime := chromedp.Call(ctx, runtime.Enable, cdp.Empty{})
	navigate := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate("file://"+file))
	if err := errors.Join(listen, errNetwork, errLog, errRuntime, navigate); err != nil {
		t.Fatal(err)
	}
	p.wait("Ready.")
	return p
}

// wait waits until the status says so.
func (p *tab) wait(status string) {
	p.t.Helper()
	_, err := chromedp.Run(p.ctx, chromedp.Poll[bool](fmt.Sprintf(`document.getElementById("status").textContent.includes(%q)`, status)))
	if err != nil {
		p.t.Fatalf("the page does not say %q: %v; the console says %q", status, err, p.said)
	}
}

func see[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// check chooses a file and returns the verdict, as the rules gave it and as the rows that are shown.
func (p *tab) check(file string) (verdict string, rows []string) {
	p.t.Helper()
	see[bool](p, `globalThis.cssaVerdict = ""; document.getElementById("status").textContent = ""; true`)
	if err := chromedp.Do(p.ctx, chromedp.SetUploadFiles("#file", []string{file})); err != nil {
		p.t.Fatal(err)
	}
	p.wait("Done.")
	return see[string](p, `globalThis.cssaVerdict`), see[[]string](p, `[...document.querySelectorAll("#faults tbody tr")].map(r => r.textContent)`)
}

// silent fails the test if the page asked for anything but itself, or the console says anything.
func (p *tab) silent() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.requests) != 1 {
		p.t.Errorf("the page asks for %q", p.requests)
	}
	if len(p.said) > 0 {
		p.t.Errorf("the console says %q", p.said)
	}
}

// faultyFile is a checklist with nothing filled in but the cover's name.
func faultyFile(t *testing.T, id checklist.EditionID) (file string, ed *checklist.Edition) {
	t.Helper()
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	first := ed.Questions()[0].Refs()[0]
	var b bytes.Buffer
	answers := checklist.Answers{first: {Choice: ed.Questions()[0].ChoicesAt(first.Stage)[0].ID}}
	err = workbook.Filled(&b, ed, workbook.Identity{Edition: ed.ID, Firm: "S-0137", Definition: ed.Checksum, FirmName: "架空さくら証券"}, checklist.Cover{FirmName: "架空さくら証券", ReferenceDate: ed.ReferenceDate}, answers)
	file = filepath.Join(t.TempDir(), "S-0137.xlsx")
	if err := errors.Join(err, os.WriteFile(file, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	return file, ed
}

// contrast returns the texts whose contrast with what lies behind them is below 4.5 (WCAG 2.2, 1.4.3).
const contrast = `(() => {
	const lum = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
	const rgb = s => s.match(/[\d.]+/g).map(Number);
	const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c.slice(0, 3) } return [255, 255, 255] };
	const bad = [];
	for (const e of document.querySelectorAll("body *")) {
		if (e.closest("script,[hidden]") || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
		const a = lum(rgb(getComputedStyle(e).color).slice(0, 3)), b = lum(behind(e));
		if ((Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5) bad.push(e.outerHTML.slice(0, 120));
	}
	return bad;
})()`

// The page in Chromium on a desk and on a phone: it can reach nothing, it is used with the keyboard alone or by dropping a
// file on it, its parts have names, and its texts can be read.
func TestCheckPageInABrowser(t *testing.T) {
	dir := t.TempDir()
	page := writePage(t, dir, "2024-securities")
	file, ed := faultyFile(t, "2024-securities")
	browser := chromium(t)
	for _, width := range []int64{320, 390, 1280} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			p := openTab(t, browser, page, width)
			_, rows := p.check(file)
			if len(rows) < 20 {
				t.Errorf("%d rows are shown", len(rows))
			}
			if scroll := see[[]int](p, `[document.documentElement.scrollWidth, innerWidth]`); scroll[0] > scroll[1] {
				t.Errorf("the page is %d wide in a window of %d", scroll[0], scroll[1])
			}
			if bad := see[[]string](p, contrast); len(bad) > 0 {
				t.Errorf("hard to read: %q", bad)
			}
			p.named(t)
			p.silent()
		})
	}
	t.Run("keyboard", func(t *testing.T) { keyboard(t, openTab(t, browser, page, 1280), file, ed) })
	t.Run("dropped", func(t *testing.T) {
		p := openTab(t, browser, page, 1280)
		for _, what := range []input.DispatchDragEventType{input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop} {
			_, err := chromedp.Call(p.ctx, input.DispatchDragEvent, input.DispatchDragEventParams{Type: what, X: 600, Y: 400,
				Data: &input.DragData{Items: []*input.DragDataItem{}, Files: []string{file}, DragOperationsMask: 1}})
			if err != nil {
				t.Fatal(err)
			}
		}
		p.wait("Done.")
		p.silent()
	})
	t.Run("no way out", func(t *testing.T) { noWayOut(t, openTab(t, browser, page, 1280)) })
}

// named looks at what a screen reader is told, also where the table is shown as blocks.
func (p *tab) named(t *testing.T) {
	t.Helper()
	tree, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		role, name := strings.Trim(string(n.Role.Value), `"`), ""
		if n.Name != nil {
			name = strings.Trim(string(n.Name.Value), `"`)
		}
		count[role]++
		if slices.Contains([]string{"button", "table", "heading", "columnheader", "region", "image", "link"}, role) && name == "" {
			t.Errorf("a %s has no name", role)
		}
	}
	if !see[bool](p, `document.getElementById("file").labels[0].textContent.includes("点検票")`) {
		t.Error("the file chooser has no label")
	}
	if count["columnheader"] != 7 || count["table"] != 1 || count["status"] != 1 || count["heading"] != 2 || count["main"] != 1 {
		t.Errorf("a screen reader is told of %v", count)
	}
}

// keyboard reaches the file chooser, then from the outcome, which has the focus, the button that saves the marked copy: the
// same bytes as on any other host.
func keyboard(t *testing.T, p *tab, file string, ed *checklist.Edition) {
	if err := chromedp.Do(p.ctx, chromedp.KeyEvent("\t")); err != nil {
		t.Fatal(err)
	}
	if id := see[string](p, `document.activeElement.id`); id != "file" {
		t.Errorf("the first Tab leads to %q", id)
	}
	p.check(file)
	if id := see[string](p, `document.activeElement.id`); id != "outcome" {
		t.Errorf("after the check the focus is on %q", id)
	}
	dir := t.TempDir()
	saved := chromedp.Events(p.ctx, cdbrowser.DownloadProgress)
	yes := true
	_, err := chromedp.Call(p.ctx, cdbrowser.SetDownloadBehavior, cdbrowser.SetDownloadBehaviorParams{Behavior: cdbrowser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: dir, EventsEnabled: &yes})
	if err == nil {
		err = chromedp.Do(p.ctx, chromedp.KeyEvent("\t\r"))
	}
	if err != nil {
		t.Fatal(err)
	}
	var name string
	for ev, err := range saved {
		if err != nil {
			t.Fatal(err)
		}
		if ev.State == cdbrowser.DownloadProgressStateCompleted {
			name = ev.GUID
			break
		}
	}
	got, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	reading, _ := workbook.Check(bytes.NewReader(body), int64(len(body)), ed, "")
	var want bytes.Buffer
	err = workbook.Returned(&want, bytes.NewReader(body), int64(len(body)), ed, reading, workbook.Notice{Firm: "S-0137", FirmName: "架空さくら証券"})
	if err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("the marked copy has %d bytes, made here %d: %v", len(got), want.Len(), err)
	}
}

// noWayOut has a script in the page try to reach a server. Its attempts are refused by the page's own policy.
func noWayOut(t *testing.T, p *tab) {
	reached := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached <- r.URL.Path }))
	defer server.Close()
	tried := see[[]string](p, fmt.Sprintf(`(async url => {
		const refused = [];
		document.addEventListener("securitypolicyviolation", e => refused.push(e.effectiveDirective));
		try { await fetch(url + "/fetch") } catch {}
		try { navigator.sendBeacon(url + "/beacon", "x") } catch {}
		try { new WebSocket(url.replace("http", "ws") + "/socket") } catch {}
		new Image().src = url + "/image";
		const add = (name, set) => { const e = document.createElement(name); set(e); document.body.append(e); return e };
		add("script", e => e.src = url + "/script");
		add("link", e => { e.rel = "stylesheet"; e.href = url + "/style" });
		add("iframe", e => e.src = url + "/frame");
		add("form", e => { e.action = url + "/form"; e.method = "post" }).submit();
		add("script", e => e.textContent = "globalThis.injected = true");
		await new Promise(done => setTimeout(done, 500));
		return [...new Set(refused)].sort().concat(globalThis.injected ? ["injected"] : []);
	})(%q)`, server.URL))
	want := []string{"connect-src", "form-action", "frame-src", "img-src", "script-src-elem", "style-src-elem"}
	if !slices.Equal(tried, want) {
		t.Errorf("refused is %q, want %q", tried, want)
	}
	select {
	case path := <-reached:
		t.Errorf("the server was reached: %s", path)
	default:
	}
}
