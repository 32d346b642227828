package tabular

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/settings"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// Solvers solves the linear system of one second-order update with every solver, and says how near
// each came and what it cost. CG, MINRES and Exact go to the tolerance that is set; LiSSA, which
// takes scale and ridge from the spectrum, to 1e-3.
func Solvers() *engine.Experiment {
	const id = "solvers"
	return tabledata.Experiment{
		ID: id, Title: "Solvers on the linear system of a second-order update",
		Question: "how close does each solver get to the solution of a second-order update, and at what cost?",
		Defaults: func(s *tabledata.Settings, k engine.Key) {
			s.Features = s.Features[:1]
			s.Rows = s.Rows[:1]
			s.Draws = 1
			s.Tolerance = 1e-12
			s.Batches = 20
			s.Tau = settings.Auto{Value: 1e-3}
			s.TauFT = settings.Auto{Value: 1e-4}
			s.Ridge = settings.Auto{}
			s.Epochs = 1
			if k.Model != tabledata.Models[0] {
				s.Ridge = settings.Auto{Value: 1} // Gauss-Newton is singular without the regularizer
			}
		},
		Units: func(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			return solverUnits(s, id, set), nil
		},
		Reads: tabledata.Together(tabledata.Without(tabledata.ChangeSettings, "draws"), tabledata.TrainingSettings,
			[]string{"ridge", "curvature", "tolerance", "batches"}),
		Fixed:   []string{"ridge"},
		Answers: solversAnswers,
		Tables: func(r *engine.Results) []report.Table {
			return []report.Table{spectrumTable(r), solversTable(r)}
		},
		Figures: func(r *engine.Results) []report.Figure { return []report.Figure{solversFigure(r)} },
	}.Runnable()
}

// system is the equation (H + ridge I) x = G of a request.
type system struct {
	h         unlearn.Operator
	batches   unlearn.BatchOperator
	g         []float64
	reference []float64 // by MINRES, or by CG for MINRES itself
}

// lissaTolerance is what LiSSA is asked for: it converges linearly at a rate of the condition
// number, not of its root.
const lissaTolerance = 1e-3

// The names of LiSSA on the whole Hessian, and of LiSSA as it was published.
const (
	lissaAll       = "lissa, all samples"
	lissaPublished = "lissa, mini-batches as published"
)

