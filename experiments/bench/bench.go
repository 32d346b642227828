package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/graph"
	"lethe/internal/suggest"
)

// Timing is one timed piece of work beside the time it is measured by.
type Timing struct {
	Work         string  `json:"work"`
	Batch        int     `json:"batch"` // samples
	What         string  `json:"what"`
	Seconds      float64 `json:"seconds"`
	BoundSeconds float64 `json:"bound_seconds"`
	Ratio        float64 `json:"ratio"` // Seconds over BoundSeconds
	Bound        string  `json:"bound"` // what BoundSeconds are: products, budget, gradient, memory, reading, "layers of nets" or "1 core"
	// WantedSeconds are what it is to take at the most, 0 where nothing is asked; Holds says
	// whether it does.
	WantedSeconds float64 `json:"wanted_seconds,omitempty"`
	Holds         *bool   `json:"holds,omitempty"`
}

// wanting says what a timing is to take at the most.
func (t Timing) wanting(seconds float64) Timing {
	holds := t.Seconds <= seconds
	t.WantedSeconds, t.Holds = seconds, &holds
	return t
}

// Verdict says whether it takes what it is to take; "" where nothing is asked.
func (t Timing) Verdict() string {
	switch {
	case t.Holds == nil:
		return ""
	case *t.Holds:
		return fmt.Sprintf("; wanted %.4f: holds", t.WantedSeconds)
	}
	return fmt.Sprintf("; wanted %.4f: missed", t.WantedSeconds)
}

func timing(work string, batch int, what string, seconds, bound float64, kind string) Timing {
	return Timing{Work: work, Batch: batch, What: what, Seconds: seconds, BoundSeconds: bound, Ratio: seconds / bound, Bound: kind}
}

// as names a timing.
func (t Timing) as(work string, batch int, what, kind string) Timing {
	t.Work, t.Batch, t.What, t.Bound = work, batch, what, kind
	return t
}

// Work is something that bench times.
type Work struct {
	Name string
	Run  func(ctx context.Context, data string, emit func(Timing) error) error
}

// Works returns the works of bench. A new one is a file of its own and a line here.
func Works() []Work {
	return []Work{linearWork("drebin", 0.5, 0.25), linearWork("enron", 1.0, 0.5), mlpWork(), perSampleWork(), lstmWork(), cnnWork(), coresWork(), unlearnWork()}
}

// FindWorks returns the named works, all when none is named; an unknown one is an error that lists
// the known.
func FindWorks(names []string) ([]Work, error) {
	var out []Work
	var known []string
	for _, w := range Works() {
		known = append(known, w.Name)
		if len(names) == 0 || slices.Contains(names, w.Name) {
			out = append(out, w)
		}
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, suggest.Unknown("workload", n, known)
		}
	}
	return out, nil
}

// LeftOut is the error of a workload of which a part was not timed, because its data set, or what
// else it needs, is absent.
type LeftOut struct {
	What string
	Err  error
}

func (e *LeftOut) Error() string { return fmt.Sprintf("skipped: %s: %v", e.What, e.Err) }
func (e *LeftOut) Unwrap() error { return e.Err }

// missing reports something else than a data set that a workload needs and that is not there.
type missing struct {
	what, remedy string
	err          error
}

func (e *missing) Error() string { return fmt.Sprintf("%s: %v; %s", e.what, e.err, e.remedy) }
func (e *missing) Unwrap() error { return e.err }

// Absent returns how to get what a workload needs, the data set for instance, and whose absence the
// error reports; "" if it reports something else.
func Absent(err error) string {
	var remedies []string
	if set, ok := errors.AsType[*datasets.MissingError](err); ok {
		remedies = append(remedies, set.Remedy())
	}
	if other, ok := errors.AsType[*missing](err); ok {
		remedies = append(remedies, other.remedy)
	}
	return strings.Join(remedies, "; ")
}

// MachineLine says in a line what timings were taken on.
func MachineLine() string {
	m := engine.ThisMachine()
	return fmt.Sprintf("%s, %d cores, %s, %s", m.OS, m.Cores, m.Go, m.BLAS)
}

