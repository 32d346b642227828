package nets

import "lethe/graph"

// LSTMLayer is a layer of long short-term memory, see [graph.LSTM], on sequences x (n, T, In).
// Layers of other widths may follow one another in [Sequential], each but the last with Sequence;
// [LSTM] is the whole model of the next token.
type LSTMLayer struct {
	In, Units int
	Sequence  bool // the states of all steps are the output, and not the last one alone
}

// Params returns W (In, 4 Units), U (Units, 4 Units) and b (4 Units), which start as those of
// [LSTM] do.
func (l LSTMLayer) Params() []Param {
	atLeast(1, "LSTMLayer", setting{"In", l.In}, setting{"Units", l.Units})
	return []Param{Weight("W", l.In, 4*l.Units), graph.Orthogonal("U", l.Units, 4*l.Units), forgetBias("b", l.Units)}
}

// Forward returns the last state (n, Units) or, with Sequence, all of them (n, T, Units).
func (l LSTMLayer) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return lastOrAll(graph.LSTM(x, p[0], p[1], p[2]), l.Sequence)
}

// GRULayer is a layer of gated recurrent units, see [graph.GRU], on sequences x (n, T, In).
type GRULayer struct {
	In, Units int
	Sequence  bool // the states of all steps are the output, and not the last one alone
}

// Params returns W (In, 3 Units), Glorot-uniform, U (Units, 3 Units), orthogonal, and b (3 Units)
// and c (Units), zero at the start.
func (l GRULayer) Params() []Param {
	atLeast(1, "GRULayer", setting{"In", l.In}, setting{"Units", l.Units})
	return []Param{Weight("W", l.In, 3*l.Units), graph.Orthogonal("U", l.Units, 3*l.Units), Bias("b", 3*l.Units), Bias("c", l.Units)}
}

// Forward returns the last state (n, Units) or, with Sequence, all of them (n, T, Units).
func (l GRULayer) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return lastOrAll(graph.GRU(x, p[0], p[1], p[2], p[3]), l.Sequence)
}

func lastOrAll(states []*graph.Node, all bool) *graph.Node {
	if all {
		return graph.Stack(states...)
	}
	return states[len(states)-1]
}
