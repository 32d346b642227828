package unlearn

import (
	"cmp"
	"context"
	"math"
)

// Adam minimizes a problem by Adam (Kingma and Ba 2015, algorithm 1), on the same estimates g of
// grad L / W, with the same batches, as [SGD]:
//
//	m <- Beta1 m + (1 - Beta1) g,  v <- Beta2 v + (1 - Beta2) g^2,
//	theta <- theta - Rate (m / (1 - Beta1^t)) / (sqrt(v / (1 - Beta2^t)) + Epsilon).
//
// With AMSGrad (Reddi, Kale and Kumar 2018) the largest v so far stands in place of v in the last
// line.
type Adam struct {
	Rate     float64  // 0 = 1e-3
	Schedule Schedule // how it changes; Constant or OneCycle
	Beta1    float64  // decay of the mean of gradients; 0 = 0.9
	Beta2    float64  // decay of the mean of their squares; 0 = 0.999
	Epsilon  float64  // 0 = 1e-8
	AMSGrad  bool

	Batch      int                  // samples in a batch, at most; 0 = 32
	Epochs     int                  // passes over the data; 0 = 1
	Seed       uint64               // of the order, and of the noise
	Callback   func(Progress) error // as in [SGD]
	Checkpoint Checkpoint           // where to keep the state; the zero value keeps none

	continues *continued // the training that this one goes on with
}

// Train implements [Trainer], with the errors and the resumption of [SGD.Train].
func (t Adam) Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	err := checkSettings("Adam", positiveOr("Rate", t.Rate, "the default 1e-3"), positiveOr("Epsilon", t.Epsilon, "the default 1e-8"),
		fraction("Beta1", t.Beta1, "the default 0.9"), fraction("Beta2", t.Beta2, "the default 0.999"))
	if err != nil {
		return nil, err
	}
	t.Rate, t.Epsilon = cmp.Or(t.Rate, 1e-3), cmp.Or(t.Epsilon, 1e-8)
	t.Beta1, t.Beta2 = cmp.Or(t.Beta1, 0.9), cmp.Or(t.Beta2, 0.999)
	d := descent{
		name: "adam", of: "Adam", rate: t.Rate, schedule: t.Schedule, batch: t.Batch, epochs: t.Epochs, seed: t.Seed, callback: t.Callback,
		checkpoint: t.Checkpoint,
		settings: map[string]string{"beta1": exactly(t.Beta1), "beta2": exactly(t.Beta2),
			"epsilon": exactly(t.Epsilon)},
		vectors: 2, squares: true, apply: t.apply, continues: t.continues,
	}
	if t.AMSGrad {
		d.name, d.vectors = "amsgrad", 3
	}
	return d.train(ctx, p, theta)
}

func (t Adam) apply(theta, g []float64, state [][]float64, rate float64, step int) {
	m, v := state[0], state[1]
	decays := adamDecays{t.Beta1, 1 - t.Beta1, t.Beta2, 1 - t.Beta2}
	decays.moments(m, v, g)
	if t.AMSGrad {
		largest := state[2]
		for j, size := range v {
			largest[j] = max(largest[j], size)
		}
		v = largest
	}
	c := adamConstants{rate: rate, first: 1 - math.Pow(t.Beta1, float64(step)), second: 1 - math.Pow(t.Beta2, float64(step)),
		epsilon: t.Epsilon}
	c.descend(theta, m, v)
}

// adamDecays are the numbers of the means; the order is that of the kernel in assembly.
type adamDecays struct{ beta1, rest1, beta2, rest2 float64 }

// moments takes the gradient g into its mean m and the mean v of its squares.
func (c *adamDecays) moments(m, v, g []float64) {
	for j := momentsFast(m, v, g, c); j < len(g); j++ {
		m[j] = c.beta1*m[j] + c.rest1*g[j]
		v[j] = c.beta2*v[j] + c.rest2*g[j]*g[j]
	}
}

// adamConstants are the numbers of a step; the order is that of the kernel in assembly.
type adamConstants struct{ rate, first, second, epsilon float64 }

// descend moves theta by the moments.
func (c *adamConstants) descend(theta, m, v []float64) {
	for j := descendFast(theta, m, v, c); j < len(theta); j++ {
		theta[j] -= c.rate * (m[j] / c.first) / (math.Sqrt(v[j]/c.second) + c.epsilon)
	}
}
