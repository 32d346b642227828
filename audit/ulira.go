package audit

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Attack is how well an attack tells updated models from retrained ones.
type Attack struct {
	Accuracy float64 // mean of the shares of both groups that it names rightly; 0.5 by guessing
	// TPRAtLowFPR is the share of updated models' samples that it finds where it mistakes at most 1 %
	// of the retrained models'. By guessing it is 0.01.
	TPRAtLowFPR float64
}

const lowFPR = 0.01

// ULiRA is the attack of Hayes et al. (SaTML 2025, arXiv 2403.01218): for a sample, the margins of
// models that unlearned it and of models that never saw it are each a normal distribution, and the
// attack says "unlearned" where p = N_u(m) / (N_u(m) + N_o(m)) is above 1/2. Each model is attacked
// by the distributions of all other models. Both groups have a row of margins for each model, and
// at least 3 models. A shift of all margins by a constant fools or feeds this attack; see [KLOM]
// beside it.
func ULiRA(updated, retrained [][]float64) (Attack, error) {
	n, err := sameWidth(updated, retrained)
	if err != nil {
		return Attack{}, err
	}
	if len(updated) < 3 || len(retrained) < 3 {
		return Attack{}, fmt.Errorf("audit: U-LiRA needs at least 3 models on either side, not %d and %d", len(updated), len(retrained))
	}
	var unlearned, unseen []float64 // log-likelihood ratios
	for i := range n {
		u, o := column(updated, i), column(retrained, i)
		for k, m := range u {
			unlearned = append(unlearned, logNormal(m, without(u, k))-logNormal(m, o))
		}
		for k, m := range o {
			unseen = append(unseen, logNormal(m, u)-logNormal(m, without(o, k)))
		}
	}
	for _, x := range slices.Concat(unlearned, unseen) {
		if math.IsNaN(x) {
			return Attack{}, errors.New("audit: U-LiRA found models whose margins are all equal; train them with different seeds")
		}
	}
	return attack(unlearned, unseen), nil
}

func column(models [][]float64, i int) []float64 {
	out := make([]float64, len(models))
	for k, m := range models {
		out[k] = clip(m[i])
	}
	return out
}

func without(x []float64, k int) []float64 { return slices.Delete(slices.Clone(x), k, k+1) }

// logNormal is the log density at x of the normal distribution of a sample, but for a constant.
func logNormal(x float64, sample []float64) float64 {
	mean, sd := stat.MeanStdDev(sample, nil)
	return -math.Log(sd) - (x-mean)*(x-mean)/(2*sd*sd)
}

// attack judges scores that are larger where a model is more likely to be an updated one.
func attack(unlearned, unseen []float64) Attack {
	found, right := 0.0, 0.0
	for _, x := range unlearned {
		found += above(x, 0)
	}
	for _, x := range unseen {
		right += 1 - above(x, 0)
	}
	out := Attack{Accuracy: (found/float64(len(unlearned)) + right/float64(len(unseen))) / 2}
	// The threshold leaves at most 1 % of the unseen scores above it.
	sorted := slices.Sorted(slices.Values(unseen))
	threshold := sorted[len(sorted)-1-int(lowFPR*float64(len(sorted)))]
	for _, x := range unlearned {
		if x > threshold {
			out.TPRAtLowFPR += 1 / float64(len(unlearned))
		}
	}
	return out
}

// above counts an equal score half.
func above(x, threshold float64) float64 {
	switch {
	case x > threshold:
		return 1
	case x == threshold:
		return 0.5
	}
	return 0
}
