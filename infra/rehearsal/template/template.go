// Package template reads synthesised CloudFormation templates as what they would become: every reference is resolved to
// the name or ARN that the resource might have, in an invented account. Nothing is asked of AWS.
//
// Names are invented but stable: a resource that the template gives no name is called by its stack and its logical id
// without the hash that the CDK puts at its end, in lower case ("cssastore-archive").
//
// Understood are Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select, Fn::Split, Fn::ImportValue, Fn::If and its conditions,
// Fn::FindInMap, parameters with a default, and the pseudo parameters. Any other function is an error: what is not
// understood must not be guessed.
package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Where the invented deployment is.
const (
	Account   = "111122223333"
	Region    = "ap-northeast-1"
	Partition = "aws"
)

// A Resource is one resource with its properties resolved.
type Resource struct {
	Stack, ID  string
	Type       string
	Properties map[string]any
	Name       string // what Ref gives
	ARN        string
}

// An App is the stacks of one synthesis.
type App struct {
	stacks  map[string]*stack
	exports map[string]export
}

type export struct {
	stack *stack
	value any
}

type stack struct {
	app   *App
	name  string
	file  body
	short map[string]string // logical id → name without its hash, where that is nobody else's
	busy  map[string]bool   // resources whose names are being made, against circles
}

type body struct {
	Parameters map[string]struct{ Default any }
	Mappings   map[string]map[string]map[string]any
	Conditions map[string]any
	Resources  map[string]struct {
		Type       string
		Condition  string
		Properties map[string]any
	}
	Outputs map[string]struct {
		Value  any
		Export struct{ Name any }
	}
}

// ReadDir reads every *.template.json of a cloud assembly.
func ReadDir(dir string) (*App, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.template.json"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no template in %s: run make synth", dir)
	}
	files := map[string][]byte{}
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		files[strings.TrimSuffix(filepath.Base(p), ".template.json")] = raw
	}
	return Read(files)
}

// Read reads templates by the names of their stacks.
func Read(files map[string][]byte) (*App, error) {
	a := &App{stacks: map[string]*stack{}, exports: map[string]export{}}
	for name, raw := range files {
		s := &stack{app: a, name: name, busy: map[string]bool{}}
		if err := json.Unmarshal(raw, &s.file); err != nil {
			return nil, fmt.Errorf("template of %s: %w", name, err)
		}
		s.shorten()
		a.stacks[name] = s
	}
	for _, s := range a.sorted() {
		for id, o := range s.file.Outputs {
			if o.Export.Name == nil {
				continue
			}
			name, err := s.text(o.Export.Name)
			if err != nil {
				return nil, fmt.Errorf("export of %s.%s: %w", s.name, id, err)
			}
			if _, twice := a.exports[name]; twice {
				return nil, fmt.Errorf("two stacks export %s", name)
			}
			a.exports[name] = export{s, o.Value}
		}
	}
	return a, nil
}

func (a *App) sorted() []*stack {
	var all []*stack
	for _, s := range a.stacks {
		all = append(all, s)
	}
	slices.SortFunc(all, func(x, y *stack) int { return strings.Compare(x.name, y.name) })
	return all
}

var hashed = regexp.MustCompile(`[0-9A-F]{8}$`)

// shorten takes the CDK's hash off the logical ids that stay different without it.
func (s *stack) shorten() {
	owners := map[string]int{}
	for id := range s.file.Resources {
		owners[strings.ToLower(hashed.ReplaceAllString(id, ""))]++
	}
	s.short = map[string]string{}
	for id := range s.file.Resources {
		short := strings.ToLower(hashed.ReplaceAllString(id, ""))
		if owners[short] > 1 || short == "" {
			short = strings.ToLower(id)
		}
		s.short[id] = short
	}
}

// Resources returns the resources of a type, by stack and logical id. With no type it returns all.
func (a *App) Resources(kinds ...string) ([]Resource, error) {
	var all []Resource
	for _, s := range a.sorted() {
		var ids []string
		for id, r := range s.file.Resources {
			if len(kinds) == 0 || slices.Contains(kinds, r.Type) {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		for _, id := range ids {
			r, there, err := s.resource(id)
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w", s.name, id, err)
			}
			if there {
				all = append(all, r)
			}
		}
	}
	return all, nil
}

func (s *stack) resource(id string) (Resource, bool, error) {
	raw := s.file.Resources[id]
	if raw.Condition != "" {
		ok, err := s.condition(raw.Condition)
		if err != nil || !ok {
			return Resource{}, false, err
		}
	}
	properties, err := s.resolve(map[string]any(raw.Properties))
	if err != nil {
		return Resource{}, false, err
	}
	name, arn, err := s.names(id)
	if err != nil {
		return Resource{}, false, err
	}
	p, _ := properties.(map[string]any)
	return Resource{Stack: s.name, ID: id, Type: raw.Type, Properties: p, Name: name, ARN: arn}, true, nil
}

// Outputs returns the resolved outputs of all stacks by their logical id; an id that two stacks have is an error.
func (a *App) Outputs() (map[string]string, error) {
	all := map[string]string{}
	for _, s := range a.sorted() {
		for id, o := range s.file.Outputs {
			v, err := s.text(o.Value)
			if err != nil {
				return nil, fmt.Errorf("output %s.%s: %w", s.name, id, err)
			}
			if had, twice := all[id]; twice && had != v {
				return nil, fmt.Errorf("output %s: two stacks have it", id)
			}
			all[id] = v
		}
	}
	return all, nil
}

var errNoValue = errors.New("AWS::NoValue")

// resolve gives a value as it would be after deployment.
func (s *stack) resolve(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		out := make([]any, 0, len(v))
		for _, e := range v {
			r, err := s.resolve(e)
			if errors.Is(err, errNoValue) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		return out, nil
	case map[string]any:
		if len(v) == 1 {
			for name, arg := range v {
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return s.call(name, arg)
				}
			}
		}
		out := make(map[string]any, len(v))
		for k, e := range v {
			r, err := s.resolve(e)
			if errors.Is(err, errNoValue) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out[k] = r
		}
		return out, nil
	}
	return v, nil
}

// text is resolve for what must come out as one string. Numbers are written as JSON writes them.
func (s *stack) text(v any) (string, error) {
	r, err := s.resolve(v)
	if err != nil {
		return "", err
	}
	switch r := r.(type) {
	case string:
		return r, nil
	case float64, bool, json.Number:
		b, err := json.Marshal(r)
		return string(b), err
	}
	return "", fmt.Errorf("%v is no text", r)
}
