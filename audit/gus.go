package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"lethe/datasets"
)

// ErrNoGradients is the error of an audit by planted noise where no input gradients are given:
// files of logits do not have them.
var ErrNoGradients = errors.New("audit: planted noise is found by input gradients, which logits do not have; give the gradients of the loss with respect to the inputs")

// Noise is normal noise that was added to inputs before training.
type Noise struct {
	Rows, Columns []int
	Scale         float64     // standard deviation
	Values        [][]float64 // (len(Rows), len(Columns))
}

// Plant returns a copy of samples with noise N(0, scale^2) added to some columns of some rows, and
// the noise. Train on the copy, carry the request out on it, and ask [AuditGUS] whether the noise
// can still be found. For a request of features, plant in the columns that will be forgotten.
func Plant(x *datasets.Dense, rows, columns []int, scale float64, seed uint64) (*datasets.Dense, *Noise, error) {
	if !(scale > 0) || math.IsInf(scale, 0) {
		return nil, nil, fmt.Errorf("audit: noise of scale %g; give a number above 0", scale)
	}
	for _, list := range []struct {
		what string
		of   []int
		n    int
	}{{"rows", rows, x.N}, {"columns", columns, x.Cols}} {
		if len(list.of) == 0 {
			return nil, nil, fmt.Errorf("audit: noise in no %s", list.what)
		}
		for k, i := range list.of {
			if i < 0 || i >= list.n || slices.Contains(list.of[:k], i) {
				return nil, nil, fmt.Errorf("audit: %s %v: %d is named twice, or not among the %d of the data", list.what, list.of, i, list.n)
			}
		}
	}
	random := rand.New(rand.NewPCG(seed, 0x706c616e74))
	out := &datasets.Dense{N: x.N, Cols: x.Cols, Data: slices.Clone(x.Data)}
	noise := &Noise{Rows: slices.Clone(rows), Columns: slices.Clone(columns), Scale: scale}
	for _, i := range rows {
		values := make([]float64, len(columns))
		for k, j := range columns {
			values[k] = scale * random.NormFloat64()
			out.Data[i*x.Cols+j] += values[k]
		}
		noise.Values = append(noise.Values, values)
	}
	return out, noise, nil
}

// InputGradient writes the gradient of the loss of one sample with respect to its inputs, (columns
// of the data), at the inputs without the noise: with it the gradient of any model would depend on
// the noise.
type InputGradient func(ctx context.Context, dst []float64, row int) error

// GUS returns mean_i I_i sqrt(n) over the n rows with noise, I_i = <xi_i, grad_x l_i> / (scale
// ||grad_x l_i||) (Gaussian unlearning score, Pawelczyk et al. 2024, arXiv 2406.17216), where only
// the columns with noise count. It is distributed as N(0, 1) if the model does not depend on the
// noise. A model that fits the noise has a lower loss along it, so that GUS is negative. columns is
// the number of columns of the data.
func GUS(ctx context.Context, noise *Noise, columns int, gradient InputGradient) (float64, error) {
	if gradient == nil {
		return 0, ErrNoGradients
	}
	if err := noise.check(columns); err != nil {
		return 0, err
	}
	all, sum := make([]float64, columns), 0.0
	for k, row := range noise.Rows {
		if err := gradient(ctx, all, row); err != nil {
			return 0, err
		}
		dot, square := 0.0, 0.0
		for c, j := range noise.Columns {
			dot += noise.Values[k][c] * all[j]
			square += all[j] * all[j]
		}
		if square == 0 || math.IsNaN(square) || math.IsInf(square, 0) {
			return 0, fmt.Errorf("audit: the gradient of row %d in the columns with noise has norm %g; the noise cannot be looked for there "+
				"(0: the model does not look at these columns, or is certain of the row)", row, math.Sqrt(square))
		}
		sum += dot / (noise.Scale * math.Sqrt(square))
	}
	return sum / math.Sqrt(float64(len(noise.Rows))), nil
}

func (n *Noise) check(columns int) error {
	switch {
	case n == nil || len(n.Rows) == 0 || len(n.Columns) == 0 || len(n.Values) != len(n.Rows):
		return errors.New("audit: the noise has no rows or columns, or not a line of values for each row")
	case !(n.Scale > 0) || math.IsInf(n.Scale, 0):
		return fmt.Errorf("audit: noise of Scale %g; give a number above 0", n.Scale)
	}
	for k, v := range n.Values {
		if len(v) != len(n.Columns) {
			return fmt.Errorf("audit: row %d of the noise has %d values for %d columns", k, len(v), len(n.Columns))
		}
	}
	for _, j := range n.Columns {
		if j < 0 || j >= columns {
			return fmt.Errorf("audit: noise in column %d of data with %d columns", j, columns)
		}
	}
	return nil
}

// AuditGUS compares GUS of an updated model with N(0, 1), on both sides. heldOut is a model that
// was retrained without the noise, before the model before the update.
func AuditGUS(ctx context.Context, noise *Noise, columns int, updated, heldOut, before InputGradient) (*Finding, error) {
	values := make([]float64, 3)
	for k, g := range []InputGradient{updated, heldOut, before} {
		var err error
		if values[k], err = GUS(ctx, noise, columns, g); err != nil {
			return nil, err
		}
	}
	far := distuv.UnitNormal.Quantile(1 - level/2)
	p := func(z float64) float64 { return 2 * distuv.UnitNormal.Survival(math.Abs(z)) }
	f := &Finding{Audit: "planted noise (GUS)", On: "samples with noise", Samples: len(noise.Rows), Updated: values[0], HeldOut: values[1], Untouched: &values[2],
		Low: new(-far), High: far, P: p(values[0]), HeldOutP: p(values[1]), Verdict: Inside}
	switch {
	case values[0] < -far:
		f.Verdict = UnderForgotten
	case values[0] > far:
		f.Verdict = OverForgotten
	}
	if math.Abs(values[1]) > far {
		f.Void = heldOutFails
	}
	return f, nil
}
