package nets

import "fmt"

// WithTargets returns a *Model of the same network, parameters and options whose labels are targets
// for the outputs: a data set for it has as many labels a sample as the network has outputs, and no
// classes. The loss is "squared", for [SquaredCentered], or "soft", for [SoftCrossEntropy]. The
// result has the type any because the interface that asks for it, unlearn.TargetObjective, belongs
// to a package that this one does not import.
func (m *Model) WithTargets(loss string) (any, error) {
	t := &Model{net: m.net, params: m.params, offset: m.offset, free: m.free, base: m.base, dim: m.dim, opts: m.opts}
	t.opts.labels, t.opts.anything = nil, false // they are said of the model's own loss
	switch loss {
	case "squared":
		t.loss = SquaredCentered
	case "soft":
		t.loss = SoftCrossEntropy
	default:
		return nil, fmt.Errorf("nets: a loss %q on targets: give \"squared\" or \"soft\"", loss)
	}
	t.newEngine()
	return t, nil
}
