package nets_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/graph"
	"lethe/nets"
	"lethe/unlearn"
)

// The variance of one value is 0: normalized by it, every sample is the bias, and its gradient is
// 0. That is refused wherever it comes from.
func TestBatchNormalizationOverOneValue(t *testing.T) {
	flat := nets.Sequential(nets.Flatten{}, nets.Dense{In: 4, Out: 3}, nets.BatchNorm{Channels: 3}, nets.Dense{In: 3, Out: 2})
	positions := nets.Sequential(nets.BatchNorm{Channels: 1}, nets.Flatten{}, nets.Dense{In: 4, Out: 2})
	pooled := nets.Sequential(nets.Conv{In: 1, Out: 3, Size: 2}, nets.Activation(graph.Tanh), nets.BatchNorm{Channels: 3}, nets.Flatten{},
		nets.Dense{In: 3, Out: 2})
	const refused = "variance is 0"
	for _, c := range []struct {
		name    string
		net     nets.Network
		samples int
		chunk   int
		want    string // part of the error; empty for none
	}{
		{"one sample", flat, 1, 0, "at least 2 samples"},
		{"two samples", flat, 2, 0, ""},
		{"one sample of four positions", positions, 1, 0, ""},
		{"one sample whose convolution leaves one position", pooled, 1, 0, "at least 2 samples"},
		{"chunks of one", flat, 3, 1, "nets.Chunk"},
		{"chunks of two and one", flat, 3, 2, "nets.Chunk"},
		{"chunks of two", flat, 4, 2, ""},
		{"positions in chunks of one", positions, 3, 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := nets.NewModel(c.net, nets.SoftmaxCrossEntropy, nets.Chunk(c.chunk))
			require.NoError(t, err)
			d := someImages(1, c.samples, 2, 2, 1, 2)
			_, err = m.TrainingGradient(t.Context(), make([]float64, m.Dim()), m.Init(1), d, 1)
			if c.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, refused)
				assert.ErrorContains(t, err, c.want)
			}
			_, err = m.EstimateStatistics(t.Context(), m.Init(1), d) // in batches of its own
			assert.Equal(t, c.samples == 1 && c.want != "", err != nil, "%v", err)
			_, err = m.Loss(t.Context(), m.Init(1), d.Slice(0, 1))
			assert.NoError(t, err, "the evaluation pass normalizes by the running statistics")
		})
	}
}

// A trainer whose last batch is one sample says so, in place of a step along nothing.
func TestTrainersRefuseARemainderOfOne(t *testing.T) {
	net := nets.Sequential(nets.Flatten{}, nets.Dense{In: 4, Out: 3}, nets.BatchNorm{Channels: 3}, nets.Dense{In: 3, Out: 2})
	m, err := nets.NewModel(net, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	for _, c := range []struct {
		samples, batch int
		refused        bool
	}{{5, 2, true}, {5, 1, true}, {1, 32, true}, {4, 3, false}, {7, 3, false}, {33, 32, false}, {65, 64, false}} {
		p := &unlearn.Problem{Objective: m, Train: someImages(2, c.samples, 2, 2, 1, 2)}
		for _, trainer := range []unlearn.Trainer{unlearn.SGD{Rate: 0.1, Batch: c.batch}, unlearn.Adam{Rate: 0.1, Batch: c.batch}} {
			_, err := trainer.Train(t.Context(), p, m.Init(1))
			if c.refused {
				assert.ErrorContains(t, err, "leaves no batch of one", "%d samples in batches of %d", c.samples, c.batch)
			} else {
				assert.NoError(t, err, "%d samples in batches of %d", c.samples, c.batch)
			}
		}
	}
}
