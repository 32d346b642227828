package nets_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"lethe/datasets"
	"lethe/graph"
	"lethe/graph/graphtest"
	"lethe/nets"
)

var ctx = context.Background()

// dense returns n normal samples with class labels (targets if classes is 0).
func dense(seed uint64, n, cols, classes int) *datasets.Dataset {
	r := rand.New(rand.NewPCG(seed, 1))
	x := &datasets.Dense{N: n, Cols: cols, Data: make([]float64, n*cols)}
	for i := range x.Data {
		x.Data[i] = r.NormFloat64()
	}
	y := make([]float64, n)
	for i := range y {
		y[i] = float64(r.IntN(max(classes, 1)))
		if classes == 0 {
			y[i] = r.NormFloat64()
		}
	}
	return &datasets.Dataset{Name: "test", X: x, Y: y, Classes: classes}
}

// sparse returns d with two of three elements set to zero, as sparse rows and as dense ones.
func sparse(d *datasets.Dataset) (csr, full *datasets.Dataset) {
	x := d.X.(*datasets.Dense)
	s := &datasets.CSR{N: x.N, Cols: x.Cols, Indptr: []int{0}}
	f := &datasets.Dense{N: x.N, Cols: x.Cols, Data: make([]float64, len(x.Data))}
	for i := range x.N {
		for j := range x.Cols {
			if k := i*x.Cols + j; k%3 == 0 {
				s.Indices, s.Values = append(s.Indices, int32(j)), append(s.Values, x.Data[k])
				f.Data[k] = x.Data[k]
			}
		}
		s.Indptr = append(s.Indptr, len(s.Values))
	}
	return d.With(s, d.Y), d.With(f, d.Y)
}

// targets replaces the labels by k positive numbers a sample that add up to at most 1.
func targets(d *datasets.Dataset, k int) *datasets.Dataset {
	c := *d
	c.Y, c.Targets = make([]float64, d.Len()*k), k
	for i := range c.Y {
		c.Y[i] = float64(1+i%7) / float64(10*k)
	}
	return &c
}

type entry struct {
	name string
	net  nets.Network
	loss nets.Loss
	data *datasets.Dataset
}

// table is networks x losses, on more samples than one chunk holds.
func table() []entry {
	d2, d3, d0 := dense(1, 150, 6, 2), dense(2, 150, 6, 3), dense(3, 150, 6, 0)
	csr, _ := sparse(d2)
	csr3, _ := sparse(d3)
	return append([]entry{
		{"linear, logistic", nets.Linear{In: 6, Out: 1}, nets.Logistic, d2},
		{"linear with bias, logistic, sparse", nets.Linear{In: 6, Out: 1, Bias: true}, nets.Logistic, csr},
		{"linear, softmax", nets.Linear{In: 6, Out: 3, Bias: true}, nets.SoftmaxCrossEntropy, d3},
		{"linear, squared", nets.Linear{In: 6, Out: 1}, nets.Squared, d0},
		{"MLP, logistic", nets.MLP{In: 6, Hidden: []int{5, 4}, Out: 1}, nets.Logistic, d2},
		{"MLP, softmax", nets.MLP{In: 6, Hidden: []int{5}, Out: 3}, nets.SoftmaxCrossEntropy, d3},
		{"MLP, softmax, sparse", nets.MLP{In: 6, Hidden: []int{5}, Out: 3}, nets.SoftmaxCrossEntropy, csr3},
		{"MLP of sigmoids, squared", nets.MLP{In: 6, Hidden: []int{5}, Out: 1, Activation: graph.Sigmoid}, nets.Squared, d0},
		{"MLP, soft labels", nets.MLP{In: 6, Hidden: []int{5}, Out: 3}, nets.SoftCrossEntropy, targets(d0, 3)},
		{"MLP, soft labels of one output", nets.MLP{In: 6, Hidden: []int{5}, Out: 1}, nets.SoftCrossEntropy, targets(d0, 1)},
		{"MLP, squared distance of centered outputs", nets.MLP{In: 6, Hidden: []int{5}, Out: 3}, nets.SquaredCentered, targets(d0, 3)},
		{"MLP of GELUs, softmax", nets.MLP{In: 6, Hidden: []int{5, 5}, Out: 3, Activation: graph.GELU}, nets.SoftmaxCrossEntropy, d3},
		{"MLP of ReLUs, softmax", nets.MLP{In: 6, Hidden: []int{5}, Out: 3, Activation: graph.ReLU}, nets.SoftmaxCrossEntropy, d3},
		{"LSTM, softmax", nets.LSTM{Vocabulary: 5, Embedding: 3, Units: 4, Layers: 2}, nets.SoftmaxCrossEntropy, windows(4, 150, 6, 5)},
		{"LSTM of one layer, softmax", nets.LSTM{Vocabulary: 5, Embedding: 3, Units: 2}, nets.SoftmaxCrossEntropy, windows(5, 150, 4, 5)},
		{"LSTM layers of two widths, whole sequence", sequenceMean{}, nets.SoftmaxCrossEntropy, windows(6, 150, 4, 5)},
		{"batch sums", batchSums{}, nets.Squared, d0},
	}, layerEntries()...)
}

