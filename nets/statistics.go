package nets

import (
	"context"
	"fmt"
	"slices"

	"lethe/datasets"
	"lethe/graph"
)

// statisticsBatch is the number of samples, at most, that normalize each other while statistics are
// estimated.
const statisticsBatch = 128

// fixed reports whether the network has parameters that are Fixed.
func (m *Model) fixed() bool {
	return slices.ContainsFunc(m.params, func(p Param) bool { return p.Fixed })
}

// Statistics reports whether the model works on a network's running statistics, as batch
// normalization has them: parameters that training leaves alone and [Model.EstimateStatistics]
// finds.
func (m *Model) Statistics() bool {
	if !m.Stochastic() || !m.fixed() {
		return false
	}
	for i, p := range m.params {
		if p.Fixed && !m.free[i] {
			return false
		}
	}
	return true
}

// EstimateStatistics returns theta with its running statistics replaced by those of the samples of
// d: mean and variance of what each batch normalization is given, over all samples, in one forward
// pass in which batches of equal size, at most 128, normalize themselves (Wu and Johnson 2021,
// arXiv 2105.07576, section 3). Training does not keep running averages: call this after it.
// Weights of samples count. Theta is not changed. A model made by [Model.Select] without all the
// statistics is an error, and so is one sample where a normalization sees a single value of each
// channel.
func (m *Model) EstimateStatistics(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error) {
	if err := m.check(theta); err != nil {
		return nil, err
	}
	if !m.Statistics() {
		return nil, fmt.Errorf("nets: the network has no running statistics, or they are not all among the parameters that the model works on: " +
			"give the vector of Model.Whole to the network's own model")
	}
	if err := m.engine.meet(d); err != nil {
		return nil, err
	}
	if d.Len() == 0 {
		return nil, fmt.Errorf("nets: statistics of no samples")
	}
	out := slices.Clone(theta)
	return out, m.engine.statistics(ctx, out, d)
}

// statistics overwrites the running statistics in theta. A variance over all samples is the mean of
// the batches' variances and the variance of their means.
func (e *numeric[T]) statistics(ctx context.Context, theta []float64, d *datasets.Dataset) error {
	if err := e.meet(d); err != nil {
		return err
	}
	if d = present(d); d.Len() == 0 {
		return fmt.Errorf("nets: statistics of samples of weight 0 alone")
	}
	cs := evenChunks(d.Len(), statisticsBatch)
	pl, err := e.plan(batchMoments, cs[0].rows, d)
	if err != nil {
		return err
	}
	places, err := e.places(pl)
	if err != nil {
		return err
	}
	th, done := e.borrow(theta)
	defer done()
	found := make([][][]float64, len(cs)) // by chunk and output
	err = e.each(ctx, cs, nil, func(w *worker[T], c chunk) error {
		_, f, err := e.prepare(w, batchMoments, th, nil, d, c)
		if err == nil {
			err = f.Run(&w.ws)
		}
		if err != nil {
			return err
		}
		for k := range places {
			x := make([]float64, f.OutputLen(k))
			graph.Convert(x, f.Output(k))
			found[c.index] = append(found[c.index], x)
		}
		return nil
	})
	if err != nil {
		return err
	}
	share := func(c chunk) float64 { return d.Slice(c.lo, c.hi).TotalWeight() / d.TotalWeight() }
	for k := 0; k < len(places); k += 2 {
		means, variances := theta[places[k]:], theta[places[k+1]:]
		for j := range found[0][k] {
			mean, variance := 0.0, 0.0
			for _, c := range cs {
				mean += share(c) * found[c.index][k][j]
			}
			for _, c := range cs {
				off := found[c.index][k][j] - mean
				variance += share(c) * (found[c.index][k+1][j] + off*off)
			}
			means[j], variances[j] = mean, variance
		}
	}
	return nil
}

// present returns d without its samples of weight 0.
func present(d *datasets.Dataset) *datasets.Dataset {
	if !slices.Contains(d.Weights, 0) {
		return d
	}
	var rows []int
	for i, w := range d.Weights {
		if w != 0 {
			rows = append(rows, i)
		}
	}
	return d.Subset(rows)
}

// places says where in the model's vector the outputs of a plan of moments belong.
func (e *numeric[T]) places(pl *plan) ([]int, error) {
	if len(pl.normed) == 0 {
		return nil, fmt.Errorf("nets: the network has Fixed parameters, but its ForwardTraining does not use Training.BatchNorm")
	}
	at := map[*graph.Node]int{}
	next := 0
	for i, p := range pl.p {
		if !e.m.free[i] {
			continue
		}
		if e.m.params[i].Fixed {
			at[p] = next
		}
		next += e.m.offset[i+1] - e.m.offset[i]
	}
	var places []int
	for _, n := range pl.normed {
		for _, x := range []*graph.Node{n.mean, n.variance} {
			place, found := at[x]
			if !found {
				return nil, fmt.Errorf("nets: a batch normalization has a mean or a variance that is no Fixed parameter of its own: " +
					"describe both in Params, with Fixed set")
			}
			delete(at, x)
			places = append(places, place)
		}
	}
	return places, nil
}
