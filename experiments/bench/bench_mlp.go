package bench

import (
	"context"
	"math/rand/v2"
	"runtime"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

const mlpBatch = 512

// mlpBench is the network that Lethe and its peers are timed on, 784-512-512-10 with ReLU in single
// precision, with a batch of random samples.
func mlpBench(cores int) (*nets.Model, []float64, *datasets.Dataset, error) {
	m, err := nets.NewModel(nets.MLP{In: 784, Hidden: []int{512, 512}, Out: 10, Activation: graph.ReLU}, nets.SoftmaxCrossEntropy, nets.Float32(), nets.Cores(cores))
	if err != nil {
		return nil, nil, nil, err
	}
	r := rand.New(rand.NewPCG(1, 2))
	x := &datasets.Dense{N: mlpBatch, Cols: 784, Data: make([]float64, mlpBatch*784)}
	for i := range x.Data {
		x.Data[i] = r.NormFloat64()
	}
	y := make([]float64, mlpBatch)
	for i := range y {
		y[i] = float64(r.IntN(10))
	}
	return m, m.Init(1), &datasets.Dataset{Name: "random", X: x, Y: y, Classes: 10}, nil
}

// mlpProducts lists the matrix products of its gradient and of its Hessian-vector product.
func mlpProducts() (gradient, hvp [][3]int) {
	for i, l := range [][2]int{{784, 512}, {512, 512}, {512, 10}} {
		g, h := affineProducts(mlpBatch, l[0], l[1], i == 0)
		gradient, hvp = append(gradient, g...), append(hvp, h...)
	}
	return gradient, hvp
}

// mlpWork times gradient and Hessian-vector product, parameters and batch fixed and a new v each
// call, against their matrix products.
func mlpWork() Work {
	return Work{"mlp", func(ctx context.Context, _ string, emit func(Timing) error) error {
		cores := runtime.GOMAXPROCS(0)
		m, theta, d, err := mlpBench(cores)
		if err != nil {
			return err
		}
		gradient, hvp := mlpProducts()
		g := make([]float64, m.Dim())
		t, err := against(ctx, shortWork, func() error { return m.Gradient(ctx, g, theta, d) }, productsAlone(gradient, cores))
		if err != nil {
			return err
		}
		if err := emit(t.as("mlp", mlpBatch, "gradient", "products")); err != nil {
			return err
		}
		f, err := m.Linearize(ctx, theta, d)
		if err != nil {
			return err
		}
		v := m.Init(2)
		t, err = against(ctx, shortWork, func() error {
			v[0]++ // a new v
			return f(g, v)
		}, productsAlone(hvp, cores))
		if err != nil {
			return err
		}
		return emit(t.as("mlp", mlpBatch, "hvp", "products"))
	}}
}

// perSampleWork times per-sample gradients written out, against writing that much memory, and what
// needs no writing out, against a gradient.
func perSampleWork() Work {
	const name = "mlp-per-sample"
	return Work{name, func(ctx context.Context, _ string, emit func(Timing) error) error {
		m, theta, d, err := mlpBench(runtime.GOMAXPROCS(0))
		if err != nil {
			return err
		}
		rows, g, norms := make([]float32, mlpBatch*m.Dim()), make([]float64, m.Dim()), make([]float64, mlpBatch)
		v := m.Init(2)
		memory := clocked(ctx, func() error { clear(rows); return nil })
		gradient := clocked(ctx, func() error { return m.Gradient(ctx, g, theta, d) })
		for _, c := range []struct {
			what  string
			bound func() (float64, error)
			kind  string
			f     func() error
		}{
			{"gradients written out", memory, "memory", func() error { return m.PerSampleGradients32(ctx, rows, theta, d) }},
			{"norms", gradient, "gradient", func() error { return m.PerSampleNorms(ctx, norms, theta, d) }},
			{"clipped sum", gradient, "gradient", func() error { return m.ClippedSum(ctx, g, theta, 1, d) }},
			{"products with a vector", gradient, "gradient", func() error { return m.PerSampleDots(ctx, norms, theta, v, d) }},
		} {
			t, err := against(ctx, shortWork, c.f, c.bound)
			if err != nil {
				return err
			}
			if err := emit(t.as(name, mlpBatch, c.what, c.kind)); err != nil {
				return err
			}
		}
		return nil
	}}
}

// coresWork times the gradient of the MLP and of Drebin on all cores against one; the ratio is to
// come near one over the number of cores.
func coresWork() Work {
	return Work{"cores", func(ctx context.Context, data string, emit func(Timing) error) error {
		one, theta, d, err := mlpBench(1)
		if err != nil {
			return err
		}
		all, _, _, err := mlpBench(runtime.GOMAXPROCS(0))
		if err != nil {
			return err
		}
		if err := emitCores(ctx, emit, "mlp gradient, all cores", one, all, theta, d); err != nil {
			return err
		}
		const onDrebin = "drebin gradient, all cores"
		named, err := datasets.Load(ctx, "drebin", data)
		if Absent(err) != "" {
			return &LeftOut{onDrebin, err}
		}
		if err != nil {
			return err
		}
		linear := nets.Linear{In: named.Train.X.Shape()[0], Out: 1}
		if one, err = nets.NewModel(linear, nets.Logistic, nets.Cores(1)); err != nil {
			return err
		}
		if all, err = nets.NewModel(linear, nets.Logistic); err != nil {
			return err
		}
		return emitCores(ctx, emit, onDrebin, one, all, one.Init(1), named.Train)
	}}
}

func emitCores(ctx context.Context, emit func(Timing) error, what string, one, all *nets.Model, theta []float64, d *datasets.Dataset) error {
	g := make([]float64, one.Dim())
	t, err := against(ctx, shortWork, func() error { return all.Gradient(ctx, g, theta, d) },
		clocked(ctx, func() error { return one.Gradient(ctx, g, theta, d) }))
	if err != nil {
		return err
	}
	return emit(t.as("cores", d.Len(), what, "1 core"))
}
