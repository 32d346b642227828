package exposure

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// scorer evaluates a probe at one parameter vector and counts the windows.
type scorer struct {
	*Probe
	theta   []float64
	windows int // evaluated so far
	logits  []float64
}

// logPerplexity is [Probe.LogPerplexity] on checked sequences. It goes by position, so that the
// many sequences that begin alike share their windows.
func (s *scorer) logPerplexity(ctx context.Context, sequences [][]int32) ([]float64, error) {
	sums := make([]float64, len(sequences))
	for k := 0; ; k++ {
		var longer []int
		for i, sequence := range sequences {
			if len(sequence) > k {
				longer = append(longer, i)
			}
		}
		if len(longer) == 0 {
			return sums, nil
		}
		prefix := func(i int) []int32 { return sequences[longer[i]][:k] }
		err := s.each(ctx, len(longer), prefix, func(i int, bits []float64) error {
			sums[longer[i]] += bits[sequences[longer[i]][k]]
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
}

// each calls visit once for every i < n with -log2 p(token | prompt, prefix(i)) of all tokens of
// the vocabulary; bits is only lent. Prefixes whose windows are equal cost one evaluation and are
// visited one after the other. An error of visit ends it.
func (s *scorer) each(ctx context.Context, n int, prefix func(i int) []int32, visit func(i int, bits []float64) error) error {
	distinct, groups := s.distinct(n, prefix)
	batch := cmp.Or(max(0, s.Batch), 4096)
	at := 0 // in groups
	for lo := 0; lo < len(distinct); lo += batch {
		some := distinct[lo:min(lo+batch, len(distinct))]
		if err := s.predict(ctx, some, prefix); err != nil {
			return err
		}
		for ; at < len(groups) && groups[at].window < lo+len(some); at++ {
			row := groups[at].window - lo
			if err := visit(groups[at].prefix, s.logits[row*s.Vocabulary:(row+1)*s.Vocabulary]); err != nil {
				return err
			}
		}
	}
	return nil
}

type member struct{ window, prefix int }

// distinct numbers the distinct windows in the order of their first prefix, which it returns, and
// sorts all prefixes by window.
func (s *scorer) distinct(n int, prefix func(i int) []int32) ([]int, []member) {
	var first []int
	groups := make([]member, n)
	seen := make(map[string]int, n)
	var key []byte
	for i := range n {
		own := prefix(i)
		key = key[:0]
		for _, token := range own[max(0, len(own)-s.Length):] {
			key = binary.LittleEndian.AppendUint32(key, uint32(token))
		}
		window, ok := seen[string(key)]
		if !ok {
			window = len(first)
			seen[string(key)] = window
			first = append(first, i)
		}
		groups[i] = member{window, i}
	}
	slices.SortFunc(groups, func(a, b member) int { return cmp.Or(cmp.Compare(a.window, b.window), cmp.Compare(a.prefix, b.prefix)) })
	return first, groups
}

// predict overwrites row j of s.logits with -log2 p(token | prompt, prefix(which[j])).
func (s *scorer) predict(ctx context.Context, which []int, prefix func(i int) []int32) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	text := make([]int32, 0, len(which)*s.Length)
	for _, i := range which {
		own := prefix(i)
		if missing := s.Length - len(own); missing > 0 {
			text = append(text, s.Prompt[len(s.Prompt)-missing:]...)
		}
		text = append(text, own[max(0, len(own)-s.Length):]...)
	}
	s.logits = slices.Grow(s.logits[:0], len(which)*s.Vocabulary)[:len(which)*s.Vocabulary]
	if err := s.Model.Predict(ctx, s.logits, s.theta, s.Probe.windows(text)); err != nil {
		return fmt.Errorf("exposure: probe: %w", err)
	}
	if i := notFinite(s.logits); i >= 0 {
		return fmt.Errorf("exposure: the logit of token %d behind the prompt and %v is %v: look for overflow in the model at these parameters",
			i%s.Vocabulary, prefix(which[i/s.Vocabulary]), s.logits[i])
	}
	for j := range which {
		surprisal(s.logits[j*s.Vocabulary : (j+1)*s.Vocabulary])
	}
	s.windows += len(which)
	return nil
}

// surprisal replaces logits z by -log2 softmax(z) = (m - z + ln(1 + sum_{j != k} e^(z_j - m))) / ln
// 2 with m = z_k = max z. Neither part is negative, in floating point either: the ranking counts on
// it. The likeliest token's own 1 is not in the sum, in which it would swallow what a token that is
// nearly certain leaves to the others.
func surprisal(z []float64) {
	at, others := floats.MaxIdx(z), 0.0
	largest := z[at]
	for j, v := range z {
		if j != at {
			others += math.Exp(v - largest)
		}
	}
	rest := math.Log1p(others)
	for j, v := range z {
		z[j] = (largest - v + rest) / math.Ln2
	}
}
