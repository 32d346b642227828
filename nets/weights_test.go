package nets_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/graph/graphtest"
	"lethe/nets"
)

func weighted(d *datasets.Dataset, w []float64) *datasets.Dataset {
	c := *d
	c.Weights = w
	return &c
}

// repeats are weights 0 to 3, and the rows of a data set so often.
func repeats(n int) (w []float64, rows []int) {
	w = make([]float64, n)
	for i := range w {
		w[i] = float64((i*i + i/3) % 4)
		for range int(w[i]) {
			rows = append(rows, i)
		}
	}
	return w, rows
}

// images returns n images of bytes.
func images(seed uint64, n, classes int) *datasets.Dataset {
	d := dense(seed, n, 1, classes)
	x := &datasets.Images{N: n, Height: 4, Width: 4, Channels: 1, Mean: 100, Scale: 300, Pixels: make([]byte, n*16)}
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range x.Pixels {
		x.Pixels[i] = byte(r.IntN(256))
	}
	return d.With(x, d.Y)
}

func withImages() []entry {
	return append(table(), entry{"images", nets.Sequential(nets.Conv{In: 1, Out: 2, Size: 3}, nets.Flatten{}, nets.Dense{In: 8, Out: 3}), nets.SoftmaxCrossEntropy,
		images(3, 150, 3)})
}

// sums is all of a model that is a sum over samples.
func sums(t *testing.T, m *nets.Model, d *datasets.Dataset) []float64 {
	theta, v := shifted(m.Init(1), direction(m.Dim()), 0.1), direction(m.Dim())
	p := m.Dim()
	all := make([]float64, 5*p)
	l, err := m.LossGradient(ctx, all[:p], theta, d)
	require.NoError(t, err)
	require.NoError(t, m.HVP(ctx, all[p:2*p], theta, v, d))
	for k, f := range []func(context.Context, []float64, *datasets.Dataset) (func(dst, v []float64) error, error){m.Linearize, m.LinearizeGaussNewton} {
		product, err := f(ctx, theta, d)
		require.NoError(t, err)
		require.NoError(t, product(all[(2+k)*p:(3+k)*p], v))
	}
	if !m.Stochastic() {
		_, err = m.TrainingGradient(ctx, all[4*p:], theta, d, 1)
		require.NoError(t, err)
	}
	loss, err := m.Loss(ctx, theta, d)
	require.NoError(t, err)
	return append(all, l, loss)
}

// A weight of 2 is a sample twice, and one of 0 a sample that is not there.
func TestWeightsAreRepetitions(t *testing.T) {
	for _, e := range withImages() {
		for _, single := range []bool{false, true} {
			t.Run(fmt.Sprint(e.name, single), func(t *testing.T) {
				opts, tolerance := []nets.Option{nets.Float64()}, 1e-12
				if single {
					opts, tolerance = []nets.Option{nets.Float32()}, 3e-6
				}
				w, rows := repeats(e.data.Len())
				some, often := weighted(e.data, w), e.data.Subset(rows)
				m := model(t, e, opts...)
				near(t, sums(t, m, often), sums(t, m, some), tolerance, "sums")
				near(t, sums(t, m, some), sums(t, model(t, e, append(opts, nets.Chunk(8))...), some), tolerance, "small chunks")
				near(t, sums(t, m, often.Slice(0, 40)), sums(t, m, weightedSlice(some, rows[39]+1, rows[:40])), tolerance, "a slice")

				theta := shifted(m.Init(1), direction(m.Dim()), 0.1)
				if e.data.Classes > 0 {
					a, err := m.Accuracy(ctx, theta, some)
					require.NoError(t, err)
					b, err := m.Accuracy(ctx, theta, often)
					require.NoError(t, err)
					assert.InDelta(t, b, a, 1e-12)
				}
			})
		}
	}
}

// weightedSlice is the first samples of d, with the weights that make the given rows of them.
func weightedSlice(d *datasets.Dataset, n int, rows []int) *datasets.Dataset {
	w := make([]float64, n)
	for _, r := range rows {
		w[r]++
	}
	return weighted(d.Slice(0, n), w)
}

