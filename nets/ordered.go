package nets

import (
	"sync"

	"lethe/graph"
)

// orderedSum adds the results of chunks to one vector in the order of the chunks, whatever the
// order in which they are finished. The vector is cut into segments, so that a chunk can follow its
// predecessor through it.
type orderedSum struct {
	dst  []float64
	mu   sync.Mutex
	cond *sync.Cond
	next [segments]int // chunk whose turn it is, by segment
	dead error         // why no more will come
}

const segments = 8

func newOrderedSum(dst []float64) *orderedSum {
	s := &orderedSum{dst: dst}
	s.cond = sync.NewCond(&s.mu)
	return s
}

// abort tells those that wait for a chunk why it will never come. s may be nil.
func (s *orderedSum) abort(err error) {
	if s == nil {
		return
	}
	s.mu.Lock()
	if s.dead == nil {
		s.dead = err
	}
	s.mu.Unlock()
	s.cond.Broadcast()
}

// turn waits until chunk k may add to a segment.
func (s *orderedSum) turn(segment, k int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.next[segment] != k && s.dead == nil {
		s.cond.Wait()
	}
	return s.dead
}

func (s *orderedSum) done(segment int) {
	s.mu.Lock()
	s.next[segment]++
	s.mu.Unlock()
	s.cond.Broadcast()
}

// addOutputs adds a frame's outputs from number first on, one tensor each, to the sum, as chunk k.
func addOutputs[T graph.Float](s *orderedSum, m *Model, f *graph.Frame[T], first, k int) error {
	n := len(s.dst)
	for g := range segments {
		lo, hi := g*n/segments, (g+1)*n/segments
		if err := s.turn(g, k); err != nil {
			return err
		}
		at, out := 0, first
		for i := range m.params {
			if !m.free[i] {
				continue
			}
			x := f.Output(out)
			out++
			a, b := max(lo, at), min(hi, at+len(x))
			if a < b {
				if k == 0 {
					graph.Convert(s.dst[a:b], x[a-at:b-at])
				} else {
					graph.Accumulate(s.dst[a:b], x[a-at:b-at])
				}
			}
			at += len(x)
		}
		s.done(g)
	}
	return nil
}
