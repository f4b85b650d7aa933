package scan

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// structural attributes hold no numbers of firms.
var structural = []string{"class", "id", "rowspan", "colspan", "href", "for", "lang", "hreflang", "role", "scope", "y", "dy", "viewbox", "xmlns"}

// Page scans an HTML or SVG document. It is an error if a secret's place is not on it, because then nothing was looked at;
// with absent given, such a secret is handed to it instead.
func Page(where string, doc []byte, secrets []Secret, absent func(Secret)) ([]Leak, error) {
	root, err := html.Parse(bytes.NewReader(doc))
	if err != nil {
		return nil, fmt.Errorf("scan %s: %w", where, err)
	}
	var out []Leak
	for _, s := range secrets {
		regions := find(root, s.Place)
		if len(regions) == 0 {
			if absent == nil {
				return nil, fmt.Errorf("scan %s: the place of %v is not on the page", where, s.ID)
			}
			absent(s)
			continue
		}
		for _, r := range regions {
			out = append(out, s.inNode(where, r)...)
		}
	}
	return out, nil
}

// find returns the parts of a page that stand at a place.
func find(root *html.Node, place []Word) []*html.Node {
	regions := []*html.Node{root}
	for _, w := range place {
		var narrower []*html.Node
		for _, region := range regions {
			walk(region, func(n *html.Node) {
				if n.Type != html.TextNode || !slices.Contains(w.Is, strings.TrimSpace(n.Data)) {
					return
				}
				at := n
				for at != region && !holds(at.Parent, w.Not) {
					at = at.Parent
				}
				if at.Type == html.TextNode {
					at = at.Parent
				}
				if !slices.Contains(narrower, at) {
					narrower = append(narrower, at)
				}
			})
		}
		regions = narrower
	}
	return regions
}

func walk(n *html.Node, f func(*html.Node)) {
	f(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, f)
	}
}

// holds says whether one of the words stands in a node, as a text of its own.
func holds(n *html.Node, words []string) bool {
	if n == nil {
		return true
	}
	found := false
	walk(n, func(c *html.Node) {
		found = found || c.Type == html.TextNode && slices.Contains(words, strings.TrimSpace(c.Data))
	})
	return found
}

func (s Secret) inNode(where string, region *html.Node) []Leak {
	var out []Leak
	add := func(kind, at, found string) { out = append(out, Leak{s, kind, where + " " + at, found}) }
	walk(region, func(n *html.Node) {
		switch n.Type {
		case html.TextNode:
			if n.Parent != nil && n.Parent.Data == "style" {
				return
			}
			if kind, found, ok := s.inText(n.Data); ok {
				add(kind, "text", found)
			}
		case html.CommentNode:
			if kind, found, ok := s.inText(n.Data); ok {
				add(kind, "comment", found)
			}
		case html.ElementNode:
			for _, a := range n.Attr {
				if slices.Contains(structural, strings.ToLower(a.Key)) || geometric(n, a.Key) {
					continue
				}
				if kind, found, ok := s.inText(a.Val); ok {
					add(kind, n.Data+" "+a.Key, found)
				}
			}
			if found, ok := s.inShape(n); ok {
				add(Length, n.Data, found)
			}
		}
	})
	return out
}

// Displayed returns the words in the order in which they first stand as texts of their own at a place of a page.
func Displayed(doc []byte, place []Word, words []string) ([]string, error) {
	root, err := html.Parse(bytes.NewReader(doc))
	if err != nil {
		return nil, fmt.Errorf("scan: %w", err)
	}
	var out []string
	for _, region := range find(root, place) {
		walk(region, func(n *html.Node) {
			if text := strings.TrimSpace(n.Data); n.Type == html.TextNode && slices.Contains(words, text) && !slices.Contains(out, text) {
				out = append(out, text)
			}
		})
	}
	return out, nil
}
