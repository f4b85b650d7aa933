package template

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// call evaluates one intrinsic function.
func (s *stack) call(name string, arg any) (any, error) {
	switch name {
	case "Ref":
		id, _ := arg.(string)
		return s.ref(id)
	case "Fn::GetAtt":
		return s.attribute(arg)
	case "Fn::Sub":
		return s.sub(arg)
	case "Fn::Join":
		sep, list, err := s.textAndList(arg)
		return strings.Join(list, sep), err
	case "Fn::Split":
		return s.split(arg)
	case "Fn::Select":
		return s.choose(arg)
	case "Fn::If":
		return s.branch(arg)
	case "Fn::FindInMap":
		return s.lookUp(arg)
	case "Fn::ImportValue":
		key, err := s.text(arg)
		if err != nil {
			return nil, err
		}
		e, ok := s.app.exports[key]
		if !ok {
			return nil, fmt.Errorf("Fn::ImportValue: nobody exports %s", key)
		}
		return e.stack.resolve(e.value)
	}
	return nil, fmt.Errorf("%s is not understood", name)
}

var pseudo = map[string]string{
	"AWS::AccountId": Account, "AWS::Region": Region, "AWS::Partition": Partition, "AWS::URLSuffix": "amazonaws.com",
}

func (s *stack) ref(id string) (any, error) {
	if v, ok := pseudo[id]; ok {
		return v, nil
	}
	switch id {
	case "AWS::NoValue":
		return nil, errNoValue
	case "AWS::StackName":
		return s.name, nil
	case "AWS::StackId":
		return fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/0", Partition, Region, Account, s.name), nil
	}
	if p, ok := s.file.Parameters[id]; ok {
		if p.Default == nil {
			return nil, fmt.Errorf("parameter %s has no default", id)
		}
		return p.Default, nil
	}
	name, _, err := s.names(id)
	return name, err
}

func (s *stack) attribute(arg any) (any, error) {
	if dotted, ok := arg.(string); ok {
		id, attr, _ := strings.Cut(dotted, ".")
		arg = []any{id, attr}
	}
	l, _ := arg.([]any)
	if len(l) != 2 {
		return nil, fmt.Errorf("Fn::GetAtt %v", arg)
	}
	id, _ := l[0].(string)
	attr, err := s.text(l[1])
	if err != nil {
		return nil, err
	}
	name, arn, err := s.names(id)
	if err != nil {
		return nil, err
	}
	kind := s.file.Resources[id].Type
	switch {
	case attr == "Arn" || strings.HasSuffix(attr, "Arn") && !strings.HasSuffix(attr, "StreamArn"):
		return arn, nil
	case kind == "AWS::SQS::Queue" && attr == "QueueUrl":
		return name, nil
	case attr == "Name" || attr == "Id" || strings.HasSuffix(attr, "Name") && !strings.Contains(attr, "Domain"):
		return strings.TrimPrefix(name, queueURL("")), nil
	case attr == "ApiEndpoint":
		return fmt.Sprintf("https://%s.execute-api.%s.amazonaws.com", name, Region), nil
	}
	// Anything else is an opaque value of that resource: equal where it is the same, and different from all others.
	return fmt.Sprintf("%s.%s", name, attr), nil
}

var placeholder = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

func (s *stack) sub(arg any) (any, error) {
	pattern, _ := arg.(string)
	own := map[string]any{}
	if l, ok := arg.([]any); ok && len(l) == 2 {
		pattern, _ = l[0].(string)
		own, _ = l[1].(map[string]any)
	}
	var errs []error
	out := placeholder.ReplaceAllStringFunc(pattern, func(m string) string {
		id := m[2 : len(m)-1]
		v, ok := own[id]
		switch {
		case ok:
		case strings.Contains(id, ".") && !strings.HasPrefix(id, "AWS::"):
			v = map[string]any{"Fn::GetAtt": id}
		default:
			v = map[string]any{"Ref": id}
		}
		t, err := s.text(v)
		errs = append(errs, err)
		return t
	})
	return strings.ReplaceAll(out, "${!", "${"), errors.Join(errs...)
}

