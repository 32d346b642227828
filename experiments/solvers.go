package experiments

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"lethe/unlearn"
)

// solversExperiment solves the linear system of one second-order update with every solver, and says how near each came and what it
// cost. CG, MINRES and Exact go to the tolerance that is set; LiSSA, which takes scale and ridge from the spectrum, to 1e-3.
func solversExperiment() *Experiment {
	const id = "solvers"
	return tableExperiment{
		ID: id, Title: "Solvers on the system of one second-order update",
		Question: "how near does each solver come to the solution of a second-order update, at what cost?",
		Defaults: func(s *tableSettings, k Key) {
			s.Features, s.Rows, s.Draws, s.Tolerance, s.Batches = s.Features[:1], s.Rows[:1], 1, 1e-12, 20
			s.Tau, s.TauFT, s.Ridge, s.Epochs = Auto{Value: 1e-3}, Auto{Value: 1e-4}, Auto{}, 1
			if k.Model != Models[0] {
				s.Ridge = Auto{Value: 1} // Gauss-Newton is singular without the regulariser
			}
		},
		Units: func(ctx context.Context, s *tableSession, set *tableSettings) ([]Unit, error) {
			return s.solverUnits(id, set), nil
		},
		Own: []string{"batches"},
		Idle: func(_ *tableSession, _ *tableSettings, key string) string {
			return unless(key != "draws", "solvers takes one draw")
		},
		Claims: (*Results).solversClaims,
		Tables: func(r *Results) []Table {
			return []Table{spectrumTable(r), solversTable(r)}
		},
		Figures: func(r *Results) []Figure { return []Figure{solversFigure(r)} },
	}.engineExperiment()
}

// system is the equation (H + ridge I) x = G of a request.
type system struct {
	h         unlearn.Operator
	batches   unlearn.BatchOperator
	g         []float64
	reference []float64 // by MINRES, or by CG for MINRES itself
}

// lissaTolerance is what LiSSA is asked for: it converges linearly at a rate of the condition number, not of its root.
const lissaTolerance = 1e-3

func (s *tableSession) solverUnits(part string, set *tableSettings) []Unit {
	var sys *system
	get := func(ctx context.Context) (*system, error) {
		if sys == nil {
			var err error
			if sys, err = s.firstSystem(ctx, set); err != nil {
				return nil, err
			}
		}
		return sys, nil
	}
	units := []Unit{{"spectrum", func(ctx context.Context) ([]Record, error) {
		sys, err := get(ctx)
		if err != nil {
			return nil, err
		}
		sp, err := unlearn.Lanczos(ctx, sys.h, unlearn.SpectrumOptions{Steps: 200, Seed: s.Seed})
		if err != nil {
			return nil, err
		}
		return s.records(part, Tags{}, 0, []outcome{{method: "second-order", metrics: []metric{
			{"largest-eigenvalue", "1", sp.Largest}, {"smallest-eigenvalue", "1", sp.Smallest},
			{"condition-number", "1", sp.Largest / sp.Smallest}, {"products", "Hessian products", sp.Products}}}},
			"largest-eigenvalue", "smallest-eigenvalue", "condition-number", "products"), nil
	}}}
	for _, c := range []struct {
		label  string
		solver unlearn.Solver
		batch  bool
	}{
		{"cg", unlearn.CG{Tolerance: set.Tolerance}, false},
		{"minres", unlearn.MINRES{Tolerance: set.Tolerance}, false},
		{"exact", unlearn.Exact{Tolerance: set.Tolerance}, false},
		{"lissa, all samples", unlearn.LiSSA{Tolerance: lissaTolerance, Seed: s.Seed}, false},
		{"lissa, mini-batches", unlearn.LiSSA{Tolerance: lissaTolerance, Seed: s.Seed, MaxProducts: 2000}, true},
		{"lissa, mini-batches as published", unlearn.LiSSA{Tolerance: lissaTolerance, Seed: s.Seed, MaxProducts: 500, Plain: true}, true},
	} {
		units = append(units, Unit{"solver=" + c.label, func(ctx context.Context) ([]Record, error) {
			sys, err := get(ctx)
			if err != nil {
				return nil, err
			}
			solver, path := c.solver, &trace{}
			if l, ok := solver.(unlearn.LiSSA); ok {
				l.Trace = path.add
				solver = l
			}
			o, err := sys.solve(ctx, solver, c.batch)
			if err != nil {
				return nil, err
			}
			o.tags = o.tags.with(Tags{"solver": c.label})
			records := s.records(part, Tags{}, 0, []outcome{o}, "solve-residual", "solve-difference", "products", "seconds")
			for i, residual := range path.residual {
				records = append(records, s.record(part, o.method, metric{"trace-residual", "1", residual}, 0, Tags{"solver": c.label, "after-products": path.products[i]}))
			}
			return records, nil
		}})
	}
	return units
}

// firstSystem builds the equation of the first draw.
func (s *tableSession) firstSystem(ctx context.Context, set *tableSettings) (*system, error) {
	sub, err := s.subject(ctx, set)
	if err != nil {
		return nil, err
	}
	sizes, err := s.sizes(ctx, set)
	if err != nil {
		return nil, err
	}
	r, err := s.request(ctx, set, sizes[0], 0)
	if err != nil {
		return nil, err
	}
	applied, err := r.Apply(sub.Problem.Train)
	if err != nil {
		return nil, err
	}
	curvature := unlearn.FullHessian
	if set.Curvature == "gauss-newton" {
		curvature = unlearn.GaussNewton
	}
	corrected := sub.Problem.With(applied.Data)
	h, err := corrected.Hessian(ctx, sub.Theta, curvature)
	if err != nil {
		return nil, err
	}
	b, err := corrected.HessianBatches(ctx, sub.Theta, curvature, min(set.Batches, applied.Data.Len()), s.Seed)
	if err != nil {
		return nil, err
	}
	sys := &system{h: unlearn.Ridge(h, set.Ridge.Value), g: make([]float64, len(sub.Theta)), reference: make([]float64, len(sub.Theta))}
	sys.batches = unlearn.Ridge(b, set.Ridge.Value).(unlearn.BatchOperator)
	if err := sub.Problem.Difference(ctx, sys.g, sub.Theta, applied); err != nil {
		return nil, err
	}
	_, err = unlearn.MINRES{Tolerance: 1e-12}.Solve(ctx, sys.reference, sys.h, sys.g)
	if methodFailed(err) {
		err = nil // the best vector there is
	}
	return sys, err
}

