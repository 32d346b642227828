package network

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lethe/safetensors"
)

// module is what a state dict holds of one layer.
type module struct {
	name    string                         // "fc1"; of a layer of an LSTM or GRU "rnn.l0"
	tensors map[string]*safetensors.Tensor // by their names within it: "weight", "running_mean", ...
}

// locals are the names of the tensors within the module, sorted.
func (m *module) locals() []string {
	var names []string
	for name := range m.tensors {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// loose is the name within a module of a tensor that is a module by itself, as a parameter of the
// network's own is.
const loose = "parameter"

var recurrentName = regexp.MustCompile(`^(weight|bias)_(ih|hh)_l(\d+)$`)

// moduleNames are the names that PyTorch gives to the tensors of its modules.
var moduleNames = []string{"weight", "bias", "running_mean", "running_var", "in_proj_weight", "in_proj_bias"}

// modules sorts the tensors of a state dict by the layers that they belong to, in the order of
// their names. ignored are those that no computation needs.
func modules(tensors []safetensors.Tensor) (ms []*module, ignored []string) {
	byName, attention := map[string]*module{}, map[string]bool{}
	for _, t := range tensors {
		if prefix, ok := strings.CutSuffix("."+t.Name, ".in_proj_weight"); ok {
			attention[strings.TrimPrefix(prefix+".out_proj", ".")] = true
		}
	}
	for i := range tensors {
		t := &tensors[i]
		if counts(t) {
			ignored = append(ignored, fmt.Sprintf("%s (%s)", t.Name, t.DType))
			continue
		}
		name, local := splitTensor(t.Name, attention)
		m := byName[name]
		if m == nil {
			m = &module{name: name, tensors: map[string]*safetensors.Tensor{}}
			byName[name] = m
			ms = append(ms, m)
		}
		m.tensors[local] = t
	}
	slices.SortFunc(ms, func(a, b *module) int { return natural(a.name, b.name) })
	return ms, ignored
}

// counts reports whether a tensor is a single whole number, such as num_batches_tracked.
func counts(t *safetensors.Tensor) bool {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n == 1 && (strings.HasPrefix(string(t.DType), "I") || strings.HasPrefix(string(t.DType), "U"))
}

// splitTensor cuts the name of a tensor into its module's and its own.
func splitTensor(name string, attention map[string]bool) (module, local string) {
	module, local = "", name
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		module, local = name[:i], name[i+1:]
	}
	if attention[module] {
		parent, last := "", module
		if i := strings.LastIndexByte(module, '.'); i >= 0 {
			parent, last = module[:i], module[i+1:]
		}
		return parent, last + "." + local
	}
	if m := recurrentName.FindStringSubmatch(local); m != nil {
		return strings.TrimPrefix(module+".l"+m[3], "."), m[1] + "_" + m[2]
	}
	if slices.Contains(moduleNames, local) {
		return module, local
	}
	return name, loose
}

var digits = regexp.MustCompile(`\d+`)

// natural compares names with the numbers in them as numbers: layer2 comes before layer10.
func natural(a, b string) int {
	x, y := digits.FindAllString(a, -1), digits.FindAllString(b, -1)
	if digits.ReplaceAllString(a, "#") != digits.ReplaceAllString(b, "#") {
		return strings.Compare(a, b)
	}
	for i := range x {
		m, errA := strconv.ParseUint(x[i], 10, 64)
		n, errB := strconv.ParseUint(y[i], 10, 64)
		if errA == nil && errB == nil && m != n {
			if m < n {
				return -1
			}
			return 1
		}
	}
	return strings.Compare(a, b)
}

// alike reports whether names differ in their numbers alone, so that these say the order.
func alike(names []string) bool {
	seen := map[string]bool{}
	for _, n := range names {
		seen[digits.ReplaceAllString(n, "#")] = true
	}
	return len(seen) == 1
}
