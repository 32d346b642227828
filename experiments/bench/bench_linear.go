package bench

import (
	"context"
	"fmt"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/tabledata"
	"lethe/unlearn"
)

// linearWork times retraining of the linear model to ||grad|| < 1e-6 and a second-order update for
// 10 features, the request's application included, against the seconds they may take. Both are
// bound by reading the sparse rows, not by matrix products.
func linearWork(name string, train, update float64) Work {
	return Work{name, func(ctx context.Context, data string, emit func(Timing) error) error {
		named, err := datasets.Load(ctx, name, data)
		if err != nil {
			return err
		}
		set := tabledata.Defaults(engine.Key{Dataset: name, Model: tabledata.Models[0], Profile: engine.Quick})
		set.Pool = "sensitive"
		s := tabledata.OnTables(engine.NewSession(&engine.Config{Experiment: "bench", Dataset: name, Model: tabledata.Models[0], Profile: engine.Quick, Seed: 1}, named, nil, engine.Quiet{}))
		sub, err := s.Subject(ctx, set)
		if err != nil {
			return err
		}
		seconds, err := clock(ctx, 3, 1, func() error {
			theta, err := sub.Trainer.Train(ctx, sub.Problem, sub.Start)
			if err != nil {
				return err
			}
			residual, err := sub.Problem.Residual(ctx, theta)
			if err == nil && residual > set.TrainTolerance {
				err = fmt.Errorf("training reached a gradient norm of %.3g, not %.3g", residual, set.TrainTolerance)
			}
			return err
		})
		if err != nil {
			return err
		}
		n := named.Train.Len()
		if err := emit(timing(name, n, "training", seconds, train, "budget")); err != nil {
			return err
		}
		r, err := s.Request(ctx, set, 10, 0)
		if err != nil {
			return err
		}
		method := unlearn.SecondOrder{Solver: unlearn.CG{Tolerance: 1e-8}}
		seconds, err = clock(ctx, 5, 1, func() error {
			_, err := method.Unlearn(ctx, sub.Problem, sub.Theta, r)
			return err
		})
		if err != nil {
			return err
		}
		return emit(timing(name, n, "second order, 10 features", seconds, update, "budget"))
	}}
}
