package tabular

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"lethe/experiments/internal/tried"
)

// hitsByEnumeration counts the assignments of points to shards that hit all.
func hitsByEnumeration(shards, points int) float64 {
	total := int(math.Pow(float64(shards), float64(points)))
	hits := 0
	for code := range total {
		seen := 0
		for c, i := code, 0; i < points; c, i = c/shards, i+1 {
			seen |= 1 << (c % shards)
		}
		if seen == 1<<shards-1 {
			hits++
		}
	}
	return float64(hits) / float64(total)
}

func TestAllShardsHitAgainstEnumeration(t *testing.T) {
	for _, c := range [][2]int{{1, 1}, {2, 1}, {2, 3}, {3, 3}, {3, 7}, {4, 6}, {5, 7}} {
		assert.InDelta(t, hitsByEnumeration(c[0], c[1]), AllShardsHit(c[0], c[1]), 1e-14, "%v", c)
	}
}

func TestAllShardsHitByBothWays(t *testing.T) {
	for _, shards := range []int{2, 5, 10, 20, 30} {
		for _, points := range []int{1, 5, 20, 50, 100, 200} {
			want := 0.0
			if points >= shards {
				want = allShardsHitByRecurrence(shards, points)
			}
			assert.InDelta(t, want, AllShardsHit(shards, points), 1e-9, "%d shards, %d points", shards, points)
		}
	}
}

func TestAllShardsHitIsThePapers(t *testing.T) {
	for _, p := range paperShards {
		assert.InDelta(t, p.p, AllShardsHit(p.shards, p.points), 0.005)
	}
}

func TestSimulatedHitsApproachTheFormula(t *testing.T) {
	// With a large data set drawing without replacement hardly matters: three standard errors of
	// 4,000 trials.
	for _, c := range [][2]int{{5, 10}, {5, 20}, {10, 50}} {
		p := AllShardsHit(c[0], c[1])
		assert.InDelta(t, p, tried.Must(simulateHits(t.Context(), 1, 1_000_000, c[0], c[1], 4000)), 3*math.Sqrt(p*(1-p)/4000), "%v", c)
	}
	assert.Equal(t, 1.0, tried.Must(simulateHits(t.Context(), 1, 10, 10, 10, 50)), "all samples of ten shards of one")
	assert.Zero(t, tried.Must(simulateHits(t.Context(), 1, 100, 10, 9, 50)))
}

func TestTheSimulationEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := simulateHits(ctx, 1, 1000, 5, 200, 10_000_000) // minutes
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}
