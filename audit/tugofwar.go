package audit

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Accuracies are those of a model on the samples of an audit, between 0 and 1.
type Accuracies struct {
	Forget, Retain, Validation float64
}

// Interval is a mean over seeds with its 95 % confidence interval by Student's t.
type Interval struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	N    int     `json:"n"`
}

// TugOfWar returns prod_S (1 - |acc_u(S) - acc_r(S)|) over the forgotten, kept and unseen samples
// (Zhao et al. 2024, arXiv 2406.01257): 1 if an update has the accuracies of retraining. It is the
// mean over at least 3 pairs of an updated and a retrained model; model k of one list is compared
// with model k of the other.
func TugOfWar(updated, retrained []Accuracies) (Interval, error) {
	if len(updated) != len(retrained) || len(updated) < 3 {
		return Interval{}, fmt.Errorf("audit: tug of war of %d updated and %d retrained models; give as many of both, at least 3", len(updated), len(retrained))
	}
	values := make([]float64, len(updated))
	for k, u := range updated {
		r := retrained[k]
		values[k] = 1
		for _, pair := range [][2]float64{{u.Forget, r.Forget}, {u.Retain, r.Retain}, {u.Validation, r.Validation}} {
			if !(pair[0] >= 0 && pair[0] <= 1 && pair[1] >= 0 && pair[1] <= 1) {
				return Interval{}, fmt.Errorf("audit: accuracies %v and %v of pair %d; give numbers between 0 and 1", pair[0], pair[1], k)
			}
			values[k] *= 1 - math.Abs(pair[0]-pair[1])
		}
	}
	return intervalOf(values), nil
}

func intervalOf(values []float64) Interval {
	n := float64(len(values))
	mean, sd := stat.MeanStdDev(values, nil)
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(1-level/2) * sd / math.Sqrt(n)
	return Interval{Mean: mean, Low: mean - half, High: mean + half, N: len(values)}
}
