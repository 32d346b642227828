package nets

import (
	"context"
	"fmt"

	"lethe/datasets"
	"lethe/graph"
)

// TrainingNetwork is a Network whose training pass differs from its evaluation pass, by dropout for
// instance. Only the stochastic trainers use it; unlearning is always about the evaluation pass.
type TrainingNetwork interface {
	Network
	// ForwardTraining is Forward in the training pass; t has what a pass needs besides.
	ForwardTraining(p []*graph.Node, x *graph.Node, t *Training) *graph.Node
}

// Training is one training pass: its randomness and the statistics of its batch, which are those of
// the samples worked on at once: of each half of a batch of 64, for instance (ghost batches,
// Hoffer, Hubara and Soudry 2017), equal parts where a batch is divided. How it is divided does not
// depend on the cores, see [Chunk]. A single sample has only its own positions to normalize it.
// Randomness is a function of a number that the trainer gives for each step and of a sample's place
// in the batch, so that it does not depend on the number of cores and comes out the same when a
// training is resumed.
type Training struct {
	key     *graph.Node // (n, 2); nil in a pass without randomness
	weight  *graph.Node // (n): 0 for samples that only fill the batch up
	streams int
	normed  []normalization
}

// normalization is one use of Training.BatchNorm: the running statistics, what the batch has in
// their place, and how many positions of a sample it normalizes.
type normalization struct {
	mean, variance, batchMean, batchVariance *graph.Node
	positions                                int
}

// Dropout returns x (n, ...) with a share rate of its elements left out, see [graph.Dropout]; each
// call has a draw of its own. Where statistics are estimated it returns x itself: they are those of
// the evaluation pass.
func (t *Training) Dropout(x *graph.Node, rate float64) *graph.Node {
	if t.key == nil {
		return x
	}
	t.streams++
	return graph.Dropout(x, t.key, rate, t.streams)
}

// BatchNorm returns x (n, ..., channels) normalized by the moments of the samples that are worked
// on at once, see [graph.BatchNorm]. Mean and variance are the tensors that stand in their place in
// the evaluation pass: parameters of the network that are Fixed, each for one use. One sample of
// one position is refused when the pass is run: its variance is 0, and it would be normalized to
// nothing but the bias.
func (t *Training) BatchNorm(x, gain, bias, mean, variance *graph.Node, epsilon float64) *graph.Node {
	m, v := graph.Moments(x, t.weight)
	s := x.Shape()
	t.normed = append(t.normed, normalization{mean, variance, m, v, s.TotalSize() / (s[0] * s[len(s)-1])})
	return graph.BatchNorm(x, gain, bias, m, v, epsilon)
}

// Stochastic reports whether the network's training pass differs from its evaluation pass, so that
// trainers have to use [Model.TrainingGradient].
func (m *Model) Stochastic() bool {
	_, ok := m.net.(TrainingNetwork)
	return ok
}

// TrainingGradient writes the gradient of the summed loss in the training pass to dst (Dim) and
// returns that loss. The same noise gives the same bits. A network without a training pass of its
// own has that of [Model.LossGradient].
func (m *Model) TrainingGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset, noise uint64) (float64, error) {
	if !m.Stochastic() {
		return m.LossGradient(ctx, dst, theta, d)
	}
	if err := m.check(theta, dst); err != nil {
		return 0, err
	}
	return m.engine.gradient(ctx, dst, theta, nil, d, &noise)
}

// checkMoments refuses to normalize a value by itself: at least two samples of a chunk have to
// count, or a sample has several positions. samples is the number of those in all chunks.
func checkMoments[T graph.Float](normed []normalization, weight []T, samples int) error {
	if len(normed) == 0 {
		return nil
	}
	counting := 0
	for _, w := range weight {
		if w != 0 {
			counting++
		}
	}
	for _, n := range normed {
		if counting*n.positions > 1 {
			continue
		}
		advice := "give it at least 2 samples; in training, a batch size that leaves no batch of one"
		if samples > 1 {
			advice = fmt.Sprintf("%d samples are worked on in parts, one of which has too few that count: give nets.Chunk a larger number, "+
				"or leave samples of weight 0 out", samples)
		}
		return fmt.Errorf("nets: a batch normalization whose running mean is %q has %d values in a channel to normalize by, so their "+
			"variance is 0 and says nothing: %s", n.mean.Name(), counting, advice)
	}
	return nil
}

// feedNoise sets the keys of a chunk's samples. What is set stays valid until b's next use.
func feedNoise[T graph.Float](f *graph.Frame[T], pl *plan, b *buffers[T], noise uint64, c chunk) error {
	b.noise = grow(b.noise, 2*c.rows)
	for i := range c.rows {
		k := graph.Mix(noise ^ graph.Mix(uint64(c.lo+i)))
		b.noise[2*i], b.noise[2*i+1] = T(k&(1<<24-1)), T(k>>24&(1<<24-1))
	}
	if err := f.Set(pl.noise, b.noise); err != nil {
		return fmt.Errorf("nets: noise: %w", err)
	}
	return nil
}