// sequenceMean has two LSTM layers of different widths and answers with the mean of all states of
// the second.
type sequenceMean struct{}

func (sequenceMean) Params() []nets.Param {
	return []nets.Param{graph.Uniform("embedding", 0.5, 5, 3), nets.Weight("lstm1/W", 3, 16), graph.Orthogonal("lstm1/U", 4, 16), nets.Bias("lstm1/b", 16),
		nets.Weight("lstm2/W", 4, 8), graph.Orthogonal("lstm2/U", 2, 8), nets.Bias("lstm2/b", 8), nets.Weight("dense/W", 2, 5)}
}

func (sequenceMean) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	first := graph.LSTM(graph.Gather(p[0], x), p[1], p[2], p[3])
	second := graph.LSTM(graph.Stack(first...), p[4], p[5], p[6])
	return graph.MatMul(graph.Mean(graph.Stack(second...), 1), p[7])
}

// windows returns n windows of random tokens, each labelled with the token after it.
func windows(seed uint64, n, length, vocabulary int) *datasets.Dataset {
	r := rand.New(rand.NewPCG(seed, 1))
	x := &datasets.Tokens{Length: length, Vocabulary: vocabulary, Text: make([]int32, n+length)}
	for i := range x.Text {
		x.Text[i] = int32(r.IntN(vocabulary))
	}
	y := make([]float64, n)
	for i := range y {
		x.Starts = append(x.Starts, i)
		y[i] = float64(x.Text[i+length])
	}
	return &datasets.Dataset{Name: "tokens", X: x, Y: y, Classes: vocabulary}
}

// batchSums keeps samples apart in a way that cannot be seen from its graph, so that per-sample
// gradients are taken one by one.
type batchSums struct{}

func (batchSums) Params() []nets.Param { return []nets.Param{nets.Weight("W", 6, 1)} }
func (batchSums) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return graph.Tanh(graph.Transpose(graph.MatMul(graph.Transpose(p[0]), graph.Transpose(x))))
}

func model(t *testing.T, e entry, opts ...nets.Option) *nets.Model {
	t.Helper()
	m, err := nets.NewModel(e.net, e.loss, opts...)
	require.NoError(t, err)
	require.NoError(t, m.Check(e.data))
	return m
}

func batchOf(d *datasets.Dataset) graphtest.Batch {
	b := graphtest.Batch{Y: d.Y, Targets: d.Targets}
	switch x := d.X.(type) {
	case *datasets.Dense:
		b.X, b.Shape = x.Data, []int{x.N, x.Cols}
	case *datasets.Tensor:
		b.X, b.Shape = x.Data, append([]int{x.N}, x.Sample...)
	case *datasets.Tokens:
		for _, at := range x.Starts {
			for _, token := range x.Text[at : at+x.Length] {
				b.X = append(b.X, float64(token))
			}
		}
		b.Shape = []int{len(x.Starts), x.Length}
	case *datasets.CSR:
		b.Sparse = &graph.Sparse[float64]{Rows: x.N, Cols: x.Cols, Indptr: x.Indptr, Indices: x.Indices, Values: x.Values}
	}
	return b
}

