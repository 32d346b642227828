package unlearn

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"lethe/datasets"
)

// SAP scales what a layer takes in from directions that trusted samples do not use (Kodge, Ravikumar,
// Saha and Roy 2025, arXiv 2403.08618; docs/methods.md#sap). Of the inputs A (in, positions) of each layer
// on trusted samples, A = U diag(s) V', it takes
//
//	r_i = s_i^2 / sum s^2,  Lambda_i = Alpha r_i / ((Alpha - 1) r_i + 1),  W <- U Lambda U' W,
//
// for weights W (in, out). The trusted samples are those of the smallest loss at the old parameters.
// The paper takes them from all data and knows of no wrong sample; here they are of the corrected
// data without the samples that the request corrects, so that none is trusted that is known to be
// wrong. Nothing else is read from the request.
type SAP struct {
	Alpha   float64 // 0 = 1e5; published values are 1e4 to 1e6
	Trusted int     // samples; 0 = 1,000
	Sample  int     // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
	Seed    uint64
}

// Name returns "sap".
func (SAP) Name() string { return "sap" }

// Sampling implements [SampledMethod].
func (m SAP) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method], for a [LayerObjective]. It is not refused when the residual grows.
func (m SAP) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if err := checkSettings("SAP", positiveOr("Alpha", m.Alpha, "the default 1e5"), count("Trusted", m.Trusted, "1,000")); err != nil {
		return nil, err
	}
	return baseline(ctx, m, p, theta, r, func(t *attempt) ([]float64, error) {
		o, ok := called[LayerObjective](t.p.Objective)
		if !ok {
			return nil, fmt.Errorf("unlearn: SAP works on layers: objective %T is no LayerObjective", innermost(t.p.Objective))
		}
		trusted, err := m.trusted(ctx, t)
		if err != nil {
			return nil, err
		}
		next := slices.Clone(theta)
		var failed error
		layers := 0
		err = t.meter.countGradients(trusted, o.InputGrams(ctx, theta, trusted, func(lo, in, out int, gram []float64) {
			layers++
			if failed == nil {
				failed = scaleInputs(next[lo:lo+in*out], gram, in, out, cmp.Or(m.Alpha, 1e5))
			}
		}))
		if err == nil {
			err = failed
		}
		if err == nil && layers == 0 {
			err = fmt.Errorf("unlearn: SAP: %T shows the inputs of no layer: they are sparse, or not multiplied by a matrix", innermost(t.p.Objective))
		}
		t.note("the inputs of %d layers were scaled by %d trusted samples", layers, trusted.Len())
		return next, err
	})
}

// trusted returns the samples with the smallest losses, in their order.
func (m SAP) trusted(ctx context.Context, t *attempt) (*datasets.Dataset, error) {
	rest, err := t.untouched()
	if err != nil {
		return nil, err
	}
	losses, err := sampleLosses(ctx, t.p.Objective, t.theta, rest)
	if err != nil {
		return nil, err
	}
	order := make([]int, len(losses))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(losses[a], losses[b]) })
	order = order[:min(cmp.Or(m.Trusted, 1000), len(order))]
	slices.Sort(order)
	return rest.Subset(order), nil
}

// scaleInputs replaces weights w (in, out) by U Lambda U' w, with the eigenvectors U of the inputs'
// Gram matrix and Lambda of its eigenvalues s^2. Where all inputs are 0 it leaves them.
func scaleInputs(w, gram []float64, in, out int, alpha float64) error {
	var eigen mat.EigenSym
	if !eigen.Factorize(mat.NewSymDense(in, gram), true) {
		return fmt.Errorf("unlearn: SAP: the inputs of a layer of %d have no decomposition: look for numbers that are not finite", in)
	}
	var u, coordinates, product mat.Dense
	eigen.VectorsTo(&u)
	squares, total := eigen.Values(nil), 0.0
	for i, s := range squares {
		squares[i] = max(s, 0) // rounding
		total += squares[i]
	}
	if total == 0 {
		return nil
	}
	weights := mat.NewDense(in, out, w)
	coordinates.Mul(u.T(), weights)
	for i, s := range squares {
		share := s / total
		scale := alpha * share / ((alpha-1)*share + 1)
		for j := range out {
			coordinates.Set(i, j, scale*coordinates.At(i, j))
		}
	}
	product.Mul(&u, &coordinates)
	weights.Copy(&product)
	return nil
}
