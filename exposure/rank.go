package exposure

import (
	"context"
	"errors"
	"math"
	"slices"
)

// errTooManyWindows ends a ranking that has more prefixes to look at than it may.
var errTooManyWindows = errors.New("exposure: ranking takes too many windows")

// prefixes is a level of the tree of strings: prefixes of one length, one behind the other, and
// their log-perplexities.
type prefixes struct {
	length int
	tokens []int32
	sums   []float64
}

func (l *prefixes) at(i int) []int32 { return l.tokens[i*l.length : (i+1)*l.length] }

// rank finds e.Rank and e.Ties among the strings over the alphabet and sets Method and Bits. It
// goes down the tree of strings level by level and drops every prefix that is less likely than the
// whole secret. With more than maxWindows prefixes to evaluate it returns errTooManyWindows, as
// soon as that is certain, and leaves e alone.
func (s *scorer) rank(ctx context.Context, e *Exposure, alphabet []int32, maxWindows int) error {
	last := len(s.Secret) - 1
	lower, ties, pruned := 0, 0, false
	level := &prefixes{sums: []float64{0}}
	for k := range len(s.Secret) {
		next := &prefixes{length: k + 1}
		maxWindows -= len(level.sums)
		if maxWindows < 0 {
			return errTooManyWindows
		}
		err := s.each(ctx, len(level.sums), level.at, func(i int, bits []float64) error {
			for _, token := range alphabet {
				sum := level.sums[i] + bits[token]
				switch {
				case sum > e.LogPerplexity:
					pruned = pruned || k < last
				case k < last:
					next.tokens = append(append(next.tokens, level.at(i)...), token)
					next.sums = append(next.sums, sum)
				case token == s.Secret[last] && slices.Equal(level.at(i), s.Secret[:last]): // the secret itself
				case sum < e.LogPerplexity:
					lower++
				default:
					ties++
				}
			}
			if len(next.sums) > maxWindows {
				return errTooManyWindows
			}
			return nil
		})
		if err != nil {
			return err
		}
		level = next
	}
	e.Method, e.Rank, e.Ties, e.Pruned = Exact, lower+1, ties, pruned
	e.Bits = max(0, e.SizeBits-math.Log2(float64(e.Rank)))
	return nil
}
