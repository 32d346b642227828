package experiments

import (
	"context"
	"fmt"
	"math"
	"slices"

	"lethe/unlearn"
)

// sweepUnits measure every method on models trained with every sigma, and without noise, where the authors took their residuals. What
// sigma a method needs follows from the records for any epsilon.
func (s *tableSession) sweepUnits(part string, set *tableSettings, sizes []int) []Unit {
	var units []Unit
	for _, sigma := range append([]float64{0}, set.Sigmas...) {
		if sigma == 0 && len(units) > 0 {
			continue
		}
		for draw := range set.SweepDraws {
			units = append(units, Unit{fmt.Sprintf("sigma=%g draw=%d", sigma, draw), func(ctx context.Context) ([]Record, error) {
				return s.sweep(ctx, part, set, sizes, sigma, draw)
			}})
		}
	}
	return units
}

func (s *tableSession) sweep(ctx context.Context, part string, set *tableSettings, sizes []int, sigma float64, draw int) ([]Record, error) {
	n, err := s.trainNoisy(ctx, set, sigma, draw)
	if err != nil {
		return nil, err
	}
	methods, err := s.lossMethods(set)
	if err != nil {
		return nil, err
	}
	var out []Record
	for _, size := range sizes {
		r, err := s.shortRequest(ctx, set, size, draw)
		if err != nil {
			return nil, err
		}
		for _, m := range methods {
			o, _, err := n.measured(ctx, m, r, nil)
			if err != nil {
				return nil, err
			}
			tags := o.tags.with(Tags{s.sizeName(set): size, "request": set.Request, "sweep-sigma": sigma})
			for _, name := range []string{"gradient-residual", "test-accuracy", "macro-f1"} {
				if v := o.get(name); !math.IsNaN(v) {
					out = append(out, s.record(part, o.method, metric{"sweep-" + name, "1", v}, draw, tags))
				}
			}
		}
	}
	return out, nil
}

// need is the sigma that a method needs and what its model is worth there.
type need struct {
	sigma        float64 // 0 = no sigma that was tried suffices
	accuracy, f1 spread
}

// needs returns the smallest sigma that was tried at which the method is certified in every draw: chosen before training, it has to do
// for all.
func (r *Results) needs(method string, size, epsilon, delta float64) need {
	for _, sigma := range r.Numbers("sweep-sigma") {
		records := r.Part("sweep-gradient-residual", "method", method, r.sizeSetting(), size, "sweep-sigma", sigma)
		allowed := unlearn.Budget{Epsilon: epsilon, Delta: delta, Sigma: sigma}.Residual()
		beyond := slices.ContainsFunc(records, func(rec Record) bool { return rec.Value > allowed })
		if sigma > 0 && len(records) > 0 && !beyond {
			return r.needAt(method, size, sigma)
		}
	}
	return need{}
}

func (r *Results) needAt(method string, size, sigma float64) need {
	where := []any{"method", method, r.sizeSetting(), size, "sweep-sigma", sigma}
	return need{sigma, r.where("sweep-test-accuracy", where...), r.where("sweep-macro-f1", where...)}
}

// authorsNeed is the sigma c r / epsilon of the mean residual r without noise, and the model at the first sigma tried that is no smaller:
// how the authors' notebook has it. It certifies nothing, since with the noise the residual is another.
func (r *Results) authorsNeed(method string, size, epsilon, delta float64) (sigma float64, at need) {
	mean := r.where("sweep-gradient-residual", "method", method, r.sizeSetting(), size, "sweep-sigma", 0.0).mean
	sigma = unlearn.Budget{Epsilon: epsilon, Delta: delta}.SigmaFor(mean)
	for _, tried := range r.Numbers("sweep-sigma") {
		if tried >= sigma {
			return sigma, r.needAt(method, size, tried)
		}
	}
	return sigma, need{}
}