// What is computed sample by sample is of the weighted losses, so that it adds up; the outputs know
// no weights.
func TestWeightsOfSamples(t *testing.T) {
	for _, e := range withImages() {
		t.Run(e.name, func(t *testing.T) {
			m := model(t, e)
			n, p := e.data.Len(), m.Dim()
			theta, v := shifted(m.Init(1), direction(p), 0.1), direction(p)
			w := make([]float64, n)
			for i := range w {
				w[i] = max(0, 1+math.Sin(float64(i))*1.5)
			}
			d := weighted(e.data, w)
			rows := func(d *datasets.Dataset) (g, norms, dots, losses []float64) {
				g, norms, dots, losses = make([]float64, n*p), make([]float64, n), make([]float64, n), make([]float64, n)
				require.NoError(t, m.PerSampleGradients(ctx, g, theta, d))
				require.NoError(t, m.PerSampleNorms(ctx, norms, theta, d))
				require.NoError(t, m.PerSampleDots(ctx, dots, theta, v, d))
				require.NoError(t, m.SampleLosses(ctx, losses, theta, d))
				return
			}
			g, norms, dots, losses := rows(e.data)
			wg, wnorms, wdots, wlosses := rows(d)
			total, sum, clipped, other := 0.0, make([]float64, p), make([]float64, p), make([]float64, p)
			for i, f := range w {
				near(t, shifted(make([]float64, p), g[i*p:(i+1)*p], f), wg[i*p:(i+1)*p], 1e-12, "gradient")
				assert.InDelta(t, f*norms[i], wnorms[i], 1e-12*(1+f*norms[i]))
				assert.InDelta(t, f*dots[i], wdots[i], 1e-11*(1+math.Abs(f*dots[i])))
				assert.InDelta(t, f*losses[i], wlosses[i], 1e-12*(1+math.Abs(f*losses[i])))
				total += wlosses[i]
				sum = shifted(sum, wg[i*p:(i+1)*p], 1)
				clipped = shifted(clipped, wg[i*p:(i+1)*p], min(1, 0.5/max(wnorms[i], 1e-300)))
				other = shifted(other, wg[i*p:(i+1)*p], math.Cos(float64(i)))
			}
			got := make([]float64, p)
			l, err := m.LossGradient(ctx, got, theta, d)
			require.NoError(t, err)
			assert.InDelta(t, total, l, 1e-12*math.Abs(l))
			near(t, sum, got, 1e-11, "the sum of the rows")
			require.NoError(t, m.ClippedSum(ctx, got, theta, 0.5, d))
			near(t, clipped, got, 1e-11, "the clipped sum")
			cosines := make([]float64, n)
			for i := range cosines {
				cosines[i] = math.Cos(float64(i))
			}
			require.NoError(t, m.WeightedGradient(ctx, got, theta, cosines, d))
			near(t, other, got, 1e-11, "both weights")

			k, err := m.Outputs(d)
			require.NoError(t, err)
			a, b := make([]float64, n*k), make([]float64, n*k)
			require.NoError(t, m.Predict(ctx, a, theta, e.data))
			require.NoError(t, m.Predict(ctx, b, theta, d))
			assert.Equal(t, a, b)
		})
	}
}

// Gradient and product of weighted losses against differences.
func TestWeightedDerivatives(t *testing.T) {
	const h = 1e-4
	d := dense(2, 90, 6, 3)
	w := make([]float64, 90)
	for i := range w {
		w[i] = float64(i%5) * 0.3
	}
	d.Weights = w
	m := model(t, entry{net: nets.MLP{In: 6, Hidden: []int{5}, Out: 3}, loss: nets.SoftmaxCrossEntropy, data: d})
	checkDerivatives(t, m, d, h)
}

func checkDerivatives(t *testing.T, m *nets.Model, d *datasets.Dataset, h float64) {
	p := m.Dim()
	theta, v := shifted(m.Init(1), direction(p), 0.1), direction(p)
	g, hv := make([]float64, p), make([]float64, p)
	require.NoError(t, m.Gradient(ctx, g, theta, d))
	require.NoError(t, m.HVP(ctx, hv, theta, v, d))
	slope, curve := 0.0, make([]float64, p)
	for _, s := range []struct{ at, w float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
		gs := make([]float64, p)
		l, err := m.LossGradient(ctx, gs, shifted(theta, v, s.at*h), d)
		require.NoError(t, err)
		slope += s.w * l / (12 * h)
		curve = shifted(curve, gs, s.w/(12*h))
	}
	assert.InDelta(t, slope, dot(g, v), 1e-8*(1+math.Abs(slope)))
	near(t, curve, hv, 1e-8, "HVP against differences of the gradient")
}

