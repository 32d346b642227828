package network

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/google/renameio/v2"
	"go.yaml.in/yaml/v3"
)

// Write writes the file with all sizes in one form, as a whole or not at all. Parse reads the same
// network from it, with the same names of its parameters.
func (f *File) Write(path string) error {
	text, err := f.text()
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(path, text, 0o666, renameio.WithTempDir(filepath.Dir(path))); err != nil {
		return fmt.Errorf("network: %w", err)
	}
	return nil
}

func (f *File) text() ([]byte, error) {
	var b bytes.Buffer
	inputs := "sample: " + list(f.Inputs.Sample)
	if f.Inputs.Vocabulary > 0 {
		inputs += fmt.Sprintf(", vocabulary: %d", f.Inputs.Vocabulary)
	}
	if f.Inputs.Targets > 1 {
		inputs += fmt.Sprintf(", targets: %d", f.Inputs.Targets)
	}
	fmt.Fprintf(&b, "inputs: {%s}\nclasses: %d\nloss: %s\nl2: %s\nprecision: %s\nlayers:\n", inputs, f.Classes, f.Loss, number(f.L2), f.Precision)
	writeLayers(&b, f.Layers, "  ")
	if len(f.Names) == 0 {
		return b.Bytes(), nil
	}
	b.WriteString("names:\n")
	for _, name := range slices.Sorted(maps.Keys(f.Names)) {
		line, err := yaml.Marshal(map[string]string{name: f.Names[name]})
		if err != nil {
			return nil, fmt.Errorf("network: %w", err)
		}
		fmt.Fprintf(&b, "  %s\n", bytes.TrimSpace(line))
	}
	return b.Bytes(), nil
}

func writeLayers(b *bytes.Buffer, layers []Layer, indent string) {
	for _, l := range layers {
		if l.Kind == "residual" {
			fmt.Fprintf(b, "%s- residual:\n", indent)
			writeLayers(b, l.Layers, indent+"    ")
			continue
		}
		if settings := l.settings(); settings != "" {
			fmt.Fprintf(b, "%s- %s: {%s}\n", indent, l.Kind, settings)
		} else {
			fmt.Fprintf(b, "%s- %s\n", indent, l.Kind)
		}
	}
}

// settings are those of a layer that are set, as text.
func (l Layer) settings() string {
	if l.Kind == "batch-norm" && l.Epsilon == 0 {
		l.Epsilon = batchNormEpsilon
	}
	var parts []string
	for _, name := range settingOrder {
		if !slices.Contains(kinds[l.Kind].settings, name) {
			continue
		}
		v := reflect.ValueOf(l.setting(name)).Elem()
		if v.IsZero() {
			continue
		}
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		parts = append(parts, name+": "+value(v.Interface()))
	}
	return strings.Join(parts, ", ")
}

// batchNormEpsilon is that of nets.BatchNorm where nobody says.
const batchNormEpsilon = 1e-3

func value(v any) string {
	switch v := v.(type) {
	case []int:
		return list(v)
	case []float64:
		return list(v)
	case float64:
		return number(v)
	}
	return fmt.Sprint(v)
}

func list[T int | float64](x []T) string {
	text := make([]string, len(x))
	for i, v := range x {
		text[i] = number(float64(v))
	}
	return "[" + strings.Join(text, ", ") + "]"
}

// number writes a number so that YAML reads it as one, and as the same: 1e-05 has no point, and
// some readers take it for a word.
func number(v float64) string {
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if mantissa, exponent, ok := strings.Cut(text, "e"); ok && !strings.Contains(mantissa, ".") {
		return mantissa + ".0e" + exponent
	}
	return text
}
