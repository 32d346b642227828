package unlearn

import (
	"context"
	"testing"
	"time"

	"lethe/datasets"
)

// flat is an objective of many parameters whose gradient costs nothing.
type flat struct{ dim int }

func (o flat) Dim() int { return o.dim }

func (o flat) Loss(context.Context, []float64, *datasets.Dataset) (float64, error) { return 0, nil }

func (o flat) LossGradient(context.Context, []float64, []float64, *datasets.Dataset) (float64, error) {
	return 1, nil
}

func (o flat) Gradient(context.Context, []float64, []float64, *datasets.Dataset) error { return nil }

func (o flat) HVP(context.Context, []float64, []float64, []float64, *datasets.Dataset) error {
	return nil
}

// A step of Adam without its gradient, on as many parameters as the LSTM of the paper has. The
// shortest step is what it takes on a machine with nothing else to do.
func BenchmarkAdamStep(b *testing.B) {
	const dim = 3_300_000
	p := &Problem{Objective: flat{dim}, Train: randomData(b.N, 1, 0, false, 1), L2: 1e-3}
	start := randomVector(dim, 1)
	shortest, last := time.Hour, time.Now()
	b.ResetTimer()
	_, err := Adam{Batch: 1, Callback: func(Progress) error {
		now := time.Now()
		shortest, last = min(shortest, now.Sub(last)), now
		return nil
	}}.Train(b.Context(), p, start)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(shortest.Nanoseconds()), "shortest-ns/op")
}
