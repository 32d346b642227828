package datasets

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Split divides d at random: round(fraction*n) rows go to the first part, the rest to the second, each in the order of d.
func Split(d *Dataset, seed uint64, fraction float64) (first, second *Dataset, err error) {
	if !(fraction >= 0 && fraction <= 1) {
		return nil, nil, fmt.Errorf("datasets: %s: cannot split off a fraction of %v; give 0 to 1", d.Name, fraction)
	}
	order := rand.New(rand.NewPCG(seed, 0x5b117)).Perm(d.Len())
	k := int(math.Round(fraction * float64(d.Len())))
	a, b := order[:k], order[k:]
	slices.Sort(a)
	slices.Sort(b)
	return d.Subset(a), d.Subset(b), nil
}

// FlipLabels returns d with count labels wrong, and which rows they are (rising): rows drawn without repetition, each
// given one of the other classes with equal probability.
func FlipLabels(d *Dataset, count int, seed uint64) (flipped *Dataset, rows []int, err error) {
	if d.Classes < 2 {
		return nil, nil, fmt.Errorf("datasets: %s: flipping labels needs at least 2 classes, not %d", d.Name, d.Classes)
	}
	if count < 0 || count > d.Len() {
		return nil, nil, fmt.Errorf("datasets: %s: cannot flip %d of %d labels", d.Name, count, d.Len())
	}
	rng := rand.New(rand.NewPCG(seed, 0xf11b))
	rows = rng.Perm(d.Len())[:count]
	slices.Sort(rows)
	y := slices.Clone(d.Y)
	for _, r := range rows {
		y[r] = float64((int(y[r]) + 1 + rng.IntN(d.Classes-1)) % d.Classes)
	}
	return d.With(d.X, y), rows, nil
}
