package network

import (
	"slices"

	"lethe/safetensors"
)

// ingredient is a tensor that PyTorch has for a layer.
type ingredient struct {
	local    string
	shape    []int
	optional bool // PyTorch's layer may be without it
}

// recipe says what PyTorch has for a layer, and how the layer's parameters are made of it.
type recipe struct {
	needs []ingredient
	// cook returns the values of each parameter by its name within the layer; of a tensor that is
	// not there x has nil.
	cook func(x map[string][]float64) map[string][]float64
}

// fits reports whether a module has the tensors of the recipe and no others.
func (r recipe) fits(m *module) bool {
	used := 0
	for _, need := range r.needs {
		t := m.tensors[need.local]
		if t == nil && need.optional {
			continue
		}
		if t == nil || !slices.Equal(squeezed(t.Shape, len(need.shape)), need.shape) || !floating(t) {
			return false
		}
		used++
	}
	return used == len(m.tensors)
}

func floating(t *safetensors.Tensor) bool {
	return slices.Contains([]safetensors.DType{safetensors.F64, safetensors.F32, safetensors.F16, safetensors.BF16}, t.DType)
}

// squeezed is a shape without leading ones that are too many: learned positions are often (1,
// length, width).
func squeezed(shape []int, rank int) []int {
	for len(shape) > rank && rank > 0 && shape[0] == 1 {
		shape = shape[1:]
	}
	return shape
}

// recipes are the ways in which PyTorch may have a layer.
func recipes(t *target) []recipe {
	first := t.params[0].Shape
	switch t.kind {
	case "conv":
		return []recipe{convRecipe(first)}
	case "batch-norm":
		return []recipe{batchNormRecipe(t, first[0])}
	case "layer-norm":
		return []recipe{{
			needs: []ingredient{{"weight", first, false}, {"bias", first, true}},
			cook: func(x map[string][]float64) map[string][]float64 {
				return map[string][]float64{"gain": t.columns(x["weight"]), "bias": t.columns(orElse(x["bias"], 0, first[0]))}
			},
		}}
	case "embedding":
		return []recipe{tableRecipe("weight", "W", first)}
	case "positions":
		return []recipe{tableRecipe("weight", "P", first), tableRecipe(loose, "P", first)}
	case "attention":
		_, bias := t.param("query/b")
		return []recipe{attentionRecipe(first[0], bias)}
	case "lstm":
		return []recipe{lstmRecipe(first[0], first[1]/4)}
	case "gru":
		return []recipe{gruRecipe(first[0], first[1]/3)}
	}
	return []recipe{denseRecipe(t, first[0], first[1])}
}

func tableRecipe(local, param string, shape []int) recipe {
	return recipe{[]ingredient{{local, shape, false}}, func(x map[string][]float64) map[string][]float64 {
		return map[string][]float64{param: x[local]}
	}}
}

// denseRecipe: PyTorch's weight is (out, in), and what it reads of flattened images goes channel by
// channel.
func denseRecipe(t *target, in, out int) recipe {
	needs := []ingredient{{"weight", []int{out, in}, false}}
	if _, ok := t.param("b"); ok {
		needs = append(needs, ingredient{"bias", []int{out}, true})
	}
	return recipe{needs, func(x map[string][]float64) map[string][]float64 {
		w := transposed(x["weight"], out, in)
		if t.turned != nil {
			w = turnRows(w, t.turned, out)
		}
		return map[string][]float64{"W": w, "b": orElse(x["bias"], 0, out)}
	}}
}

// convRecipe: PyTorch's filters are (out, in, height, width), these are (height, width, in, out).
func convRecipe(shape []int) recipe {
	h, w, in, out := shape[0], shape[1], shape[2], shape[3]
	return recipe{[]ingredient{{"weight", []int{out, in, h, w}, false}, {"bias", []int{out}, true}}, func(x map[string][]float64) map[string][]float64 {
		to := make([]float64, len(x["weight"]))
		for o := range out {
			for i := range in {
				for y := range h {
					for z := range w {
						to[((y*w+z)*in+i)*out+o] = x["weight"][((o*in+i)*h+y)*w+z]
					}
				}
			}
		}
		return map[string][]float64{"W": to, "b": orElse(x["bias"], 0, out)}
	}}
}

