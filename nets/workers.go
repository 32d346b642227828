package nets

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"lethe/graph"
)

// worker is the memory of one core: working memory, the frames of plans it has run, and buffers for
// batches.
type worker[T graph.Float] struct {
	ws     graph.Workspace[T]
	frames map[*plan]*graph.Frame[T]
	buf    buffers[T]
}

func (e *numeric[T]) take() *worker[T] {
	e.mu.Lock()
	defer e.mu.Unlock()
	if k := len(e.idle) - 1; k >= 0 {
		w := e.idle[k]
		e.idle = e.idle[:k]
		return w
	}
	return &worker[T]{frames: map[*plan]*graph.Frame[T]{}}
}

func (e *numeric[T]) give(w *worker[T]) {
	e.mu.Lock()
	e.idle = append(e.idle, w)
	e.mu.Unlock()
}

func (w *worker[T]) frame(pl *plan) (*graph.Frame[T], error) {
	if f := w.frames[pl]; f != nil {
		return f, nil
	}
	f, err := graph.NewFrame[T](pl.program)
	if err != nil {
		return nil, err
	}
	w.frames[pl] = f
	return f, nil
}

// run evaluates a frame along a direction, cut into tensors; nil for a plan without one.
func (w *worker[T]) run(pl *plan, f *graph.Frame[T], direction [][]T) error {
	for i, x := range direction {
		if pl.v[i] != nil {
			if err := f.Set(pl.v[i], x); err != nil {
				return err
			}
		}
	}
	return f.Run(&w.ws)
}

// each runs f on every chunk, in order of their index, on all cores; it stops at the first error or
// when the context ends. sum, which may be nil, is where f adds its results up: it is told of an
// error, so that nobody waits there for a chunk that never comes.
func (e *numeric[T]) each(ctx context.Context, cs []chunk, sum *orderedSum, f func(w *worker[T], c chunk) error) error {
	var next atomic.Int64
	work := func(ctx context.Context) error {
		w := e.take()
		defer e.give(w)
		for {
			k := int(next.Add(1)) - 1
			if k >= len(cs) {
				return nil
			}
			err := ctx.Err()
			if err == nil {
				err = f(w, cs[k])
			}
			if err != nil {
				sum.abort(err)
				return err
			}
		}
	}
	n := min(e.m.opts.cores, len(cs))
	if n <= 1 {
		return work(ctx)
	}
	group, inner := errgroup.WithContext(ctx)
	for range n {
		group.Go(func() error { return work(inner) })
	}
	err := group.Wait()
	if cause := ctx.Err(); cause != nil && err != nil {
		return cause
	}
	return err
}
