package certified

import (
	"fmt"

	"lethe/experiments/internal/tabledata"
	"lethe/unlearn"
)

// storedFactor is the number of parameters up to which second order keeps a factor of the Hessian.
const storedFactor = 500

// streamed is what the methods of a stream of loss-budget are made from.
type streamed struct {
	*tabledata.Session
	set     *tabledata.Settings
	dim     int
	allowed float64 // residual
}

// method returns what carries out the requests of that row.
func (st *streamed) method(label string) (unlearn.Method, error) {
	for _, c := range contenders {
		if c.Label == label && c.stream != nil {
			return c.stream(st)
		}
	}
	return nil, fmt.Errorf("experiments: no stream has the method %q", label)
}

func (st *streamed) none() (unlearn.Method, error) { return unlearn.None{}, nil }

func (st *streamed) firstOrder() (unlearn.Method, error) {
	return unlearn.FirstOrder{Tau: st.set.Tau.Value, Force: true}, nil
}

// secondOrder takes a further step as long as the residual is above a hundred-thousandth of the
// budget.
func (st *streamed) secondOrder() (unlearn.Method, error) {
	m, err := tabledata.SecondOrder(st.set, st.set.Ridge.Value, st.Seed)
	if err != nil {
		return nil, err
	}
	m.Gradient, m.Until = unlearn.FullGradient, st.allowed*1e-5
	if st.dim <= storedFactor && st.set.Solver == "cg" {
		m.Solver = &unlearn.LaggedCholesky{Tolerance: st.set.Tolerance}
	}
	return m, nil
}
