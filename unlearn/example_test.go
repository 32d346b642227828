package unlearn_test

import (
	"context"
	"errors"
	"fmt"

	"lethe/datasets"
	"lethe/unlearn"
)

// regression is least squares on dense rows, l = (x'theta - y)^2 / 2: all that a model has to
// offer.
type regression struct{ dim int }

func (m regression) Dim() int { return m.dim }

func (m regression) Loss(_ context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	sum := 0.0
	for i, y := range d.Y {
		e := dot(row(d, i), theta) - y
		sum += e * e / 2
	}
	return sum, nil
}

func (m regression) Gradient(_ context.Context, dst, theta []float64, d *datasets.Dataset) error {
	clear(dst)
	for i, y := range d.Y {
		add(dst, dot(row(d, i), theta)-y, row(d, i))
	}
	return nil
}

func (m regression) HVP(_ context.Context, dst, _, v []float64, d *datasets.Dataset) error {
	clear(dst)
	for i := range d.Y {
		add(dst, dot(row(d, i), v), row(d, i))
	}
	return nil
}

func row(d *datasets.Dataset, i int) []float64 {
	x := d.X.(*datasets.Dense)
	return x.Data[i*x.Cols : (i+1)*x.Cols]
}

func dot(x, y []float64) (sum float64) {
	for j, v := range x {
		sum += v * y[j]
	}
	return sum
}

func add(dst []float64, a float64, x []float64) {
	for j, v := range x {
		dst[j] += a * v
	}
}

// flats is the rent of five flats by size and noise outside; the last one's rent was mistyped.
func flats() *datasets.Dataset {
	return &datasets.Dataset{
		Name:    "flats",
		Columns: []string{"size", "noise"},
		X:       &datasets.Dense{N: 5, Cols: 2, Data: []float64{4, 0, 6, 1, 8, 2, 3, 2, 5, 0}},
		Y:       []float64{8, 11, 14, 4, 100},
	}
}

// fit minimizes the loss: on a quadratic, one Newton step from anywhere does.
func fit(p *unlearn.Problem) []float64 {
	ctx := context.Background()
	theta, g := make([]float64, p.Dim()), make([]float64, p.Dim())
	if err := p.Gradient(ctx, g, theta); err != nil {
		panic(err)
	}
	h, err := p.Hessian(ctx, theta, unlearn.FullHessian)
	if err != nil {
		panic(err)
	}
	step := make([]float64, p.Dim())
	if _, err := (unlearn.Exact{}).Solve(ctx, step, h, g); err != nil {
		panic(err)
	}
	add(theta, -1, step)
	return theta
}

// Forget a sample: on a quadratic loss the second-order update is what retraining without the
// sample gives.
func ExampleSecondOrder() {
	p := &unlearn.Problem{Objective: regression{2}, Train: flats()}
	theta := fit(p)
	fmt.Printf("trained   %.3f\n", theta)

	update, err := unlearn.SecondOrder{}.Unlearn(context.Background(), p, theta, unlearn.RemoveSamples(4))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("updated   %.3f\n", update.Theta)
	fmt.Printf("retrained %.3f\n", fit(p.With(update.Data)))
	fmt.Printf("gradient residual %.1f, then %.1f\n", update.Before, update.After)
	// Output:
	// trained   [9.155 -23.261]
	// updated   [2.000 -1.000]
	// retrained [2.000 -1.000]
	// gradient residual 271.1, then 0.0
}

// Correct a label and forget a feature in one request, in ten parts at most, each with its own
// update.
func ExampleIterative() {
	p := &unlearn.Problem{Objective: regression{2}, Train: flats(), L2: 0.1}
	theta := fit(p)
	request, err := unlearn.Merge(unlearn.CorrectLabels([]int{4}, []float64{10}), unlearn.RemoveFeatures(1))
	if err != nil {
		fmt.Println(err)
		return
	}
	method := unlearn.Iterative{Method: unlearn.SecondOrder{}}
	update, err := method.Unlearn(context.Background(), p, theta, request)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(update.Method)
	fmt.Printf("updated   %.3f a unit of size\n", update.Theta[0])
	fmt.Printf("retrained %.3f\n", fit(p.With(update.Data))[0])
	// Output:
	// second-order-iterative
	// updated   1.812 a unit of size
	// retrained 1.812
}

// A step that is too long is refused; Tune finds one that is not.
func ExampleTune() {
	ctx := context.Background()
	p := &unlearn.Problem{Objective: regression{2}, Train: flats()}
	theta, request := fit(p), unlearn.RemoveSamples(4)

	best, trials, err := unlearn.Tune(ctx, unlearn.Decades(-4, 0), func(tau float64) (float64, error) {
		update, err := unlearn.FirstOrder{Tau: tau}.Unlearn(ctx, p, theta, request)
		if err != nil {
			return 0, err
		}
		return update.After, nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, trial := range trials {
		if _, refused := errors.AsType[*unlearn.WorseError](trial.Err); refused {
			fmt.Printf("tau %g: refused\n", trial.Value)
		} else {
			fmt.Printf("tau %g: residual %.1f\n", trial.Value, trial.Criterion)
		}
	}
	fmt.Println("best", best)
	// Output:
	// tau 0.0001: residual 267.7
	// tau 0.001: residual 237.3
	// tau 0.01: residual 101.8
	// tau 0.1: refused
	// tau 1: refused
	// best 0.01
}

// Corrected data, and the affected samples before and after.
func ExampleRequest_Apply() {
	applied, err := unlearn.RemoveFeatures(1).Apply(flats())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("affected", applied.Rows)
	fmt.Println("before", applied.Old.X.(*datasets.Dense).Data)
	fmt.Println("after ", applied.New.X.(*datasets.Dense).Data)
	// Output:
	// affected [1 2 3]
	// before [6 1 8 2 3 2]
	// after  [6 0 8 0 3 0]
}

// Requests that contradict each other are not merged.
func ExampleMerge() {
	_, err := unlearn.Merge(unlearn.RemoveSamples(1, 4), unlearn.CorrectLabels([]int{3, 4}, []float64{4, 10}))
	fmt.Println(err)
	// Output:
	// unlearn: "remove samples" and "correct labels" overlap in row 4: say once what shall become of it
}

// Occlusion keeps the model and blinds it to the feature.
func ExampleOcclusion() {
	p := &unlearn.Problem{Objective: regression{2}, Train: flats()}
	update, err := unlearn.Occlusion{}.Unlearn(context.Background(), p, fit(p), unlearn.RemoveFeatures(1))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(update.Transform(flats()).X.(*datasets.Dense).Data)
	// Output:
	// [4 0 6 0 8 0 3 0 5 0]
}

// A Meter counts work per sample, whoever asks for it.
func ExampleMeter() {
	ctx := context.Background()
	meter := unlearn.NewMeter(regression{2})
	p := &unlearn.Problem{Objective: meter, Train: flats()}
	h, err := p.Hessian(ctx, make([]float64, 2), unlearn.FullHessian)
	if err != nil {
		fmt.Println(err)
		return
	}
	stats, err := unlearn.CG{}.Solve(ctx, make([]float64, 2), h, []float64{1, 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("products", stats.Products, "over 5 samples:", meter.Cost().HVPs)
	// Output:
	// products 3 over 5 samples: 15
}
