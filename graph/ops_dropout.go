package graph

import (
	"fmt"
	"slices"
)

// dropoutMask is a random tensor of zeros and 1/(1-rate), one row for each key. It is a constant of
// the differentiation.
type dropoutMask struct {
	rate   float64
	stream int
	shape  []int
}

func (d dropoutMask) String() string {
	return fmt.Sprintf("dropout[%g %d %v]", d.rate, d.stream, d.shape)
}
func (d dropoutMask) infer(in [][]int) ([]int, error) {
	if len(d.shape) == 0 || !sameShape(in[0], []int{d.shape[0], 2}) {
		return nil, fmt.Errorf("keys of shape %v for a mask of shape %v: want two numbers for each of its rows", in[0], d.shape)
	}
	if d.stream < 0 || d.stream >= 1<<16 {
		return nil, fmt.Errorf("stream %d: it has to be at least 0 and below 65,536", d.stream)
	}
	if !(d.rate > 0 && d.rate < 1) {
		return nil, fmt.Errorf("rate %v: it has to be at least 0 and below 1", d.rate)
	}
	return d.shape, nil
}
func (dropoutMask) adjoint([]*Node, *Node, *Node, []bool) []*Node { return []*Node{nil} }

// Dropout returns x (n, ...) with each element set to 0 with probability rate and divided by 1-rate
// otherwise (Srivastava et al. 2014, section 10), so that its expectation is x. Which elements are
// dropped is a function of the row's key and of stream alone: key (n, 2) holds two whole numbers
// from 0 to 2^24-1 for each row, and each use of one key in a network takes a stream of its own,
// from 0 to 65,535. A program reports keys that are no such numbers. Rate 0 returns x itself.
func Dropout(x, key *Node, rate float64, stream int) *Node {
	if rate == 0 {
		return x
	}
	return Mul(x, apply(dropoutMask{rate: rate, stream: stream, shape: slices.Clone(dims(x))}, key))
}
