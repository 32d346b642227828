package audit

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Verdict says where the updated models lie beside the band of the retrained ones.
type Verdict string

// The verdicts. A model outside the band is under-forgotten if it leans towards the model before
// the update, and over-forgotten if it leans away from it.
const (
	Inside         Verdict = "inside the band"
	UnderForgotten Verdict = "under-forgotten"
	OverForgotten  Verdict = "over-forgotten"
)

// level is the share of retrained models that a band leaves outside.
const level = 0.05

// Band is where the mean of a number over Group further retrained models lies in 95 of 100 cases,
// if the number is normally distributed: Mean -+ t_{0.975, N-1} SD sqrt(1/Group + 1/N), the
// prediction interval of N retrained models.
type Band struct {
	Mean  float64 `json:"mean"`
	SD    float64 `json:"sd"`
	N     int     `json:"n"`
	Group int     `json:"group"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	width float64 // of one standard error: of t
}

// NewBand returns the band of a number that was measured on at least 2 retrained models, for the
// mean of group models. resolution is the smallest step that the number can make, such as 1/n for
// an accuracy on n samples: the band reaches at least so far to each side.
func NewBand(retrained []float64, group int, resolution float64) (Band, error) {
	switch {
	case len(retrained) < 2:
		return Band{}, fmt.Errorf("audit: a band needs at least 2 retrained models, not %d", len(retrained))
	case group < 1:
		return Band{}, fmt.Errorf("audit: a band for a group of %d models; give at least 1", group)
	case !(resolution >= 0) || math.IsInf(resolution, 0):
		return Band{}, fmt.Errorf("audit: the resolution %g of a band; give a number of at least 0", resolution)
	}
	for i, v := range retrained {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Band{}, fmt.Errorf("audit: the number of retrained model %d is %v", i, v)
		}
	}
	n := len(retrained)
	b := Band{N: n, Group: group}
	b.Mean, b.SD = stat.MeanStdDev(retrained, nil)
	b.width = b.SD * math.Sqrt(1/float64(group)+1/float64(n))
	half := max(b.width*b.student().Quantile(1-level/2), resolution)
	b.Low, b.High = b.Mean-half, b.Mean+half
	return b, nil
}

func (b Band) student() distuv.StudentsT {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(b.N - 1)}
}

// p is the two-sided probability of a mean at least so far from the band's.
func (b Band) p(value float64) float64 {
	if value >= b.Low && value <= b.High && b.width == 0 {
		return 1
	}
	return 2 * b.student().Survival(math.Abs(value-b.Mean)/b.width)
}

// rounding is how far outside a band the last bits of a sum may put a value, relative to its size.
const rounding = 1e-12

// Judge compares a value with the band. before is the same number of the model before the update,
// which says to which side a model leans that has not forgotten.
func (b Band) Judge(value, before float64) (Verdict, error) {
	if math.IsNaN(value) || math.IsInf(value, 0) || math.IsNaN(before) {
		return "", errors.New("audit: a number that is not finite cannot be compared with a band")
	}
	slack := rounding * max(math.Abs(b.Low), math.Abs(b.High))
	switch {
	case value >= b.Low-slack && value <= b.High+slack:
		return Inside, nil
	case (value > b.High) == (before > b.Mean):
		return UnderForgotten, nil
	}
	return OverForgotten, nil
}
