package nets

import (
	"context"
	"unsafe"

	"lethe/datasets"
	"lethe/graph"
)

// linearize returns the product function. With keep, each chunk has a frame of its own that keeps
// what does not depend on the direction, as many chunks as the limit allows; the others share their
// worker's frame.
func (e *numeric[T]) linearize(ctx context.Context, theta []float64, d *datasets.Dataset, k kind, keep bool) (func(dst, v []float64) error, error) {
	cs, err := e.cut(d)
	if err != nil {
		return nil, err
	}
	th := e.tensors(append([]float64(nil), theta...))
	own, err := e.keepFrames(cs, th, k, keep, d)
	if err != nil {
		return nil, err
	}
	return func(dst, v []float64) error {
		if len(cs) == 0 {
			clear(dst)
			return ctx.Err()
		}
		vs, done := e.borrow(v)
		defer done()
		sum := newOrderedSum(dst)
		return e.each(ctx, cs, sum, func(w *worker[T], c chunk) error {
			pl, f, err := e.productFrame(w, own, th, k, d, c)
			if err == nil {
				err = w.run(pl, f, vs)
			}
			if err != nil {
				return err
			}
			return addOutputs(sum, e.m, f, 0, c.index)
		})
	}, nil
}

// kept is a frame that belongs to one chunk, with the memory that its batch lies in.
type kept[T graph.Float] struct {
	pl    *plan
	frame *graph.Frame[T]
	buf   buffers[T]
}

func (e *numeric[T]) keepFrames(cs []chunk, th [][]T, k kind, keep bool, d *datasets.Dataset) ([]*kept[T], error) {
	own := make([]*kept[T], len(cs))
	if !keep {
		return own, nil
	}
	var zero T
	left := e.m.opts.keepBytes
	for i, c := range cs {
		pl, err := e.plan(k, c.rows, d)
		if err != nil {
			return nil, err
		}
		left -= (pl.program.Kept() + batchSize(d, c)) * int(unsafe.Sizeof(zero))
		if left < 0 {
			break
		}
		f, err := graph.NewFrame[T](pl.program)
		if err != nil {
			return nil, err
		}
		own[i] = &kept[T]{pl: pl, frame: f}
		if err := setUp(f, pl, &own[i].buf, th, nil, d, c); err != nil {
			return nil, err
		}
	}
	return own, nil
}

// batchSize is the number of elements of a batch, at the most: a sparse one's indices are counted
// as half a value.
func batchSize(d *datasets.Dataset, c chunk) int {
	if x, ok := d.X.(*datasets.CSR); ok {
		return 3*(x.Indptr[c.hi]-x.Indptr[c.lo])/2 + 2*c.rows
	}
	return c.rows * size(d.X.Shape())
}

func size(shape []int) int {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return n
}

func (e *numeric[T]) productFrame(w *worker[T], own []*kept[T], th [][]T, k kind, d *datasets.Dataset, c chunk) (*plan, *graph.Frame[T], error) {
	if o := own[c.index]; o != nil {
		return o.pl, o.frame, nil
	}
	return e.prepare(w, k, th, nil, d, c)
}
