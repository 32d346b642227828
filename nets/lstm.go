package nets

import (
	"fmt"
	"math/rand/v2"

	"lethe/graph"
)

// LSTM is a model of the next token: an embedding, layers of long short-term memory, and an affine
// layer on the last state. A sample is a window of token ids, and its output holds a number for
// each token of the vocabulary, as [SoftmaxCrossEntropy] takes them.
type LSTM struct {
	Vocabulary, Embedding, Units int     // tokens; numbers for a token; width of each layer
	Layers                       int     // 0 = 1
	Dropout                      float64 // share of each layer's outputs that training leaves out; 0 to below 1
}

// check refuses sizes that no network has.
func (l LSTM) check() {
	atLeast(1, "LSTM", setting{"Vocabulary", l.Vocabulary}, setting{"Embedding", l.Embedding}, setting{"Units", l.Units})
	atLeast(0, "LSTM", setting{"Layers", l.Layers})
	if l.Layers > 1000 {
		refuse("LSTM", "%d layers: want at most 1,000", l.Layers)
	}
	checkRate("LSTM", "Dropout", l.Dropout)
}

func (l LSTM) layers() int { return max(l.Layers, 1) }

// Params returns embedding (Vocabulary, Embedding), lstm1/W (Embedding, 4 Units), lstm1/U (Units, 4
// Units), lstm1/b (4 Units), and so on for each layer, dense/W (Units, Vocabulary) and dense/b
// (Vocabulary). They start as Keras' do: the embedding uniform in +-0.05, W Glorot-uniform, U
// orthogonal, b zero but for the forget gate's ones.
func (l LSTM) Params() []Param {
	l.check()
	ps := []Param{graph.Uniform("embedding", 0.05, l.Vocabulary, l.Embedding)}
	in := l.Embedding
	for i := range l.layers() {
		name := fmt.Sprintf("lstm%d/", i+1)
		ps = append(ps, Weight(name+"W", in, 4*l.Units), graph.Orthogonal(name+"U", l.Units, 4*l.Units), forgetBias(name+"b", l.Units))
		in = l.Units
	}
	return append(ps, Weight("dense/W", l.Units, l.Vocabulary), Bias("dense/b", l.Vocabulary))
}

// Forward returns the outputs before the loss (n, Vocabulary) for token ids x (n, T).
func (l LSTM) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return l.forward(p, x, func(h *graph.Node) *graph.Node { return h })
}

// ForwardTraining implements [TrainingNetwork]: each layer's outputs go through dropout.
func (l LSTM) ForwardTraining(p []*graph.Node, x *graph.Node, t *Training) *graph.Node {
	return l.forward(p, x, func(h *graph.Node) *graph.Node { return t.Dropout(h, l.Dropout) })
}

func (l LSTM) forward(p []*graph.Node, x *graph.Node, output func(*graph.Node) *graph.Node) *graph.Node {
	h := graph.Gather(p[0], x)
	for i := range l.layers() {
		q := p[1+3*i:]
		states := graph.LSTM(h, q[0], q[1], q[2])
		if i+1 == l.layers() {
			h = output(states[len(states)-1])
		} else {
			h = output(graph.Stack(states...))
		}
	}
	return graph.Affine(h, p[len(p)-2], p[len(p)-1])
}

// forgetBias is zero but for the forget gate's block, which is one, so that a layer remembers at
// the start (Jozefowicz et al. 2015).
func forgetBias(name string, units int) Param {
	p := Bias(name, 4*units)
	p.Init = func(_ *rand.Rand, dst []float64) {
		for i := units; i < 2*units; i++ {
			dst[i] = 1
		}
	}
	return p
}