func (s *stack) textAndList(arg any) (string, []string, error) {
	l, _ := arg.([]any)
	if len(l) != 2 {
		return "", nil, fmt.Errorf("%v: want a text and a list", arg)
	}
	first, err := s.text(l[0])
	if err != nil {
		return "", nil, err
	}
	second, err := s.resolve(l[1])
	if err != nil {
		return "", nil, err
	}
	items, ok := second.([]any)
	if !ok {
		return "", nil, fmt.Errorf("%v is no list", second)
	}
	var out []string
	for _, i := range items {
		t, err := s.text(i)
		if err != nil {
			return "", nil, err
		}
		out = append(out, t)
	}
	return first, out, nil
}

func (s *stack) split(arg any) (any, error) {
	l, _ := arg.([]any)
	if len(l) != 2 {
		return nil, fmt.Errorf("Fn::Split %v", arg)
	}
	sep, err := s.text(l[0])
	if err != nil {
		return nil, err
	}
	whole, err := s.text(l[1])
	if err != nil {
		return nil, err
	}
	var out []any
	for _, p := range strings.Split(whole, sep) {
		out = append(out, p)
	}
	return out, nil
}

func (s *stack) choose(arg any) (any, error) {
	index, list, err := s.textAndList(arg)
	if err != nil {
		return nil, fmt.Errorf("Fn::Select: %w", err)
	}
	var i int
	if _, err := fmt.Sscan(index, &i); err != nil || i < 0 || i >= len(list) {
		return nil, fmt.Errorf("Fn::Select %s of %d", index, len(list))
	}
	return list[i], nil
}

func (s *stack) branch(arg any) (any, error) {
	l, _ := arg.([]any)
	if len(l) != 3 {
		return nil, fmt.Errorf("Fn::If %v", arg)
	}
	name, _ := l[0].(string)
	yes, err := s.condition(name)
	if err != nil {
		return nil, err
	}
	if yes {
		return s.resolve(l[1])
	}
	return s.resolve(l[2])
}

func (s *stack) lookUp(arg any) (any, error) {
	l, _ := arg.([]any)
	if len(l) != 3 {
		return nil, fmt.Errorf("Fn::FindInMap %v", arg)
	}
	var k [3]string
	for i := range k {
		var err error
		if k[i], err = s.text(l[i]); err != nil {
			return nil, err
		}
	}
	v, ok := s.file.Mappings[k[0]][k[1]][k[2]]
	if !ok {
		return nil, fmt.Errorf("Fn::FindInMap %v: not in the map", k)
	}
	return v, nil
}

func (s *stack) condition(name string) (bool, error) {
	c, ok := s.file.Conditions[name]
	if !ok {
		return false, fmt.Errorf("no condition %s", name)
	}
	return s.holds(c)
}

func (s *stack) holds(c any) (bool, error) {
	m, _ := c.(map[string]any)
	for fn, arg := range m {
		l, _ := arg.([]any)
		switch fn {
		case "Condition":
			name, _ := arg.(string)
			return s.condition(name)
		case "Fn::Equals":
			if len(l) != 2 {
				return false, fmt.Errorf("Fn::Equals %v", arg)
			}
			a, err := s.text(l[0])
			if err != nil {
				return false, err
			}
			b, err := s.text(l[1])
			return a == b, err
		case "Fn::Not":
			if len(l) != 1 {
				return false, fmt.Errorf("Fn::Not %v", arg)
			}
			v, err := s.holds(l[0])
			return !v, err
		case "Fn::And", "Fn::Or":
			for _, e := range l {
				v, err := s.holds(e)
				if err != nil {
					return false, err
				}
				if v == (fn == "Fn::Or") {
					return v, nil
				}
			}
			return fn == "Fn::And", nil
		}
	}
	return false, fmt.Errorf("condition %v is not understood", c)
}
