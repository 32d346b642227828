// Package settingstest checks, for the tests of other packages, that every number in a struct of
// settings is looked at before it is used: it puts what cannot be into each field, one at a time,
// and asks for an error that names the field.
package settingstest

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Use is a struct of settings in a place where it works.
type Use struct {
	Settings any // a pointer to good settings
	Run      func(ctx context.Context) error
	// Allowed names values that are no mistake, by field: "negative", "infinite", "huge".
	Allowed map[string]string
}

// Name is the name of the settings' type.
func (u Use) Name() string { return reflect.TypeOf(u.Settings).Elem().Name() }

// Huge allows large values of fields: a limit that is not reached, or work that the context ends.
func Huge(fields ...string) map[string]string {
	m := map[string]string{}
	for _, f := range fields {
		m[f] = "huge"
	}
	return m
}

// With allows more values of a field.
func With(m map[string]string, field, what string) map[string]string {
	m[field] += " " + what
	return m
}

// badFloats are put into fields, each with the word that allows it.
var badFloats = map[float64]string{math.Inf(1): "infinite", math.Inf(-1): "infinite", -1: "negative", -1e-300: "negative",
	-math.MaxFloat64: "negative", math.MaxFloat64: "huge", 1e300: "huge"}

// Check puts bad values into every exported number, and into the last entry of every vector, of the
// settings.
func Check(t *testing.T, uses []Use) {
	for _, u := range uses {
		require.NoError(t, u.Run(t.Context()), u.Name())
		v := reflect.ValueOf(u.Settings).Elem()
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				continue
			}
			at := v.Field(i)
			if at.Kind() == reflect.Slice && at.Len() > 0 {
				at = at.Index(at.Len() - 1)
			}
			checkField(t, u, field.Name, at)
		}
	}
}

func checkField(t *testing.T, u Use, name string, at reflect.Value) {
	put := func(value any, word string) { u.put(t, name, at, value, word) }
	switch at.Kind() {
	case reflect.Float64:
		put(math.NaN(), "")
		for value, word := range badFloats {
			put(value, word)
		}
	case reflect.Int32:
		put(int32(-1), "negative")
		put(int32(math.MaxInt32), "huge")
	case reflect.Int:
		put(-1, "negative")
		if at.Type() != reflect.TypeFor[int]() { // one of a list of names
			put(7, "huge")
			return
		}
		put(math.MinInt, "negative")
		put(math.MaxInt, "huge")
	}
}

// put runs with a value in a field, and puts back what was there.
func (u Use) put(t *testing.T, field string, at reflect.Value, value any, word string) {
	before := reflect.New(at.Type()).Elem()
	before.Set(at)
	defer func() { at.Set(before) }()
	at.Set(reflect.ValueOf(value).Convert(at.Type()))
	if word != "" && strings.Contains(u.Allowed[field], word) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_ = u.Run(ctx) // whatever comes of it, it is no panic and ends with the context
		return
	}
	if err := u.Run(t.Context()); err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(field)) {
		t.Errorf("%s.%s = %v: %v", u.Name(), field, value, err)
	}
}

// CheckComplete asks that every exported struct of the package in the present folder that has
// exported numbers, or vectors of them, is either among the settings or among the answers, which
// nobody sets. named are the package's own kinds of numbers.
func CheckComplete(t *testing.T, uses []Use, answers, named []string) {
	structs := numericStructs(t, named)
	for _, name := range structs {
		is := slices.ContainsFunc(uses, func(u Use) bool { return u.Name() == name })
		require.True(t, is != slices.Contains(answers, name),
			"%s has numbers: enter it where settings are checked, or among the answers if nobody sets them", name)
	}
	for _, name := range answers {
		require.Contains(t, structs, name, "no struct with numbers has this name")
	}
}

func numericStructs(t *testing.T, named []string) []string {
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var names []string
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.TypeSpec); ok && s.Name.IsExported() {
				if fields, ok := s.Type.(*ast.StructType); ok && hasNumber(fields, named) {
					names = append(names, s.Name.Name)
				}
			}
			return true
		})
	}
	return names
}

func hasNumber(s *ast.StructType, named []string) bool {
	numeric := append([]string{"int", "int32", "int64", "float64", "float32"}, named...)
	for _, f := range s.Fields.List {
		kind := f.Type
		if array, ok := kind.(*ast.ArrayType); ok {
			kind = array.Elt
		}
		if id, ok := kind.(*ast.Ident); ok && slices.Contains(numeric, id.Name) {
			if slices.ContainsFunc(f.Names, (*ast.Ident).IsExported) {
				return true
			}
		}
	}
	return false
}
