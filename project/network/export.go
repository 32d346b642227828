package network

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"lethe/safetensors"
)

// Export writes the state dict at from again, to to, with theta, in the order of the network's
// parameters, as the numbers of its tensors: in PyTorch's layout and under PyTorch's names, so that
// load_state_dict takes it. f is the network that [Import] gave for from. A number that theta
// leaves as it was keeps its bits, and what the network does not use keeps its bytes. Where two
// biases were added up, the first takes the whole change. A changed tensor of float16 or bfloat16
// is written as float32. The file appears whole or not at all.
func Export(from, to string, f *File, theta []float64) error {
	_, dict, m, _, err := matched(from, f)
	if err != nil {
		return err
	}
	old, err := m.fill()
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if len(theta) != len(old) {
		return fmt.Errorf("network: %d numbers for a network of %d", len(theta), len(old))
	}
	for _, t := range m.targets {
		if err := t.put(m.of[t], old, theta); err != nil {
			return fmt.Errorf("%s: %w", to, err)
		}
	}
	return safetensors.Write(to, dict)
}

// put writes the numbers of a layer that changed into the tensors of its module.
func (t *target) put(by *module, old, theta []float64) error {
	values := map[string][]float64{}
	for local, tensor := range by.tensors {
		x, err := tensor.Float64()
		if err != nil {
			return fmt.Errorf("%s: %w", tensor.Name, err)
		}
		values[local] = x
	}
	places, err := t.places(by, values)
	if err != nil {
		return err
	}
	changed := map[string]bool{}
	for _, p := range t.params {
		for i := range p.size() {
			j := p.offset + i
			if math.Float64bits(theta[j]) == math.Float64bits(old[j]) {
				continue
			}
			from, ok := places[j]
			if !ok {
				return fmt.Errorf("%s has changed, and the state dict has no tensor for it: give the module its weight and bias", p.Name)
			}
			values[from.local][from.index] += theta[j] - old[j]
			if from.alone {
				values[from.local][from.index] = theta[j]
			}
			changed[from.local] = true
		}
	}
	for local := range changed {
		if err := rewrite(by.tensors[local], values[local]); err != nil {
			return err
		}
	}
	return nil
}

// place is the number of a state dict that a parameter is made of.
type place struct {
	local string
	index int
	alone bool // it is the number itself, and not one of a sum
}

// places finds, by index in the flat vector, the numbers that a layer's parameters are made of:
// each tensor is filled with the numbers of its elements, and the recipe says where they go.
func (t *target) places(by *module, values map[string][]float64) (map[int]place, error) {
	r, ok := recipeFor(t, by)
	if !ok {
		return nil, fmt.Errorf("%s does not fit the state dict", t.name)
	}
	out := map[int]place{}
	for _, need := range r.needs {
		if by.tensors[need.local] == nil {
			continue
		}
		x := map[string][]float64{}
		for _, other := range r.needs {
			n := 1
			for _, d := range other.shape {
				n *= d
			}
			x[other.local] = make([]float64, n)
		}
		for i := range x[need.local] {
			x[need.local][i] = float64(i + 1)
		}
		made := r.cook(x)
		for _, p := range t.params {
			for i, v := range made[p.local] {
				if at, again := out[p.offset+i]; v != 0 && again {
					at.alone = false
					out[p.offset+i] = at
				} else if v != 0 {
					out[p.offset+i] = place{need.local, int(v) - 1, true}
				}
			}
		}
	}
	return out, nil
}

// rewrite gives a tensor other numbers.
func rewrite(t *safetensors.Tensor, values []float64) error {
	if t.DType == safetensors.F64 {
		t.Data = safetensors.AppendFloat64(nil, values)
		return nil
	}
	data := make([]byte, 0, 4*len(values))
	for i, v := range values {
		x := float32(v)
		if math.IsInf(float64(x), 0) || math.IsNaN(v) {
			return fmt.Errorf("%s would be %v at index %d, which float32 does not hold", t.Name, v, i)
		}
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
	}
	t.DType, t.Shape, t.Data = safetensors.F32, slices.Clone(t.Shape), data
	return nil
}
