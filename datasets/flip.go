package datasets

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// ClassPairs pairs the first class with the last, the second with the last but one and so on: (0,
// k-1), (1, k-2), ... Of an odd number the class in the middle is in no pair.
func ClassPairs(classes int) [][2]int {
	var pairs [][2]int
	for a := range classes / 2 {
		pairs = append(pairs, [2]int{a, classes - 1 - a})
	}
	return pairs
}

// FlipLabels returns d poisoned, and which rows it touched (rising): of each pair (a, b) budget/(2
// len(pairs)) samples of a are labelled b, and as many of b are labelled a. Where that is no whole
// number the directions (a, b), (b, a) of the first pair, then of the second and so on have one
// more, so that exactly budget labels are wrong. The samples of a class are drawn without
// repetition; those of a smaller budget are among those of a larger one of the same seed. No class
// may stand in two pairs, and every label of d must be a class; features are shared.
func FlipLabels(d *Dataset, pairs [][2]int, budget int, seed uint64) (poisoned *Dataset, rows []int, err error) {
	if err := d.usable(); err != nil {
		return nil, nil, err
	}
	if err := checkPairs(d, pairs); err != nil {
		return nil, nil, err
	}
	if d.Classes == 0 {
		return nil, nil, fmt.Errorf("datasets: %s: a regression has no classes to flip between", d.title())
	}
	if d.Width() > 1 {
		return nil, nil, fmt.Errorf("datasets: %s: samples of %d labels each have no one label to flip", d.title(), d.Targets)
	}
	if budget < 0 || budget > 0 && len(pairs) == 0 {
		return nil, nil, fmt.Errorf("datasets: %s: cannot flip %d labels between %d pairs of classes", d.title(), budget, len(pairs))
	}
	members := make([][]int, d.Classes) // the rows of each class
	for i, c := range d.Y {
		if err := checkLabel(d, c); err != nil {
			return nil, nil, fmt.Errorf("datasets: %s: row %d: %w", d.title(), d.Row(i), err)
		}
		members[int(c)] = append(members[int(c)], i)
	}
	rng := rand.New(rand.NewPCG(seed, 0xf11b))
	y := slices.Clone(d.Y)
	directions := 2 * len(pairs)
	for k := range directions {
		from, to := pairs[k/2][k%2], pairs[k/2][1-k%2]
		n := (budget + directions - 1 - k) / directions // the first budget mod directions have one more
		if have := len(members[from]); n > have {
			return nil, nil, fmt.Errorf("datasets: %s: a budget of %d labels flips %d of class %d to class %d, but class %d has %d samples; lower the budget",
				d.title(), budget, n, from, to, from, have)
		}
		for _, i := range rng.Perm(len(members[from]))[:n] {
			r := members[from][i]
			y[r] = float64(to)
			rows = append(rows, r)
		}
	}
	slices.Sort(rows)
	return d.With(d.X, y), rows, nil
}

// checkPairs refuses classes that d does not have and those that are named twice.
func checkPairs(d *Dataset, pairs [][2]int) error {
	var classes []int
	for _, p := range pairs {
		classes = append(classes, p[:]...)
	}
	for _, c := range classes {
		if c < 0 || c >= d.Classes {
			return fmt.Errorf("datasets: %s: there is no class %d (%d classes, counted from 0)", d.title(), c, d.Classes)
		}
	}
	return checkDistinct(d, "class", classes, d.Classes)
}
