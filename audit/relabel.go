package audit

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// comparison tells a group of models from reference models by a number, larger where they are
// farther apart. Models are named by their index.
//
// If the group was trained as the references were, any division of the same models into a group and
// references is as likely as this one. So the number of the true division ranks among those of all
// divisions (a permutation test, of exact level whatever the distribution).
type comparison struct {
	distance func(group, references []int) (float64, error)
	seed     uint64
	drawn    int // divisions, where not all are taken
}

// outcome is the result of a comparison. The group is outside the band if Value exceeds Limit.
type outcome struct{ Value, Limit, P float64 }

const (
	enumerated = 400 // divisions up to which all are taken
	fewest     = 20  // divisions below which none reaches the level
)

func (c comparison) judge(ctx context.Context, group, references []int) (outcome, error) {
	value, err := c.distance(group, references)
	if err != nil {
		return outcome{}, err
	}
	others, err := c.others(ctx, group, references)
	if err != nil {
		return outcome{}, err
	}
	if len(others)+1 < fewest {
		return student(value, others)
	}
	slices.SortFunc(others, func(a, b float64) int { return -cmpFloat(a, b) })
	all := len(others) + 1
	beyond := int(level * float64(all)) // divisions that may be outside, this one among them
	out := outcome{Value: value, Limit: others[beyond-1]}
	at := 1
	for _, v := range others {
		if v >= value {
			at++
		}
	}
	out.P = float64(at) / float64(all)
	return out, nil
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// others returns the distances of other divisions: all of them, or some that are drawn.
func (c comparison) others(ctx context.Context, group, references []int) (out []float64, err error) {
	pool := slices.Concat(group, references)
	visit := func(chosen []int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		g, r := divide(pool, chosen)
		d, err := c.distance(g, r)
		out = append(out, d)
		return err
	}
	if binomial(len(pool), len(group)) <= enumerated {
		first := true // the true division: the group comes first in the pool
		return out, combinations(len(pool), len(group), func(chosen []int) error {
			if first {
				first = false
				return nil
			}
			return visit(chosen)
		})
	}
	random := rand.New(rand.NewPCG(c.seed, 0x6c617365))
	for range c.drawn {
		chosen := random.Perm(len(pool))[:len(group)]
		slices.Sort(chosen)
		if err := visit(chosen); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// divide returns the chosen members of a pool, by rising index, and the others.
func divide(pool, chosen []int) (group, rest []int) {
	next := 0
	for i, m := range pool {
		if next < len(chosen) && chosen[next] == i {
			group, next = append(group, m), next+1
		} else {
			rest = append(rest, m)
		}
	}
	return group, rest
}

// binomial returns n over k, or a number above enumerated.
func binomial(n, k int) int {
	out := 1
	for i := 1; i <= min(k, n-k); i++ {
		if out = out * (n - i + 1) / i; out > enumerated {
			return out
		}
	}
	return out
}

// combinations visits the subsets of k of n in lexical order.
func combinations(n, k int, visit func([]int) error) error {
	chosen := make([]int, k)
	for i := range chosen {
		chosen[i] = i
	}
	for {
		if err := visit(chosen); err != nil {
			return err
		}
		i := k - 1
		for i >= 0 && chosen[i] == n-k+i {
			i--
		}
		if i < 0 {
			return nil
		}
		chosen[i]++
		for j := i + 1; j < k; j++ {
			chosen[j] = chosen[j-1] + 1
		}
	}
}

// student judges a distance where there are too few divisions for ranks: its logarithm by the
// prediction interval of the logarithms of the others.
func student(value float64, others []float64) (outcome, error) {
	logs := make([]float64, len(others))
	for i, v := range others {
		logs[i] = math.Log(v)
	}
	mean, sd := stat.MeanStdDev(logs, nil)
	if !(value > 0) || math.IsInf(mean, 0) || math.IsNaN(sd) {
		return outcome{}, fmt.Errorf("audit: distances of %v and %v; distances of so few models have to be above 0", value, others)
	}
	width := sd * math.Sqrt(1+1/float64(len(logs)))
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(len(logs) - 1)}
	out := outcome{Value: value, Limit: math.Exp(mean + t.Quantile(1-level)*width)}
	switch {
	case width > 0:
		out.P = t.Survival((math.Log(value) - mean) / width)
	case value <= out.Limit:
		out.P = 1
	}
	return out, nil
}
