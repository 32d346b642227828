package graph

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
)

// Param describes one parameter tensor of a network.
type Param struct {
	Name  string // "dense1/W"; unique within a network
	Shape []int
	Init  func(r *rand.Rand, dst []float64) // fills the starting values; nil leaves zeros
	// Fixed marks what belongs to a network but is found otherwise than by descending the loss,
	// such as the running statistics of a batch normalization: nothing is differentiated by it.
	Fixed bool
}

// checkParam panics with an *Error for a shape that no tensor has, and for a spread of the starting
// values that is no number of at least 0. The functions below call it.
func checkParam(name string, spread float64, shape ...int) {
	if err := checkShape(shape); err != nil {
		fail(calledFunction(), "parameter %q: %v", name, err)
	}
	if !(spread >= 0) || math.IsInf(spread, 1) {
		fail(calledFunction(), "parameter %q cannot start from values of size %v", name, spread)
	}
}

// Weight is a matrix (in, out) that starts uniform in +-sqrt(6/(in+out)) (Glorot and Bengio 2010,
// eq. 16).
func Weight(name string, in, out int) Param {
	checkParam(name, 0, in, out)
	limit := math.Sqrt(6 / float64(in+out))
	return Param{Name: name, Shape: []int{in, out}, Init: func(r *rand.Rand, dst []float64) {
		for i := range dst {
			dst[i] = (2*r.Float64() - 1) * limit
		}
	}}
}

// HeWeight is a matrix (in, out) that starts uniform in +-sqrt(6/in), for layers followed by ReLU
// (He et al. 2015, eq. 10).
func HeWeight(name string, in, out int) Param {
	checkParam(name, 0, in, out)
	limit := math.Sqrt(6 / float64(in))
	return Param{Name: name, Shape: []int{in, out}, Init: func(r *rand.Rand, dst []float64) {
		for i := range dst {
			dst[i] = (2*r.Float64() - 1) * limit
		}
	}}
}

// Normal is a tensor whose elements start normal with mean 0 and the given standard deviation.
func Normal(name string, sigma float64, shape ...int) Param {
	checkParam(name, sigma, shape...)
	return Param{Name: name, Shape: shape, Init: func(r *rand.Rand, dst []float64) {
		for i := range dst {
			dst[i] = sigma * r.NormFloat64()
		}
	}}
}

// Bias is a vector that starts at zero.
func Bias(name string, n int) Param {
	checkParam(name, 0, n)
	return Param{Name: name, Shape: []int{n}}
}

// Constant is a tensor whose elements all start at c, such as the gain of a layer normalization.
func Constant(name string, c float64, shape ...int) Param {
	checkParam(name, math.Abs(c), shape...)
	return Param{Name: name, Shape: shape, Init: func(_ *rand.Rand, dst []float64) {
		for i := range dst {
			dst[i] = c
		}
	}}
}

// Uniform is a tensor whose elements start uniform in +-limit.
func Uniform(name string, limit float64, shape ...int) Param {
	checkParam(name, limit, shape...)
	return Param{Name: name, Shape: shape, Init: func(r *rand.Rand, dst []float64) {
		for i := range dst {
			dst[i] = (2*r.Float64() - 1) * limit
		}
	}}
}

// Orthogonal is a matrix (in, out) that starts with orthonormal rows or, where out is smaller than
// in, columns (Saxe, McClelland and Ganguli 2014): normal numbers, made orthogonal by Gram and
// Schmidt's method.
func Orthogonal(name string, in, out int) Param {
	checkParam(name, 0, in, out)
	return Param{Name: name, Shape: []int{in, out}, Init: func(r *rand.Rand, dst []float64) {
		vectors := make([][]float64, min(in, out))
		for i := range vectors {
			v := make([]float64, max(in, out))
			for j := range v {
				v[j] = r.NormFloat64()
			}
			for range 2 { // once leaves a part of the size of the rounding error
				for _, q := range vectors[:i] {
					floats.AddScaled(v, -floats.Dot(q, v), q)
				}
			}
			floats.Scale(1/floats.Norm(v, 2), v)
			vectors[i] = v
		}
		for i, v := range vectors {
			for j, x := range v {
				if in <= out {
					dst[i*out+j] = x
				} else {
					dst[j*out+i] = x
				}
			}
		}
	}}
}
