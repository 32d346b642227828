package bench

import (
	"context"
	"runtime"

	"lethe/datasets"
	"lethe/nets"
	"lethe/unlearn"
)

const (
	lstmWindow   = 24
	lstmBatch    = 500
	lstmTraining = 64     // samples in a step of training
	lstmSteps    = 20     // steps that are timed
	lstmEpoch    = 148597 // windows of the authors' text
)

// lstmBench is the authors' language model (docs/paper.md#unintended-memorization), in single
// precision, with the windows of the embedded text.
func lstmBench() (*nets.Model, nets.LSTM, *datasets.Dataset, error) {
	text := datasets.Alice()
	v := datasets.NewVocabulary(text)
	tokens, err := v.Encode(text)
	if err != nil {
		return nil, nets.LSTM{}, nil, err
	}
	d, err := datasets.Windows("alice", tokens, lstmWindow, v.Size())
	if err != nil {
		return nil, nets.LSTM{}, nil, err
	}
	net := nets.LSTM{Vocabulary: v.Size(), Embedding: 64, Units: 512, Layers: 2}
	m, err := nets.NewModel(net, nets.SoftmaxCrossEntropy, nets.Float32())
	return m, net, d, err
}

// lstmProducts lists the matrix products of the gradient and of the Hessian-vector product of a
// batch, step by step: each state is needed before the next.
func lstmProducts(l nets.LSTM, batch int) (gradient, hvp [][3]int) {
	add := func(k, n int) {
		g, h := affineProducts(batch, k, n, false)
		gradient, hvp = append(gradient, g...), append(hvp, h...)
	}
	for range lstmWindow {
		in := l.Embedding
		for range l.Layers {
			add(in, 4*l.Units)
			add(l.Units, 4*l.Units)
			in = l.Units
		}
	}
	add(l.Units, l.Vocabulary)
	return gradient, hvp
}

// lstmWork times the gradient and the Hessian-vector product of the language model, parameters and
// batch fixed and a new v each call, and an epoch of its training by Adam, of which some steps are
// carried out, against their matrix products.
func lstmWork() Work {
	const name = "lstm"
	return Work{name, func(ctx context.Context, _ string, emit func(Timing) error) error {
		cores := runtime.GOMAXPROCS(0)
		m, net, windows, err := lstmBench()
		if err != nil {
			return err
		}
		d, theta, g := windows.Slice(0, lstmBatch), m.Init(1), make([]float64, m.Dim())
		gradient, hvp := lstmProducts(net, lstmBatch)
		t, err := against(ctx, longWork, func() error { return m.Gradient(ctx, g, theta, d) }, productsAlone(gradient, cores))
		if err != nil {
			return err
		}
		if err := emit(t.as(name, lstmBatch, "gradient", "products")); err != nil {
			return err
		}
		f, err := m.Linearize(ctx, theta, d)
		if err != nil {
			return err
		}
		v := m.Init(2)
		t, err = against(ctx, longWork, func() error {
			v[0]++ // a new v
			return f(g, v)
		}, productsAlone(hvp, cores))
		if err != nil {
			return err
		}
		if err := emit(t.as(name, lstmBatch, "hvp", "products")); err != nil {
			return err
		}
		problem := &unlearn.Problem{Objective: m, Train: windows.Slice(0, lstmSteps*lstmTraining)}
		trainer := unlearn.Adam{Rate: 1e-4, Batch: lstmTraining, Seed: 1}
		step, _ := lstmProducts(net, lstmTraining)
		t, err = against(ctx, longWork, func() error { _, err := trainer.Train(ctx, problem, theta); return err }, productsAlone(step, cores))
		if err != nil {
			return err
		}
		epoch := float64(lstmEpoch) / lstmTraining
		t.Seconds, t.BoundSeconds = t.Seconds/lstmSteps*epoch, t.BoundSeconds*epoch
		t.Ratio = t.Seconds / t.BoundSeconds
		return emit(t.as(name, lstmTraining, "training, an epoch", "products"))
	}}
}