func solverUnits(s *tabledata.Session, part string, set *tabledata.Settings) []engine.Unit {
	var sys *system
	get := func(ctx context.Context) (*system, error) {
		if sys == nil {
			var err error
			if sys, err = firstSystem(ctx, s, set); err != nil {
				return nil, err
			}
		}
		return sys, nil
	}
	units := []engine.Unit{{Name: "spectrum", Run: func(ctx context.Context) ([]records.Record, error) {
		sys, err := get(ctx)
		if err != nil {
			return nil, err
		}
		sp, err := unlearn.Lanczos(ctx, sys.h, unlearn.SpectrumOptions{Steps: 200, Seed: s.Seed})
		if err != nil {
			return nil, err
		}
		return s.Records(part, records.Tags{}, 0, []trial.Outcome{{Method: "second-order", Metrics: []engine.Metric{
			{Name: "largest-eigenvalue", Unit: "1", Value: sp.Largest}, {Name: "smallest-eigenvalue", Unit: "1", Value: sp.Smallest},
			{Name: "condition-number", Unit: "1", Value: sp.Largest / sp.Smallest}, {Name: "products", Unit: "Hessian products", Value: sp.Products}}}},
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
		{lissaAll, unlearn.LiSSA{Tolerance: lissaTolerance, Seed: s.Seed}, false},
		{"lissa, mini-batches", unlearn.LiSSA{Tolerance: lissaTolerance, Seed: s.Seed, MaxProducts: 2000}, true},
		{lissaPublished, unlearn.LiSSA{Tolerance: lissaTolerance, Seed: s.Seed, MaxProducts: 500, Plain: true}, true},
	} {
		units = append(units, engine.Unit{Name: "solver=" + c.label, Run: func(ctx context.Context) ([]records.Record, error) {
			sys, err := get(ctx)
			if err != nil {
				return nil, err
			}
			solver, path := c.solver, &trial.Trace{}
			if l, ok := solver.(unlearn.LiSSA); ok {
				l.Trace = path.Add
				solver = l
			}
			o, err := sys.solve(ctx, solver, c.batch)
			if err != nil {
				return nil, err
			}
			o.Tags = o.Tags.With(records.Tags{"solver": c.label})
			recs := s.Records(part, records.Tags{}, 0, []trial.Outcome{o}, "solve-residual", "solve-difference", "products", "seconds")
			for i, residual := range path.Residual {
				recs = append(recs, s.Record(part, o.Method, engine.Metric{Name: "trace-residual", Unit: "1", Value: residual}, 0, records.Tags{"solver": c.label, "after-products": path.Products[i]}))
			}
			return recs, nil
		}})
	}
	return units
}

// firstSystem builds the equation of the first draw.
func firstSystem(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) (*system, error) {
	sub, err := s.Subject(ctx, set)
	if err != nil {
		return nil, err
	}
	sizes, err := s.Sizes(ctx, set)
	if err != nil {
		return nil, err
	}
	r, err := s.Request(ctx, set, sizes[0], 0)
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
	if trial.MethodFailed(err) {
		err = nil // the best vector there is
	}
	return sys, err
}

// solve solves the system; a solver that did not reach its tolerance is an outcome that says so.
func (sys *system) solve(ctx context.Context, solver unlearn.Solver, batch bool) (trial.Outcome, error) {
	a := sys.h
	if batch {
		a = sys.batches
	}
	reference := sys.reference
	if _, same := solver.(unlearn.MINRES); same {
		reference = make([]float64, len(sys.g))
		if _, err := (unlearn.CG{Tolerance: 1e-12}).Solve(ctx, reference, sys.h, sys.g); err != nil && !trial.MethodFailed(err) {
			return trial.Outcome{}, err
		}
	}
	x := make([]float64, len(sys.g))
	st, err := solver.Solve(ctx, x, a, sys.g)
	if err != nil && !trial.MethodFailed(err) {
		return trial.Outcome{}, err
	}
	o := trial.Outcome{Method: "second-order", Tags: records.Tags{"reached": err == nil}}
	if st.Chosen != "" {
		o.Tags["chosen"] = st.Chosen
	}
	if err != nil {
		o.Tags["error"] = err.Error()
	}
	difference := floats.Distance(x, reference, 2) / math.Max(floats.Norm(reference, 2), math.SmallestNonzeroFloat64)
	o.Metrics = []engine.Metric{{Name: "solve-residual", Unit: "1", Value: st.Residual}, {Name: "solve-difference", Unit: "1", Value: difference},
		{Name: "products", Unit: "Hessian products", Value: st.Products}, {Name: "seconds", Unit: "s", Value: st.Seconds}}
	return o, nil
}

func spectrumTable(r *engine.Results) report.Table {
	t := report.Table{Title: "Spectrum of the Hessian on the corrected data, by Lanczos' method", Header: []string{"largest eigenvalue", "smallest", "condition number"}}
	row := report.NewRow()
	for _, m := range []string{"largest-eigenvalue", "smallest-eigenvalue", "condition-number"} {
		row.Spread(report.Plain, r.Where(m))
	}
	t.Append(row)
	return t
}

func solversTable(r *engine.Results) report.Table {
	t := report.Table{
		Title:  "Solvers",
		Header: []string{"solver", "relative residual", "distance to the solution", "Hessian products", "seconds"}, Residuals: []int{1},
		Note: fmt.Sprintf("The residual is ||b - Ax||/||b||, measured with a separate product. The relative distance is to the solution of MINRES at 1e-12 "+
			"(CG for MINRES itself). The tolerance is %s for CG, MINRES and Exact, and %s for LiSSA. LiSSA's scale and ridge follow from the spectrum; its %s mini-batches "+
			"and its limits of 2,000 and 500 products are fixed. A batch counts as its share of a product.", r.Setting("tolerance"), numbers.Shortest(lissaTolerance), r.Setting("batches")),
	}
	for _, rec := range r.Part("solve-residual") {
		name := rec.Text("solver")
		row := report.NewRow(name)
		if rec.Settings["reached"] == false {
			row.Remark("tolerance not reached")
		}
		for _, m := range []string{"solve-residual", "solve-difference", "products", "seconds"} {
			style := report.Plain
			if m == "products" {
				style = report.Exact
			}
			row.Spread(style, r.Where(m, "solver", name))
		}
		t.Append(row)
	}
	for _, rec := range r.Part("solve-residual") {
		if chosen := rec.Text("chosen"); chosen != "" {
			t.Note += "\n\n" + rec.Text("solver") + ": " + chosen + "."
		}
	}
	return t
}

// solversFigure shows where each solver ended, and how LiSSA came there.
func solversFigure(r *engine.Results) report.Figure {
	f := report.Figure{
		Name: "convergence", Title: "Relative residual against Hessian products", Caption: "Of CG, MINRES and Exact only the end is shown",
		X: "number of Hessian products", Y: "relative residual ||b - Ax||/||b||", LogX: true, LogY: true,
	}
	for _, rec := range r.Part("solve-residual") {
		name := rec.Text("solver")
		series := report.Series{Label: name}
		for _, t := range r.Part("trace-residual", "solver", name) {
			series.X, series.Y = append(series.X, t.Number("after-products")), append(series.Y, t.Value)
		}
		series.Points = len(series.X) == 0
		series.X = append(series.X, r.Where("products", "solver", name).Mean)
		series.Y = append(series.Y, rec.Value)
		f.Series = append(f.Series, series)
	}
	return f
}

// solversAnswers: the direct and Krylov solvers are to agree to 1e-8, and LiSSA on all samples to
// reach its tolerance without a number set by hand.
func solversAnswers(r *engine.Results) []report.Answer {
	a := report.Answer{Limits: "How the solvers compare in other draws or on other models. This is one system of equations, and a verdict needs five draws."}
	largest := math.Inf(-1)
	var worthless []string
	for _, rec := range r.Part("solve-residual") {
		name := rec.Text("solver")
		if slices.Contains([]string{"cg", "minres", "exact"}, name) {
			largest = max(largest, r.Where("solve-difference", "solver", name).Mean)
		}
		if rec.Value > 1 {
			worthless = append(worthless, fmt.Sprintf("%s (%s)", name, report.Plain.One(rec.Value)))
		}
	}
	if !math.IsInf(largest, -1) {
		a.Text = fmt.Sprintf("CG, MINRES and the exact solver agree to a relative distance of %s.", report.Plain.One(largest))
	}
	if l := r.Where("solve-residual", "solver", lissaAll); l.N > 0 {
		a.Text += fmt.Sprintf(" LiSSA on all samples ends at a relative residual of %s after %s products. CG takes %s products.", report.Plain.One(l.Mean),
			numbers.Count(r.Where("products", "solver", lissaAll).Mean), numbers.Count(r.Where("products", "solver", "cg").Mean))
	}
	if l := r.Where("solve-residual", "solver", lissaPublished); l.N > 0 {
		a.Text += fmt.Sprintf(" LiSSA as published ends at %s.", report.Plain.One(l.Mean))
	}
	if len(worthless) > 0 {
		a.Text += " Worse than the zero vector: " + report.And(worthless) + "."
	}
	if a.Text = strings.TrimSpace(a.Text); a.Text == "" {
		return nil
	}
	a.Targets = solversTargets(r)
	return []report.Answer{a}
}

func solversTargets(r *engine.Results) []report.Claim {
	if r.Config.Model != tabledata.Models[0] {
		return nil
	}
	var out []report.Claim
	for _, name := range []string{"cg", "minres", "exact"} {
		if d := r.Where("solve-difference", "solver", name); d.N > 0 {
			out = append(out, report.AtMost(name+": relative distance to the solution", d.Mean, 1e-8))
		}
	}
	if l := r.Where("solve-residual", "solver", lissaAll); l.N > 0 {
		text := fmt.Sprintf("LiSSA on all samples: true relative residual, after %s products", numbers.Count(r.Where("products", "solver", lissaAll).Mean))
		out = append(out, report.AtMost(text, l.Mean, lissaTolerance))
	}
	return out
}
