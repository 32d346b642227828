package evidence_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const fieldsMark = "<!-- fields: go test ./project/evidence -run TestFieldsPage -update -->\n"

// field is a field of report.json.
type field struct{ path, kind, meaning string }

// described returns the fields of report.json with the comments of report.go.
func described(t *testing.T) []field {
	file, err := parser.ParseFile(token.NewFileSet(), "report.go", nil, parser.ParseComments)
	require.NoError(t, err)
	types := map[string]*ast.StructType{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if s, ok := spec.Type.(*ast.StructType); ok {
				types[spec.Name.Name] = s
			}
		}
		return true
	})
	out := []field{{"version", "whole number", "version of the file"}}
	var walk func(prefix string, s *ast.StructType)
	walk = func(prefix string, s *ast.StructType) {
		for _, f := range s.Fields.List {
			name, _, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
			if name == "-" {
				continue
			}
			kind, inner, list := kindOf(f.Type, types)
			path := prefix + name
			require.NotEmpty(t, f.Comment.Text(), path)
			out = append(out, field{path, kind, strings.TrimSpace(f.Comment.Text())})
			if inner != nil {
				if list {
					path += "[]"
				}
				walk(path+".", inner)
			}
		}
	}
	walk("", types["Report"])
	return out
}

// kindOf says what stands in a field in the words of JSON, and which struct is in it.
func kindOf(e ast.Expr, types map[string]*ast.StructType) (kind string, inner *ast.StructType, list bool) {
	switch e := e.(type) {
	case *ast.StarExpr:
		kind, inner, _ := kindOf(e.X, types)
		return kind + " or null", inner, false
	case *ast.ArrayType:
		kind, inner, _ := kindOf(e.Elt, types)
		return "list of " + kind + "s", inner, true
	case *ast.SelectorExpr:
		return "time", nil, false
	case *ast.Ident:
		if s := types[e.Name]; s != nil {
			return "object", s, false
		}
		words := map[string]string{"string": "string", "Outcome": "string", "int": "whole number", "int64": "whole number", "uint64": "whole number", "float64": "number", "bool": "boolean"}
		return words[e.Name], nil, false
	}
	return "", nil, false
}

// The page names every field of report.json, with its type and meaning.
func TestFieldsPage(t *testing.T) {
	var table strings.Builder
	table.WriteString("\n| field | type | meaning |\n|---|---|---|\n")
	for _, f := range described(t) {
		require.NotEmpty(t, f.kind, f.path)
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", f.path, f.kind, f.meaning)
	}
	path := filepath.Join("..", "..", "docs", "evidence.md")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	head, _, found := strings.Cut(string(text), fieldsMark)
	require.True(t, found, "the page has its mark")
	want := head + fieldsMark + table.String()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	assert.Equal(t, want, string(text), "go test ./project/evidence -run TestFieldsPage -update writes it")
}

// What stands in report.json is what the page names: all of it, and nothing else.
func TestTheFilesHaveTheFieldsOfThePage(t *testing.T) {
	known := map[string]string{}
	for _, f := range described(t) {
		known[f.path] = f.kind
	}
	seen := map[string]bool{}
	for _, name := range []string{"adult", "mails", "secret", "planned"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		require.NoError(t, err)
		var v any
		require.NoError(t, json.Unmarshal(text, &v))
		var walk func(path string, v any)
		walk = func(path string, v any) {
			switch v := v.(type) {
			case map[string]any:
				for k, x := range v {
					below := strings.TrimPrefix(path+"."+k, ".")
					kind, ok := known[below]
					assert.True(t, ok, "%s is not on the page", below)
					assert.True(t, fits(x, kind), "%s of %s is %v, not %s", below, name, x, kind)
					seen[below] = true
					walk(below, x)
				}
			case []any:
				for _, x := range v {
					walk(path+"[]", x)
				}
			}
		}
		walk("", v)
	}
	for path := range known {
		assert.True(t, seen[path], "no golden file has %s", path)
	}
}

// fits reports whether a value is of a kind.
func fits(x any, kind string) bool {
	kind, optional := strings.CutSuffix(kind, " or null")
	switch x := x.(type) {
	case nil:
		return optional
	case []any:
		return strings.HasPrefix(kind, "list of ")
	case map[string]any:
		return kind == "object"
	case string:
		return slices.Contains([]string{"string", "time"}, kind)
	case bool:
		return kind == "boolean"
	case float64:
		return kind == "number" || kind == "whole number" && x == float64(int64(x))
	}
	return false
}