func batchNormRecipe(t *target, n int) recipe {
	shape := []int{n}
	return recipe{
		[]ingredient{{"weight", shape, true}, {"bias", shape, true}, {"running_mean", shape, false}, {"running_var", shape, false}},
		func(x map[string][]float64) map[string][]float64 {
			return map[string][]float64{"gain": t.columns(orElse(x["weight"], 1, n)), "bias": t.columns(orElse(x["bias"], 0, n)),
				"mean": t.columns(x["running_mean"]), "variance": t.columns(x["running_var"])}
		},
	}
}

// attentionRecipe: PyTorch keeps the three products in one matrix (3 width, width). Its bias of the
// keys adds the same to all scores of a query, so that it changes nothing, and is left out.
func attentionRecipe(width int, bias bool) recipe {
	needs := []ingredient{{"in_proj_weight", []int{3 * width, width}, false}, {"out_proj.weight", []int{width, width}, false}}
	if bias {
		needs = append(needs, ingredient{"in_proj_bias", []int{3 * width}, false}, ingredient{"out_proj.bias", []int{width}, false})
	}
	return recipe{needs, func(x map[string][]float64) map[string][]float64 {
		block := func(i int) []float64 {
			return transposed(x["in_proj_weight"][i*width*width:(i+1)*width*width], width, width)
		}
		out := map[string][]float64{"query/W": block(0), "key/W": block(1), "value/W": block(2), "output/W": transposed(x["out_proj.weight"], width, width)}
		if bias {
			out["query/b"], out["value/b"], out["output/b"] = x["in_proj_bias"][:width], x["in_proj_bias"][2*width:], x["out_proj.bias"]
		}
		return out
	}}
}

// recurrentNeeds are the tensors of a layer of so many gates.
func recurrentNeeds(in, units, gates int) []ingredient {
	n := gates * units
	return []ingredient{{"weight_ih", []int{n, in}, false}, {"weight_hh", []int{n, units}, false}, {"bias_ih", []int{n}, true}, {"bias_hh", []int{n}, true}}
}

// lstmRecipe: the gates have the same order, i, f, g, o; PyTorch's two biases are added up.
func lstmRecipe(in, units int) recipe {
	return recipe{recurrentNeeds(in, units, 4), func(x map[string][]float64) map[string][]float64 {
		b := slices.Clone(orElse(x["bias_ih"], 0, 4*units))
		for i, v := range orElse(x["bias_hh"], 0, 4*units) {
			b[i] += v
		}
		return map[string][]float64{"W": transposed(x["weight_ih"], 4*units, in), "U": transposed(x["weight_hh"], 4*units, units), "b": b}
	}}
}

// gruRecipe: the gates have the same order, r, z, n. In r and z the two biases are added up; in n
// the second stands within the reset gate's product, and is c.
func gruRecipe(in, units int) recipe {
	return recipe{recurrentNeeds(in, units, 3), func(x map[string][]float64) map[string][]float64 {
		b, hidden := slices.Clone(orElse(x["bias_ih"], 0, 3*units)), orElse(x["bias_hh"], 0, 3*units)
		for i := range 2 * units {
			b[i] += hidden[i]
		}
		return map[string][]float64{"W": transposed(x["weight_ih"], 3*units, in), "U": transposed(x["weight_hh"], 3*units, units), "b": b,
			"c": slices.Clone(hidden[2*units:])}
	}}
}

func orElse(x []float64, v float64, n int) []float64 {
	if x == nil {
		return slices.Repeat([]float64{v}, n)
	}
	return x
}

// transposed returns a matrix (rows, columns) as (columns, rows).
func transposed(x []float64, rows, columns int) []float64 {
	out := make([]float64, len(x))
	for i := range rows {
		for j := range columns {
			out[j*rows+i] = x[i*columns+j]
		}
	}
	return out
}

// columns puts one number a feature into the order of Lethe's flattened images.
func (t *target) columns(x []float64) []float64 {
	if t.turned == nil {
		return x
	}
	return turnRows(x, t.turned, 1)
}

// turnRows puts the rows of a matrix whose rows are the numbers of images (height, width, channels)
// flattened channel by channel into the order pixel by pixel.
func turnRows(x []float64, image []int, columns int) []float64 {
	h, w, c := image[0], image[1], image[2]
	out := make([]float64, len(x))
	for y := range h {
		for z := range w {
			for k := range c {
				to, from := (y*w+z)*c+k, (k*h+y)*w+z
				copy(out[to*columns:(to+1)*columns], x[from*columns:(from+1)*columns])
			}
		}
	}
	return out
}