func TestStockNetworksPassGraphtest(t *testing.T) {
	for _, e := range table() {
		t.Run(e.name, func(t *testing.T) {
			assert.NoError(t, graphtest.Check(e.net, e.loss, batchOf(e.data.Subset([]int{0, 7, 31, 69}))))
		})
	}
}

func norm(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v * v
	}
	return math.Sqrt(s)
}

func dot(x, y []float64) (s float64) {
	for i := range x {
		s += x[i] * y[i]
	}
	return s
}

func near(t *testing.T, want, got []float64, tolerance float64, what string) {
	t.Helper()
	require.Len(t, got, len(want))
	d := make([]float64, len(want))
	for i := range want {
		d[i] = want[i] - got[i]
	}
	assert.LessOrEqual(t, norm(d), tolerance*max(norm(want), 1e-10), what)
}

func direction(n int) []float64 {
	r := rand.New(rand.NewPCG(5, 5))
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return v
}

func shifted(x, v []float64, h float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = x[i] + h*v[i]
	}
	return y
}

// The model on the whole data, in chunks, against finite differences: the gradient of the loss, the
// product of the gradient.
func TestModelDerivatives(t *testing.T) {
	const h = 1e-4
	for _, e := range table() {
		if e.name == "MLP of ReLUs, softmax" { // kinks: checked by graphtest
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			m := model(t, e)
			theta := shifted(m.Init(1), direction(m.Dim()), 0.1)
			v := direction(m.Dim())
			g, hv := make([]float64, m.Dim()), make([]float64, m.Dim())
			loss, err := m.LossGradient(ctx, g, theta, e.data)
			require.NoError(t, err)
			only, err := m.Loss(ctx, theta, e.data)
			require.NoError(t, err)
			assert.InDelta(t, only, loss, 1e-12*math.Abs(loss))
			require.NoError(t, m.HVP(ctx, hv, theta, v, e.data))

			slope, curve := 0.0, make([]float64, m.Dim())
			for _, s := range []struct{ at, w float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
				gs := make([]float64, m.Dim())
				l, err := m.LossGradient(ctx, gs, shifted(theta, v, s.at*h), e.data)
				require.NoError(t, err)
				slope += s.w * l / (12 * h)
				for i := range gs {
					curve[i] += s.w * gs[i] / (12 * h)
				}
			}
			assert.InDelta(t, slope, dot(g, v), 1e-8*(1+math.Abs(slope)))
			near(t, curve, hv, 1e-8, "HVP against differences of the gradient")

			product, err := m.Linearize(ctx, theta, e.data)
			require.NoError(t, err)
			again := make([]float64, m.Dim())
			for range 2 { // the second call uses what was kept
				require.NoError(t, product(again, v))
				assert.Equal(t, hv, again, "a linearized product has the same bits")
			}
		})
	}
}