// A sample of weight 0 does not spoil the sum, whatever its own loss is; neither do chunks of such
// samples alone.
func TestWeightZeroIsAbsent(t *testing.T) {
	d := dense(1, 200, 6, 2)
	x := d.X.(*datasets.Dense)
	w := make([]float64, 200)
	var rest []int
	for i := range w {
		if w[i] = 1; i%7 == 3 || i >= 64 && i < 130 {
			w[i] = 0
			for j := range 6 {
				x.Data[i*6+j] = 1e308
			}
		} else {
			rest = append(rest, i)
		}
	}
	for _, net := range []nets.Network{nets.Linear{In: 6, Out: 1, Bias: true}, nets.MLP{In: 6, Hidden: []int{3}, Out: 1, Activation: graph.Square}} {
		for _, rows := range []int{0, 1, 16, 64} {
			csr := &datasets.CSR{N: 200, Cols: 6, Indptr: []int{0}}
			for i := range 200 {
				for j := range 6 {
					csr.Indices, csr.Values = append(csr.Indices, int32(j)), append(csr.Values, x.Data[i*6+j])
				}
				csr.Indptr = append(csr.Indptr, len(csr.Indices))
			}
			m, err := nets.NewModel(net, nets.Logistic, nets.Chunk(rows))
			require.NoError(t, err)
			want := sums(t, m, d.Subset(rest))
			for _, full := range []*datasets.Dataset{weighted(d, w), weighted(d.With(csr, d.Y), w)} {
				near(t, want, sums(t, m, full), 1e-12, fmt.Sprint("chunks of ", rows))
				theta := shifted(m.Init(1), direction(m.Dim()), 0.1)
				losses, norms, g := make([]float64, 200), make([]float64, 200), make([]float64, 200*m.Dim())
				require.NoError(t, m.SampleLosses(ctx, losses, theta, full))
				require.NoError(t, m.PerSampleNorms(ctx, norms, theta, full))
				require.NoError(t, m.PerSampleGradients(ctx, g, theta, full))
				for i := range w {
					if w[i] == 0 {
						assert.Zero(t, losses[i])
						assert.Zero(t, norms[i])
						assert.Zero(t, norm(g[i*m.Dim():(i+1)*m.Dim()]))
					}
				}
				assert.NoError(t, m.ClippedSum(ctx, make([]float64, m.Dim()), theta, 1, full))
			}
		}
	}
	m, err := nets.NewModel(nets.Linear{In: 6, Out: 1}, nets.Logistic)
	require.NoError(t, err)
	none := weighted(dense(1, 20, 6, 2), make([]float64, 20))
	g := direction(6)
	l, err := m.LossGradient(ctx, g, m.Init(1), none)
	require.NoError(t, err)
	assert.Zero(t, l)
	assert.Equal(t, make([]float64, 6), g)
	_, err = m.Accuracy(ctx, m.Init(1), none)
	assert.ErrorContains(t, err, "weight 0")
}

