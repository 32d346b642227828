package unlearn

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// results are the exported structs whose numbers are answers: nobody sets them, or the file that they are read from is checked.
var results = strings.Fields(`Applied Certificate Change Cost Entry EntryChange BudgetError DivergedError IndefiniteError LedgerDamagedError
	NotConvergedError OverlapError RowNormError WorseError Fact Private Progress Release Sampling ShiftedSolution Snapshot Spectrum Stats Trial Update
	Utility`)

// user is a struct of settings in a place where it works.
type user struct {
	settings any // a pointer to good settings
	use      func(ctx context.Context) error
	// allowed names values that are no mistake, by field: "negative", "zero", "infinite", "huge".
	allowed map[string]string
}

func solverUser[S Solver](m S, pointer any, allowed map[string]string) user {
	return user{pointer, func(ctx context.Context) error {
		solver := any(m).(Solver)
		if reflect.TypeOf(m).Kind() != reflect.Pointer {
			solver = reflect.ValueOf(pointer).Elem().Interface().(Solver)
		}
		_, err := solver.Solve(ctx, make([]float64, 3), Symmetric(mat.NewSymDense(3, []float64{3, 1, 0, 1, 4, 1, 0, 1, 5})), []float64{1, 2, 3})
		return err
	}, allowed}
}

// settingsUsers is every exported struct with numbers that a user sets, in use. A new one has to be entered here.
func settingsUsers(t *testing.T) map[string]user {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	more := func(fields ...string) map[string]string { // a limit that is not reached, or work that the context ends
		m := map[string]string{}
		for _, f := range fields {
			m[f] = "huge"
		}
		return m
	}
	with := func(m map[string]string, field, what string) map[string]string {
		m[field] += " " + what
		return m
	}
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
	return map[string]user{
		"CG":             solverUser(*cg, cg, more("MaxProducts")),
		"MINRES":         solverUser(*minres, minres, more("MaxProducts")),
		"LiSSA":          solverUser(*lissa, lissa, with(more("MaxProducts"), "Scale", "huge")), // it ends above its tolerance
		"Exact":          solverUser(*exact, exact, more("MaxDim")),
		"Galerkin":       solverUser(*galerkin, galerkin, more("Products")),
		"LaggedCholesky": solverUser(stored, stored, more("Refactor", "MaxDim")),
		"Factored":       solverUser(factored, factored, more("MaxProducts")),
		"SpectrumOptions": {spectrum, func(ctx context.Context) error {
			_, err := Lanczos(ctx, Symmetric(mat.NewSymDense(2, []float64{3, 1, 1, 4})), *spectrum)
			return err
		}, more("Steps", "Probes")},
		"LBFGS":  trainerUserOf(p, theta, &LBFGS{}, with(more("Tolerance", "NewtonBelow", "MaxIterations"), "NewtonBelow", "negative")),
		"Newton": trainerUserOf(p, theta, &Newton{}, more("Tolerance", "MaxIterations", "MaxProducts")),
		"SGD":    trainerUserOf(p, theta, &SGD{Rate: 0.1}, more("Rate", "Batch", "Epochs")),
		"Adam":   trainerUserOf(p, theta, &Adam{}, more("Rate", "Epsilon", "Batch", "Epochs")),
		"Checkpoint": func() user {
			m := &SGD{Rate: 0.1}
			return user{&m.Checkpoint, func(ctx context.Context) error { _, err := m.Train(ctx, p, theta); return err }, more("Every", "Seconds")}
		}(),
		"FineTune":             methodUserOf(p, theta, &FineTune{Rate: 1e-3}, more("Rate", "Batch", "Epochs", "Sample")),
		"FirstOrder":           methodUserOf(p, theta, &FirstOrder{Tau: 1e-3}, more("Tau", "Sample", "FullSample")),
		"SecondOrder":          methodUserOf(p, theta, &SecondOrder{Force: true}, more("Ridge", "Step", "Steps", "Until", "Sample", "FullSample")),
		"PublishedSecondOrder": methodUserOf(p, theta, &PublishedSecondOrder{}, more("Batch", "Damping", "Scale", "Iterations", "Check", "Sample")),
		"OutputPerturbation":   methodUserOf(convexProblem, start, &OutputPerturbation{Epsilon: 1, Delta: 0.1}, more("Epsilon", "Residual")),
		"Iterative":            methodUserOf(p, theta, &Iterative{Method: SecondOrder{Gradient: FullGradient}}, more("Chunks", "Tolerance")),
		"None":                 methodUserOf(p, theta, &None{}, more("Sample")),
		"Retrain":              methodUserOf(p, theta, &Retrain{Start: make([]float64, 5)}, with(more("Sample"), "Start", "huge negative zero")),
		"ReestimateStatistics": methodUserOf(p, theta, &ReestimateStatistics{Method: SecondOrder{}}, more("Samples")),
		"SISA": methodUserOf(p, theta, &SISA{Shards: 4, Start: make([]float64, 5)},
			with(more("Shards", "Slices"), "Start", "huge negative zero")), // refused in words
		"DPSGD": methodUserOf(p, theta, &DPSGD{Rate: 0.1, Noise: 1, Start: make([]float64, 5)},
			with(more("Rate", "Noise", "Clip", "Steps", "Batch"), "Start", "huge negative zero")),
		"ObjectivePerturbation": methodUserOf(p, theta, &ObjectivePerturbation{Sigma: 1, Start: make([]float64, 5)},
			with(more("Sigma"), "Start", "huge negative zero")),
		"StatisticsTrainer": trainerUserOf(p, theta, &StatisticsTrainer{Trainer: newton{}}, more("Samples")),
		"Problem": {&problem, func(ctx context.Context) error {
			_, err := problem.Residual(ctx, theta)
			return err
		}, with(more("L2", "Penalty"), "Tilt", "huge negative zero")},
		"Budget": {&budget, func(ctx context.Context) error {
			_, err := Certified{Budget: budget, Trainer: newton{}, Seed: 4}.Unlearn(ctx, convexProblem, start, RemoveSamples(1))
			if err != nil && strings.Contains(err.Error(), "Problem.Tilt is not the one") {
				return nil
			}
			return err
		}, more("Sigma")},
		"Certified": {certified, func(ctx context.Context) error {
			_, err := certified.Unlearn(ctx, convexProblem, start, RemoveSamples(1))
			return err
		}, more("Norm")},
		"Subsample": {drawn, func(ctx context.Context) error {
			_, err := drawn.Hessian(ctx, p, theta, FullHessian)
			return err
		}, more("Weight", "AffectedWeight")},
	}
}