func TestPerSample(t *testing.T) {
	for _, e := range table() {
		t.Run(e.name, func(t *testing.T) {
			m := model(t, e)
			n, p := e.data.Len(), m.Dim()
			theta, v := shifted(m.Init(1), direction(p), 0.1), direction(p)
			rows := make([]float64, n*p)
			require.NoError(t, m.PerSampleGradients(ctx, rows, theta, e.data))
			norms, dots, sum, w := make([]float64, n), make([]float64, n), make([]float64, p), make([]float64, n)
			require.NoError(t, m.PerSampleNorms(ctx, norms, theta, e.data))
			require.NoError(t, m.PerSampleDots(ctx, dots, theta, v, e.data))
			weighted, clipped := make([]float64, p), make([]float64, p)
			const limit = 0.5
			for i := range n {
				row := rows[i*p : (i+1)*p]
				one := make([]float64, p)
				require.NoError(t, m.Gradient(ctx, one, theta, e.data.Slice(i, i+1)))
				near(t, one, row, 1e-12, "a batch of one")
				assert.InDelta(t, norm(row), norms[i], 1e-12*(1+norms[i]))
				assert.InDelta(t, dot(row, v), dots[i], 1e-11*(1+math.Abs(dots[i])))
				w[i] = math.Sin(float64(i))
				sum, weighted = shifted(sum, row, 1), shifted(weighted, row, w[i])
				clipped = shifted(clipped, row, min(1, limit/norm(row)))
			}
			got := make([]float64, p)
			require.NoError(t, m.Gradient(ctx, got, theta, e.data))
			near(t, sum, got, 1e-11, "the sum")
			require.NoError(t, m.WeightedGradient(ctx, got, theta, w, e.data))
			near(t, weighted, got, 1e-11, "the weighted sum")
			require.NoError(t, m.ClippedSum(ctx, got, theta, limit, e.data))
			near(t, clipped, got, 1e-11, "the clipped sum")

			single := make([]float32, n*p)
			require.NoError(t, m.PerSampleGradients32(ctx, single, theta, e.data))
			for i := range single {
				require.Equal(t, float32(rows[i]), single[i])
			}
		})
	}
}

// everything is all that a model computes, as one list of numbers.
func everything(t *testing.T, m *nets.Model, d *datasets.Dataset) []float64 {
	theta, v := shifted(m.Init(1), direction(m.Dim()), 0.1), direction(m.Dim())
	n, p := d.Len(), m.Dim()
	k, err := m.Outputs(d)
	require.NoError(t, err)
	all := make([]float64, 4*p+n*p+n*k+3*n)
	rest := all
	next := func(n int) []float64 {
		x := rest[:n]
		rest = rest[n:]
		return x
	}
	l, err := m.LossGradient(ctx, next(p), theta, d)
	require.NoError(t, err)
	for _, f := range []func(context.Context, []float64, *datasets.Dataset) (func(dst, v []float64) error, error){m.Linearize, m.LinearizeGaussNewton} {
		product, err := f(ctx, theta, d)
		require.NoError(t, err)
		require.NoError(t, product(next(p), v))
	}
	require.NoError(t, m.HVP(ctx, next(p), theta, v, d))
	require.NoError(t, m.PerSampleGradients(ctx, next(n*p), theta, d))
	require.NoError(t, m.Predict(ctx, next(n*k), theta, d))
	require.NoError(t, m.SampleLosses(ctx, next(n), theta, d))
	require.NoError(t, m.PerSampleNorms(ctx, next(n), theta, d))
	require.NoError(t, m.PerSampleDots(ctx, next(n), theta, v, d))
	require.Empty(t, rest)
	return append(all, l)
}

func TestSameBitsOnAnyNumberOfCores(t *testing.T) {
	for _, e := range table() {
		for _, precision := range []nets.Option{nets.Float64(), nets.Float32()} {
			t.Run(e.name, func(t *testing.T) {
				want := everything(t, model(t, e, precision, nets.Chunk(16), nets.Cores(1)), e.data)
				for _, cores := range []int{2, 3, 7} {
					assert.Equal(t, want, everything(t, model(t, e, precision, nets.Chunk(16), nets.Cores(cores)), e.data))
				}
				assert.Equal(t, want, everything(t, model(t, e, precision, nets.Chunk(16), nets.KeepLimit(0)), e.data), "nothing kept")
			})
		}
	}
}

func TestChunksAndPrecisionsAgree(t *testing.T) {
	for _, e := range table() {
		t.Run(e.name, func(t *testing.T) {
			want := everything(t, model(t, e), e.data)
			for _, rows := range []int{1, 3, 8, 64, 1024} {
				near(t, want, everything(t, model(t, e, nets.Chunk(rows)), e.data), 1e-12, fmt.Sprint("chunks of ", rows))
			}
			near(t, want, everything(t, model(t, e, nets.Float32()), e.data), 2e-6, "single precision")
		})
	}
}

