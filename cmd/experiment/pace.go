package main

import (
	"time"

	"lethe/experiments"
)

// pace estimates how long pieces of work take from those that are finished. Kinds of work differ a
// thousandfold, so a piece is expected to take the mean of its own kind, in this session and in
// earlier ones, and of no other.
type pace struct {
	sum   map[string]time.Duration // of the measured pieces of each kind
	count map[string]int
	left  map[string]int // pieces of each kind that are not finished
}

// newPace counts what is to be done, and takes what is known from earlier sessions.
func newPace(pieces []experiments.Piece) *pace {
	p := &pace{sum: map[string]time.Duration{}, count: map[string]int{}, left: map[string]int{}}
	for _, piece := range pieces {
		switch {
		case !piece.Done:
			p.left[piece.Kind]++
		case piece.Seconds > 0:
			p.measure(piece.Kind, seconds(piece.Seconds))
		}
	}
	return p
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (p *pace) measure(kind string, took time.Duration) {
	p.sum[kind] += took
	p.count[kind]++
}

// finish takes the time of a piece that is finished.
func (p *pace) finish(kind string, took time.Duration) {
	p.measure(kind, took)
	p.left[kind]--
}

// remaining is what a pace says of the work that is left.
type remaining struct {
	time time.Duration // of the kinds that were measured
	// exact: every kind was measured. Otherwise known says whether those that were make up at least
	// half of the pieces: then the time is a lower bound worth showing.
	exact, known bool
}

// remains estimates the work left, of which a piece of the running kind has been going on for so
// long; "" = none is running.
func (p *pace) remains(running string, elapsed time.Duration) remaining {
	var out remaining
	measured, all := 0, 0
	for kind, n := range p.left {
		all += n
		if n == 0 || p.count[kind] == 0 {
			continue
		}
		measured += n
		mean := p.sum[kind] / time.Duration(p.count[kind])
		out.time += time.Duration(n) * mean
		if kind == running {
			out.time -= min(elapsed, mean)
		}
	}
	out.exact, out.known = measured == all, 2*measured >= all && measured > 0
	return out
}