// Running statistics and the training pass count weights too.
func TestWeightsInStatistics(t *testing.T) {
	net := nets.Sequential(nets.Dense{In: 6, Out: 4}, nets.BatchNorm{Channels: 4}, nets.Activation(graph.Tanh), nets.Dense{In: 4, Out: 3})
	d := dense(2, 40, 6, 3)
	w, rows := repeats(40)
	m := model(t, entry{net: net, loss: nets.SoftmaxCrossEntropy, data: d}, nets.Chunk(128))
	a, err := m.EstimateStatistics(ctx, m.Init(1), d.Subset(rows))
	require.NoError(t, err)
	b, err := m.EstimateStatistics(ctx, m.Init(1), weighted(d, w))
	require.NoError(t, err)
	near(t, a, b, 1e-13, "statistics")
	d, w = d.Slice(0, 18), w[:18] // one batch: those of a batch normalize each other
	rows = rows[:slices.IndexFunc(rows, func(r int) bool { return r > 17 })]
	ga, gb := make([]float64, m.Dim()), make([]float64, m.Dim())
	la, err := m.TrainingGradient(ctx, ga, a, d.Subset(rows), 1)
	require.NoError(t, err)
	lb, err := m.TrainingGradient(ctx, gb, a, weighted(d, w), 1)
	require.NoError(t, err)
	assert.InDelta(t, la, lb, 1e-12*la)
	near(t, ga, gb, 1e-12, "training gradient")
	_, err = m.EstimateStatistics(ctx, m.Init(1), weighted(d, make([]float64, 18)))
	assert.ErrorContains(t, err, "weight 0")

	// Over several batches the statistics of the first layer are those of all samples.
	big := dense(5, 300, 6, 3)
	w, rows = repeats(300)
	input := nets.Sequential(nets.BatchNorm{Channels: 6}, nets.Dense{In: 6, Out: 3})
	m = model(t, entry{net: input, loss: nets.SoftmaxCrossEntropy, data: big})
	a, err = m.EstimateStatistics(ctx, m.Init(1), big.Subset(rows))
	require.NoError(t, err)
	b, err = m.EstimateStatistics(ctx, m.Init(1), weighted(big, w))
	require.NoError(t, err)
	near(t, a, b, 1e-13, "statistics of several batches")
}

// perToken answers with three numbers for each of four tokens.
func perToken() nets.Network {
	return made{[]nets.Param{graph.Normal("embedding", 1, 5, 4), nets.Weight("W", 4, 3), nets.Bias("b", 3)}, func(p []*graph.Node, x *graph.Node) *graph.Node {
		return graph.Affine(graph.Tanh(graph.Gather(p[0], x)), p[1], p[2])
	}}
}

func severalLabels() []entry {
	multi := dense(7, 100, 6, 2)
	multi.Targets, multi.Y = 3, nil
	real := dense(8, 100, 6, 0)
	real.Targets, real.Y = 3, direction(300)
	for i := range 300 {
		multi.Y = append(multi.Y, float64((i*i+i/7)%2))
	}
	tokens := windows(9, 100, 4, 5)
	tokens.Targets, tokens.Classes, tokens.Y = 4, 3, nil
	for i := range 400 {
		tokens.Y = append(tokens.Y, float64((i*i+i/5)%3))
	}
	csr, _ := sparse(dense(7, 100, 6, 2))
	csr.Targets, csr.Y = 3, multi.Y
	mlp := nets.MLP{In: 6, Hidden: []int{4}, Out: 3}
	return []entry{
		{"logistic, three labels", mlp, nets.Logistic, multi},
		{"logistic, sparse", nets.Linear{In: 6, Out: 3}, nets.Logistic, csr},
		{"squared, three targets", mlp, nets.Squared, real},
		{"softmax, a label per token", perToken(), nets.SoftmaxCrossEntropy, tokens},
	}
}

// lossOf is the loss of a sample by the formulas, from its outputs and labels.
func lossOf(name string, z, y []float64) (loss float64) {
	for i, label := range y {
		switch name[:7] {
		case "logisti":
			loss += math.Log1p(math.Exp(-math.Abs(z[i]))) + max(z[i], 0) - label*z[i]
		case "squared":
			loss += (z[i] - label) * (z[i] - label) / 2
		default:
			k := len(z) / len(y)
			sum := 0.0
			for _, v := range z[i*k : (i+1)*k] {
				sum += math.Exp(v)
			}
			loss += math.Log(sum) - z[i*k+int(label)]
		}
	}
	return loss
}

