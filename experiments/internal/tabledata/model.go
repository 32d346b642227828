package tabledata

import (
	"context"
	"fmt"

	"lethe/datasets"
	"lethe/nets"
	"lethe/unlearn"
)

// What nets promises to unlearn without importing it.
var (
	_ unlearn.Objective             = (*nets.Model)(nil)
	_ unlearn.LossGradient          = (*nets.Model)(nil)
	_ unlearn.Linearizer            = (*nets.Model)(nil)
	_ unlearn.GaussNewtonLinearizer = (*nets.Model)(nil)
	_ unlearn.PerSampler            = (*nets.Model)(nil)
	_ unlearn.Predictor             = (*nets.Model)(nil)
	_ unlearn.Convex                = (*nets.Model)(nil)
	_ unlearn.Clipper               = (*nets.Model)(nil)
	_ unlearn.Initializer           = (*nets.Model)(nil)
	_ Model                         = (*nets.Model)(nil)
)

// Models are the names of the models on tables; the first is the default.
var Models = []string{"linear", "mlp"}

// Model is what the experiments need of a model.
type Model interface {
	unlearn.Objective
	Init(seed uint64) []float64
	Classes(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error)
	SampleLosses(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
}

// NewModel returns the named model for the data: no intercept on linear models, as in the paper;
// tanh on the MLP.
func NewModel(name string, d *datasets.Dataset, set *Settings) (Model, error) {
	in := d.X.Shape()[0]
	out, loss := 1, nets.Loss(nets.Logistic)
	if d.Classes > 2 {
		out, loss = d.Classes, nets.SoftmaxCrossEntropy
	}
	switch name {
	case "linear":
		return nets.NewModel(nets.Linear{In: in, Out: out}, loss)
	case "mlp":
		precision := nets.Float64()
		if set.Precision == "float32" {
			precision = nets.Float32()
		}
		return nets.NewModel(nets.MLP{In: in, Hidden: set.Hidden, Out: out}, loss, precision)
	}
	return nil, fmt.Errorf("unknown model %q; known: linear, mlp", name)
}
