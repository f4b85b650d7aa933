//go:build conformance

package preview_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"cssa/shared/questionnaire"
)

// In a browser the page of every edition asks for nothing but itself and fits a phone and a desk without scrolling
// sideways. Chromium must be installed: without it this test fails.
func TestInABrowser(t *testing.T) {
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
	lib := questionnaire.NewLibrary(questionnaire.Builtin())
	ids, err := lib.IDs()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		ed, err := lib.Edition(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		page, _ := shown(t, ed)
		for _, width := range []int64{360, 1280} {
			t.Run(fmt.Sprintf("%s at %d", id, width), func(t *testing.T) { look(t, browser, page, width) })
		}
	}
}

const measure = `({
	Scroll: document.documentElement.scrollWidth,
	Inner: window.innerWidth,
	Questions: document.querySelectorAll("article h3").length,
	Tall: document.documentElement.scrollHeight,
})`

type measures struct{ Scroll, Inner, Questions, Tall int }

func look(t *testing.T, browser context.Context, page string, width int64) {
	file := filepath.Join(t.TempDir(), "preview.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	tab, cancel := chromedp.NewContext(browser)
	defer cancel()
	if err := chromedp.Do(tab); err != nil {
		t.Fatal(err)
	}
	tab, cancel = context.WithTimeout(tab, time.Minute)
	defer cancel()
	var mu sync.Mutex
	var requests []string
	listen := chromedp.Listen(tab, func(ev any) {
		if ev, ok := ev.(*network.EventRequestWillBeSent); ok {
			mu.Lock()
			defer mu.Unlock()
			requests = append(requests, ev.Request.URL)
		}
	})
	_, enable := chromedp.Call(tab, network.Enable, network.EnableParams{})
	if err := errors.Join(listen, enable, chromedp.Do(tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate("file://"+file))); err != nil {
		t.Fatal(err)
	}
	seen, err := chromedp.Run(tab, chromedp.Evaluate[measures](measure))
	if err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(requests) != 1 {
		t.Errorf("the page asks for %q", requests)
	}
	if seen.Scroll > seen.Inner || seen.Questions == 0 || seen.Tall < 2000 {
		t.Errorf("%+v", seen)
	}
}
