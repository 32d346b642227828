package unlearn

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// Applied is a request carried out on a data set D of n samples.
type Applied struct {
	Data     *datasets.Dataset // D', the corrected data
	Old, New *datasets.Dataset // Z and Z~: the affected samples as they were, and those of them that stay as they are now
	Rows     []int             // the affected samples in D, rising; row i of Old is Rows[i]
	Columns  []int             // the removed features, rising

	stay      []int  // the rows of New in Data, rising
	unchanged bool   // the request changes nothing in the loss
	nothing   string // why
	same      bool   // it changes nothing in the data either
}

// Nothing says why the request changes nothing in the loss: it names nothing, all that it names is
// already as it asks, or the samples that it changes have weight 0. It is empty for a request that
// does change something.
func (a *Applied) Nothing() string { return a.nothing }

// Apply carries the request out on d, which is not changed. Affected is every sample that the
// request names, and every sample in which a removed feature is not zero. Errors name the change,
// the index and the row or column, and what makes d no sound data set.
func (r Request) Apply(d *datasets.Dataset) (*Applied, error) {
	if err := checkData("the data of the request", d); err != nil {
		return nil, err
	}
	return r.apply(d)
}

// apply is Apply on data that are known to be sound.
func (r Request) apply(d *datasets.Dataset) (*Applied, error) {
	if err := r.checkOn(d); err != nil {
		return nil, err
	}
	a := &Applied{Data: d}
	affected, gone := make([]bool, d.Len()), make([]bool, d.Len())
	var removed []int
	for i := range r.Changes {
		c := &r.Changes[i]
		if c.size() == 0 {
			continue
		}
		if err := a.change(c); err != nil {
			return nil, fmt.Errorf("unlearn: change %d of the request (%s): %w", i, c.Kind, err)
		}
		mark(affected, c.Rows)
		if c.Kind == SampleRemoval {
			mark(gone, c.Rows)
			removed = append(removed, c.Rows...)
		}
	}
	if err := a.zeroColumns(d, affected); err != nil {
		return nil, err
	}
	a.compare(r, d, affected, gone)
	if err := a.gather(d, affected, gone, removed); err != nil {
		return nil, err
	}
	return a, a.checkWeights(d)
}

// checkWeights refuses corrected data whose weights are each a number, but not their sum.
func (a *Applied) checkWeights(d *datasets.Dataset) error {
	if a.Data.Weights == nil || finite(a.Data.TotalWeight()) {
		return nil
	}
	return fmt.Errorf("unlearn: the sum of the weights of the corrected samples and of the others of %s is beyond the range of numbers; "+
		"divide them all by a constant", nameOf(d))
}

// checkChanges finds what is wrong with the changes one by one, on data whose rows the request
// counts.
func (r Request) checkChanges(d *datasets.Dataset) error {
	if err := r.check(); err != nil {
		return err
	}
	for i := range r.Changes {
		c := &r.Changes[i]
		if err := c.checkAgainst(d); err != nil {
			return fmt.Errorf("unlearn: change %d of the request (%s): %w", i, c.Kind, err)
		}
	}
	return nil
}

func (r Request) checkOn(d *datasets.Dataset) error {
	if err := r.checkChanges(d); err != nil {
		return err
	}
	removed := len(r.removed())
	if removed > 0 && removed == d.Len() {
		return fmt.Errorf("unlearn: the request removes all %d samples of %s: no data are left to be right on", removed, nameOf(d))
	}
	return nil
}

// change carries out what does not move rows. Removed columns come after all corrections, removed
// rows last.
func (a *Applied) change(c *Change) (err error) {
	switch c.Kind {
	case SampleCorrection:
		a.Data, err = datasets.ReplaceRows(a.Data, c.Rows, c.To)
	case FeatureCorrection:
		a.Data, err = datasets.SetValues(a.Data, c.Rows, c.Columns, c.Values)
	case LabelCorrection:
		a.Data, err = datasets.SetLabels(a.Data, c.Rows, c.Labels)
	case FeatureRemoval:
		a.Columns = append(a.Columns, c.Columns...)
	}
	return err
}

func (a *Applied) zeroColumns(d *datasets.Dataset, affected []bool) error {
	if len(a.Columns) == 0 {
		return nil
	}
	slices.Sort(a.Columns)
	rows, err := datasets.ColumnRows(d, a.Columns)
	if err != nil {
		return err
	}
	mark(affected, rows)
	a.Data, err = datasets.ZeroColumns(a.Data, a.Columns)
	return err
}

// gather collects the affected samples before and after, and drops the removed ones from Data.
func (a *Applied) gather(d *datasets.Dataset, affected, gone []bool, removed []int) error {
	var kept []int
	for i, is := range affected {
		if !is {
			continue
		}
		a.Rows = append(a.Rows, i)
		if !gone[i] {
			kept = append(kept, i)
			a.stay = append(a.stay, i-(len(a.Rows)-len(kept))) // the removed ones before it are affected too
		}
	}
	a.Old, a.New = d.Subset(a.Rows), a.Data.Subset(kept)
	if len(removed) == 0 {
		return nil
	}
	var err error
	a.Data, err = datasets.Without(a.Data, removed)
	return err
}

func mark(mask []bool, rows []int) {
	for _, i := range rows {
		mask[i] = true
	}
}

// Difference writes
//
//	G = sum_{z~ in a.New} grad l(z~, theta) - sum_{z in a.Old} grad l(z, theta)
//
// to dst (p), at the cost of the affected samples only. Regularizer and tilt are not in it: the
// request leaves them as they are.
func (p *Problem) Difference(ctx context.Context, dst, theta []float64, a *Applied) error {
	if err := p.check(theta, dst); err != nil {
		return err
	}
	clear(dst)
	if a.Old.Len() > 0 {
		if err := p.Objective.Gradient(ctx, dst, theta, a.Old); err != nil {
			return err
		}
		if err := p.checkAffected(ctx, dst, theta, a.Old); err != nil {
			return err
		}
		floats.Scale(-1, dst)
	}
	if a.New.Len() == 0 {
		return nil
	}
	corrected := make([]float64, len(dst))
	if err := p.Objective.Gradient(ctx, corrected, theta, a.New); err != nil {
		return err
	}
	if err := p.checkAffected(ctx, corrected, theta, a.New); err != nil {
		return err
	}
	floats.Add(dst, corrected)
	return nil
}

// untouched returns the rows of Data that the request does not touch, rising.
func (a *Applied) untouched() []int {
	touched := make([]bool, a.Data.Len())
	mark(touched, a.stay)
	others := make([]int, 0, a.Data.Len()-len(a.stay))
	for i, is := range touched {
		if !is {
			others = append(others, i)
		}
	}
	return others
}
