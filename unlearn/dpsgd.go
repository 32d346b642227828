package unlearn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// Clipper is an Objective that adds up the samples' gradients, each shortened to a norm of at most
// limit.
type Clipper interface {
	// ClippedSum writes sum_i min(1, limit/||g_i||) g_i with g_i = w_i grad l(z_i, theta), w_i
	// being the sample's weight, to dst (p). So no sample adds more than limit, whatever it weighs.
	ClippedSum(ctx context.Context, dst, theta []float64, limit float64, d *datasets.Dataset) error
}

// DPSGD is differentially private stochastic gradient descent (Abadi et al. 2016, algorithm 1): at
// each step every sample is drawn with probability q = Batch/n on its own (Poisson sampling), the
// drawn samples' gradients are clipped to the norm Clip and summed, and
//
//	theta <- theta - Rate ( (sum + N(0, (Noise Clip)^2 I)) / (q n) + (L2 diag(penalty) theta + tilt) / n ).
//
// A sample's gradient is clipped with its weight in it, so that weights leave what is counted as it
// is. Without weights Rate is that of the mean loss, as in [SGD].
//
// n is Samples, a public constant, and not a count of the data: q, the share of the regularizer and
// the defaults of Batch and Steps depend on it, and the parameters tell it. As a baseline of
// unlearning a request changes nothing: the model is (Epsilon, Delta)-private for adding or
// removing one sample, which [PrivacySpent] counts with a sensitivity of Clip. Neighbouring data
// sets are trained on with the same settings, n among them. A corrected label or sample is a
// replacement, two such steps with a sensitivity of 2 Clip: [Private.Guarantee] gives epsilon and
// delta for a request.
//
// The guarantee is for real numbers: what the low digits of float64 tell of the noise is not
// counted, and neither is an error. It is for all parameters, so that an objective that holds some
// of them fixed (nets.Model.Select) is an error.
//
// The model is trained before the request, by [DPSGD.Train]; DPSGD itself is a [Method] too, which
// trains first, outside the cost of the update. The objective has to be a [Clipper].
type DPSGD struct {
	Rate  float64   // learning rate, positive
	Clip  float64   // norm that a sample's gradient is clipped to; 0 = 1
	Noise float64   // noise multiplier, positive
	Batch int       // samples in a batch of n, on average; 0 = 256, or n if that is less
	Steps int       // 0 = one pass, n/Batch
	Delta float64   // that Epsilon is stated for; 0 = 1e-5
	Start []float64 // of the training (p); nil = Init of an [Initializer] by Seed, or zeros: never a model that was trained before
	Seed  uint64    // of samples and noise, as secret as the data; 0, which anybody would guess, is an error
	// Samples is n, which whoever sees the model may know: it has to be what it was where a model
	// is trained on the corrected data to compare with. 0 = the number of training samples, which
	// is public then.
	Samples int
}

// Name returns "dp-sgd".
func (DPSGD) Name() string { return "dp-sgd" }

// Train trains on p.
func (m DPSGD) Train(ctx context.Context, p *Problem) (*Private, error) {
	p, err := p.sound()
	if err != nil {
		return nil, err
	}
	if m, err = m.complete(p); err != nil {
		return nil, err
	}
	clipper, ok := called[Clipper](p.Objective)
	if !ok {
		return nil, fmt.Errorf("unlearn: objective %T does not clip the gradients of samples: implement Clipper (%w)", p.Objective, errors.ErrUnsupported)
	}
	q := float64(m.Batch) / float64(m.Samples)
	epsilon, err := PrivacySpent(q, m.Noise, m.Steps, m.Delta)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(m.Seed, 0xd95))
	theta, err := p.dataFree(ctx, "DPSGD", m.Start, m.Seed)
	if err != nil {
		return nil, err
	}
	sum, rest := make([]float64, p.Dim()), make([]float64, p.Dim())
	for step := range m.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var drawn []int
		for i := range p.Train.Len() {
			if rng.Float64() < q {
				drawn = append(drawn, i)
			}
		}
		clear(sum)
		if len(drawn) > 0 {
			if err := clipper.ClippedSum(ctx, sum, theta, m.Clip, p.Train.Subset(drawn)); err != nil {
				return nil, err
			}
		}
		for j := range sum {
			sum[j] += m.Noise * m.Clip * rng.NormFloat64()
		}
		clear(rest)
		p.addRegularizerGradient(rest, theta)
		floats.AddScaled(theta, -m.Rate/float64(m.Batch), sum)
		floats.AddScaled(theta, -m.Rate/float64(m.Samples), rest)
		if notFinite(theta) >= 0 {
			return nil, &DivergedError{Solver: m.Name(), Quantity: "gradient norm", Iterations: step + 1, Residual: norm(sum), Best: math.NaN(),
				Curvature: math.NaN(), Remedy: "lower Rate, or look for overflow in the model"}
		}
	}
	return &Private{Method: m.Name(), Theta: theta, Epsilon: epsilon, Delta: m.Delta, Samples: m.Samples}, nil
}

// complete fills in the defaults.
func (m DPSGD) complete(p *Problem) (DPSGD, error) {
	if p.Objective == nil || p.Train == nil || p.Train.Len() == 0 {
		return m, errors.New("unlearn: DPSGD needs a Problem with an Objective and training samples")
	}
	m.Samples = cmp.Or(m.Samples, p.Train.Len())
	n := m.Samples
	m.Clip, m.Batch, m.Delta = cmp.Or(m.Clip, 1), cmp.Or(m.Batch, min(256, n)), cmp.Or(m.Delta, 1e-5)
	if err := m.check(); err != nil {
		return m, err
	}
	switch {
	case m.Batch < 1 || m.Batch > n || m.Steps < 0:
		return m, fmt.Errorf("unlearn: DPSGD with %d steps of %d of %d samples: ask for batches of 1 to %d", m.Steps, m.Batch, n, n)
	}
	if holdsStatistics(p.Objective) {
		return m, fmt.Errorf("unlearn: DPSGD on a model with running statistics, which are of the data and not private: "+
			"take a network without batch normalization (%w)", errors.ErrUnsupported)
	}
	if err := errors.Join(p.heldFixed("DPSGD"), secretSeed("DPSGD", m.Seed)); err != nil {
		return m, err
	}
	m.Steps = cmp.Or(m.Steps, max(n/m.Batch, 1))
	return m, nil
}

func (m DPSGD) check() error {
	return checkSettings("DPSGD", above0("Rate", m.Rate, ": try 0.1"), above0("Noise", m.Noise, ": without noise nothing is private"),
		above0("Clip", m.Clip, ", or 0 for 1"), fraction("Delta", m.Delta, "the default 1e-5"), count("Batch", m.Batch, "256, or all samples"),
		count("Steps", m.Steps, "one pass"), count("Samples", m.Samples, "the number of training samples"), numbers("Start", m.Start))
}

// secretSeed refuses the seed that everybody tries first, for noise that has to stay secret.
func secretSeed(of string, seed uint64) error {
	if seed == 0 {
		return fmt.Errorf("unlearn: %s.Seed is 0, which anybody would guess: draw one from crypto/rand for each training, and keep it as secret as the data", of)
	}
	return nil
}

// Unlearn implements [Method]: it trains on p, and leaves the model as it is.
func (m DPSGD) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	return trainThenUnlearn(ctx, p, theta, r, m.Train)
}
