package experiments

import (
	"context"
	"math/rand/v2"
	"runtime"

	"lethe/datasets"
	"lethe/nets"
)

const mlpBatch = 512

// mlpBench is the network that Lethe and its peers are timed on, 784-512-512-10 in single precision, with a batch of random samples.
func mlpBench(cores int) (*nets.Model, []float64, *datasets.Dataset, error) {
	m, err := nets.NewModel(nets.MLP{In: 784, Hidden: []int{512, 512}, Out: 10}, nets.SoftmaxCrossEntropy, nets.Float32(), nets.Cores(cores))
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

// mlpWork times gradient and Hessian-vector product, parameters and batch fixed and a new v each call, against their matrix products.
func mlpWork() Work {
	return Work{"mlp", func(ctx context.Context, _ string, emit func(Timing) error) error {
		cores := runtime.GOMAXPROCS(0)
		m, theta, d, err := mlpBench(cores)
		if err != nil {
			return err
		}
		gradient, hvp := mlpProducts()
		g := make([]float64, m.Dim())
		seconds, err := clock(ctx, 9, 0.5, func() error { return m.Gradient(ctx, g, theta, d) })
		if err != nil {
			return err
		}
		if err := emit(timing("mlp", mlpBatch, "gradient", seconds, products(gradient, cores), "products")); err != nil {
			return err
		}
		f, err := m.Linearize(ctx, theta, d)
		if err != nil {
			return err
		}
		v := m.Init(2)
		seconds, err = clock(ctx, 9, 0.5, func() error {
			v[0]++ // a new v
			return f(g, v)
		})
		if err != nil {
			return err
		}
		return emit(timing("mlp", mlpBatch, "hvp", seconds, products(hvp, cores), "products"))
	}}
}

// perSampleWork times per-sample gradients written out, against writing that much memory, and what needs no writing out, against a gradient.
func perSampleWork() Work {
	const name = "mlp-per-sample"
	return Work{name, func(ctx context.Context, _ string, emit func(Timing) error) error {
		m, theta, d, err := mlpBench(runtime.GOMAXPROCS(0))
		if err != nil {
			return err
		}
		rows, g, norms := make([]float32, mlpBatch*m.Dim()), make([]float64, m.Dim()), make([]float64, mlpBatch)
		v := m.Init(2)
		memory, err := clock(ctx, 3, 0.5, func() error { clear(rows); return nil })
		if err != nil {
			return err
		}
		gradient, err := clock(ctx, 9, 0.5, func() error { return m.Gradient(ctx, g, theta, d) })
		if err != nil {
			return err
		}
		for _, c := range []struct {
			what  string
			bound float64
			kind  string
			f     func() error
		}{
			{"gradients written out", memory, "memory", func() error { return m.PerSampleGradients32(ctx, rows, theta, d) }},
			{"norms", gradient, "gradient", func() error { return m.PerSampleNorms(ctx, norms, theta, d) }},
			{"clipped sum", gradient, "gradient", func() error { return m.ClippedSum(ctx, g, theta, 1, d) }},
			{"products with a vector", gradient, "gradient", func() error { return m.PerSampleDots(ctx, norms, theta, v, d) }},
		} {
			seconds, err := clock(ctx, 5, 0.5, c.f)
			if err != nil {
				return err
			}
			if err := emit(timing(name, mlpBatch, c.what, seconds, c.bound, c.kind)); err != nil {
				return err
			}
		}
		return nil
	}}
}

// coresWork times the gradient of the MLP and of Drebin on one core against all of them; the ratio is to come near one over the number of cores.
func coresWork() Work {
	return Work{"cores", func(ctx context.Context, data string, emit func(Timing) error) error {
		all := runtime.GOMAXPROCS(0)
		seconds := map[int]float64{}
		for _, cores := range []int{1, all} {
			m, theta, d, err := mlpBench(cores)
			if err != nil {
				return err
			}
			g := make([]float64, m.Dim())
			if seconds[cores], err = clock(ctx, 9, 0.5, func() error { return m.Gradient(ctx, g, theta, d) }); err != nil {
				return err
			}
		}
		if err := emit(timing("cores", mlpBatch, "mlp gradient, all cores", seconds[all], seconds[1], "1 core")); err != nil {
			return err
		}
		named, err := datasets.Load(ctx, "drebin", data)
		if Absent(err) != "" {
			return nil
		}
		if err != nil {
			return err
		}
		for _, cores := range []int{1, all} {
			m, err := nets.NewModel(nets.Linear{In: named.Train.X.Shape()[0], Out: 1}, nets.Logistic, nets.Cores(cores))
			if err != nil {
				return err
			}
			theta, g := m.Init(1), make([]float64, m.Dim())
			if seconds[cores], err = clock(ctx, 9, 0.5, func() error { return m.Gradient(ctx, g, theta, named.Train) }); err != nil {
				return err
			}
		}
		return emit(timing("cores", named.Train.Len(), "drebin gradient, all cores", seconds[all], seconds[1], "1 core"))
	}}
}
