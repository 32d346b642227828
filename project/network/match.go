package network

import (
	"fmt"
	"slices"
	"strings"

	"lethe/internal/suggest"
	"lethe/safetensors"
)

// matching says which module fills which layer.
type matching struct {
	targets []*target
	modules []*module
	fits    map[*target][]*module // by their shapes
	of      map[*target]*module
	used    map[*module]bool
}

func (m *matching) take(t *target, by *module) { m.of[t], m.used[by] = by, true }

// match finds the module of each layer: by the names first, then by shapes. Where several layers
// and modules have the same shapes, the numbers in the modules' names have to say their order.
func match(ts []*target, ms []*module, names map[string]string) (*matching, error) {
	m := &matching{targets: ts, modules: ms, fits: map[*target][]*module{}, of: map[*target]*module{}, used: map[*module]bool{}}
	if err := m.byName(names); err != nil {
		return nil, err
	}
	for _, t := range m.open() {
		for _, x := range ms {
			if _, ok := recipeFor(t, x); ok {
				m.fits[t] = append(m.fits[t], x)
			}
		}
	}
	for m.byShape() {
	}
	if err := m.byNumber(); err != nil {
		return nil, err
	}
	return m, nil
}

// byName takes what the map names says.
func (m *matching) byName(names map[string]string) error {
	left := map[string]string{}
	for key, to := range names {
		left[key] = to
	}
	for _, t := range m.targets {
		to, ok := names[t.name]
		delete(left, t.name)
		parts := map[string]*safetensors.Tensor{}
		for _, p := range t.params {
			if tensor, named := names[p.Name]; named && p.Name != t.name {
				delete(left, p.Name)
				if err := m.part(t, p, tensor, parts); err != nil {
					return err
				}
			}
		}
		switch {
		case ok && len(parts) > 0:
			return fmt.Errorf("names: %s and some of its parameters are both named: name either", t.name)
		case len(parts) > 0:
			m.take(t, &module{name: t.name, tensors: parts})
		case ok:
			i := slices.IndexFunc(m.modules, func(x *module) bool { return x.name == to || x.name == to+".l0" })
			if i < 0 {
				return fmt.Errorf("names: %s: %w", t.name, suggest.Unknown("module of the state dict", to, m.moduleNames()))
			}
			if m.used[m.modules[i]] {
				return fmt.Errorf("names: %s is named for two layers", to)
			}
			m.take(t, m.modules[i])
		}
	}
	for _, key := range sortedKeys(left) {
		return fmt.Errorf("names: %w", suggest.Unknown("layer or parameter of the network", key, m.targetNames()))
	}
	return nil
}

// part takes one tensor by its name, out of its module, for a parameter that is made of it alone.
func (m *matching) part(t *target, p param, name string, parts map[string]*safetensors.Tensor) error {
	local := map[string]string{"W": "weight", "b": "bias", "gain": "weight", "bias": "bias", "mean": "running_mean", "variance": "running_var", "P": "weight"}[p.local]
	if local == "" || t.kind == "lstm" || t.kind == "gru" || t.kind == "attention" {
		return fmt.Errorf("names: %s is made of several tensors: name the module of %s", p.Name, t.name)
	}
	for _, x := range m.modules {
		for l, tensor := range x.tensors {
			if tensor.Name != name {
				continue
			}
			parts[local] = tensor
			if delete(x.tensors, l); len(x.tensors) == 0 {
				m.used[x] = true
			}
			return nil
		}
	}
	return fmt.Errorf("names: %s: there is no tensor %q left in the state dict", p.Name, name)
}

func (m *matching) moduleNames() (names []string) {
	for _, x := range m.modules {
		names = append(names, x.name)
	}
	return names
}

func (m *matching) targetNames() (names []string) {
	for _, t := range m.targets {
		names = append(names, t.name)
	}
	return names
}

// recipeFor returns the way in which a module fills a layer.
func recipeFor(t *target, by *module) (recipe, bool) {
	for _, r := range recipes(t) {
		if r.fits(by) {
			return r, true
		}
	}
	return recipe{}, false
}

// free are the modules that fit a layer and are not taken.
func (m *matching) free(t *target) (fit []*module) {
	for _, x := range m.fits[t] {
		if !m.used[x] {
			fit = append(fit, x)
		}
	}
	return fit
}

// open are the layers without a module.
func (m *matching) open() (open []*target) {
	for _, t := range m.targets {
		if m.of[t] == nil {
			open = append(open, t)
		}
	}
	return open
}

// byShape takes what has one partner alone, and reports whether there was any.
func (m *matching) byShape() bool {
	wanted := map[*module][]*target{}
	for _, t := range m.open() {
		fit := m.free(t)
		if len(fit) == 1 {
			m.take(t, fit[0])
			return true
		}
		for _, x := range fit {
			wanted[x] = append(wanted[x], t)
		}
	}
	for _, x := range m.modules {
		if ts := wanted[x]; len(ts) == 1 {
			m.take(ts[0], x)
			return true
		}
	}
	return false
}

// byNumber takes, of layers that the same modules fit, one after the other in the order of the
// numbers in the modules' names.
func (m *matching) byNumber() error {
	for _, t := range m.open() {
		fit := m.free(t)
		if m.of[t] != nil || len(fit) == 0 {
			continue
		}
		var group []*target
		for _, other := range m.open() {
			if slices.Equal(m.free(other), fit) {
				group = append(group, other)
			}
		}
		var have, want []string
		for _, x := range fit {
			have = append(have, x.name)
		}
		for _, g := range group {
			want = append(want, g.name)
		}
		if len(group) != len(fit) {
			continue // the two sides will tell
		}
		if !alike(have) {
			return fmt.Errorf("the layers %s could each be any of %s, whose shapes are the same: say which under `names:`, for instance\nnames:\n  %s: %s",
				strings.Join(want, ", "), strings.Join(have, ", "), want[0], have[0])
		}
		for i, g := range group {
			m.take(g, fit[i])
		}
	}
	return nil
}
