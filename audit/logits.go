package audit

import (
	"context"
	"errors"
	"fmt"
	"math"

	"lethe/datasets"
)

// Logits are the outputs of a classifier for N samples, (N, K) row by row: K is the number of
// classes, or 1 for a model whose one output is the logit of class 1.
type Logits struct {
	N, K int
	Data []float64
}

// Predictor gives the logits of parameters, as a nets.Model does.
type Predictor interface {
	// Outputs returns the number of logits of a sample of d.
	Outputs(d *datasets.Dataset) (int, error)
	// Predict writes the logits of all samples of d, one sample after the other.
	Predict(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
}

// Evaluate returns the logits of parameters theta for the samples of d.
func Evaluate(ctx context.Context, m Predictor, theta []float64, d *datasets.Dataset) (*Logits, error) {
	k, err := m.Outputs(d)
	if err != nil {
		return nil, err
	}
	z := &Logits{N: d.Len(), K: k, Data: make([]float64, d.Len()*k)}
	return z, m.Predict(ctx, z.Data, theta, d)
}

// Row returns the logits of sample i.
func (z *Logits) Row(i int) []float64 { return z.Data[i*z.K : (i+1)*z.K] }

// classes is the number of classes that the logits tell apart.
func (z *Logits) classes() int { return max(z.K, 2) }

// check says what makes z no logits for the labels.
func (z *Logits) check(labels []int) error {
	switch {
	case z == nil:
		return errors.New("audit: a model has no logits")
	case z.N < 1 || z.K < 1 || z.N > math.MaxInt/z.K || len(z.Data) != z.N*z.K:
		return fmt.Errorf("audit: %d logits are not N = %d samples of K = %d outputs", len(z.Data), z.N, z.K)
	case len(labels) != z.N:
		return fmt.Errorf("audit: %d labels for the logits of %d samples", len(labels), z.N)
	}
	for i, v := range z.Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("audit: logit %d of sample %d is %v; a model that gives no numbers cannot be audited", i%z.K, i/z.K, v)
		}
	}
	for i, y := range labels {
		if y < 0 || y >= z.classes() {
			return fmt.Errorf("audit: the label of sample %d is %d; the logits have %d classes, counted from 0", i, y, z.classes())
		}
	}
	return nil
}

// Margins returns m = z_y - log sum_{j != y} exp z_j of each sample, where y is its label. Since
// p_y / (1 - p_y) = exp m, the margin is also the scaled confidence log p_y - log(1 - p_y) of
// membership attacks (Carlini et al. 2022, arXiv 2112.03570), computed without the cancellation in
// 1 - p_y.
func Margins(z *Logits, labels []int) ([]float64, error) {
	if err := z.check(labels); err != nil {
		return nil, err
	}
	out := make([]float64, z.N)
	for i, y := range labels {
		out[i] = margin(z.Row(i), y)
	}
	return out, nil
}

func margin(z []float64, y int) float64 {
	if len(z) == 1 {
		if y == 0 {
			return -z[0]
		}
		return z[0]
	}
	highest := math.Inf(-1)
	for j, v := range z {
		if j != y {
			highest = max(highest, v)
		}
	}
	sum := 0.0
	for j, v := range z {
		if j != y {
			sum += math.Exp(v - highest)
		}
	}
	return z[y] - highest - math.Log(sum)
}

// Answers returns the class with the largest logit of each sample; of equal ones the first.
func (z *Logits) Answers() []int {
	out := make([]int, z.N)
	for i := range out {
		row := z.Row(i)
		if z.K == 1 {
			if row[0] > 0 {
				out[i] = 1
			}
			continue
		}
		for j, v := range row {
			if v > row[out[i]] {
				out[i] = j
			}
		}
	}
	return out
}

// accuracy is the share of the given rows that get their label.
func accuracy(answers, labels, rows []int) float64 {
	right := 0
	for _, i := range rows {
		if answers[i] == labels[i] {
			right++
		}
	}
	return float64(right) / float64(len(rows))
}
