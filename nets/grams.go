package nets

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"lethe/datasets"
	"lethe/graph"
)

// InputGrams calls use with X'X (in*in, row-major) of each weight matrix (in, out) that the model
// works on, X (positions, in) being all that the matrix is multiplied by on the samples of d: the
// inputs of a dense layer, the patches of a convolution, whose matrix is its weights (size, size,
// channels, out) as (size*size*channels, out). The matrix begins at number lo of theta. Tensors
// that are not used in this way, such as biases, are left out, and so are matrices that meet sparse
// rows. It takes two samples at least, and networks whose per-sample gradients can be taken apart.
func (m *Model) InputGrams(ctx context.Context, theta []float64, d *datasets.Dataset, use func(lo, in, out int, gram []float64)) error {
	if err := errors.Join(m.check(theta), m.engine.meet(d)); err != nil {
		return err
	}
	if d.Len() < 2 {
		return fmt.Errorf("nets: the inputs of layers on %d samples: give at least 2", d.Len())
	}
	return m.engine.inputGrams(ctx, theta, d, use)
}

func (e *numeric[T]) inputGrams(ctx context.Context, theta []float64, d *datasets.Dataset, use func(lo, in, out int, gram []float64)) error {
	cs, err := e.cut(d)
	if err != nil {
		return err
	}
	pl, err := e.plan(inputRows, max(2, cs[0].rows), d)
	if err != nil {
		return err
	}
	grams := make([][]float64, len(pl.factors))
	for k, fc := range pl.factors {
		if fc.x >= 0 {
			grams[k] = make([]float64, fc.in*fc.in)
		}
	}
	th, done := e.borrow(theta)
	defer done()
	for _, c := range cs { // one after the other, so that the sums have the same bits on any number of cores
		from, to := c.lo, c.hi
		if c.rows == 1 { // one sample owns all, and nothing is taken apart: another stands beside it
			c.rows = 2
			if c.lo > 0 {
				c.lo--
			} else {
				c.hi++
			}
		}
		err := e.each(ctx, []chunk{c}, nil, func(w *worker[T], c chunk) error {
			pl, f, err := e.prepare(w, inputRows, th, nil, d, c)
			if err == nil {
				err = f.Run(&w.ws)
			}
			for k := 0; err == nil && k < len(grams); k++ {
				if fc := pl.factors[k]; grams[k] != nil {
					row := fc.m * fc.in
					addGram(grams[k], f.Output(fc.x)[(from-c.lo)*row:(to-c.lo)*row], fc.in)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	at := 0
	for k, p := range e.m.Params() {
		if g := grams[k]; g != nil {
			in := pl.factors[k].in
			mirror(g, in)
			use(at, in, size(p.Shape)/in, g)
		}
		at += size(p.Shape)
	}
	return nil
}

// addGram adds x'x, of rows of n numbers, to the upper half of dst.
func addGram[T graph.Float](dst []float64, x []T, n int) {
	rows := make([]float64, len(x))
	graph.Convert(rows, x)
	blas64.Syrk(blas.Trans, 1, blas64.General{Rows: len(x) / n, Cols: n, Stride: n, Data: rows}, 1,
		blas64.Symmetric{N: n, Stride: n, Data: dst, Uplo: blas.Upper})
}

// mirror copies the upper half of a matrix to the lower.
func mirror(a []float64, n int) {
	for i := range n {
		for j := range i {
			a[i*n+j] = a[j*n+i]
		}
	}
}

// Layout describes the parameter tensors in the order of the flat vector: their names and shapes.
// Weights of convolutions have four dimensions, (size, size, in, out).
func (m *Model) Layout() (names []string, shapes [][]int) {
	for _, p := range m.Params() {
		names, shapes = append(names, p.Name), append(shapes, p.Shape)
	}
	return names, shapes
}
