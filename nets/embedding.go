package nets

import (
	"cmp"
	"math"

	"lethe/graph"
)

// Embedding gives each token id a row of numbers: a lookup in a table.
type Embedding struct {
	Vocabulary, Width int     // tokens; numbers for a token
	Limit             float64 // the table starts uniform in +-Limit; 0 = 0.05
}

// Params returns W (Vocabulary, Width).
func (l Embedding) Params() []Param {
	atLeast(1, "Embedding", setting{"Vocabulary", l.Vocabulary}, setting{"Width", l.Width})
	if !(l.Limit >= 0) || math.IsInf(l.Limit, 0) {
		refuse("Embedding", "Limit is %v: it has to be a positive number, or 0 for the default", l.Limit)
	}
	return []Param{graph.Uniform("W", cmp.Or(l.Limit, 0.05), l.Vocabulary, l.Width)}
}

// Forward returns the rows of the ids x (n, ...): (n, ..., Width).
func (l Embedding) Forward(p []*graph.Node, x *graph.Node) *graph.Node { return graph.Gather(p[0], x) }

// Positions adds a learned vector to each position of a sequence, so that layers which do not know
// the order of their inputs, as [Attention], can tell it.
type Positions struct {
	Length, Width int // positions at most; numbers for each
}

// Params returns P (Length, Width), normal with standard deviation 0.02 at the start.
func (l Positions) Params() []Param {
	atLeast(1, "Positions", setting{"Length", l.Length}, setting{"Width", l.Width})
	return []Param{graph.Normal("P", 0.02, l.Length, l.Width)}
}

// Forward returns x + P for x (n, T, Width) of T positions, Length at most.
func (l Positions) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	s := x.Shape()
	if len(s) != 3 || s[1] > l.Length || s[2] != l.Width {
		refuse("Positions", "sequences of shape %v: want (n, T, %d) with T of %d at most", s, l.Width, l.Length)
	}
	return graph.Add(x, graph.Slice(p[0], 0, 0, s[1]))
}

// MeanPositions is the mean over the positions of a sequence.
type MeanPositions struct{}

// Params returns none.
func (MeanPositions) Params() []Param { return nil }

// Forward returns the mean (n, d) of x (n, T, d).
func (MeanPositions) Forward(_ []*graph.Node, x *graph.Node) *graph.Node {
	if s := x.Shape(); len(s) != 3 {
		refuse("MeanPositions", "sequences of shape %v: want (n, T, d)", s)
	}
	return graph.Mean(x, 1)
}