func TestSparseRowsEqualDense(t *testing.T) {
	csr, full := sparse(dense(9, 150, 6, 3))
	for _, net := range []nets.Network{nets.Linear{In: 6, Out: 3, Bias: true}, nets.MLP{In: 6, Hidden: []int{5}, Out: 3}} {
		e := entry{net: net, loss: nets.SoftmaxCrossEntropy, data: csr}
		m := model(t, e)
		near(t, everything(t, m, full), everything(t, m, csr), 1e-13, "dense against sparse")
		near(t, everything(t, m, full.Slice(70, 120)), everything(t, m, csr.Slice(70, 120)), 1e-13, "a slice")
	}
}

// The Gauss-Newton matrix of a linear model is its Hessian; for an MLP it is J'HJ, made here of
// Jacobian columns.
func TestGaussNewton(t *testing.T) {
	d := dense(4, 40, 3, 3)
	lin := model(t, entry{net: nets.Linear{In: 3, Out: 3}, loss: nets.SoftmaxCrossEntropy, data: d})
	theta, v := lin.Init(2), direction(lin.Dim())
	hv, gv := make([]float64, lin.Dim()), make([]float64, lin.Dim())
	require.NoError(t, lin.HVP(ctx, hv, theta, v, d))
	product, err := lin.LinearizeGaussNewton(ctx, theta, d)
	require.NoError(t, err)
	require.NoError(t, product(gv, v))
	near(t, hv, gv, 1e-13, "linear")

	m := model(t, entry{net: nets.MLP{In: 3, Hidden: []int{4}, Out: 3}, loss: nets.SoftmaxCrossEntropy, data: d})
	p, n, k := m.Dim(), d.Len(), 3
	theta, v = m.Init(2), direction(p)
	product, err = m.LinearizeGaussNewton(ctx, theta, d)
	require.NoError(t, err)
	got := make([]float64, p)
	require.NoError(t, product(got, v))
	predict := func(th []float64) []float64 {
		out := make([]float64, n*k)
		require.NoError(t, m.Predict(ctx, out, th, d))
		return out
	}
	const h = 1e-3
	column := func(dir []float64) []float64 { // J dir by differences of fourth order
		out := make([]float64, n*k)
		for _, s := range []struct{ at, w float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
			out = shifted(out, predict(shifted(theta, dir, s.at*h)), s.w/(12*h))
		}
		return out
	}
	jv, z := column(v), predict(theta)
	hjv := make([]float64, n*k)
	for i := range n { // (diag(s) - s s') Jv
		s, total, sv := make([]float64, k), 0.0, 0.0
		for j := range k {
			s[j] = math.Exp(z[i*k+j])
			total += s[j]
		}
		for j := range k {
			s[j] /= total
			sv += s[j] * jv[i*k+j]
		}
		for j := range k {
			hjv[i*k+j] = s[j] * (jv[i*k+j] - sv)
		}
	}
	want := make([]float64, p)
	for a := range p {
		unit := make([]float64, p)
		unit[a] = 1
		want[a] = dot(column(unit), hjv)
	}
	near(t, want, got, 1e-9, "MLP")
}

