package nets

import (
	"fmt"

	"lethe/graph"
)

// WithTargets returns a *Model of the same network, parameters and options whose labels are targets
// for the outputs: a data set for it has as many labels a sample as the network has outputs, and no
// classes. The loss is "squared", for [SquaredCentered], or "soft", for [SoftCrossEntropy]. The
// result has the type any because the interface that asks for it, unlearn.TargetObjective, belongs to
// a package that this one does not import.
func (m *Model) WithTargets(loss string) (any, error) {
	switch loss {
	case "squared":
		return m.withLoss(SquaredCentered), nil
	case "soft":
		return m.withLoss(SoftCrossEntropy), nil
	}
	return nil, fmt.Errorf("nets: a loss %q on targets: give \"squared\" or \"soft\"", loss)
}

// WithSoftTargets is WithTargets("soft") at a temperature T: T^2 times [SoftCrossEntropy] of the
// outputs divided by T.
func (m *Model) WithSoftTargets(temperature float64) (any, error) {
	if notFinite(temperature) || temperature <= 0 {
		return nil, fmt.Errorf("nets: soft targets at temperature %v: give a positive number", temperature)
	}
	return m.withLoss(func(out, q *graph.Node) *graph.Node {
		return graph.Scale(SoftCrossEntropy(graph.Scale(out, 1/temperature), q), temperature*temperature)
	}), nil
}

// withLoss returns the model with another loss, on targets.
func (m *Model) withLoss(loss Loss) *Model {
	t := &Model{net: m.net, loss: loss, params: m.params, offset: m.offset, free: m.free, base: m.base, dim: m.dim, opts: m.opts}
	t.opts.labels, t.opts.anything = nil, false // they are said of the model's own loss
	t.newEngine()
	return t
}
