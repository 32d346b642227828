package nets

import (
	"fmt"
	"slices"
	"sync"

	"lethe/graph"
)

// facts is what a model knows of samples of one shape: what they have to be for its network and its
// loss.
type facts struct {
	of     samples
	width  int          // outputs of a sample
	labels graph.Labels // what the loss takes
	tables []int        // for each number of a sample, rows of the table in which it is looked up; 0 if it is not

	anything bool // any label is taken, whatever the classes of the data

	passes [3]pass // of evaluation, of training, and of the statistics of batches
}

// pass is the forward pass for two batch sizes, which were found to keep samples apart.
type pass struct {
	once   sync.Once
	probes [2]*plan
	err    error
}

func newFacts(m *Model, of samples) (*facts, error) {
	f := &facts{of: of}
	probes, err := f.probe(m, lossSum)
	if err != nil {
		return nil, err
	}
	pl := probes[0]
	f.width = pl.width
	if !of.sparse {
		if f.tables, err = graph.Tables(pl.x, pl.losses); err != nil {
			return nil, of.fault(pl.rows, err)
		}
	}
	f.labels, f.anything, err = m.opts.takes(graph.LabelsOf(pl.losses, pl.y), of.labels)
	return f, err
}

// takes says what the loss takes as labels, k of them a sample: what the options say, or what it
// shows by itself. Where several labels mean several things the loss shows one of them only. Of one
// label both have to be true.
func (o *options) takes(shown graph.Labels, k int) (l graph.Labels, anything bool, err error) {
	if k == 1 && shown.Kind == graph.Classification && shown.Classes < 2 {
		return shown, false, fmt.Errorf("nets: the loss has one output for the classes, so that it is 0 whatever the parameters are: " +
			"take Logistic, or give the network an output for each class")
	}
	if o.labels == nil {
		return shown, false, nil
	}
	if o.labels.Kind == graph.Classification && k == 1 {
		switch {
		case shown.Kind == graph.Classification && shown.Classes != o.labels.Classes:
			return shown, false, fmt.Errorf("nets: ClassLabels(%d), and the loss takes the classes 0 to %d: leave the option out, or give the network "+
				"an output for each class", o.labels.Classes, shown.Classes-1)
		case shown.Kind == graph.Probability && o.labels.Classes != 2:
			return shown, false, fmt.Errorf("nets: ClassLabels(%d), and the loss is logistic, which has 2 classes: take SoftmaxCrossEntropy, with an output "+
				"for each class", o.labels.Classes)
		}
	}
	if k == 1 && shown.Kind == graph.Probability {
		return shown, false, nil
	}
	return *o.labels, o.anything, nil
}

// probe returns the forward pass that k goes through for two batch sizes: primes that are no size
// of the network's, so that no axis is taken for that of the samples.
func (f *facts) probe(m *Model, k kind) ([2]*plan, error) {
	p := &f.passes[0]
	switch k {
	case trainingGradient:
		p = &f.passes[1]
	case batchMoments:
		p = &f.passes[2]
	default:
		k = lossSum
	}
	p.once.Do(func() {
		taken := slices.Clone(f.of.shape)
		for _, q := range m.params {
			taken = append(taken, q.Shape...)
		}
		rows := slices.DeleteFunc([]int{3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53}, func(n int) bool { return slices.Contains(taken, n) })
		rows = append(rows, 59, 61)
		for i := range p.probes {
			if p.probes[i], p.err = newBatch(m, k, rows[i], f.of); p.err != nil {
				return
			}
		}
		if err := graph.Independent(p.probes[0].samples(), p.probes[1].samples()); err != nil {
			p.err = f.of.fault(rows[0], err)
		}
	})
	return p.probes, p.err
}

// keepApart verifies that the samples of a batch are independent of each other, against a batch of
// another size. A single row shows nothing by itself.
func (f *facts) keepApart(m *Model, k kind, pl *plan) error {
	probes, err := f.probe(m, k)
	if err != nil || pl.rows == 1 {
		return err
	}
	twin := probes[0]
	if twin.rows == pl.rows {
		twin = probes[1]
	}
	if err := graph.Independent(pl.samples(), twin.samples()); err != nil {
		return f.of.fault(pl.rows, err)
	}
	return nil
}

// samples is the forward pass as a graph of samples.
func (pl *plan) samples() graph.Samples {
	s := graph.Samples{Batch: []*graph.Node{pl.x, pl.y, pl.w}, Results: []*graph.Node{pl.losses, pl.out}, Statistics: pl.training}
	if pl.noise != nil {
		s.Batch = append(s.Batch, pl.noise)
	}
	return s
}
