package network

import (
	"path"
	"slices"
	"strings"

	"lethe/nets"
)

// param is a parameter tensor of the network and its place in the flat vector.
type param struct {
	nets.Param
	local  string // its name within the layer: "W"
	offset int
}

func (p param) size() int {
	n := 1
	for _, d := range p.Shape {
		n *= d
	}
	return n
}

// target is a layer of the network that has parameters: what a module of the state dict has to
// fill.
type target struct {
	name   string
	kind   string
	params []param
	turned []int // see [Layer]
}

// param returns the parameter of that name within the layer.
func (t *target) param(local string) (param, bool) {
	i := slices.IndexFunc(t.params, func(p param) bool { return p.local == local })
	if i < 0 {
		return param{}, false
	}
	return t.params[i], true
}

// targets are the layers of a network that have parameters, in order.
func targets(f *File, net nets.Network) []*target {
	params := net.Params()
	turned := turnedParams(f.Layers)
	var ts []*target
	offset := 0
	for i, p := range params {
		layer, local := splitName(p.Name)
		if len(ts) == 0 || ts[len(ts)-1].name != layer {
			ts = append(ts, &target{name: layer, turned: turned[i]})
		}
		t := ts[len(ts)-1]
		t.params = append(t.params, param{p, local, offset})
		offset += t.params[len(t.params)-1].size()
	}
	for _, t := range ts {
		t.kind = targetKind(t)
	}
	return ts
}

// splitName cuts the name of a parameter into its layer's and its own: an attention's own has two
// parts, and a linear model stands for itself.
func splitName(name string) (layer, local string) {
	layer, local = path.Dir(name), path.Base(name)
	switch path.Base(layer) {
	case "query", "key", "value", "output":
		return path.Dir(layer), path.Base(layer) + "/" + local
	case ".":
		if local == "embedding" { // of nets.LSTM
			return local, "W"
		}
		return "linear", local
	}
	return layer, local
}

// targetKind tells the kind of layer by its parameters.
func targetKind(t *target) string {
	has := func(local string) bool { _, ok := t.param(local); return ok }
	switch {
	case has("query/W"):
		return "attention"
	case has("U") && has("c"):
		return "gru"
	case has("U"):
		return "lstm"
	case has("variance"):
		return "batch-norm"
	case has("gain"):
		return "layer-norm"
	case has("P"):
		return "positions"
	case len(t.params[0].Shape) == 4:
		return "conv"
	case strings.HasPrefix(path.Base(t.name), "embedding"):
		return "embedding"
	}
	return "dense"
}

// turnedParams says of each parameter of the layers, in order, whether it is the first to read
// flattened images.
func turnedParams(layers []Layer) (out [][]int) {
	for _, l := range layers {
		if l.Kind == "residual" {
			out = append(out, turnedParams(l.Layers)...)
			continue
		}
		for _, p := range kinds[l.Kind].build(l).Params() {
			of := l.turned
			first := strings.HasPrefix(p.Name, "dense1/")
			switch {
			case l.Kind == "mlp" && !first:
				of = nil
			case l.Kind == "vgg" && first:
				n := len(l.Blocks)
				of = turnedBy([]int{l.Height >> n, l.Width >> n, l.Blocks[n-1]})
			}
			out = append(out, of)
		}
	}
	return out
}
