package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// Subsample stands for the n' corrected data D' in sums over samples: the a affected samples that
// stay count once each, and m of the others, drawn without replacement, (n'-a)/m times each,
//
//	sum_{i in D'} f(z_i) ~ sum_{i affected} f(z_i) + ((n'-a)/m) sum_{i drawn} f(z_i),
//
// an estimate without bias (stratified sampling; Cochran, Sampling Techniques, section 5.3). Where
// a is at most m it is exact in what the request has touched; of more than m affected samples m are
// drawn as well, which then count a/m times each. With m = n' - a, if a is no more, it is the sum
// itself. The norm of an estimated vector is not free of bias: it is larger by the estimate's
// noise.
type Subsample struct {
	Affected, Others *datasets.Dataset // a or m, and m samples
	Weight           float64           // of the others, (n'-a)/m; 0 where all samples are affected
	AffectedWeight   float64           // of the affected, 1 or a/m; 0 where none are
}

// Subsample draws m of the unaffected samples and m of the affected, all of them if there are no
// more.
func (a *Applied) Subsample(m int, seed uint64) (*Subsample, error) {
	if m < 1 {
		return nil, fmt.Errorf("unlearn: a subsample of %d unaffected samples; ask for 1 or more", m)
	}
	s := &Subsample{}
	var affected []int
	affected, s.AffectedWeight = drawRows(a.stay, m, rand.NewPCG(seed, 0x5ab5b))
	s.Affected = a.Data.Subset(affected)
	others, weight := drawRows(a.unaffected(), m, rand.NewPCG(seed, 0x5ab5a))
	s.Others, s.Weight = a.Data.Subset(others), weight
	return s, nil
}

// drawRows draws m of the rows, or all, in their order, and says for how many rows each of them
// stands.
func drawRows(rows []int, m int, source rand.Source) ([]int, float64) {
	if m >= len(rows) {
		return rows, float64(min(len(rows), 1))
	}
	chosen := rand.New(source).Perm(len(rows))[:m]
	for k, i := range chosen {
		chosen[k] = rows[i]
	}
	slices.Sort(chosen)
	return chosen, float64(len(rows)) / float64(m)
}

// String says what was drawn: "all 24 affected samples and 6000 of the 148573 others, each for
// 24.76".
func (s *Subsample) String() string {
	m := s.Others.Len()
	affected := fmt.Sprintf("all %d affected samples", s.Affected.Len())
	if s.AffectedWeight > 1 {
		n := float64(s.Affected.Len())
		affected = fmt.Sprintf("%.0f of the %.0f affected samples, each for %.4g,", n, s.AffectedWeight*n, s.AffectedWeight)
	}
	return fmt.Sprintf("%s and %d of the %.0f others, each for %.4g", affected, m, s.Weight*float64(m), s.Weight)
}

func (s *Subsample) check() error {
	return checkSettings("Subsample", notNegative("Weight", s.Weight), notNegative("AffectedWeight", s.AffectedWeight))
}

func (s *Subsample) strata() strata {
	return slices.DeleteFunc(strata{{s.Affected, s.AffectedWeight}, {s.Others, s.Weight}}, func(part stratum) bool { return part.data.Len() == 0 })
}

// Gradient writes the estimate of grad L(theta; D') to dst (p), the regularizer and the tilt of p
// included. p gives the objective; its Train does not count, here and below.
func (s *Subsample) Gradient(ctx context.Context, p *Problem, dst, theta []float64) error {
	if err := errors.Join(p.check(theta, dst), s.check()); err != nil {
		return err
	}
	parts := s.strata()
	err := parts.sumTo(dst, make([]float64, len(dst)), func(k int, dst []float64) error {
		return p.Objective.Gradient(ctx, dst, theta, parts[k].data)
	})
	if err != nil {
		return err
	}
	p.addRegularizerGradient(dst, theta)
	return nil
}

// Hessian returns the operator of the estimated Hessian at theta, as [Problem.Hessian] does that of
// the whole; each product costs the samples that were drawn. It is not safe for concurrent use.
func (s *Subsample) Hessian(ctx context.Context, p *Problem, theta []float64, c Curvature) (Operator, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	return p.hessianOver(ctx, theta, c, s.strata())
}

// HessianBatches returns the estimated Hessian as a mean over batches, each with its share of the
// affected samples and of the others, as [Problem.HessianBatches] does the whole.
func (s *Subsample) HessianBatches(
	ctx context.Context, p *Problem, theta []float64, c Curvature, batches int, seed uint64,
) (BatchOperator, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	return p.batchesOver(ctx, theta, c, s.strata(), batches, seed)
}

// stratum is a part of the data whose samples count weight times each.
type stratum struct {
	data   *datasets.Dataset
	weight float64
}

// strata together stand for a data set. None is empty.
type strata []stratum

// sumTo writes sum_k weight_k term_k to dst; term writes its k-th to the vector that it is given.
// scratch is needed for more than one stratum only.
func (s strata) sumTo(dst, scratch []float64, term func(k int, dst []float64) error) error {
	if len(s) == 0 {
		clear(dst)
		return nil
	}
	if err := term(0, dst); err != nil {
		return err
	}
	if s[0].weight != 1 {
		floats.Scale(s[0].weight, dst)
	}
	for k := 1; k < len(s); k++ {
		if err := term(k, scratch); err != nil {
			return err
		}
		floats.AddScaled(dst, s[k].weight, scratch)
	}
	return nil
}

// slice is the k-th of n parts, with its share of each stratum.
func (s strata) slice(k, n int) strata {
	var part strata
	for _, t := range s {
		size := t.data.Len()
		if lo, hi := k*size/n, (k+1)*size/n; lo < hi {
			part = append(part, stratum{t.data.Slice(lo, hi), t.weight})
		}
	}
	return part
}
