package nets_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// lstmByHand is the forward pass of nets.LSTM for one window, number by number.
func lstmByHand(l nets.LSTM, theta []float64, window []int32) []float64 {
	take := func(n int) []float64 {
		x := theta[:n]
		theta = theta[n:]
		return x
	}
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	table := take(l.Vocabulary * l.Embedding)
	var seq [][]float64
	for _, t := range window {
		seq = append(seq, table[int(t)*l.Embedding:(int(t)+1)*l.Embedding])
	}
	in, u := l.Embedding, l.Units
	for range l.Layers {
		w, r, b := take(in*4*u), take(u*4*u), take(4*u)
		h, c := make([]float64, u), make([]float64, u)
		var out [][]float64
		for _, x := range seq {
			z := append([]float64(nil), b...)
			for k := range z {
				for j, v := range x {
					z[k] += v * w[j*4*u+k]
				}
				for j, v := range h {
					z[k] += v * r[j*4*u+k]
				}
			}
			next := make([]float64, u)
			for j := range u {
				c[j] = sigmoid(z[u+j])*c[j] + sigmoid(z[j])*math.Tanh(z[2*u+j])
				next[j] = sigmoid(z[3*u+j]) * math.Tanh(c[j])
			}
			h = next
			out = append(out, h)
		}
		seq, in = out, u
	}
	w, b := take(u*l.Vocabulary), take(l.Vocabulary)
	logits := append([]float64(nil), b...)
	for k := range logits {
		for j, v := range seq[len(seq)-1] {
			logits[k] += v * w[j*l.Vocabulary+k]
		}
	}
	return logits
}

func TestLSTMByHand(t *testing.T) {
	for _, l := range []nets.LSTM{
		{Vocabulary: 7, Embedding: 3, Units: 4, Layers: 2}, {Vocabulary: 3, Embedding: 5, Units: 1, Layers: 1}, {Vocabulary: 4, Embedding: 2, Units: 6, Layers: 3, Dropout: 0.5},
	} {
		d := windows(9, 70, 5, l.Vocabulary)
		for _, precision := range []struct {
			option    nets.Option
			tolerance float64
		}{{nets.Float64(), 1e-13}, {nets.Float32(), 1e-5}} {
			m, err := nets.NewModel(l, nets.SoftmaxCrossEntropy, precision.option)
			require.NoError(t, err)
			theta := shifted(m.Init(3), direction(m.Dim()), 0.2)
			got := make([]float64, d.Len()*l.Vocabulary)
			require.NoError(t, m.Predict(ctx, got, theta, d))
			x := d.X.(*datasets.Tokens)
			for i, at := range x.Starts {
				near(t, lstmByHand(l, theta, x.Text[at:at+x.Length]), got[i*l.Vocabulary:(i+1)*l.Vocabulary], precision.tolerance, "logits")
			}
		}
	}
}

