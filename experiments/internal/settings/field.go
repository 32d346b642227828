package settings

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Field is one setting, as the tags of its field describe it.
type Field struct {
	Name, Doc, Unit string
	Kind            string            // of values: "whole number", "numbers", "word", see kindOf
	Scope           string            // what depends on it, in the words of the program
	Also            []string          // other names
	Words           []string          // that a text, or each of a list, may be; none = any
	Was             map[string]string // present names of former words
	Min, Max, Below *float64          // bounds; nil = none
	Zero            bool              // 0 has a meaning
	Repeat          bool              // a list may name a number twice
	More            bool              // a run may be extended by a larger number, or by more words
	Drawn           bool              // a draw depends on it: it says what is changed, or what that is drawn from

	index []int // of the field in its struct
}

// known are the keys that a tag may have.
var known = []string{"set", "doc", "also", "words", "was", "max", "below", "min", "zero", "repeat", "more", "unit", "scope", "drawn"}

// tag is a key and its value.
var tag = regexp.MustCompile(`^ *([a-z-]+):("(?:[^"\\]|\\.)*")`)

// tags takes a field's tag apart. Unlike the library's it refuses a key that it does not know,
// which may be a slip of the keyboard.
func tags(text reflect.StructTag) (map[string]string, error) {
	out := map[string]string{}
	for rest := string(text); strings.TrimSpace(rest) != ""; {
		m := tag.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("the tag %q does not consist of keys and values", rest)
		}
		value, err := strconv.Unquote(m[2])
		switch {
		case err != nil:
			return nil, fmt.Errorf("the tag %s: %w", m[0], err)
		case !slices.Contains(known, m[1]):
			return nil, fmt.Errorf("unknown tag %s; known: %s", m[1], strings.Join(known, ", "))
		}
		if _, ok := out[m[1]]; ok {
			return nil, fmt.Errorf("the tag %s is given twice", m[1])
		}
		out[m[1]], rest = value, rest[len(m[0]):]
	}
	return out, nil
}

// readTags describes one field, and notes the list of words that it uses.
func readTags(f reflect.StructField, lists map[string][]string, used map[string]bool) (Field, error) {
	t, err := tags(f.Tag)
	if err != nil {
		return Field{}, err
	}
	out := Field{Name: t["set"], Doc: t["doc"], Unit: t["unit"], Scope: t["scope"], Also: split(t["also"], ","), Words: split(t["words"], "|"),
		Zero: t["zero"] == "ok", Repeat: t["repeat"] == "ok", More: t["more"] == "ok", Drawn: t["drawn"] == "ok", Kind: kindOf(f.Type), index: f.Index}
	if list, ok := strings.CutPrefix(t["words"], "@"); ok {
		used[list] = true
		out.Words = lists[list]
	}
	var errs []error
	for key, bound := range map[string]**float64{"min": &out.Min, "max": &out.Max, "below": &out.Below} {
		if text, ok := t[key]; ok {
			v, err := number(text)
			errs, *bound = append(errs, err), &v
		}
	}
	for _, pair := range split(t["was"], "|") {
		former, present, ok := strings.Cut(pair, "=")
		if !ok || !slices.Contains(out.Words, present) || slices.Contains(out.Words, former) {
			errs = append(errs, fmt.Errorf("was has %q in place of a former word, = and a present one", pair))
			continue
		}
		if out.Was == nil {
			out.Was = map[string]string{}
		}
		out.Was[former] = present
	}
	return out, cmp.Or(errors.Join(errs...), out.sound(f, t))
}

func split(text, at string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, at)
}

// sound refuses tags that do not go together, or not with the type of their field.
func (f *Field) sound(field reflect.StructField, t map[string]string) error {
	var v any
	if field.IsExported() {
		v = reflect.Zero(field.Type).Interface()
	}
	number, text, list, whole := false, false, false, false
	switch v.(type) {
	case bool:
	case string:
		text = true
	case []string:
		text = true
	case int:
		number, whole = true, true
	case []int:
		number, whole, list = true, true, true
	case float64, Auto:
		number = true
	case []float64:
		number, list = true, true
	default:
		return fmt.Errorf("a %v cannot be read", field.Type)
	}
	_, words := t["words"]
	switch {
	case f.Name == "" || f.Name != strings.ToLower(f.Name) || strings.ContainsAny(f.Name, " =,"):
		return fmt.Errorf("its name %q is empty, or has capitals, spaces, commas or =", f.Name)
	case f.Doc == "":
		return errors.New("it has no doc")
	case words && (!text || len(f.Words) == 0):
		return errors.New("words are for texts, and need at least one")
	case !number && (f.Min != nil || f.Max != nil || f.Below != nil || f.Zero || f.Unit != ""):
		return errors.New("bounds and units are for numbers")
	case t["zero"] != "" && !f.Zero, t["repeat"] != "" && !f.Repeat, t["more"] != "" && !f.More, t["drawn"] != "" && !f.Drawn:
		return errors.New(`zero, repeat, more and drawn are "ok" or absent`)
	case f.More && f.Kind != "whole number" && f.Kind != "words":
		return errors.New("more is for whole numbers and for lists of words")
	case f.Repeat && !list:
		return errors.New("repeat is for lists of numbers")
	case whole && f.Max == nil:
		return errors.New("a whole number has a max")
	case f.Scope != "" && !slices.Contains(Scopes, f.Scope):
		return fmt.Errorf("unknown scope %q; known: %s", f.Scope, strings.Join(Scopes, ", "))
	case f.Min != nil && f.Max != nil && *f.Min > *f.Max:
		return errors.New("min is above max")
	}
	return nil
}

// present gives former words their present names.
func (f *Field) present(v any) any {
	switch v := v.(type) {
	case string:
		return cmp.Or(f.Was[v], v)
	case []string:
		for i := range v {
			v[i] = cmp.Or(f.Was[v[i]], v[i])
		}
	}
	return v
}

// kindOf names the kind of values that a field of that type has.
func kindOf(t reflect.Type) string {
	return map[reflect.Type]string{
		reflect.TypeFor[bool](): "true or false", reflect.TypeFor[string](): "word", reflect.TypeFor[[]string](): "words",
		reflect.TypeFor[int](): "whole number", reflect.TypeFor[[]int](): "whole numbers",
		reflect.TypeFor[float64](): "number", reflect.TypeFor[[]float64](): "numbers", reflect.TypeFor[Auto](): "number or auto",
	}[t]
}
