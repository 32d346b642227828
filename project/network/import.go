package network

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"lethe/safetensors"
)

// Imported is a network with parameters that another program trained.
type Imported struct {
	File  *File     // the network, with what the import settled
	Theta []float64 // in the order of the network's Params
	// Whole says that every parameter has a tensor, so that [Export] can write whatever becomes of
	// it.
	Whole bool
	// Notes says what stands where, what was ignored, and what was assumed.
	Notes []string
}

// Import fills the network with the tensors of a PyTorch state dict, as
// safetensors.torch.save_file(model.state_dict(), path) writes it, in float64, float32, float16 or
// bfloat16. The modules of the state dict are found by f.Names, else by the shapes of their
// tensors; where several have the same shapes, by the numbers in their names. Whatever does not fit
// is an error that puts both sides next to each other, and so is what is left over on either side.
//
// What PyTorch keeps in another way is turned: the weights of Linear (out, in), of Conv2d (out, in,
// height, width), of LSTM and GRU with their two biases, and of MultiheadAttention with its three
// products in one matrix. PyTorch flattens images channel by channel and Lethe pixel by pixel: the
// rows of the dense layer behind a flatten, and the numbers of a normalization between the two, are
// put into Lethe's order, so that the network reads Lethe's images as it stands. A batch-norm whose
// epsilon the file does not say gets PyTorch's, 1e-5. Whole numbers such as num_batches_tracked are
// ignored; the notes name them.
func Import(path string, f *File) (*Imported, error) {
	out, _, m, ignored, err := matched(path, f)
	if err != nil {
		return nil, err
	}
	if out.Theta, err = m.fill(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out.note(m, ignored)
	return out, nil
}

// matched reads a state dict and finds the module of each layer. The modules' tensors are those of
// the dict.
func matched(path string, f *File) (out *Imported, dict *safetensors.File, m *matching, ignored []string, err error) {
	fail := func(err error) (*Imported, *safetensors.File, *matching, []string, error) {
		return nil, nil, nil, nil, err
	}
	out = &Imported{File: f.clone()}
	epsilons(out)
	end, err := out.File.fit()
	if err != nil {
		return fail(fmt.Errorf("network: %w", err))
	}
	if err := unturnable(out.File.Layers, end); err != nil {
		return fail(fmt.Errorf("network: %w", err))
	}
	net, _, err := out.File.Build()
	if err != nil {
		return fail(err)
	}
	if dict, err = safetensors.Read(path); err != nil {
		return fail(err)
	}
	ms, ignored := modules(dict.Tensors)
	if m, err = match(targets(out.File, net), ms, f.Names); err != nil {
		return fail(fmt.Errorf("%s: %w", path, err))
	}
	if !m.complete() {
		return fail(fmt.Errorf("%s does not fit the network:\n%s", path, m.sides()))
	}
	return out, dict, m, ignored, nil
}

func (f *File) clone() *File {
	g := *f
	g.Layers = cloneLayers(f.Layers)
	g.Names = maps.Clone(f.Names)
	return &g
}

func cloneLayers(layers []Layer) []Layer {
	out := slices.Clone(layers)
	for i := range out {
		out[i].Layers = cloneLayers(out[i].Layers)
	}
	return out
}

// epsilons gives batch normalization PyTorch's where the file does not say.
func epsilons(out *Imported) {
	n := 0
	var walk func(layers []Layer)
	walk = func(layers []Layer) {
		for i := range layers {
			switch l := &layers[i]; {
			case l.Kind == "batch-norm" && l.Epsilon == 0:
				l.Epsilon, n = 1e-5, n+1
			case l.Kind == "vgg":
				out.Notes = append(out.Notes, "vgg normalizes with epsilon 0.001, and PyTorch with 1e-5 unless the model says otherwise: write the layers one by one for another")
			case l.Kind == "avg-pool" && l.Padding > 0:
				out.Notes = append(out.Notes, "avg-pool does not count the padding: PyTorch does, unless the model has count_include_pad=False")
			}
			walk(layers[i].Layers)
		}
	}
	walk(out.File.Layers)
	if n > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("epsilon of %d batch-norm layers: 1e-5, PyTorch's own; a state dict does not say it", n))
	}
}

// unturnable refuses networks in which flattened images go where their order cannot be mended.
func unturnable(layers []Layer, end flow) error {
	for _, l := range layers {
		if l.turned != nil && (l.Kind == "reshape" || l.Kind == "residual") {
			return atLine{l.line, fmt.Errorf("a %s reads flattened images, whose order is another in PyTorch: put a dense layer between the flatten and it", l.Kind)}
		}
		if err := unturnable(l.Layers, flow{}); err != nil {
			return err
		}
	}
	if end.turned != nil {
		return fmt.Errorf("flattened images are the outputs, and their order is another in PyTorch: end with a dense layer")
	}
	return nil
}

// complete reports whether every layer has a module that fits, and every module a layer.
func (m *matching) complete() bool {
	for _, t := range m.targets {
		if by := m.of[t]; by == nil {
			return false
		} else if _, ok := recipeFor(t, by); !ok {
			return false
		}
	}
	for _, x := range m.modules {
		if !m.used[x] {
			return false
		}
	}
	return true
}

// fill returns the flat vector of the network's parameters.
func (m *matching) fill() ([]float64, error) {
	last := m.targets[len(m.targets)-1]
	end := last.params[len(last.params)-1]
	theta := make([]float64, end.offset+end.size())
	for _, t := range m.targets {
		r, _ := recipeFor(t, m.of[t])
		x := map[string][]float64{}
		for local, tensor := range m.of[t].tensors {
			values, err := tensor.Float64()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", tensor.Name, err)
			}
			for i, v := range values {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return nil, fmt.Errorf("%s is %v at index %d: the training diverged, or the file is damaged", tensor.Name, v, i)
				}
			}
			x[local] = values
		}
		made := r.cook(x)
		for _, p := range t.params {
			copy(theta[p.offset:p.offset+p.size()], made[p.local])
		}
	}
	return theta, nil
}

// note says what stands where.
func (out *Imported) note(m *matching, ignored []string) {
	out.Whole = true
	var pairs []string
	for _, t := range m.targets {
		pairs = append(pairs, fmt.Sprintf("%s = %s", t.name, m.of[t].name))
		if missing := absent(t, m.of[t]); missing != "" {
			out.Whole = false
			out.Notes = append(out.Notes, fmt.Sprintf("%s has no %s in the state dict: taken as PyTorch does, 1 for a gain and 0 for a bias", t.name, missing))
		}
		if t.turned != nil {
			out.Notes = append(out.Notes, fmt.Sprintf("%s: put into the order of images flattened pixel by pixel", t.name))
		}
	}
	out.Notes = append(out.Notes, "layers and their modules: "+strings.Join(pairs, ", "))
	if len(ignored) > 0 {
		out.Notes = append(out.Notes, "ignored: "+strings.Join(ignored, ", "))
	}
}

// absent are the optional tensors that a module is without.
func absent(t *target, by *module) string {
	r, _ := recipeFor(t, by)
	var names []string
	for _, need := range r.needs {
		if by.tensors[need.local] == nil {
			names = append(names, need.local)
		}
	}
	return strings.Join(names, " and ")
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