func methodUserOf[M any](p *Problem, theta []float64, m *M, allowed map[string]string) user {
	return user{m, func(ctx context.Context) error {
		_, err := any(*m).(Method).Unlearn(ctx, p, theta, RemoveSamples(1, 5))
		return err
	}, allowed}
}

func trainerUserOf[T any](p *Problem, theta []float64, m *T, allowed map[string]string) user {
	return user{m, func(ctx context.Context) error {
		_, err := any(*m).(Trainer).Train(ctx, p, theta)
		return err
	}, allowed}
}

// badFloats and badInts are what is put into the fields, each with the word that allows it.
var badFloats = map[float64]string{math.Inf(1): "infinite", math.Inf(-1): "infinite", -1: "negative", -1e-300: "negative",
	-math.MaxFloat64: "negative", math.MaxFloat64: "huge", 1e300: "huge"}

func TestEverySettingIsChecked(t *testing.T) {
	for name, u := range settingsUsers(t) {
		require.NoError(t, u.use(t.Context()), name)
		v := reflect.ValueOf(u.settings).Elem()
		require.Equal(t, name, v.Type().Name())
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				continue
			}
			at := v.Field(i)
			if at.Kind() == reflect.Slice && at.Len() > 0 { // of a vector, one entry
				at = at.Index(at.Len() - 1)
			}
			put := func(value any, word string) {
				before := reflect.New(at.Type()).Elem()
				before.Set(at)
				defer func() { at.Set(before) }()
				at.Set(reflect.ValueOf(value).Convert(at.Type()))
				if word != "" && strings.Contains(u.allowed[field.Name], word) {
					ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
					defer cancel()
					_ = u.use(ctx) // whatever comes of it, it is no panic and ends with the context
					return
				}
				err := u.use(t.Context())
				if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(field.Name)) {
					t.Errorf("%s.%s = %v: %v", name, field.Name, value, err)
				}
			}
			switch at.Kind() {
			case reflect.Float64:
				put(math.NaN(), "")
				for value, word := range badFloats {
					put(value, word)
				}
			case reflect.Int32:
				put(int32(-1), "negative")
				put(int32(math.MaxInt32), "huge")
			case reflect.Int:
				if at.Type() != reflect.TypeFor[int]() { // Curvature, Schedule, StepGradient
					put(-1, "negative")
					put(7, "huge")
					continue
				}
				put(-1, "negative")
				put(math.MinInt, "negative")
				put(math.MaxInt, "huge")
			}
		}
	}
}

// Every exported struct with numbers is either in the table of settings or among the results.
func TestNoStructWithNumbersIsForgotten(t *testing.T) {
	known := settingsUsers(t)
	for _, name := range numericStructs(t) {
		_, is := known[name]
		answer := strings.Contains(" "+strings.Join(results, " ")+" ", " "+name+" ")
		require.True(t, is != answer, "%s has numbers: enter it in settingsUsers, or in results if nobody sets them", name)
	}
}

// numericStructs are the exported structs of the package with an exported field that is a number, a vector of them or a named kind of number.
func numericStructs(t *testing.T) []string {
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var names []string
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.TypeSpec)
			if !ok || !s.Name.IsExported() {
				return true
			}
			if fields, ok := s.Type.(*ast.StructType); ok && hasNumber(fields) {
				names = append(names, s.Name.Name)
			}
			return true
		})
	}
	require.Greater(t, len(names), 40)
	return names
}

func hasNumber(s *ast.StructType) bool {
	numeric := map[string]bool{"int": true, "int32": true, "int64": true, "float64": true, "float32": true, "Curvature": true, "Schedule": true,
		"StepGradient": true}
	for _, f := range s.Fields.List {
		kind := f.Type
		if array, ok := kind.(*ast.ArrayType); ok {
			kind = array.Elt
		}
		if id, ok := kind.(*ast.Ident); ok && numeric[id.Name] {
			for _, name := range f.Names {
				if name.IsExported() {
					return true
				}
			}
		}
	}
	return false
}
