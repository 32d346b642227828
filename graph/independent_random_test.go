package graph

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// randomBatch is a graph of random operations on a batch of n samples and two parameters, with one
// number a sample; nil where the operations drawn leave none. The same seed draws the same
// operations whatever n is.
type randomBatch struct {
	in     []*Node
	result *Node
	log    string
}

func newRandomBatch(seed uint64, n int) *randomBatch {
	r := rand.New(rand.NewPCG(seed, 77))
	g := gorgonia.NewGraph()
	sample := [][]int{{4}, {2, 3}, {1}, {6}, {2, 2}}[r.IntN(5)]
	b := &randomBatch{in: []*Node{Input(g, tensor.Float64, "x", append([]int{n}, sample...)...), Input(g, tensor.Float64, "y", n),
		Input(g, tensor.Float64, "p", 4, 3), Input(g, tensor.Float64, "q", 6)}}
	pool := append(slices.Clone(b.in), b.in[0], b.in[0])
	for range 3 + r.IntN(7) {
		var z *Node
		kind := r.IntN(14)
		if Build(func() { z = randomStep(r, pool, kind, n) }) == nil && z != nil && size(dims(z)) <= 3000 {
			pool, b.log = append(pool, z), b.log+fmt.Sprint(kind, dims(z), " ")
		}
	}
	z := pool[len(pool)-1]
	if d := dims(z); len(d) == 0 || d[0] != n {
		return nil
	}
	for d := dims(z); len(d) > 1; d = dims(z) { // by weights, so that nothing cancels by chance
		w := make([]float64, d[len(d)-1])
		for i := range w {
			w[i] = math.Sqrt(float64(i + 2))
		}
		z = Sum(Mul(z, Fixed(z, w, len(w))), len(d)-1)
	}
	b.result = z
	return b
}

// randomStep is one operation on nodes of the pool; sizes that it works with may be the number of
// samples n.
func randomStep(r *rand.Rand, pool []*Node, kind, n int) *Node {
	pick := func() *Node { return pool[max(r.IntN(len(pool)), r.IntN(2)*(len(pool)-1))] }
	x := pick()
	d := dims(x)
	if len(d) == 0 {
		return Add(x, Tanh(pick()))
	}
	a, part, start := r.IntN(len(d)), r.IntN(4), r.IntN(4)
	switch kind {
	case 0:
		return Sum(x, a)
	case 1:
		return Softmax(x, a)
	case 2, 3:
		return Add(x, Tanh(pick()))
	case 4, 5:
		return Mul(x, pick())
	case 6:
		return Transpose(x, r.Perm(len(d))...)
	case 7:
		return Reshape(x, size(d))
	case 8: // two axes become one
		if a+1 == len(d) {
			return nil
		}
		return Reshape(x, slices.Concat(d[:a], []int{d[a] * d[a+1]}, d[a+2:])...)
	case 9: // one axis becomes two
		k := []int{2, 3, n, 4}[part]
		if d[a]%k != 0 {
			return nil
		}
		two := []int{k, d[a] / k}
		if start%2 == 0 {
			slices.Reverse(two)
		}
		return Reshape(x, slices.Concat(d[:a], two, d[a+1:])...)
	case 10:
		return Concat(a, x, []*Node{x, Neg(x), pick()}[r.IntN(3)])
	case 11:
		width := []int{1, d[a] / 2, n, 2}[part]
		lo := []int{0, n, 1, d[a] - width}[start]
		return Slice(x, a, lo, lo+width)
	case 12:
		return MatMul(x, []*Node{pool[2], pick(), Transpose(x)}[r.IntN(3)])
	}
	return BroadcastTo(x, append([]int{[]int{2, n, 1}[r.IntN(3)]}, d...)...)
}

// run evaluates the result for the first n rows of x and y.
func (b *randomBatch) run(t *testing.T, x, y, p, q []float64) []float64 {
	program, err := Compile(b.result)
	require.NoError(t, err)
	feed := map[*Node]gorgonia.Value{}
	for i, v := range [][]float64{x, y, p, q} {
		d := dims(b.in[i])
		feed[b.in[i]] = tensor.New(tensor.WithShape(d...), tensor.WithBacking(slices.Clone(v[:size(d)])))
	}
	out, err := program.Run(feed)
	require.NoError(t, err, b.log)
	return out[0].Data().([]float64)
}

// What Independent accepts does keep samples apart: in random graphs neither the size of the batch
// nor the order of its samples changes the result of any. Most of what it refuses does not.
func TestIndependentOnRandomGraphs(t *testing.T) {
	const small, large = 11, 13
	accepted, refused, sound := 0, 0, 0
	for seed := range uint64(3000) {
		a, b := newRandomBatch(seed, small), newRandomBatch(seed, large)
		if a == nil || b == nil {
			continue
		}
		verdict := Independent(Samples{Batch: a.in[:2], Results: []*Node{a.result}}, Samples{Batch: b.in[:2], Results: []*Node{b.result}})
		r := rand.New(rand.NewPCG(seed, 5))
		w := size(dims(a.in[0])) / small
		x, y, p, q := randomNumbers(r, large*w), randomNumbers(r, large), randomNumbers(r, 12), randomNumbers(r, 6)
		x2, y2, order := slices.Clone(x), slices.Clone(y), r.Perm(small)
		for i, j := range order {
			copy(x2[i*w:(i+1)*w], x[j*w:(j+1)*w])
			y2[i] = y[j]
		}
		whole, more, moved := a.run(t, x, y, p, q), b.run(t, x, y, p, q), a.run(t, x2, y2, p, q)
		apart := true
		for i, j := range order {
			apart = apart && closeTo(whole[i], more[i]) && closeTo(whole[j], moved[i])
		}
		var refusal *Error
		switch {
		case verdict == nil:
			accepted++
			assert.True(t, apart, "seed %d: %s", seed, a.log)
		default:
			require.True(t, errors.As(verdict, &refusal), "seed %d: %v", seed, verdict)
			refused++
			if apart {
				sound++
			}
		}
	}
	t.Logf("%d accepted, %d refused, of which %d keep samples apart", accepted, refused, sound)
	assert.Greater(t, accepted, 500)
	assert.Greater(t, refused, 300)
	assert.Less(t, sound, refused/10)
}

func randomNumbers(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func closeTo(a, b float64) bool {
	return a == b || math.Abs(a-b) < 1e-9*(1+math.Abs(a)) || math.IsNaN(a) || math.IsInf(a, 0)
}
