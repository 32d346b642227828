package datasets

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Split divides d at random: round(fraction*n) rows go to the first part, the rest to the second,
// each in the order of d.
func Split(d *Dataset, seed uint64, fraction float64) (first, second *Dataset, err error) {
	if err := d.usable(); err != nil {
		return nil, nil, err
	}
	if !(fraction >= 0 && fraction <= 1) {
		return nil, nil, fmt.Errorf("datasets: %s: cannot split off a fraction of %v; give 0 to 1", d.title(), fraction)
	}
	order := rand.New(rand.NewPCG(seed, 0x5b117)).Perm(d.Len())
	k := int(math.Round(fraction * float64(d.Len())))
	a, b := order[:k], order[k:]
	slices.Sort(a)
	slices.Sort(b)
	return d.Subset(a), d.Subset(b), nil
}
