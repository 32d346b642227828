package nets

import (
	"sync"

	"lethe/graph"
)

// tensors converts a flat vector to the model's precision and cuts it into tensors.
func (e *numeric[T]) tensors(theta []float64) [][]T {
	return split(e.m, inPrecision[T](theta), e.base)
}

func inPrecision[T graph.Float](x []float64) []T {
	if own, ok := any(x).([]T); ok {
		return own
	}
	out := make([]T, len(x))
	graph.Convert(out, x)
	return out
}

// borrow is tensors in memory that is used again once done is called.
func (e *numeric[T]) borrow(theta []float64) (tensors [][]T, done func()) {
	if own, ok := any(theta).([]T); ok {
		return split(e.m, own, e.base), func() {}
	}
	var x []T
	e.mu.Lock()
	if k := len(e.vectors) - 1; k >= 0 {
		x = e.vectors[k]
		e.vectors = e.vectors[:k]
	}
	e.mu.Unlock()
	x = grow(x, len(theta))
	convertAll(x, theta, e.m.opts.cores)
	return split(e.m, x, e.base), func() {
		e.mu.Lock()
		e.vectors = append(e.vectors, x)
		e.mu.Unlock()
	}
}

// convertAll converts long vectors on two goroutines: one core does not fill the memory's
// bandwidth.
func convertAll[T graph.Float](dst []T, x []float64, cores int) {
	if len(x) < 1<<17 || cores < 2 {
		graph.Convert(dst, x)
		return
	}
	half := len(x) / 2
	var wg sync.WaitGroup
	wg.Go(func() { graph.Convert(dst[:half], x[:half]) })
	graph.Convert(dst[half:], x[half:])
	wg.Wait()
}