// The parameters of the authors' language model (docs/paper.md#unintended-memorization).
func TestLSTMHasTheAuthorsParameters(t *testing.T) {
	m, err := nets.NewModel(nets.LSTM{Vocabulary: 54, Embedding: 64, Units: 512, Layers: 2}, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	assert.Equal(t, 3_312_054, m.Dim())
}

func TestLSTMInit(t *testing.T) {
	l := nets.LSTM{Vocabulary: 5, Embedding: 3, Units: 6, Layers: 1}
	m, err := nets.NewModel(l, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	theta := m.Init(1)
	at := 5*3 + 3*24
	u, b := theta[at:at+6*24], theta[at+6*24:at+6*24+24]
	for i := range 6 {
		for j := range 6 {
			s := 0.0
			for k := range 24 {
				s += u[i*24+k] * u[j*24+k]
			}
			want := 0.0
			if i == j {
				want = 1
			}
			assert.InDelta(t, want, s, 1e-14, "rows of U are orthonormal")
		}
	}
	for k, v := range b {
		want := 0.0
		if k >= 6 && k < 12 {
			want = 1
		}
		assert.Equal(t, want, v, "forget gates start open")
	}
}

// Training passes differ from the evaluation pass and from each other, not from themselves on
// another number of cores.
func TestTrainingPass(t *testing.T) {
	l := nets.LSTM{Vocabulary: 6, Embedding: 3, Units: 5, Layers: 2, Dropout: 0.3}
	d := windows(2, 200, 5, 6)
	var all [][]float64
	for _, cores := range []int{1, 2} {
		m, err := nets.NewModel(l, nets.SoftmaxCrossEntropy, nets.Cores(cores), nets.Chunk(32))
		require.NoError(t, err)
		require.True(t, m.Stochastic())
		theta := m.Init(3)
		for _, noise := range []uint64{7, 8} {
			g := make([]float64, m.Dim())
			_, err := m.TrainingGradient(ctx, g, theta, d, noise)
			require.NoError(t, err)
			all = append(all, g)
		}
		g := make([]float64, m.Dim())
		_, err = m.LossGradient(ctx, g, theta, d)
		require.NoError(t, err)
		all = append(all, g)
	}
	assert.Equal(t, all[:3], all[3:], "the same bits on one and on two cores")
	assert.NotEqual(t, all[0], all[1])
	assert.NotEqual(t, all[0], all[2])
}

// The derivative of the training pass, at fixed noise, against finite differences of its own loss.
func TestTrainingGradient(t *testing.T) {
	l := nets.LSTM{Vocabulary: 6, Embedding: 3, Units: 5, Layers: 2, Dropout: 0.3}
	m, err := nets.NewModel(l, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	d := windows(2, 70, 5, 6)
	theta, v, g := m.Init(3), direction(m.Dim()), make([]float64, m.Dim())
	_, err = m.TrainingGradient(ctx, g, theta, d, 5)
	require.NoError(t, err)
	const h = 1e-4
	slope := 0.0
	for _, s := range []struct{ at, w float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
		loss, err := m.TrainingGradient(ctx, make([]float64, m.Dim()), shifted(theta, v, s.at*h), d, 5)
		require.NoError(t, err)
		slope += s.w * loss / (12 * h)
	}
	assert.InDelta(t, slope, dot(g, v), 1e-8*math.Abs(slope))
}

// What is dropped belongs to the sample, however the batch is cut, and a selected model sees the
// same.
func TestTrainingPassDoesNotDependOnChunks(t *testing.T) {
	l := nets.LSTM{Vocabulary: 6, Embedding: 3, Units: 5, Layers: 2, Dropout: 0.3}
	d := windows(2, 130, 5, 6)
	var want []float64
	for _, rows := range []int{0, 1, 7, 32, 100} {
		m, err := nets.NewModel(l, nets.SoftmaxCrossEntropy, nets.Chunk(rows))
		require.NoError(t, err)
		theta, g := m.Init(3), make([]float64, m.Dim())
		_, err = m.TrainingGradient(ctx, g, theta, d, 5)
		require.NoError(t, err)
		if want == nil {
			want = g
		}
		near(t, want, g, 1e-12, "training gradient")
		s, err := m.Select(theta, "dense/*")
		require.NoError(t, err)
		part, err := s.Chosen(theta)
		require.NoError(t, err)
		gs := make([]float64, s.Dim())
		_, err = s.TrainingGradient(ctx, gs, part, d, 5)
		require.NoError(t, err)
		chosen, err := s.Chosen(g)
		require.NoError(t, err)
		near(t, chosen, gs, 1e-12, "that of a selected model")
	}
}

// Two uses of dropout draw their own masks: on x - x of the same x that would be nothing.
type dropoutTwice struct{ dropoutOnly }

func (n dropoutTwice) ForwardTraining(p []*graph.Node, x *graph.Node, t *nets.Training) *graph.Node {
	return graph.MatMul(graph.Sub(t.Dropout(x, n.rate), t.Dropout(x, n.rate)), p[0])
}

func TestDropoutsOfOneNetworkDiffer(t *testing.T) {
	d := dense(3, 50, 6, 0)
	m, err := nets.NewModel(dropoutTwice{dropoutOnly{0.5}}, nets.Squared)
	require.NoError(t, err)
	g := make([]float64, 6)
	_, err = m.TrainingGradient(ctx, g, []float64{1, 1, 1, 1, 1, 1}, d, 3)
	require.NoError(t, err)
	assert.Greater(t, norm(g), 1.0)
}

// dropoutOnly drops a share of its inputs and adds up what is left, weighted.
type dropoutOnly struct{ rate float64 }

func (dropoutOnly) Params() []nets.Param { return []nets.Param{nets.Weight("W", 6, 1)} }
func (n dropoutOnly) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return graph.MatMul(x, p[0])
}
func (n dropoutOnly) ForwardTraining(p []*graph.Node, x *graph.Node, t *nets.Training) *graph.Node {
	return graph.MatMul(t.Dropout(x, n.rate), p[0])
}

func TestDropoutKeepsTheMean(t *testing.T) {
	const n, rate = 20_000, 0.3
	d := dense(3, n, 6, 0)
	x := d.X.(*datasets.Dense)
	for i := range x.Data {
		x.Data[i] = 1
	}
	for i := range d.Y {
		d.Y[i] = 0
	}
	m, err := nets.NewModel(dropoutOnly{rate}, nets.Squared)
	require.NoError(t, err)
	theta := []float64{1, 1, 1, 1, 1, 1}
	// The output is 6 times a mean of masks of mean 1 and variance rate/(1-rate), so that the mean
	// of its square is 36 + 6 rate/(1-rate).
	loss, err := m.TrainingGradient(ctx, make([]float64, 6), theta, d, rand.New(rand.NewPCG(1, 1)).Uint64())
	require.NoError(t, err)
	want := 36 + 6*rate/(1-rate)
	deviation := 12 * math.Sqrt(6*rate/(1-rate)/n) // of the mean of squares, in first order
	assert.InDelta(t, want, 2*loss/n, 5*deviation)
	evaluated, err := m.Loss(ctx, theta, d)
	require.NoError(t, err)
	assert.InDelta(t, 36, 2*evaluated/n, 1e-12)
}

func TestPenalty(t *testing.T) {
	m, err := nets.NewModel(nets.LSTM{Vocabulary: 3, Embedding: 2, Units: 2}, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	p, err := m.Penalty("lstm*/*")
	require.NoError(t, err)
	ones := 0.0
	for i, v := range p {
		if i < 6 || i >= 6+16+16+8 {
			assert.Zero(t, v)
		}
		ones += v
	}
	assert.Equal(t, 40.0, ones)
	_, err = m.Penalty("conv*")
	assert.ErrorContains(t, err, "no parameter matches")
}
