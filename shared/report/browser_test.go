//go:build conformance

package report_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"cssa/shared/checklist"
)

// In a browser the page asks for nothing but itself, says nothing on the console, runs no script, and fits a phone and a
// desk without scrolling sideways, also with long words in it. Chromium must be installed: without it this test fails.
func TestInABrowser(t *testing.T) {
	long := input()
	long.Name = text(strings.Repeat("架空さくら証券", 12), strings.Repeat("Kakuusakurasecurities", 8))
	long.Submission.Answers[checklist.Ref{Question: "remarks"}] = checklist.Answer{Text: strings.Repeat("longword", 80)}
	withheld := input()
	withheld.Tables[0].Rows[0] = hide(row("", 64, 1, 58, 3, 2), -1, 0, 1, 2, 3)

	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	defer cancel()
	browser, cancel := chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	for name, page := range map[string]string{"plain": page(t, input()), "long words": page(t, long), "all withheld": page(t, withheld)} {
		for _, width := range []int64{320, 390, 1280} {
			t.Run(fmt.Sprintf("%s at %d", name, width), func(t *testing.T) { look(t, browser, page, width) })
		}
	}
}

// measures is what is seen of the page once it is drawn.
type measures struct {
	Scroll, Inner, Bars, Rows int
	Outside                   []string // elements that reach out of their panel
}

const measure = `({
	Scroll: document.documentElement.scrollWidth,
	Inner: window.innerWidth,
	Bars: document.querySelectorAll("svg.bar rect").length,
	Rows: document.querySelectorAll("tbody tr").length,
	Outside: [...document.querySelectorAll("article *")]
		.filter(e => !e.closest(".hear") && e.getBoundingClientRect().right > e.closest("article").getBoundingClientRect().right + 1)
		.map(e => e.outerHTML.slice(0, 200)),
})`

func look(t *testing.T, browser context.Context, page string, width int64) {
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	tab, cancel := chromedp.NewContext(browser)
	defer cancel()
	var mu sync.Mutex
	var requests, said []string
	if err := chromedp.Do(tab); err != nil {
		t.Fatal(err)
	}
	tab, cancel = context.WithTimeout(tab, time.Minute)
	defer cancel()
	listen := chromedp.Listen(tab, func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			requests = append(requests, ev.Request.URL)
		case *log.EventEntryAdded:
			said = append(said, ev.Entry.Text)
		case *runtime.EventConsoleAPICalled:
			said = append(said, string(ev.Type))
		case *runtime.EventExceptionThrown:
			said = append(said, ev.ExceptionDetails.Text)
		}
	})
	_, errNetwork := chromedp.Call(tab, network.Enable, network.EnableParams{})
	_, errLog := chromedp.Call(tab, log.Enable, cdp.Empty{})
	_, errRuntime := chromedp.Call(tab, runtime.Enable, cdp.Empty{})
	navigate := chromedp.Do(tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate("file://"+file))
	if err := errors.Join(listen, errNetwork, errLog, errRuntime, navigate); err != nil {
		t.Fatal(err)
	}
	seen, err := chromedp.Run(tab, chromedp.Evaluate[measures](measure))
	if err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(requests) != 1 || requests[0] != "file://"+file {
		t.Errorf("the page asks for %q", requests)
	}
	if len(said) > 0 {
		t.Errorf("the console says %q", said)
	}
	if seen.Scroll > seen.Inner {
		t.Errorf("the page is %d wide in a window of %d", seen.Scroll, seen.Inner)
	}
	if len(seen.Outside) > 0 {
		t.Errorf("%d elements reach out of their panel: %s", len(seen.Outside), seen.Outside[0])
	}
	if seen.Bars == 0 || seen.Rows == 0 {
		t.Errorf("%d parts of bars and %d rows are there", seen.Bars, seen.Rows)
	}
}
