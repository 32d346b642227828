// Package settings reads, prints and checks the settings of a program by their names. The settings
// are the fields of any struct; what may be said of one stands in the tags of its field and nowhere
// else:
//
//	set     its name
//	doc     what it means
//	also    other names, separated by commas
//	words   the texts that it may be, separated by bars, or "@" and the name of a list of the program's
//	was     words of former versions, each with "=" and its present name, separated by bars; they are read as their present names
//	max     the largest value
//	below   a bound that no value reaches
//	min     the smallest value beside 0; without it whole numbers begin at 1
//	zero    "ok" where 0 has a meaning; without it numbers are above 0
//	repeat  "ok" where a list of numbers may name one twice
//	more    "ok" where a run may be extended by a larger number, or by more words of a list
//	unit    what a number counts or is measured in
//	scope   what depends on it, one of [Scopes], for [Form.Key]
//
// A field is a bool, a string, an int, a float64, an [Auto], or a list of strings, ints or
// float64s; the fields of an embedded struct count as its own. A whole number has a largest value:
// beyond it a slip of the keyboard is likelier than a wish.
package settings

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"lethe/internal/suggest"
)

// Auto is a number, or the wish to have it chosen: written "auto".
type Auto struct {
	Value float64
	Tuned bool // Value is to be chosen
}

// Form knows the settings of the struct type T.
type Form[T any] struct {
	fields []Field
}

// New reads the tags of T's fields. lists holds the words that tags name as "@list". Tags that
// contradict themselves or the type of their field are errors, all of them reported together.
func New[T any](lists map[string][]string) (*Form[T], error) {
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("settings: %v is not a struct", t)
	}
	f := &Form[T]{}
	var errs []error
	names, used := map[string]string{}, map[string]bool{}
	for _, x := range reflect.VisibleFields(t) {
		if x.Anonymous && x.Type.Kind() == reflect.Struct {
			continue // its own fields follow
		}
		field, err := readTags(x, lists, used)
		if err != nil {
			errs = append(errs, fmt.Errorf("settings: field %s of %v: %w", x.Name, t, err))
			continue
		}
		for _, name := range append([]string{field.Name}, field.Also...) {
			if other, ok := names[name]; ok {
				errs = append(errs, fmt.Errorf("settings: fields %s and %s of %v are both named %q", other, x.Name, t, name))
			}
			names[name] = x.Name
		}
		f.fields = append(f.fields, field)
	}
	for list := range lists {
		if !used[list] {
			errs = append(errs, fmt.Errorf("settings: no field of %v takes its words from the list %q", t, list))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return f, nil
}

// MustNew is [New] for a struct that is part of the program: faults in its tags end it.
func MustNew[T any](lists map[string][]string) *Form[T] {
	f, err := New[T](lists)
	if err != nil {
		panic(err)
	}
	return f
}

// Fields returns the settings in their order.
func (f *Form[T]) Fields() []Field { return slices.Clone(f.fields) }

// Names returns the names of the settings in their order.
func (f *Form[T]) Names() []string {
	out := make([]string, len(f.fields))
	for i := range f.fields {
		out[i] = f.fields[i].Name
	}
	return out
}

// Field returns the setting of that name, or of that other name.
func (f *Form[T]) Field(name string) (Field, bool) {
	i := slices.IndexFunc(f.fields, func(x Field) bool { return x.Name == name || slices.Contains(x.Also, name) })
	if i < 0 {
		return Field{}, false
	}
	return f.fields[i], true
}

// Set changes one setting from its text; lists are separated by commas. On an error nothing is
// changed; that of an unknown name lists the known ones.
func (f *Form[T]) Set(s *T, name, text string) error {
	field, ok := f.Field(name)
	if !ok {
		return suggest.Unknown("setting", name, f.Names())
	}
	target := reflect.ValueOf(s).Elem().FieldByIndex(field.index)
	v, err := read(target.Interface(), strings.TrimSpace(text))
	if err == nil {
		v = field.present(v)
		err = field.check(v)
	}
	if err != nil {
		return fmt.Errorf("setting %s=%s: %w", field.Name, text, err)
	}
	target.Set(reflect.ValueOf(v))
	return nil
}

// Text returns a setting as [Form.Set] reads it; "" of an unknown name.
func (f *Form[T]) Text(s *T, name string) string {
	i := slices.IndexFunc(f.fields, func(x Field) bool { return x.Name == name })
	if i < 0 {
		return ""
	}
	return write(reflect.ValueOf(s).Elem().FieldByIndex(f.fields[i].index).Interface())
}

// Check says what is wrong with the value of one setting.
func (f *Form[T]) Check(s *T, name string) error {
	field, ok := f.Field(name)
	if !ok {
		return suggest.Unknown("setting", name, f.Names())
	}
	return field.check(reflect.ValueOf(s).Elem().FieldByIndex(field.index).Interface())
}

// Key is the encoding of all settings with one of the scopes: equal for two that agree in them, and
// only for those.
func (f *Form[T]) Key(s *T, scopes ...string) string {
	var out strings.Builder
	for i := range f.fields {
		if slices.Contains(scopes, f.fields[i].Scope) {
			fmt.Fprintf(&out, "%s=%s;", f.fields[i].Name, f.Text(s, f.fields[i].Name))
		}
	}
	return out.String()
}
