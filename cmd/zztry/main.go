package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/pprof"
	"time"

	"lethe/datasets"
	"lethe/project/data"
	"lethe/project/network"
	"lethe/unlearn"
)

func must[T any](x T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return x
}

var ctx = context.Background()

func main() {
	l2 := flag.Float64("l2", 0.01, "")
	spec := flag.String("net", "mlp:64,64", "")
	trainer := flag.String("trainer", "adam", "")
	epochs := flag.Int("epochs", 20, "")
	batch := flag.Int("batch", 32, "")
	rate := flag.Float64("rate", 1e-3, "")
	cycle := flag.Bool("cycle", false, "")
	f64 := flag.Bool("f64", false, "")
	tol := flag.Float64("tol", 1, "")
	iters := flag.Int("iters", 300, "")
	updates := flag.Bool("u", false, "")
	passes := flag.Float64("passes", 10, "")
	only := flag.Bool("only", false, "train once and print")
	flag.Parse()
	l := must(data.Load(ctx, "/tmp/auto2/fit.csv", data.Options{Label: "income", ID: "id"}))
	v := must(data.Load(ctx, "/tmp/auto2/val.csv", data.Options{Like: l.Description}))
	train, val := l.Data, v.Data
	file := must(network.Parse(*spec, network.Shape{Sample: train.X.Shape()}, train.Classes))
	file.Precision = "float32"
	if *f64 {
		file.Precision = "float64"
	}
	m := must(file.Model())
	var x interface{} = m
	_ = x
	p := &unlearn.Problem{Objective: m, Train: train, L2: *l2}
	race, err := l.Features("race"); if err != nil { panic(err) }
	perm := rand.New(rand.NewPCG(5, 5)).Perm(train.Len())
	removed, fixed := perm[:100], perm[100:120]
	labels := make([]float64, 20)
	for i, r := range fixed {
		labels[i] = 1 - train.Y[r]
	}
	req := unlearn.Request{Changes: append(append(append([]unlearn.Change{}, unlearn.RemoveSamples(removed...).Changes...), unlearn.CorrectLabels(fixed, labels).Changes...), unlearn.RemoveFeatures(race...).Changes...)}
	applied, err := req.Apply(train); if err != nil { panic(err) }
	q := p.With(applied.Data)
	valAfter := must(datasets.ZeroColumns(val, race))
	mk := func(seed uint64) unlearn.Trainer {
		s := unlearn.Constant
		if *cycle {
			s = unlearn.OneCycle
		}
		switch *trainer {
		case "lbfgs":
			return unlearn.LBFGS{Tolerance: *tol, NewtonBelow: -1, MaxIterations: *iters}
		case "sgd":
			return unlearn.SGD{Rate: *rate, Epochs: *epochs, Batch: *batch, Seed: seed, Schedule: s, Momentum: 0.9}
		}
		return unlearn.Adam{Rate: *rate, Epochs: *epochs, Batch: *batch, Seed: seed, Schedule: s}
	}
	run := func(p *unlearn.Problem, seed uint64) ([]float64, float64) {
		t := time.Now()
		theta, err := mk(seed).Train(ctx, p, m.Init(seed))
		if err != nil {
			fmt.Println("train:", err)
		}
		return theta, time.Since(t).Seconds()
	}
	classes := func(theta []float64) []float64 { return must(m.Classes(ctx, theta, valAfter)) }
	agree := func(a, b []float64) float64 {
		x, y, n := classes(a), classes(b), 0
		for i := range x {
			if x[i] == y[i] {
				n++
			}
		}
		return 100 * float64(n) / float64(len(x))
	}
	show := func(name string, p *unlearn.Problem, theta []float64, s float64) {
		acc := must(datasets.Accuracy(classes(theta), valAfter))
		loss := must(m.Loss(ctx, theta, valAfter)) / float64(val.Len())
		tl := must(p.Loss(ctx, theta)) / float64(p.Train.Len())
		fmt.Printf("%-28s val acc %.2f loss %.4f  train obj %.4f  res %.3g  %.2fs\n", name, 100*acc, loss, tl, must(p.Residual(ctx, theta)), s)
	}
	old, s0 := run(p, 1)
	show("old", p, old, s0)
	if *only {
		return
	}
	re, s1 := run(q, 1)
	show("retrained seed 1", q, re, s1)
	re2, s2 := run(q, 2)
	show("retrained seed 2", q, re2, s2)
	fmt.Printf("agreement: old-re1 %.2f  old-re2 %.2f  re1-re2 %.2f\n", agree(old, re), agree(old, re2), agree(re, re2))
	if !*updates {
		return
	}
	try := func(name string, f func() ([]float64, error)) {
		t := time.Now()
		theta, err := f()
		s := time.Since(t).Seconds()
		if err != nil || theta == nil {
			fmt.Printf("  %-40s %v\n", name, err)
			return
		}
		res := must(q.Residual(ctx, theta))
		fmt.Printf("  %-40s agree1 %.2f agree2 %.2f acc %.2f loss %.4f res %.3g time %.2f (%.1f %%)\n", name, agree(theta, re), agree(theta, re2),
			100*must(datasets.Accuracy(classes(theta), valAfter)), must(m.Loss(ctx, theta, valAfter))/float64(val.Len()), res, s, 100*s/s1)
	}
	by := func(mm unlearn.Method) func() ([]float64, error) {
		return func() ([]float64, error) {
			u, err := mm.Unlearn(ctx, p, old, req)
			if err != nil && (u == nil || u.Theta == nil) {
				return nil, err
			}
			return u.Theta, nil
		}
	}
	for _, ridge := range []float64{0, 300, 3000} {
		for _, n := range []int{3, 5, 10} {
			for _, sample := range []int{0, 2000, 4000} {
				try(fmt.Sprintf("galerkin ridge %g prod %d sample %d", ridge, n, sample), by(unlearn.SecondOrder{Curvature: unlearn.GaussNewton, Ridge: ridge, Solver: unlearn.Galerkin{Products: n}, Sample: sample, Force: true}))
			}
		}
	}
	for _, tau := range []float64{1e-5, 1e-4, 3e-4} {
		try(fmt.Sprintf("first tau %g", tau), by(unlearn.FirstOrder{Tau: tau, Force: true}))
	}
	f, _ := os.Create("/tmp/auto2/cpu.prof")
	pprof.StartCPUProfile(f)
	defer pprof.StopCPUProfile()
	for _, seed := range []uint64{1,2,3} {
		try("auto", func() ([]float64, error) {
			u, err := unlearn.Auto{Seed: seed, Passes: *passes, Continue: unlearn.Adam{Rate: *rate/10, Epochs: 1, Batch: *batch, Seed: 3}}.Unlearn(ctx, p, old, req)
			for _, n := range u.Notes { fmt.Println("    ", n) }
			for _, x := range u.Tried { fmt.Println("    ", x.Name, x.Criterion, x.Fall, x.Chosen, x.Err) }
			fmt.Println("    ", u.Cost.Gradients/float64(train.Len()), u.Cost.HVPs/float64(train.Len()), u.Cost.Seconds)
			return u.Theta, err
		})
	}
}
