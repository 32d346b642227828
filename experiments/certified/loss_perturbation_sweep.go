package certified

import (
	"context"
	"fmt"
	"math"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
	"lethe/unlearn"
)

// sweepUnits measure every method on models trained with every sigma, and without noise, where the
// authors took their residuals. What sigma a method needs follows from the records for any epsilon.
func sweepUnits(s *tabledata.Session, part string, set *tabledata.Settings, sizes []int) []engine.Unit {
	var units []engine.Unit
	for _, sigma := range append([]float64{0}, set.Sigmas...) {
		if sigma == 0 && len(units) > 0 {
			continue
		}
		for draw := range set.SweepDraws {
			name := fmt.Sprintf("sigma=%g draw=%d%s", sigma, draw, set.MethodsSuffix(lossMethods()))
			units = append(units, engine.Unit{Name: name, Run: func(ctx context.Context) ([]records.Record, error) {
				return sweep(ctx, s, part, set, sizes, sigma, draw)
			}})
		}
	}
	return units
}

func sweep(ctx context.Context, s *tabledata.Session, part string, set *tabledata.Settings, sizes []int, sigma float64, draw int) ([]records.Record, error) {
	n, err := trainNoisy(ctx, s, set, sigma, draw)
	if err != nil {
		return nil, err
	}
	methods, err := (&lossy{s, n, set}).contenders(recorded(s, part, draw, sigma))
	if err != nil {
		return nil, err
	}
	var out []records.Record
	for _, size := range sizes {
		r, err := shortRequest(ctx, s, set, size, draw)
		if err != nil {
			return nil, err
		}
		for _, m := range methods[1:] { // without retraining
			o, _, err := n.measured(ctx, m, r, nil)
			if err != nil {
				return nil, err
			}
			tags := o.Tags.With(records.Tags{s.SizeName(set): size, "request": set.Request, "sweep-sigma": sigma})
			for _, name := range []string{"gradient-residual", "test-accuracy", "macro-f1"} {
				if v := o.Get(name); !math.IsNaN(v) {
					out = append(out, s.Record(part, o.Method, engine.Metric{Name: "sweep-" + name, Unit: "1", Value: v}, draw, tags))
				}
			}
		}
	}
	return out, nil
}

// need is the sigma that a method needs and what its model is worth there.
type need struct {
	sigma        float64 // 0 = no sigma that was tried suffices
	accuracy, f1 records.Spread
}

// needs returns the smallest sigma that was tried at which the method is certified in every draw:
// chosen before training, it has to do for all.
func needs(r *engine.Results, method string, size, epsilon, delta float64) need {
	for _, sigma := range r.Numbers("sweep-sigma") {
		recs := r.Part("sweep-gradient-residual", "method", method, tabledata.SizeSetting(r), size, "sweep-sigma", sigma)
		allowed := unlearn.Budget{Epsilon: epsilon, Delta: delta, Sigma: sigma}.Residual()
		beyond := slices.ContainsFunc(recs, func(rec records.Record) bool { return rec.Value > allowed })
		if sigma > 0 && len(recs) > 0 && !beyond {
			return needAt(r, method, size, sigma)
		}
	}
	return need{}
}

func needAt(r *engine.Results, method string, size, sigma float64) need {
	where := []any{"method", method, tabledata.SizeSetting(r), size, "sweep-sigma", sigma}
	return need{sigma, r.Where("sweep-test-accuracy", where...), r.Where("sweep-macro-f1", where...)}
}

// authorsNeed is the sigma c r / epsilon of the mean residual r without noise, and the model at the
// first sigma tried that is no smaller: how the authors' notebook has it. It certifies nothing,
// since with the noise the residual is another.
func authorsNeed(r *engine.Results, method string, size, epsilon, delta float64) (sigma float64, at need) {
	mean := r.Where("sweep-gradient-residual", "method", method, tabledata.SizeSetting(r), size, "sweep-sigma", 0.0).Mean
	sigma = unlearn.Budget{Epsilon: epsilon, Delta: delta}.SigmaFor(mean)
	for _, tried := range r.Numbers("sweep-sigma") {
		if tried >= sigma {
			return sigma, needAt(r, method, size, tried)
		}
	}
	return sigma, need{}
}
