package nets

import "lethe/graph"

// Linear is a linear model: out = xW (+ b). Parameters start normal with standard deviation 1, as
// the paper's do. x may be sparse rows.
type Linear struct {
	In, Out int
	Bias    bool
}

// Params returns W (In, Out) and, if there is a bias, b (Out).
func (l Linear) Params() []Param {
	atLeast(1, "Linear", setting{"In", l.In}, setting{"Out", l.Out})
	ps := []Param{graph.Normal("W", 1, l.In, l.Out)}
	if l.Bias {
		ps = append(ps, Bias("b", l.Out))
	}
	return ps
}

// Forward returns xW (+ b): (n, Out).
func (l Linear) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	if l.Bias {
		return graph.Affine(x, p[0], p[1])
	}
	return graph.Affine(x, p[0], nil)
}
