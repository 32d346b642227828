package bench

import (
	"context"
	"math/rand/v2"
	"runtime"
	"runtime/debug"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
	"lethe/unlearn"
)

const cnnTraining = 64 // samples in a step of training

// cnnBatch is random images of the size of CIFAR-10's.
func cnnBatch(n int) *datasets.Dataset {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	x := &datasets.Images{N: n, Height: 32, Width: 32, Channels: 3, Pixels: make([]byte, n*32*32*3), Mean: 128, Scale: 64}
	for i := range x.Pixels {
		x.Pixels[i] = byte(r.IntN(256))
	}
	y := make([]float64, n)
	for i := range y {
		y[i] = float64(i % 10)
	}
	return &datasets.Dataset{Name: "random images", X: x, Y: y, Classes: 10}
}

// cnnProducts are the seconds that the matrix products of the paper's VGG take for the gradient and
// for the Hessian-vector product of a batch: those of the convolutions on the columns of one image
// at a time, a single-threaded product on each core.
func cnnProducts(batch, cores int) (gradient, hvp float64) {
	seen := map[[3]int]float64{}
	perImage := func(shapes [][3]int) (sum float64) {
		for _, s := range shapes {
			if _, ok := seen[s]; !ok {
				seen[s] = graph.BenchProductEach(s[0], s[2], s[1], true, cores) / float64(cores)
			}
			sum += seen[s] * float64(batch)
		}
		return sum
	}
	in := 3
	for i, side := range []int{32, 32, 16, 16, 8, 8} {
		g, h := affineProducts(side*side, 9*in, 128, i == 0)
		gradient, hvp = gradient+perImage(g), hvp+perImage(h)
		in = 128
	}
	for _, s := range [][2]int{{2048, 512}, {512, 10}} {
		g, h := affineProducts(batch, s[0], s[1], false)
		gradient, hvp = gradient+products(g, cores), hvp+products(h, cores)
	}
	return gradient, hvp
}

// cnnWork times the gradient and the Hessian-vector product of the paper's convolutional network,
// evaluation pass, parameters and batch fixed and a new v each call, and a step of its training by
// Adam, with the statistics of the batch and dropout, against their matrix products.
func cnnWork() Work {
	const name = "cnn"
	return Work{name, func(ctx context.Context, _ string, emit func(Timing) error) error {
		for _, batch := range []int{64, 512} {
			for _, w := range []struct {
				name string
				time func(ctx context.Context, batch int) (Timing, error)
			}{{"gradient", cnnGradient}, {"hvp", cnnHVP}} {
				t, err := w.time(ctx, batch)
				if err != nil {
					return err
				}
				if err := emit(t.as(name, batch, w.name, "products")); err != nil {
					return err
				}
			}
		}
		t, err := cnnTrainingStep(ctx)
		if err != nil {
			return err
		}
		return emit(t.as(name, cnnTraining, "training, a step", "products"))
	}}
}

// cnnModel is the paper's network. Each timing has its own, so that none keeps the memory that
// another needed.
func cnnModel() (*nets.Model, error) {
	debug.FreeOSMemory()
	return nets.NewModel(nets.VGG{}, nets.SoftmaxCrossEntropy, nets.Float32())
}

// cnnPace is how often a batch of that size is timed.
func cnnPace(batch int) pace {
	if batch > 64 {
		return slowWork
	}
	return longWork
}

func cnnGradient(ctx context.Context, batch int) (Timing, error) {
	m, err := cnnModel()
	if err != nil {
		return Timing{}, err
	}
	d, theta, g := cnnBatch(batch), m.Init(1), make([]float64, m.Dim())
	return against(ctx, cnnPace(batch), func() error { return m.Gradient(ctx, g, theta, d) }, func() (float64, error) {
		s, _ := cnnProducts(batch, runtime.GOMAXPROCS(0))
		return s, nil
	})
}

func cnnHVP(ctx context.Context, batch int) (Timing, error) {
	m, err := cnnModel()
	if err != nil {
		return Timing{}, err
	}
	f, err := m.Linearize(ctx, m.Init(1), cnnBatch(batch))
	if err != nil {
		return Timing{}, err
	}
	v, out := m.Init(2), make([]float64, m.Dim())
	return against(ctx, cnnPace(batch), func() error {
		v[0]++ // a new v
		return f(out, v)
	}, func() (float64, error) {
		_, s := cnnProducts(batch, runtime.GOMAXPROCS(0))
		return s, nil
	})
}

func cnnTrainingStep(ctx context.Context) (Timing, error) {
	const steps = 4
	m, err := cnnModel()
	if err != nil {
		return Timing{}, err
	}
	problem, theta := &unlearn.Problem{Objective: m, Train: cnnBatch(steps * cnnTraining)}, m.Init(1)
	trainer := unlearn.Adam{Rate: 1e-4, Batch: cnnTraining, Seed: 1, AMSGrad: true}
	t, err := against(ctx, longWork, func() error { _, err := trainer.Train(ctx, problem, theta); return err }, func() (float64, error) {
		s, _ := cnnProducts(cnnTraining, runtime.GOMAXPROCS(0))
		return s * steps, nil
	})
	t.Seconds, t.BoundSeconds = t.Seconds/steps, t.BoundSeconds/steps
	return t, err
}