// clock returns the median seconds of at least rounds calls and least seconds in all, after one
// call to warm up.
func clock(ctx context.Context, rounds int, least float64, f func() error) (float64, error) {
	if err := f(); err != nil {
		return 0, err
	}
	var times []float64
	for total := 0.0; len(times) < rounds || total < least; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		began := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		times = append(times, time.Since(began).Seconds())
		total += times[len(times)-1]
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// against times f and its bound in turns, since the machine's speed changes within seconds: the
// medians of both over the turns, each of a fifth of a second and so many calls at least.
func against(ctx context.Context, p pace, f func() error, bound func() (float64, error)) (Timing, error) {
	var seconds, bounds []float64
	for range p.turns {
		s, err := clock(ctx, p.calls, 0.2, f)
		if err != nil {
			return Timing{}, err
		}
		b, err := bound()
		if err != nil {
			return Timing{}, err
		}
		seconds, bounds = append(seconds, s), append(bounds, b)
	}
	slices.Sort(seconds)
	slices.Sort(bounds)
	middle := p.turns / 2
	return Timing{Seconds: seconds[middle], BoundSeconds: bounds[middle], Ratio: seconds[middle] / bounds[middle]}, nil
}

// alternately times f and its bound call by call: the medians of so many calls of each. Both meet
// the machine at the same speed then, even where others use it.
func alternately(ctx context.Context, calls int, f, bound func() error) (Timing, error) {
	var seconds, bounds []float64
	for i := range calls + 1 { // the first is to warm up
		s, err := once(ctx, f)
		if err != nil {
			return Timing{}, err
		}
		b, err := once(ctx, bound)
		if err != nil {
			return Timing{}, err
		}
		if i > 0 {
			seconds, bounds = append(seconds, s), append(bounds, b)
		}
	}
	slices.Sort(seconds)
	slices.Sort(bounds)
	s, b := seconds[calls/2], bounds[calls/2]
	return Timing{Seconds: s, BoundSeconds: b, Ratio: s / b}, nil
}

// once returns the seconds of a call.
func once(ctx context.Context, f func() error) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	began := time.Now()
	err := f()
	return time.Since(began).Seconds(), err
}

// pace is how often work is timed. A call of long work takes a second or more, and is the only one
// of its turn; one of slow work takes ten.
type pace struct{ turns, calls int }

var (
	shortWork = pace{7, 9}
	longWork  = pace{7, 1}
	slowWork  = pace{3, 1}
)

// productsAlone is the bound by the matrix products of the shapes.
func productsAlone(shapes [][3]int, cores int) func() (float64, error) {
	return func() (float64, error) { return products(shapes, cores), nil }
}

// clocked is the bound by another piece of work.
func clocked(ctx context.Context, f func() error) func() (float64, error) {
	return func() (float64, error) { return clock(ctx, shortWork.calls, 0.2, f) }
}

// products returns the seconds that matrix products of the shapes (m, k, n) take alone, in single
// precision on so many cores, each shape timed once.
func products(shapes [][3]int, cores int) float64 {
	seen, total := map[[3]int]float64{}, 0.0
	for _, s := range shapes {
		if _, ok := seen[s]; !ok {
			seen[s] = graph.BenchProduct(s[0], s[2], s[1], false, false, true, cores)
		}
		total += seen[s]
	}
	return total
}

// affineProducts lists the products (m, k, n) that one affine layer y = xW with x (m, k) and W (k,
// n) cannot do without: forward, dW and dx for the gradient, and those of the tangent pass for a
// Hessian-vector product at fixed parameters and batch.
func affineProducts(m, k, n int, first bool) (gradient, hvp [][3]int) {
	f, dw, dx := [3]int{m, k, n}, [3]int{k, m, n}, [3]int{m, n, k}
	if first {
		return [][3]int{f, dw}, [][3]int{f, dw}
	}
	return [][3]int{f, dw, dx}, [][3]int{f, f, dw, dw, dx, dx}
}