func TestSelect(t *testing.T) {
	e := table()[5]
	m := model(t, e)
	theta, v := shifted(m.Init(1), direction(m.Dim()), 0.1), direction(m.Dim())
	s, err := m.Select(theta, "dense2/*")
	require.NoError(t, err)
	require.Equal(t, 5*3+3, s.Dim())
	chosen := func(x []float64) []float64 {
		c, err := s.Chosen(x)
		require.NoError(t, err)
		return c
	}
	whole := make([]float64, m.Dim())
	require.NoError(t, m.Gradient(ctx, whole, theta, e.data))
	part := make([]float64, s.Dim())
	require.NoError(t, s.Gradient(ctx, part, chosen(theta), e.data))
	near(t, chosen(whole), part, 1e-14, "gradient")

	// A direction that leaves the constants alone gives the same block of the product.
	back, err := s.Whole(make([]float64, s.Dim()))
	require.NoError(t, err)
	for i := range v {
		if back[i] != 0 || theta[i] == back[i] {
			v[i] = 0
		}
	}
	require.NoError(t, m.HVP(ctx, whole, theta, v, e.data))
	require.NoError(t, s.HVP(ctx, part, chosen(theta), chosen(v), e.data))
	near(t, chosen(whole), part, 1e-13, "HVP")
	w, err := s.Whole(chosen(theta))
	require.NoError(t, err)
	assert.Equal(t, theta, w)
	all := everything(t, s, e.data)
	assert.NotEmpty(t, all)

	_, err = m.Select(theta, "dense3/*")
	assert.ErrorContains(t, err, "dense1/W, dense1/b, dense2/W, dense2/b")
	_, err = m.Select(theta)
	assert.Error(t, err)
	_, err = m.Select(theta[1:], "dense1/*")
	assert.Error(t, err)
}

func TestErrors(t *testing.T) {
	e := table()[1]
	m := model(t, e)
	theta := m.Init(1)
	bad := e.data.With(&datasets.CSR{N: 150, Cols: 6, Indptr: e.data.X.(*datasets.CSR).Indptr, Indices: append([]int32{99}, e.data.X.(*datasets.CSR).Indices[1:]...),
		Values: e.data.X.(*datasets.CSR).Values}, e.data.Y)
	assert.ErrorContains(t, m.Gradient(ctx, make([]float64, 7), theta, bad), "column 99")
	assert.Error(t, m.Gradient(ctx, make([]float64, 6), theta, e.data), "a vector of the wrong length")
	assert.Error(t, m.Gradient(ctx, make([]float64, 7), theta, dense(1, 5, 4, 2)), "other columns")
	assert.Error(t, m.WeightedGradient(ctx, make([]float64, 7), theta, nil, e.data))
	_, err := nets.NewModel(nets.MLP{In: 0, Out: 1}, nets.Logistic)
	assert.Error(t, err)

	soft := model(t, table()[5], nets.Chunk(16))
	wrong := table()[5].data.With(table()[5].data.X, append([]float64{7}, table()[5].data.Y[1:]...))
	assert.ErrorContains(t, soft.Gradient(ctx, make([]float64, soft.Dim()), soft.Init(1), wrong), "label 7")

	short := &datasets.Dataset{Name: "short", X: &datasets.Dense{N: 3, Cols: 6, Data: make([]float64, 1)}, Y: make([]float64, 3), Classes: 3}
	assert.ErrorContains(t, soft.Gradient(ctx, make([]float64, soft.Dim()), soft.Init(1), short), "short")

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	assert.ErrorIs(t, soft.Gradient(cancelled, make([]float64, soft.Dim()), soft.Init(1), table()[5].data), context.Canceled)
}

// unit divides by the length of a layer's output, which is not a number for rows of zeros.
type unit struct{}

func (unit) Params() []nets.Param { return []nets.Param{nets.Weight("W", 6, 3)} }
func (unit) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	h := graph.Affine(x, p[0], nil)
	return graph.Div(h, graph.Reshape(graph.Sqrt(graph.Sum(graph.Square(h), 1)), h.Shape()[0], 1))
}

// Rows that fill a short chunk up must not disturb the others, even where zeros would.
func TestFillingUpRowsDoNotDisturb(t *testing.T) {
	csr, full := sparse(dense(9, 150, 6, 3))
	e := entry{net: unit{}, loss: nets.SoftmaxCrossEntropy, data: csr}
	for _, precision := range []nets.Option{nets.Float64(), nets.Float32()} {
		m := model(t, e, precision)
		for _, n := range []int{3, 37, 150} {
			got := everything(t, m, csr.Slice(0, n))
			assert.False(t, math.IsNaN(norm(got)))
			near(t, everything(t, m, full.Slice(0, n)), got, 1e-6, fmt.Sprint(n, " rows"))
		}
	}
}

