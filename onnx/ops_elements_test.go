package onnx

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Functions of single elements are what their definitions say, on both sides of their corners.
func TestElementsByDefinition(t *testing.T) {
	alpha := map[string]attribute{"alpha": attrNumber(0.7)}
	for _, c := range []struct {
		op    string
		attrs map[string]attribute
		f     func(x float64) float64
	}{
		{"Elu", alpha, func(x float64) float64 { return cond(x > 0, x, 0.7*math.Expm1(x)) }},
		{"Celu", alpha, func(x float64) float64 { return max(0, x) + min(0, 0.7*math.Expm1(x/0.7)) }},
		{"Selu", map[string]attribute{"alpha": attrNumber(1.5), "gamma": attrNumber(2)}, func(x float64) float64 { return 2 * cond(x > 0, x, 1.5*math.Expm1(x)) }},
		{"Softplus", nil, func(x float64) float64 { return math.Log1p(math.Exp(x)) }},
		{"Softsign", nil, func(x float64) float64 { return x / (1 + math.Abs(x)) }},
		{"HardSigmoid", map[string]attribute{"alpha": attrNumber(0.6), "beta": attrNumber(0.4)}, func(x float64) float64 { return max(0, min(1, 0.6*x+0.4)) }},
		{"HardSwish", nil, func(x float64) float64 { return x * max(0, min(1, x/6+0.5)) }},
		{"Mish", nil, func(x float64) float64 { return x * math.Tanh(math.Log1p(math.Exp(x))) }},
		{"Swish", alpha, func(x float64) float64 { return x / (1 + math.Exp(-0.7*x)) }},
		{"ThresholdedRelu", alpha, func(x float64) float64 { return cond(x > 0.7, x, 0) }},
		{"Shrink", map[string]attribute{"lambd": attrNumber(0.7), "bias": attrNumber(0.2)}, func(x float64) float64 {
			return cond(x < -0.7, x+0.2, cond(x > 0.7, x-0.2, 0))
		}},
		{"Sin", nil, math.Sin}, {"Cos", nil, math.Cos}, {"Tan", nil, math.Tan}, {"Floor", nil, math.Floor}, {"Ceil", nil, math.Ceil},
		{"Round", nil, math.RoundToEven}, {"Sign", nil, func(x float64) float64 { return cond(x > 0, 1, -1) }},
	} {
		t.Run(c.op, func(t *testing.T) {
			x, y := drawn(rand.New(rand.NewPCG(5, 7)), 3, 8), value{kind: floats, shape: []int{3, 8}}
			for i := range x.floats {
				x.floats[i] *= 2
				y.floats = append(y.floats, c.f(x.floats[i]))
			}
			singleNode(c.op, c.attrs, []value{y}, x).check(t)
		})
	}
}

func cond(yes bool, a, b float64) float64 {
	if yes {
		return a
	}
	return b
}

// Sums of products along any axes are those over all their labels.
func TestEinsumByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 7))
	sizes := map[rune]int{'i': 2, 'j': 3, 'k': 4, 'b': 2, 'c': 3}
	for _, c := range []struct {
		equation, labels string // all labels, those of the result first
		out              int
		in               []string
	}{
		{"ij,jk->ik", "ikj", 2, []string{"ij", "jk"}},
		{"bij,bjk->bik", "bikj", 3, []string{"bij", "bjk"}},
		{"bicj,bkcj->bcik", "bcikj", 4, []string{"bicj", "bkcj"}},
		{"ij->ji", "ji", 2, []string{"ij"}},
		{"ijk->j", "jik", 1, []string{"ijk"}},
		{"i,j->ij", "ij", 2, []string{"i", "j"}},
		{"i,i->", "i", 0, []string{"i", "i"}},
		{"ij,jk", "ikj", 2, []string{"ij", "jk"}},
		{"ji", "ij", 2, []string{"ji"}},
		{"ij,jk,kb->ib", "ibjk", 2, []string{"ij", "jk", "kb"}},
		{"...ij,...jk->...ik", "bikj", 3, []string{"bij", "bjk"}},
		{"iij->ij", "ij", 2, []string{"iij"}},
		{"ij,k->i", "ijk", 1, []string{"ij", "k"}},
	} {
		t.Run(c.equation, func(t *testing.T) {
			shape := func(labels string) (s []int) {
				for _, l := range labels {
					s = append(s, sizes[l])
				}
				return s
			}
			var in []value
			for _, labels := range c.in {
				in = append(in, drawn(r, shape(labels)...))
			}
			y := value{kind: floats, shape: shape(c.labels[:c.out])}
			y.floats = make([]float64, size(y.shape))
			eachPlace(shape(c.labels), func(p []int) {
				at := map[rune]int{}
				for i, l := range c.labels {
					at[l] = p[i]
				}
				product := 1.0
				for i, labels := range c.in {
					var q []int
					for _, l := range labels {
						q = append(q, at[l])
					}
					product *= in[i].at(q...)
				}
				y.set(product+y.at(p[:c.out]...), p[:c.out]...)
			})
			singleNode("Einsum", map[string]attribute{"equation": attrString(c.equation)}, []value{y}, in...).check(t)
		})
	}
}

