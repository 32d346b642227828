package unlearn

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"lethe/internal/settingstest"
)

// results are the exported structs whose numbers are answers: nobody sets them, or the file that
// they are read from is checked.
var results = strings.Fields(`Applied Certificate Change Cost Entry EntryChange BudgetError DivergedError IndefiniteError LedgerDamagedError
	NotConvergedError OverlapError RowNormError WorseError Fact Private Progress Release Sampling ShiftedSolution Snapshot Spectrum Stats Step Trial Tried Update
	Utility`)

func solverUser[S Solver](m S, pointer any, allowed map[string]string) settingstest.Use {
	return settingstest.Use{Settings: pointer, Run: func(ctx context.Context) error {
		solver := any(m).(Solver)
		if reflect.TypeOf(m).Kind() != reflect.Pointer {
			solver = reflect.ValueOf(pointer).Elem().Interface().(Solver)
		}
		_, err := solver.Solve(ctx, make([]float64, 3), Symmetric(mat.NewSymDense(3, []float64{3, 1, 0, 1, 4, 1, 0, 1, 5})), []float64{1, 2, 3})
		return err
	}, Allowed: allowed}
}

// settingsUsers is every exported struct with numbers that a user sets, in use. A new method gets
// here by its row in the table of methods, any other struct has to be entered.
func settingsUsers(t *testing.T) []settingstest.Use {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	more, with := settingstest.Huge, settingstest.With
	cg, minres, lissa, exact, galerkin := &CG{}, &MINRES{}, &LiSSA{}, &Exact{}, &Galerkin{}
	stored := &LaggedCholesky{}
	factored, err := Factor(t.Context(), Symmetric(mat.NewSymDense(3, []float64{3, 1, 0, 1, 4, 1, 0, 1, 5})))
	require.NoError(t, err)
	spectrum := &SpectrumOptions{Density: true}
	problem := *p
	problem.Penalty = []float64{1, 1, 1, 1, 1}
	budget, certified := testBudget, &Certified{Budget: testBudget, Trainer: newton{}, Seed: 4}
	convexProblem, start := certifiedProblem(t, *certified)
	drawn, err := (&Applied{Data: p.Train, stay: []int{1, 2}}).Subsample(5, 1)
	require.NoError(t, err)
	users := []settingstest.Use{
		solverUser(*cg, cg, more("MaxProducts")),
		solverUser(*minres, minres, more("MaxProducts")),
		solverUser(*lissa, lissa, with(more("MaxProducts"), "Scale", "huge")), // it ends above its tolerance
		solverUser(*exact, exact, more("MaxDim")),
		solverUser(*galerkin, galerkin, more("Products")),
		solverUser(stored, stored, more("Refactor", "MaxDim")),
		solverUser(factored, factored, more("MaxProducts")),
		{Settings: spectrum, Run: func(ctx context.Context) error {
			_, err := Lanczos(ctx, Symmetric(mat.NewSymDense(2, []float64{3, 1, 1, 4})), *spectrum)
			return err
		}, Allowed: more("Steps", "Probes")},
		trainerUserOf(p, theta, &LBFGS{}, with(more("Tolerance", "NewtonBelow", "MaxIterations"), "NewtonBelow", "negative")),
		trainerUserOf(p, theta, &Newton{}, more("Tolerance", "MaxIterations", "MaxProducts")),
		trainerUserOf(p, theta, &SGD{Rate: 0.1}, more("Rate", "Batch", "Epochs")),
		trainerUserOf(p, theta, &Adam{}, more("Rate", "Epsilon", "Batch", "Epochs")),
		func() settingstest.Use {
			m := &SGD{Rate: 0.1}
			return settingstest.Use{Settings: &m.Checkpoint, Run: func(ctx context.Context) error { _, err := m.Train(ctx, p, theta); return err }, Allowed: more("Every", "Seconds")}
		}(),
		func() settingstest.Use {
			m := &NegGradPlus{Steps: Steps{Rate: 0.1}}
			return settingstest.Use{Settings: &m.Steps, Run: func(ctx context.Context) error {
				_, err := m.Unlearn(ctx, p, theta, RemoveSamples(1, 5))
				return err
			}, Allowed: more("Rate", "Batch")}
		}(),
		methodUserOf(convexProblem, start, &OutputPerturbation{Epsilon: 1, Delta: 0.1}, more("Epsilon", "Residual")),
		func() settingstest.Use {
			s := &Segment{Time: 1}
			return settingstest.Use{Settings: s, Run: func(ctx context.Context) error {
				_, err := UnrolledResponse{Segments: []Segment{*s}, Force: true}.Unlearn(ctx, p, theta, RemoveSamples(1, 5))
				return err
			}, Allowed: more("Time", "Steps")}
		}(),
		trainerUserOf(p, theta, &StatisticsTrainer{Trainer: newton{}}, more("Samples")),
		{Settings: &problem, Run: func(ctx context.Context) error {
			_, err := problem.Residual(ctx, theta)
			return err
		}, Allowed: with(more("L2", "Penalty"), "Tilt", "huge negative zero")},
		{Settings: &budget, Run: func(ctx context.Context) error {
			_, err := Certified{Budget: budget, Trainer: newton{}, Seed: 4}.Unlearn(ctx, convexProblem, start, RemoveSamples(1))
			if err != nil && strings.Contains(err.Error(), "Problem.Tilt is not the one") {
				return nil
			}
			return err
		}, Allowed: more("Sigma")},
		{Settings: certified, Run: func(ctx context.Context) error {
			_, err := certified.Unlearn(ctx, convexProblem, start, RemoveSamples(1))
			return err
		}, Allowed: more("Norm")},
		{Settings: drawn, Run: func(ctx context.Context) error {
			_, err := drawn.Hessian(ctx, p, theta, FullHessian)
			return err
		}, Allowed: more("Weight", "AffectedWeight")},
	}
	for _, r := range methodTable() {
		users = append(users, r.use(p, theta))
	}
	return append(users, distillUsers(t)...)
}