// Several labels a sample: the losses add up, and everything is computed of them as of others.
func TestSeveralLabels(t *testing.T) {
	for _, e := range severalLabels() {
		t.Run(e.name, func(t *testing.T) {
			m := model(t, e)
			d, n, width := e.data, e.data.Len(), e.data.Width()
			theta := shifted(m.Init(1), direction(m.Dim()), 0.1)
			k, err := m.Outputs(d)
			require.NoError(t, err)
			out, losses := make([]float64, n*k), make([]float64, n)
			require.NoError(t, m.Predict(ctx, out, theta, d))
			require.NoError(t, m.SampleLosses(ctx, losses, theta, d))
			for i := range n {
				assert.InDelta(t, lossOf(e.name, out[i*k:(i+1)*k], d.Y[i*width:(i+1)*width]), losses[i], 1e-13*(1+losses[i]))
			}
			checkDerivatives(t, m, d, 1e-4)
			batch := batchOf(d.Subset([]int{0, 7, 31, 69}))
			batch.Targets = width
			assert.NoError(t, graphtest.Check(e.net, e.loss, batch))

			w, rows := repeats(n)
			near(t, sums(t, m, d.Subset(rows)), sums(t, m, weighted(d, w)), 1e-12, "weights")
			near(t, everything(t, m, d), everything(t, model(t, e, nets.Chunk(16)), d), 1e-12, "chunks")
			near(t, everything(t, m, d), everything(t, model(t, e, nets.Float32()), d), 5e-6, "precisions")

			if d.Classes == 0 {
				return
			}
			cls, err := m.Classes(ctx, theta, weighted(d, w))
			require.NoError(t, err)
			require.Len(t, cls, n*width)
			a, err := m.Accuracy(ctx, theta, weighted(d, w))
			require.NoError(t, err)
			hit := 0.0
			for i, c := range cls {
				z := out[i*k/width : (i+1)*k/width]
				want := 0
				for j := range z {
					if z[j] > z[want] {
						want = j
					}
				}
				if len(z) == 1 && z[0] > 0 {
					want = 1
				}
				assert.Equal(t, float64(want), c)
				if c == d.Y[i] {
					hit += w[i/width]
				}
			}
			assert.InDelta(t, hit/float64(len(rows)*width), a, 1e-14)
		})
	}
}

func TestSeveralLabelsThatDoNotFit(t *testing.T) {
	es := severalLabels()
	for _, c := range []struct {
		name, want string
		net        nets.Network
		loss       nets.Loss
		d          *datasets.Dataset
	}{
		{"two outputs for three labels", "outputs [3 2] and labels [3 3]", nets.Linear{In: 6, Out: 2}, nets.Logistic, es[0].data},
		{"two outputs for three targets", "outputs [3 2] and targets [3 3]", nets.Linear{In: 6, Out: 2}, nets.Squared, es[2].data},
		{"softmax of one label's outputs", "", nets.Linear{In: 6, Out: 3}, nets.SoftmaxCrossEntropy, es[0].data},
		{"tokens of other classes", "4 classes", perToken(), nets.SoftmaxCrossEntropy, labelled(es[3].data, 4)},
		{"label beyond", "row 1 of test has the label 2", nets.Linear{In: 6, Out: 3}, nets.Logistic, labelled(es[2].data, 0, 0, 0, 0, 2)},
	} {
		for call, err := range everyCall(t, c.net, c.loss, c.d) {
			require.Error(t, err, c.name+call)
			assert.ErrorContains(t, err, c.want, c.name+call)
		}
	}
}

// A weight beside that of the data set is refused where their product overflows, in the model's
// precision.
func TestProductsOfWeightsThatOverflow(t *testing.T) {
	d := *dense(1, 8, 6, 3)
	d.Weights = []float64{1, 1, 1e30, 1, 1, 1, 1, 1}
	w := []float64{1, 1, -1e20, 1, 1, 1, 1, 1}
	for _, single := range []bool{false, true} {
		opts := []nets.Option{nets.Float64()}
		if single {
			opts = []nets.Option{nets.Float32()}
		}
		m, err := nets.NewModel(nets.Linear{In: 6, Out: 3}, nets.SoftmaxCrossEntropy, opts...)
		require.NoError(t, err)
		err = m.WeightedGradient(ctx, make([]float64, m.Dim()), m.Init(1), w, &d)
		if !single {
			require.NoError(t, err)
			large := d
			large.Weights = []float64{1, 1, 1e300, 1, 1, 1, 1, 1}
			err = m.WeightedGradient(ctx, make([]float64, m.Dim()), m.Init(1), w, &large)
		}
		require.ErrorContains(t, err, "weight -1e+20 for row 2 of test, whose own weight is 1e+30")
	}
}