// solve solves the system; a solver that did not reach its tolerance is an outcome that says so.
func (sys *system) solve(ctx context.Context, solver unlearn.Solver, batch bool) (outcome, error) {
	a := sys.h
	if batch {
		a = sys.batches
	}
	reference := sys.reference
	if _, same := solver.(unlearn.MINRES); same {
		reference = make([]float64, len(sys.g))
		if _, err := (unlearn.CG{Tolerance: 1e-12}).Solve(ctx, reference, sys.h, sys.g); err != nil && !methodFailed(err) {
			return outcome{}, err
		}
	}
	x := make([]float64, len(sys.g))
	st, err := solver.Solve(ctx, x, a, sys.g)
	if err != nil && !methodFailed(err) {
		return outcome{}, err
	}
	o := outcome{method: "second-order", tags: Tags{"reached": err == nil}}
	if st.Chosen != "" {
		o.tags["chosen"] = st.Chosen
	}
	if err != nil {
		o.tags["error"] = err.Error()
	}
	difference := floats.Distance(x, reference, 2) / math.Max(floats.Norm(reference, 2), math.SmallestNonzeroFloat64)
	o.metrics = []metric{{"solve-residual", "1", st.Residual}, {"solve-difference", "1", difference},
		{"products", "Hessian products", st.Products}, {"seconds", "s", st.Seconds}}
	return o, nil
}

func spectrumTable(r *Results) Table {
	t := Table{Title: "Spectrum of the Hessian on the corrected data, by Lanczos' method", Header: []string{"largest eigenvalue", "smallest", "condition number"}}
	var row []string
	for _, m := range []string{"largest-eigenvalue", "smallest-eigenvalue", "condition-number"} {
		row = append(row, plain.text(r.where(m)))
	}
	t.Rows = append(t.Rows, row)
	return t
}

func solversTable(r *Results) Table {
	t := Table{
		Title:  "Solvers",
		Header: []string{"solver", "relative residual", "distance to the solution", "Hessian products", "seconds"},
		Note: fmt.Sprintf("The residual is ||b - Ax||/||b||, taken by a product of its own; the distance is relative, to what MINRES reaches at 1e-12 "+
			"(CG for MINRES itself). CG, MINRES and Exact are asked for %s, LiSSA for %g; its scale and ridge come from the spectrum, its %s mini-batches "+
			"and the limits of 2,000 and 500 products do not. A batch counts as its share of a product.", r.setting("tolerance"), lissaTolerance, r.setting("batches")),
	}
	for _, rec := range r.Part("solve-residual") {
		name := rec.Text("solver")
		row := []string{name}
		if rec.Settings["reached"] == false {
			row[0] += " (tolerance not reached)"
		}
		for _, m := range []string{"solve-residual", "solve-difference", "products", "seconds"} {
			row = append(row, plain.text(r.where(m, "solver", name)))
		}
		t.Rows = append(t.Rows, row)
	}
	for _, rec := range r.Part("solve-residual") {
		if chosen := rec.Text("chosen"); chosen != "" {
			t.Note += "\n\n" + rec.Text("solver") + ": " + chosen + "."
		}
	}
	return t
}

// solversFigure shows where each solver ended, and how LiSSA came there.
func solversFigure(r *Results) Figure {
	f := Figure{
		Name: "convergence", Caption: "Relative residual after so many Hessian products; CG, MINRES and Exact at their end only",
		X: "Hessian products", Y: "||b - Ax||/||b||", LogX: true, LogY: true,
	}
	for _, rec := range r.Part("solve-residual") {
		name := rec.Text("solver")
		series := Series{Label: name}
		for _, t := range r.Part("trace-residual", "solver", name) {
			series.X, series.Y = append(series.X, t.Number("after-products")), append(series.Y, t.Value)
		}
		series.Points = len(series.X) == 0
		series.X = append(series.X, r.where("products", "solver", name).mean)
		series.Y = append(series.Y, math.Max(rec.Value, 1e-17)) // a residual of 0 has no logarithm
		f.Series = append(f.Series, series)
	}
	return f
}

// solversClaims: the direct and Krylov solvers agree to 1e-8, and LiSSA on all samples reaches its tolerance without a number set by hand.
func (r *Results) solversClaims() []Claim {
	if r.Config.Model != Models[0] {
		return nil
	}
	var out []Claim
	for _, name := range []string{"cg", "minres", "exact"} {
		if d := r.where("solve-difference", "solver", name); d.n > 0 {
			out = append(out, atMost(name+": relative distance to the solution", d.mean, 1e-8))
		}
	}
	if l := r.where("solve-residual", "solver", "lissa, all samples"); l.n > 0 {
		text := fmt.Sprintf("LiSSA on all samples: true relative residual, after %s products", plain.one(r.where("products", "solver", "lissa, all samples").mean))
		out = append(out, atMost(text, l.mean, lissaTolerance))
	}
	return out
}
