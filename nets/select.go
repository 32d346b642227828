package nets

import (
	"fmt"
	"path"
	"slices"
)

// Select returns the model that works on the parameter tensors whose names match one of the
// patterns (path.Match: "dense2/*"); the others are constants, taken from theta, the model's whole
// vector. Its own vectors hold the chosen tensors, in the order of Params. A pattern that matches
// nothing is an error.
func (m *Model) Select(theta []float64, patterns ...string) (*Model, error) {
	if err := m.check(theta); err != nil {
		return nil, err
	}
	free, err := m.matching(patterns)
	if err != nil {
		return nil, err
	}
	s := &Model{net: m.net, loss: m.loss, params: m.params, offset: m.offset, opts: m.opts, free: free}
	for i, x := range split(m, theta, m.base) {
		s.base = append(s.base, x...)
		if s.free[i] {
			s.dim += len(x)
		}
	}
	if s.dim == 0 {
		return nil, fmt.Errorf("nets: no parameters selected: name at least one pattern")
	}
	s.newEngine()
	return s, nil
}

// Selected reports whether m is the result of Select, so that some parameters are held fixed or
// could be. What they were trained on is not known, and nothing that is guaranteed of a training
// holds for them.
func (m *Model) Selected() bool { return m.base != nil }

// Chosen returns the parts that m works on of a vector of all the network's parameters.
func (m *Model) Chosen(whole []float64) ([]float64, error) {
	if n := m.offset[len(m.params)]; len(whole) != n {
		return nil, fmt.Errorf("nets: a vector of %d numbers for a network of %d parameters", len(whole), n)
	}
	var out []float64
	for i, free := range m.free {
		if free {
			out = append(out, whole[m.offset[i]:m.offset[i+1]]...)
		}
	}
	return out, nil
}

// Whole returns the vector of all the network's parameters, in which those that m works on are
// theta.
func (m *Model) Whole(theta []float64) ([]float64, error) {
	if err := m.check(theta); err != nil {
		return nil, err
	}
	var out []float64
	for _, x := range split(m, theta, m.base) {
		out = append(out, x...)
	}
	return out, nil
}

func names(ps []Param) string {
	s := ""
	for i, p := range ps {
		if i > 0 {
			s += ", "
		}
		s += p.Name
	}
	return s
}

// Penalty returns the multipliers of the regularizer (Dim), 1 for the parameter tensors whose names
// match one of the patterns (path.Match: "lstm*/*") and 0 for the others and for what is Fixed, as
// unlearn.Problem.Penalty takes them. Without patterns it is 1 for all that is not Fixed. A pattern
// that matches nothing is an error.
func (m *Model) Penalty(patterns ...string) ([]float64, error) {
	chosen := m.free
	if len(patterns) > 0 {
		var err error
		if chosen, err = m.matching(patterns); err != nil {
			return nil, err
		}
	}
	out := make([]float64, 0, m.dim)
	for i := range m.params {
		if !m.free[i] {
			continue
		}
		factor := 0.0
		if chosen[i] && !m.params[i].Fixed {
			factor = 1
		}
		for range m.offset[i+1] - m.offset[i] {
			out = append(out, factor)
		}
	}
	return out, nil
}

// CheckPenalty refuses multipliers of a regularizer, nil for 1 everywhere, that are not 0 for what
// is Fixed: it would pull at running statistics.
func (m *Model) CheckPenalty(penalty []float64) error {
	if penalty != nil && len(penalty) != m.dim {
		return fmt.Errorf("nets: %d multipliers of the regularizer for a model of %d parameters", len(penalty), m.dim)
	}
	at := 0
	for _, p := range m.Params() {
		n := size(p.Shape)
		if p.Fixed && (penalty == nil || slices.ContainsFunc(penalty[at:at+n], func(x float64) bool { return x != 0 })) {
			return fmt.Errorf("nets: the regularizer would pull at %s, which is Fixed and not trained: take the multipliers that Model.Penalty() gives", p.Name)
		}
		at += n
	}
	return nil
}

// matching says which of the tensors that the model works on match one of the patterns.
func (m *Model) matching(patterns []string) ([]bool, error) {
	out := make([]bool, len(m.params))
	for _, pattern := range patterns {
		found := false
		for i, p := range m.params {
			ok, err := path.Match(pattern, p.Name)
			if err != nil {
				return nil, fmt.Errorf("nets: pattern %q: %w", pattern, err)
			}
			if ok && m.free[i] {
				out[i], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("nets: no parameter matches %q: the model has %s", pattern, names(m.Params()))
		}
	}
	return out, nil
}
