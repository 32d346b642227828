package audit

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/combin"
)

// near asserts that a share of n draws is p, within three standard errors.
func near(t *testing.T, p float64, hits, n int, what string) {
	t.Helper()
	assert.InDelta(t, p, float64(hits)/float64(n), 3*math.Sqrt(p*(1-p)/float64(n)), what)
}

// p95 compares models by KLOM.
func p95(margins [][]float64) comparison {
	pick := func(models []int) (out [][]float64) {
		for _, m := range models {
			out = append(out, margins[m])
		}
		return out
	}
	return comparison{seed: 1, drawn: 199, distance: func(group, references []int) (float64, error) {
		all, err := KLOM(pick(group), pick(references))
		if err != nil {
			return 0, err
		}
		return Percentile(all, klomShare)
	}}
}

func upTo(from, n int) (out []int) {
	for i := range n {
		out = append(out, from+i)
	}
	return out
}

// The claim itself: of models that were retrained as the references were, an audit puts as many
// outside as it says: 1 of 21 divisions of 2 and 5 models, 1 of 20 of 1 and 19. Margins are not
// normal here: the models of a draw have a common part, and heavy tails.
func TestLevelOfRanks(t *testing.T) {
	const draws = 10_000
	for _, c := range []struct {
		group, references int
		want              float64
	}{{2, 5, 1. / 21}, {1, 19, 1. / 20}} {
		random, outside := seeded(uint64(c.group)), 0
		for range draws {
			margins := normals(random, c.group+c.references, 2, 0, 1)
			for _, m := range margins {
				shift := random.NormFloat64()
				for i := range m {
					m[i] = math.Sinh(m[i]+shift) * float64(i+1)
				}
			}
			got, err := p95(margins).judge(t.Context(), upTo(0, c.group), upTo(c.group, c.references))
			require.NoError(t, err)
			if got.Value > got.Limit {
				outside++
				require.LessOrEqual(t, got.P, level)
			} else {
				require.Greater(t, got.P, level)
			}
		}
		near(t, c.want, outside, draws, "level")
	}
}

// With one updated model and 5 references ranks cannot reach 5 %, and Student's t on logarithms
// stands in. It is no exact test; its level on normal margins lies between 3 and 7 %.
func TestLevelOfStudent(t *testing.T) {
	const draws = 10_000
	random, outside := seeded(5), 0
	for range draws {
		margins := normals(random, 6, 8, 0, 1)
		got, err := p95(margins).judge(t.Context(), []int{0}, upTo(1, 5))
		require.NoError(t, err)
		if got.Value > got.Limit {
			outside++
			require.LessOrEqual(t, got.P, level+1e-9)
		}
	}
	share := float64(outside) / draws
	assert.True(t, share > 0.03 && share < 0.07, "%g", share)
}

// The divisions are all of them, each once, without the true one; beyond 400 they are drawn.
func TestDivisions(t *testing.T) {
	var seen [][]int
	c := comparison{drawn: 50, distance: func(group, references []int) (float64, error) {
		require.Len(t, slices.Concat(group, references), 7)
		seen = append(seen, slices.Clone(group))
		return 1, nil
	}}
	_, err := c.others(t.Context(), []int{10, 11}, upTo(20, 5))
	require.NoError(t, err)
	assert.Len(t, seen, combin.Binomial(7, 2)-1)
	assert.NotContains(t, seen, []int{10, 11})
	slices.SortFunc(seen, slices.Compare)
	assert.Len(t, slices.CompactFunc(seen, slices.Equal), 20)

	c.distance = func([]int, []int) (float64, error) { return 1, nil }
	others, err := c.others(t.Context(), upTo(0, 6), upTo(6, 6)) // 924 divisions
	require.NoError(t, err)
	assert.Len(t, others, 50)
	got, err := c.judge(t.Context(), upTo(0, 6), upTo(6, 6))
	require.NoError(t, err)
	assert.Equal(t, outcome{Value: 1, Limit: 1, P: 1}, got, "equal distances are inside")
}

// The band is the prediction interval of Student's t: of 10,000 means of further models 5 % lie
// outside.
func TestLevelOfBand(t *testing.T) {
	const draws = 10_000
	random := seeded(3)
	for _, group := range []int{1, 4} {
		outside, byP := 0, 0
		for range draws {
			x := normals(random, 1, 5+group, 3, 2)[0]
			b, err := NewBand(x[:5], group, 0)
			require.NoError(t, err)
			v, err := b.Judge(mean(x[5:]), 100)
			require.NoError(t, err)
			if v != Inside {
				outside++
			}
			if b.p(mean(x[5:])) <= level {
				byP++
			}
		}
		near(t, level, outside, draws, "band")
		assert.Equal(t, outside, byP)
	}
}

func TestBandSaysTheSide(t *testing.T) {
	b, err := NewBand([]float64{0.8, 0.8, 0.8, 0.8}, 1, 0.01)
	require.NoError(t, err)
	for _, c := range []struct {
		value, before float64
		want          Verdict
	}{{0.8, 1, Inside}, {0.81, 1, Inside}, {0.82, 1, UnderForgotten}, {0.78, 1, OverForgotten}, {0.78, 0.5, UnderForgotten}, {0.9, 0.5, OverForgotten},
		{0.9, math.Inf(-1), OverForgotten}} {
		got, err := b.Judge(c.value, c.before)
		require.NoError(t, err)
		assert.Equal(t, c.want, got, c)
	}
}
