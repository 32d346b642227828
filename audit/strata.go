package audit

import (
	"cmp"
	"fmt"
	"slices"
)

// Strata divides samples into parts of (nearly) equal size by how much the model memorized them:
// the mean margin of the models that were trained with them less that of models that were trained
// without. The least memorized part comes first, ties by their order. A model can hardly fail on
// samples that it never memorized, so that their part is the negative control of an audit.
func Strata(with, without [][]float64, parts int) ([][]int, error) {
	n, err := sameWidth(with, without)
	if err != nil {
		return nil, err
	}
	if parts < 1 || parts > n {
		return nil, fmt.Errorf("audit: %d parts of %d samples; give between 1 and %d", parts, n, n)
	}
	gain := make([]float64, n)
	for i := range gain {
		gain[i] = meanOf(with, i) - meanOf(without, i)
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(gain[a], gain[b]) })
	out := make([][]int, parts)
	for k := range out {
		out[k] = order[k*n/parts : (k+1)*n/parts]
	}
	return out, nil
}

func meanOf(models [][]float64, i int) float64 {
	sum := 0.0
	for _, m := range models {
		sum += clip(m[i])
	}
	return sum / float64(len(models))
}
