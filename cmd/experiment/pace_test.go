package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments"
)

// simulated is a run of pieces with what each of them takes.
type simulated struct {
	pieces []experiments.Piece
	takes  []time.Duration
}

// hundredfold is a run of two parts with many draws, whose kinds of work differ a hundredfold, and
// each piece from its kind by up to a third.
func hundredfold(seed uint64) *simulated {
	rng := rand.New(rand.NewPCG(seed, 1))
	mean := map[string]float64{"a none": 1, "a fine-tune": 30, "a second-order": 7, "a retrain": 100, "b scatter": 0.5, "b limits": 50}
	s := &simulated{}
	for _, part := range [][]string{{"a none", "a fine-tune", "a second-order", "a retrain"}, {"b scatter", "b limits"}} {
		for draw := range 12 {
			for _, kind := range part {
				s.pieces = append(s.pieces, experiments.Piece{Part: kind[:1], Kind: kind, Name: fmt.Sprintf("%s draw=%d", kind, draw)})
				s.takes = append(s.takes, seconds(mean[kind]*(1+(2*rng.Float64()-1)/3)))
			}
		}
	}
	return s
}

// left is the truth: what the pieces from that one on take.
func (s *simulated) left(from int) (d time.Duration) {
	for _, t := range s.takes[from:] {
		d += t
	}
	return d
}

// unmeasured reports whether a kind of the pieces from that one on has not come before it.
func (s *simulated) unmeasured(from int) bool {
	return slices.ContainsFunc(s.pieces[from:], func(p experiments.Piece) bool {
		return !slices.ContainsFunc(s.pieces[:from], func(q experiments.Piece) bool { return q.Kind == p.Kind })
	})
}

// Once each kind of work has been done once the estimate is within a factor of two of the truth,
// until half a second is left; before that there is none, or a lower bound that holds.
func TestTheTimeLeftIsEstimatedByKind(t *testing.T) {
	for seed := range uint64(50) {
		s := hundredfold(seed)
		p := newPace(s.pieces)
		first := true
		for i, piece := range s.pieces {
			truth, got := s.left(i).Seconds(), p.remains("", 0)
			require.Equal(t, !s.unmeasured(i), got.exact)
			switch {
			case got.exact && first:
				first = false
				require.Greater(t, i, 40, "part b is measured late")
				fallthrough
			case got.exact:
				require.LessOrEqual(t, math.Abs(math.Log2(got.time.Seconds()/truth)), 1.0, "seed %d, piece %d: %v, not %v", seed, i, got.time, truth)
			case got.known:
				require.Less(t, got.time.Seconds(), 1.5*truth, "a lower bound")
			}
			p.finish(piece.Kind, s.takes[i])
		}
		assert.Zero(t, p.remains("", 0).time)
	}
}

// The same run by the number of pieces, as the time left was estimated before: tenfold wrong.
func TestTheNumberOfPiecesDoesNotTellTheTimeLeft(t *testing.T) {
	s := hundredfold(1)
	byCount := s.takes[0].Seconds() * float64(len(s.pieces)-1)
	assert.Greater(t, s.left(1).Seconds()/byCount, 10.0)
}

// What an earlier session measured counts on --resume; runs of former versions did not write it.
func TestAnEarlierSessionIsUsed(t *testing.T) {
	pieces := []experiments.Piece{
		{Kind: "a", Done: true, Seconds: 10}, {Kind: "a", Done: true, Seconds: 20}, {Kind: "b", Done: true}, {Kind: "a"}, {Kind: "b"}, {Kind: "a"},
	}
	p := newPace(pieces)
	got := p.remains("", 0)
	assert.Equal(t, remaining{time: 30 * time.Second, known: true}, got)
	assert.Equal(t, 26*time.Second, p.remains("a", 4*time.Second).time, "the running piece has gone on for a while")
	assert.Equal(t, 15*time.Second, p.remains("a", time.Hour).time, "one that takes longer than expected takes nothing from the others")
	p.finish("b", 2*time.Second)
	got = p.remains("", 0)
	assert.Equal(t, remaining{time: 30 * time.Second, exact: true, known: true}, got)
}