// Normalizations standardize what belongs together: a channel, a group, or some of the last axes.
func TestNormalizationsByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	x := drawn(r, 2, 4, 3, 2)
	epsilon := map[string]attribute{"epsilon": attrNumber(0.1)}
	for _, c := range []struct {
		op     string
		attrs  map[string]attribute
		params []int
		scale  func(p []int) []int // where gain and bias of an element stand
		with   func(p, q []int) bool
		square bool // by the mean square, without bias
	}{
		{"InstanceNormalization", epsilon, []int{4}, func(p []int) []int { return p[1:2] },
			func(p, q []int) bool { return p[0] == q[0] && p[1] == q[1] }, false},
		{"GroupNormalization", map[string]attribute{"epsilon": attrNumber(0.1), "num_groups": attrWhole(2)}, []int{4}, func(p []int) []int { return p[1:2] },
			func(p, q []int) bool { return p[0] == q[0] && p[1]/2 == q[1]/2 }, false},
		{"LayerNormalization", map[string]attribute{"epsilon": attrNumber(0.1), "axis": attrWhole(-2)}, []int{3, 2}, func(p []int) []int { return p[2:] },
			func(p, q []int) bool { return p[0] == q[0] && p[1] == q[1] }, false},
		{"RMSNormalization", map[string]attribute{"epsilon": attrNumber(0.1), "axis": attrWhole(1)}, []int{4, 3, 2}, func(p []int) []int { return p[1:] },
			func(p, q []int) bool { return p[0] == q[0] }, true},
	} {
		t.Run(c.op, func(t *testing.T) {
			in := []value{x, drawn(r, c.params...)}
			if !c.square {
				in = append(in, drawn(r, c.params...))
			}
			y := value{kind: floats, shape: x.shape}
			eachPlace(x.shape, func(p []int) {
				n, sum, squares := 0.0, 0.0, 0.0
				eachPlace(x.shape, func(q []int) {
					if v := x.at(q...); c.with(p, q) {
						n, sum, squares = n+1, sum+v, squares+v*v
					}
				})
				mean := sum / n
				if c.square {
					mean = 0
				}
				v := (x.at(p...) - mean) / math.Sqrt(squares/n-mean*mean+0.1) * in[1].at(c.scale(p)...)
				if !c.square {
					v += in[2].at(c.scale(p)...)
				}
				y.floats = append(y.floats, v)
			})
			singleNode(c.op, c.attrs, []value{y}, in...).check(t)
		})
	}
}

// Masks choose elements, and what is not chosen has no part in the result, be it infinite.
func TestWhereByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 7))
	x, limit := drawn(r, 3, 4), drawn(r, 4)
	mask := value{kind: bools, shape: []int{3, 4}}
	larger, smaller, chosen := value{kind: floats, shape: x.shape}, value{kind: floats, shape: x.shape}, value{kind: floats, shape: x.shape}
	other := drawn(r, 3, 1)
	other.floats[1] = math.Inf(-1)
	eachPlace(x.shape, func(p []int) {
		a, b := x.at(p...), limit.at(p[1])
		mask.ints = append(mask.ints, truth(p[0] == 1 || p[1]%2 == 0))
		larger.floats, smaller.floats = append(larger.floats, max(a, b)), append(smaller.floats, min(a, b))
		chosen.floats = append(chosen.floats, cond(p[0] == 1 || p[1]%2 == 0, a, other.at(p[0], 0)))
	})
	singleNode("Where", nil, []value{chosen}, mask, x, other).check(t)
	singleNode("Max", nil, []value{larger}, x, limit).check(t)
	singleNode("Min", nil, []value{smaller}, x, limit).check(t)
}
