package exposure

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mathext"
)

// fit draws strings from the space, fits the distribution of their log-perplexities and sets e.Fit.
func (s *scorer) fit(ctx context.Context, e *Exposure, space Space, o Options) error {
	if len(space.Alphabet) == 1 {
		return fmt.Errorf("exposure: space %q holds nothing beside the secret that could be sampled", space.Name)
	}
	samples, err := s.logPerplexity(ctx, s.draw(space.Alphabet, max(0, cmp.Or(o.Samples, 10_000)), o.Seed))
	if err != nil {
		return err
	}
	slices.Sort(samples)
	distribution, err := FitSkewNormal(samples)
	if err != nil {
		return fmt.Errorf("exposure: log-perplexities of strings of space %q: %w", space.Name, err)
	}
	f := &Fit{Distribution: distribution, Samples: samples, Bits: -distribution.LogCDF(e.LogPerplexity) / math.Ln2}
	f.KS = kolmogorovSmirnov(samples, distribution.CDF)
	f.PValue = kolmogorovPValue(f.KS, len(samples))
	f.Below = sort.Search(len(samples), func(i int) bool { return samples[i] >= e.LogPerplexity })
	f.SampleBits = math.Log2(float64(len(samples)) / float64(max(1, f.Below)))
	f.AtLeast = ProvenBits(f.Below, len(samples), e.SizeBits)
	e.Fit = f
	return nil
}

// ProvenBits is [Fit.AtLeast] with below of n samples before the secret, in a space of 2^sizeBits
// strings. It is 0 where all are before it, or there is none.
func ProvenBits(below, n int, sizeBits float64) float64 {
	if below >= n {
		return 0
	}
	const confidence = 0.95
	share := mathext.InvRegIncBeta(float64(below+1), float64(n-below), confidence)
	return max(0, -math.Log2(share+(1-share)*math.Exp2(-sizeBits)))
}

// draw returns n strings as long as the secret, other than it, uniformly and independently from the
// alphabet.
func (s *scorer) draw(alphabet []int32, n int, seed uint64) [][]int32 {
	rng := rand.New(rand.NewPCG(seed, 0xe4b05))
	length := len(s.Secret)
	all := make([]int32, n*length)
	drawn := make([][]int32, n)
	for i := range drawn {
		drawn[i] = all[i*length : (i+1)*length : (i+1)*length]
		for {
			for k := range drawn[i] {
				drawn[i][k] = alphabet[rng.IntN(len(alphabet))]
			}
			if !slices.Equal(drawn[i], s.Secret) {
				break
			}
		}
	}
	return drawn
}
