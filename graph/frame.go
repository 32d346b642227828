package graph

import (
	"fmt"

	"gorgonia.org/tensor"
)

// Frame is one evaluation state of a program: the inputs it was given and what is kept between
// runs. It is not safe for concurrent use. The working memory can be shared by frames that run one
// after the other, through a [Workspace].
type Frame[T Float] struct {
	p       *Program
	m       machine[T]
	kernels []kernel[T]
	own     Workspace[T]
	fed     []bool // by value: the input has been set
	fresh   bool   // the part that does not vary is up to date
	ran     bool   // the last run ended without an error
}

// Workspace is the working memory of runs. Its zero value is ready for use and grows as needed. The
// outputs of a run that are not kept lie in it and hold until its next use.
type Workspace[T Float] struct {
	scratch, block []T
}

// NewFrame returns a frame for a program that computes in T.
func NewFrame[T Float](p *Program) (*Frame[T], error) {
	var zero T
	if p == nil || p.ir == nil {
		return nil, errNoProgram
	}
	if _, is32 := any(zero).(float32); is32 != (p.dt == tensor.Float32) {
		return nil, fmt.Errorf("graph: a frame of %T for a program in %v", zero, p.dt)
	}
	n := len(p.ir.values)
	f := &Frame[T]{p: p, fed: make([]bool, n)}
	f.m.vals, f.m.sparse = make([][]T, n), make([]*Sparse[T], n)
	f.kernels = p.kernels().([]kernel[T])
	for _, i := range p.schedule.kept {
		f.m.vals[i] = make([]T, p.ir.values[i].size)
	}
	for i, v := range p.ir.values {
		if c, ok := v.op.(constant); ok {
			x, ok := c.v.Data().([]T)
			if !ok {
				return nil, fmt.Errorf("graph: constant of type %T in a program in %v", c.v.Data(), p.dt)
			}
			f.m.vals[i] = x
		}
	}
	return f, nil
}

// Set gives a dense input its value, row-major, without a copy: x must stay unchanged until the
// next Set. An input of the program's graph that it does not need is ignored.
func (f *Frame[T]) Set(n *Node, x []T) error {
	if f.p == nil {
		return errNoProgram
	}
	i, needed := f.p.ir.inputs[n]
	if needed && f.p.ir.values[i].op == nil && len(x) == f.p.ir.values[i].size {
		f.m.vals[i] = x
		f.set(i)
		return nil
	}
	if err := f.p.checkInput(n); err != nil {
		return err
	}
	if isSparse(n) {
		return fmt.Errorf("graph: input %s takes sparse rows", describe(n))
	}
	if want := size(dims(n)); len(x) != want {
		return fmt.Errorf("graph: input %s takes %d numbers, got %d", describe(n), want, len(x))
	}
	return nil
}

// SetSparse gives a sparse input its value without a copy. Shapes are checked; that its indices are
// in range is the caller's to have checked, once for each matrix, by [Sparse.Check].
func (f *Frame[T]) SetSparse(n *Node, x *Sparse[T]) error {
	if f.p == nil {
		return errNoProgram
	}
	if err := f.p.checkInput(n); err != nil {
		return err
	}
	if x == nil {
		return fmt.Errorf("graph: input %s takes sparse rows, got nil", describe(n))
	}
	s, ok := operatorOf(n).(sparseInput)
	if !ok {
		return fmt.Errorf("graph: input %s takes dense values", describe(n))
	}
	if x.Rows != s.rows || x.Cols != s.cols {
		return fmt.Errorf("graph: input %s takes [%d %d] sparse rows, got [%d %d]", s.name, s.rows, s.cols, x.Rows, x.Cols)
	}
	if i, ok := f.p.ir.inputs[n]; ok {
		f.m.sparse[i] = x
		f.set(i)
	}
	return nil
}

func (f *Frame[T]) set(i int) {
	f.fed[i] = true
	if !f.p.ir.varying[i] {
		f.fresh = false
	}
}

// Run evaluates the outputs, in ws or, where that is nil, in memory of the frame's own.
func (f *Frame[T]) Run(ws *Workspace[T]) error {
	if f.p == nil {
		return errNoProgram
	}
	if ws == nil {
		ws = &f.own
	}
	if err := f.prepare(ws); err != nil {
		return err
	}
	f.m.err, f.ran = nil, false
	for k, st := range f.p.schedule.steps {
		if st.varying || !f.fresh {
			f.kernels[k](&f.m)
		}
	}
	f.ran = f.m.err == nil
	f.fresh = f.ran && f.keeps()
	return f.m.err
}

// keeps says whether the program has a varying part, without which every run computes everything.
func (f *Frame[T]) keeps() bool {
	s := f.p.schedule.steps
	return len(s) > 0 && s[len(s)-1].varying
}

func (f *Frame[T]) prepare(ws *Workspace[T]) error {
	s := f.p.schedule
	for n, i := range f.p.ir.inputs {
		if !f.fed[i] && f.p.ir.values[i].uses > 0 {
			return fmt.Errorf("graph: input %s was not fed", describe(n))
		}
	}
	if len(ws.scratch) < s.scratch {
		ws.scratch = make([]T, s.scratch)
	}
	if len(ws.block) < f.p.block {
		ws.block = make([]T, f.p.block)
	}
	f.m.block = ws.block
	for i, o := range s.offset {
		if o >= 0 {
			n := f.p.ir.values[i].size
			f.m.vals[i] = ws.scratch[o : o+n : o+n]
		}
	}
	return nil
}

// Output returns output k of the last run, row-major. It holds until the next use of the workspace.
// It panics with an [*Error] if the program has no such output or the frame has not been run.
func (f *Frame[T]) Output(k int) []T {
	f.checkOutput(k)
	if !f.ran {
		fail("Output", "the frame has no results: call Run first, and look at its error")
	}
	return f.m.vals[f.p.ir.alias(f.p.ir.outputs[k])]
}

// OutputLen returns the number of elements of output k.
func (f *Frame[T]) OutputLen(k int) int {
	f.checkOutput(k)
	return f.p.ir.values[f.p.ir.outputs[k]].size
}

func (f *Frame[T]) checkOutput(k int) {
	if f.p == nil {
		panic(errNoProgram)
	}
	if k < 0 || k >= len(f.p.outputs) {
		fail("Output", "output %d of a program of %d", k, len(f.p.outputs))
	}
}

// Drop forgets what is kept between runs, so that the next run evaluates everything.
func (f *Frame[T]) Drop() { f.fresh = false }
