package exposure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Space is a set R of candidates for a secret: all strings over Alphabet that are as long as it. An
// attacker who knows that the secret is a number looks among the digits.
type Space struct {
	Name     string
	Alphabet []int32 // distinct tokens
}

// Options sets what [Probe.Exposure] spends. The zero value is ready.
type Options struct {
	// Samples is how many strings are drawn for the fit; 0 = 10,000.
	Samples int
	Seed    uint64
	// ExactLimit is the largest |R| that is ranked exactly whatever it costs; 0 = 1e6, negative =
	// none.
	ExactLimit float64
	// MaxWindows is how many windows ranking a larger space may take before it is given up for the
	// fit; 0 = 100,000, negative = it is not tried.
	MaxWindows int
	// Fit asks for the fit also where the rank is exact: for a histogram, or to judge the fit.
	Fit bool
}

// How an exposure was found. The two are not to be compared or subtracted: where the secret lies
// below all samples a fit may be tens of bits away from the rank, and no measure of how well it
// fits the samples shows that. See [Exposure.Extrapolated].
const (
	Exact  = "exact"       // by the secret's rank
	Fitted = "skew-normal" // by the distribution fitted to samples
)

// Exposure is by how many bits the model brings a secret forward among the strings of a space: 0
// when it ranks last, log2 |R| when it ranks first, 1 when it ranks in the middle. Ties count
// against the secret: it is taken to stand before them.
type Exposure struct {
	Space         string
	Method        string  // Exact or Fitted
	Bits          float64 // the exposure, at most SizeBits
	SizeBits      float64 // log2 |R|
	LogPerplexity float64 // of the secret, in bits

	// Rank is 1 + the number of strings in R with a lower log-perplexity than the secret's, 0 when
	// it was not found.
	Rank int
	// Ties is the number of other strings with the secret's log-perplexity. Rank sets the secret
	// before them, so that a model that tells no strings apart has the full exposure and |R| - 1
	// ties.
	Ties int
	// Pruned says that the ranking is exact although it has not seen all of R: terms of a
	// log-perplexity are never negative, so what begins less likely than the whole secret ranks
	// behind it.
	Pruned bool

	Fit     *Fit // nil without samples
	Windows int  // evaluated for all this
}

// Extrapolated reports whether the exposure was read from the fitted distribution below all of its
// samples, where nothing supports it. What holds then is Fit.AtLeast.
func (e *Exposure) Extrapolated() bool { return e.Method == Fitted && e.Fit.Below == 0 }

// Fit is what samples of a space say about a secret's rank (Carlini et al. 2019, approximation by
// distribution modelling). It holds as far as the log-perplexities of R follow the distribution,
// which below all samples nobody can check: see PValue for the middle and Below for how far the
// secret lies outside.
type Fit struct {
	Distribution SkewNormal
	Samples      []float64 // log-perplexities of strings drawn from R without the secret, rising
	// Bits is -log2 Pr[X <= LogPerplexity] under Distribution. It may exceed log2 |R|, which no
	// rank can.
	Bits float64
	// KS is the Kolmogorov-Smirnov distance between Samples and Distribution, PValue the
	// probability of one at least as large. Since the distribution was fitted to the same samples,
	// PValue is too large: a small one condemns the fit, a large one does not prove it.
	KS, PValue float64
	Below      int // samples whose log-perplexity is below the secret's; those with the same count against the secret, as in a rank
	// SampleBits is log2 (len(Samples)/Below), what sampling alone says (Carlini et al.,
	// approximation by sampling). Where Below is 0 it is log2 len(Samples) and only says "at least
	// about": see AtLeast.
	SampleBits float64
	// AtLeast is the exposure that the samples prove with a confidence of 95 %, whatever the
	// distribution: -log2 (p + (1 - p)/|R|), where p is the largest share of strings before the
	// secret at which as few as Below of the samples still come with a probability of 5 % (Clopper
	// and Pearson 1934). With Below 0, p = 1 - 0.05^(1/len(Samples)).
	AtLeast float64
}

// Exposure measures log2 |R| - log2 rank(secret) (Carlini et al. 2019). The rank is exact where the
// space is small, and beyond that where the secret is so likely that few prefixes are as likely:
// see Options. Otherwise exposure is -log2 Pr[X <= log-perplexity of the secret] under a
// skew-normal distribution fitted to the log-perplexities of strings drawn uniformly from R, and
// cut at log2 |R|.
//
// A secret with tokens that the space lacks is an error, and so are samples that cannot be fitted.
func (p *Probe) Exposure(ctx context.Context, theta []float64, space Space, o Options) (*Exposure, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if err := p.checkSpace(space); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &scorer{Probe: p, theta: theta}
	secret, err := s.logPerplexity(ctx, [][]int32{p.Secret})
	if err != nil {
		return nil, err
	}
	e := &Exposure{Space: space.Name, LogPerplexity: secret[0], SizeBits: float64(len(p.Secret)) * math.Log2(float64(len(space.Alphabet)))}
	if windows := o.rankingWindows(e.SizeBits); windows > 0 {
		if err := s.rank(ctx, e, space.Alphabet, windows); err != nil && !errors.Is(err, errTooManyWindows) {
			return nil, err
		}
	}
	if e.Method == "" || o.Fit {
		if err := s.fit(ctx, e, space, o); err != nil {
			return nil, err
		}
	}
	if e.Method == "" {
		e.Method, e.Bits = Fitted, min(e.Fit.Bits, e.SizeBits)
	}
	e.Windows = s.windows
	return e, nil
}

func (o Options) check() error {
	const most = 100_000_000
	switch {
	case o.Samples < 0:
		return fmt.Errorf("exposure: Options.Samples is %d; give a positive number, or 0 for the default 10,000", o.Samples)
	case o.Samples > most:
		return fmt.Errorf("exposure: Options.Samples is %d; give at most %d, or 0 for the default 10,000", o.Samples, most)
	case math.IsNaN(o.ExactLimit):
		return errors.New("exposure: Options.ExactLimit is NaN; give a number of strings, 0 for the default 1e6, or a negative number for none")
	}
	return nil
}

// rankingWindows returns how many windows an exact ranking may take, at most 0 for none.
func (o Options) rankingWindows(sizeBits float64) int {
	const rounding = 1e-9 // log2 of 1e6 is not exact
	if limit := cmp.Or(o.ExactLimit, 1e6); limit > 0 && sizeBits <= math.Log2(limit)+rounding {
		return math.MaxInt
	}
	return cmp.Or(o.MaxWindows, 100_000)
}

func (p *Probe) checkSpace(space Space) error {
	if len(p.Secret) == 0 {
		return errors.New("exposure: exposure of an empty secret; give the probe's Secret")
	}
	if len(space.Alphabet) == 0 {
		return fmt.Errorf("exposure: space %q has an empty alphabet", space.Name)
	}
	if err := p.checkTokens(fmt.Sprintf("the alphabet of space %q", space.Name), space.Alphabet); err != nil {
		return err
	}
	for i, token := range space.Alphabet {
		if j := slices.Index(space.Alphabet, token); j < i {
			return fmt.Errorf("exposure: space %q lists token %d twice, at %d and %d", space.Name, token, j, i)
		}
	}
	for i, token := range p.Secret {
		if !slices.Contains(space.Alphabet, token) {
			return fmt.Errorf("exposure: token %d of the secret, %d, is not in the alphabet of space %q: ask for a space that holds the secret",
				i, token, space.Name)
		}
	}
	return nil
}