// distillUsers are the settings of the method that no problem of the table can carry out: it needs
// several outputs and their targets.
func distillUsers(t *testing.T) []settingstest.Use {
	m, p, theta, r := distillProblem(t)
	m.Steps = 2
	run := func(ctx context.Context) error { _, err := m.Unlearn(ctx, p, theta, r); return err }
	return []settingstest.Use{{Settings: &m, Run: run, Allowed: settingstest.Huge("Retain", "Rate", "Steps", "Batch", "Kept", "Sample")},
		{Settings: m.Lead, Run: run, Allowed: settingstest.Huge("After", "Spreads", "Rate", "Penalty")}}
}

func methodUserOf[M any](p *Problem, theta []float64, m *M, allowed map[string]string) settingstest.Use {
	return settingstest.Use{Settings: m, Run: func(ctx context.Context) error {
		_, err := any(*m).(Method).Unlearn(ctx, p, theta, RemoveSamples(1, 5))
		return err
	}, Allowed: allowed}
}

func trainerUserOf[T any](p *Problem, theta []float64, m *T, allowed map[string]string) settingstest.Use {
	return settingstest.Use{Settings: m, Run: func(ctx context.Context) error {
		_, err := any(*m).(Trainer).Train(ctx, p, theta)
		return err
	}, Allowed: allowed}
}

// use is a row of the table of methods as settings in use.
func (r methodRow) use(p *Problem, theta []float64) settingstest.Use {
	m := reflect.New(reflect.TypeOf(r.m))
	m.Elem().Set(reflect.ValueOf(r.m))
	return settingstest.Use{Settings: m.Interface(), Run: func(ctx context.Context) error {
		_, err := m.Elem().Interface().(Method).Unlearn(ctx, p, theta, RemoveSamples(1, 5))
		return err
	}, Allowed: r.allowed}
}

func TestEverySettingIsChecked(t *testing.T) { settingstest.Check(t, settingsUsers(t)) }

// Every exported struct with numbers is in the table of methods, among the other settings or among
// the results.
func TestNoStructWithNumbersIsForgotten(t *testing.T) {
	settingstest.CheckComplete(t, settingsUsers(t), results, []string{"Curvature", "Schedule", "StepGradient"})
}
