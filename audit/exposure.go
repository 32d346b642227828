package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"lethe/exposure"
)

// Canary is a secret that was inserted into a training text, and the strings that it is ranked
// among.
type Canary struct {
	Probe *exposure.Probe
	Space exposure.Space
}

// Canaries are parameters of language models, and what was inserted into their training text.
// Several canaries are needed: the exposure of one varies by bits from one retrained model to the
// next.
type Canaries struct {
	Of        []Canary
	Old       []float64   // parameters before the update
	Updated   [][]float64 // of at least 1 model
	Retrained [][]float64 // of at least 3; the last is held out
	Options   exposure.Options
	// Samples is the number of strings that a secret is ranked among for two-checkpoint exposure; 0 =
	// 10,000.
	Samples int
	Seed    uint64
}

// Audit returns two findings: the exposure and the two-checkpoint exposure, in bits, each a mean
// over canaries beside the band of retrained models.
func (c Canaries) Audit(ctx context.Context) ([]Finding, error) {
	if len(c.Of) == 0 || len(c.Updated) < 1 || len(c.Retrained) < 3 {
		return nil, fmt.Errorf("audit: %d canaries, %d updated and %d retrained models; give at least 1, 1 and 3", len(c.Of), len(c.Updated), len(c.Retrained))
	}
	plain := func(theta []float64) (float64, error) {
		return c.mean(func(x Canary) (float64, error) {
			e, err := x.Probe.Exposure(ctx, theta, x.Space, c.Options)
			if err != nil {
				return 0, err
			}
			return e.Bits, nil
		})
	}
	two := func(theta []float64) (float64, error) {
		return c.mean(func(x Canary) (float64, error) {
			return TwoCheckpoint(ctx, x.Probe, c.Old, theta, x.Space, c.Samples, c.Seed)
		})
	}
	before, err := plain(c.Old)
	if err != nil {
		return nil, err
	}
	first, err := c.finding("exposure", plain, before)
	if err != nil {
		return nil, err
	}
	first.Untouched = &before
	// A secret that fell further than retraining makes it fall stands out between the two models.
	second, err := c.finding("two-checkpoint exposure", two, math.Inf(-1))
	if err != nil {
		return nil, err
	}
	second.Untouched = nil
	return []Finding{*first, *second}, nil
}

func (c Canaries) mean(of func(Canary) (float64, error)) (sum float64, err error) {
	for _, x := range c.Of {
		bits, err := of(x)
		if err != nil {
			return 0, err
		}
		sum += bits / float64(len(c.Of))
	}
	return sum, nil
}

func (c Canaries) finding(name string, of func([]float64) (float64, error), before float64) (*Finding, error) {
	var values [2][]float64
	for k, models := range [][][]float64{c.Updated, c.Retrained} {
		for _, theta := range models {
			bits, err := of(theta)
			if err != nil {
				return nil, err
			}
			values[k] = append(values[k], bits)
		}
	}
	return bandFinding(name, "canaries", len(c.Of), values[0], values[1], before, 0)
}

// TwoCheckpoint returns log2(N + 1) - log2(rank) of a secret by how much less likely it became
// between two models, log p_old - log p_new, among N strings that are drawn from the space without
// it. Who holds both models finds by it what was removed (Wu et al. 2025, arXiv 2505.24379), even
// after retraining: compare it with a retrained model's. Ties count against the secret. samples is
// N, 0 = 10,000.
func TwoCheckpoint(ctx context.Context, p *exposure.Probe, before, after []float64, space exposure.Space, samples int, seed uint64) (float64, error) {
	if samples == 0 {
		samples = 10_000
	}
	if samples < 1 || samples > 10_000_000 {
		return 0, fmt.Errorf("audit: two-checkpoint exposure among %d Samples; give between 1 and 10,000,000, or 0 for 10,000", samples)
	}
	if len(space.Alphabet) < 2 || len(p.Secret) == 0 {
		return 0, errors.New("audit: two-checkpoint exposure needs a secret, and an alphabet of at least 2 tokens")
	}
	strings := append(draw(p.Secret, space.Alphabet, samples, seed), p.Secret)
	was, err := p.LogPerplexity(ctx, before, strings)
	if err != nil {
		return 0, err
	}
	is, err := p.LogPerplexity(ctx, after, strings)
	if err != nil {
		return 0, err
	}
	rank, secret := 1, is[samples]-was[samples]
	for k := range samples {
		rise := is[k] - was[k]
		if math.IsNaN(rise) || math.IsNaN(secret) {
			return 0, errors.New("audit: both models give a string the probability 0, so that it cannot be ranked")
		}
		if rise > secret {
			rank++
		}
	}
	return math.Log2(float64(samples+1)) - math.Log2(float64(rank)), nil
}

// draw returns strings of a secret's length without the secret.
func draw(secret, alphabet []int32, n int, seed uint64) [][]int32 {
	random := rand.New(rand.NewPCG(seed, 0x74776f))
	out := make([][]int32, 0, n+1)
	for len(out) < n {
		s := make([]int32, len(secret))
		for i := range s {
			s[i] = alphabet[random.IntN(len(alphabet))]
		}
		if !slices.Equal(s, secret) {
			out = append(out, s)
		}
	}
	return out
}