// opposite has two positions whose gradients nearly cancel.
type opposite struct{}

func (opposite) Params() []nets.Param { return []nets.Param{nets.Weight("W", 40, 30)} }
func (opposite) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	n := x.Shape()[0]
	there := graph.MatMul(graph.Reshape(x, n, 1, 40), p[0])
	again := graph.MatMul(graph.Reshape(graph.Scale(x, -1+1e-9), n, 1, 40), p[0])
	return graph.Reshape(graph.Scale(graph.Sum(graph.Tanh(graph.Concat(1, there, again)), 1, 2), 1e3), n, 1)
}

func TestNormsUnderCancellation(t *testing.T) {
	e := entry{net: opposite{}, loss: func(out, _ *graph.Node) *graph.Node { return graph.Reshape(out, out.Shape()[0]) }, data: dense(3, 20, 40, 0)}
	m := model(t, e)
	rows, norms := make([]float64, 20*m.Dim()), make([]float64, 20)
	theta := m.Init(1)
	require.NoError(t, m.PerSampleGradients(ctx, rows, theta, e.data))
	require.NoError(t, m.PerSampleNorms(ctx, norms, theta, e.data))
	for i := range norms {
		want := norm(rows[i*m.Dim() : (i+1)*m.Dim()])
		assert.InDelta(t, want, norms[i], 1e-6*want)
	}
}

// stock is built of gorgonia's own operations.
type stock struct{}

func (stock) Params() []nets.Param {
	return []nets.Param{nets.Weight("W1", 6, 4), nets.Weight("W2", 4, 3)}
}
func (stock) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	h := gorgonia.Must(gorgonia.Tanh(gorgonia.Must(gorgonia.Mul(x, p[0]))))
	return gorgonia.Must(gorgonia.Mul(h, p[1]))
}

func TestStockOperationsGiveWhatOursGive(t *testing.T) {
	d := dense(2, 70, 6, 3)
	a := model(t, entry{net: stock{}, loss: nets.SoftmaxCrossEntropy, data: d})
	b := model(t, entry{net: noBias{}, loss: nets.SoftmaxCrossEntropy, data: d})
	near(t, everything(t, b, d), everything(t, a, d), 1e-13, "stock against ours")
}

type noBias struct{}

func (noBias) Params() []nets.Param { return stock{}.Params() }
func (noBias) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return graph.MatMul(graph.Tanh(graph.MatMul(x, p[0])), p[1])
}

// wrong is a network whose own code panics.
type wrong struct{}

func (wrong) Params() []nets.Param { return []nets.Param{nets.Weight("W", 5, 3)} }
func (wrong) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return gorgonia.Must(gorgonia.Mul(x, p[0]))
}

func TestMisuseIsAnError(t *testing.T) {
	d := dense(2, 70, 6, 3)
	m, err := nets.NewModel(wrong{}, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	for range 2 {
		assert.ErrorContains(t, m.Check(d), "panicked")
	}
	_, err = nets.NewModel(stock{}, nil)
	assert.Error(t, err)
	_, err = nets.NewModel(stock{}, nets.Logistic, nets.Chunk(-1))
	assert.Error(t, err)

	m = model(t, entry{net: stock{}, loss: nets.SoftmaxCrossEntropy, data: d})
	theta, v := m.Init(1), direction(m.Dim())
	assert.ErrorContains(t, m.Gradient(ctx, theta, theta, d), "same vector")
	assert.ErrorContains(t, m.HVP(ctx, v, theta, v, d), "same vector")
	f, err := m.Linearize(ctx, theta, d)
	require.NoError(t, err)
	assert.ErrorContains(t, f(v, v), "same vector")
}

func TestNoSamples(t *testing.T) {
	e := table()[5]
	m := model(t, e)
	g := direction(m.Dim())
	l, err := m.LossGradient(ctx, g, m.Init(1), e.data.Slice(3, 3))
	require.NoError(t, err)
	assert.Zero(t, l)
	assert.Equal(t, make([]float64, m.Dim()), g)
}
