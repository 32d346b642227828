package graph

import (
	"fmt"
	"reflect"
	"slices"
	"sync"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Program evaluates nodes of a graph. It holds no values and may be used by any number of
// goroutines; each has its own [Frame], or calls Run.
type Program struct {
	ir       *ir
	schedule *schedule
	groups   []*group // by step; nil for those that are not element-wise
	block    int      // elements of working memory that a step needs at most, for registers or the like
	outputs  []*Node
	graph    *gorgonia.ExprGraph
	dt       tensor.Dtype

	kernels func() any // []kernel[T], made once

	mu  sync.Mutex
	run any // the frame behind Run
}

// Compile makes a program that evaluates the outputs. Every evaluation computes all of it; see
// [CompileVarying].
func Compile(outputs ...*Node) (*Program, error) { return CompileVarying(nil, outputs...) }

// CompileVarying makes a program in two parts: what depends on the inputs named in varying, and the
// rest. A frame whose other inputs were not set again keeps the results of the rest that the
// varying part needs, and evaluates that part only.
func CompileVarying(varying []*Node, outputs ...*Node) (*Program, error) {
	if len(outputs) == 0 {
		return nil, &Error{Op: "Compile", Message: "no outputs"}
	}
	p := &Program{outputs: slices.Clone(outputs)}
	err := Build(func() {
		for _, n := range slices.Concat(outputs, varying) {
			checkNode(n)
			if p.graph == nil {
				p.graph = n.Graph()
			}
			if n.Graph() != p.graph && n.Graph() != nil {
				fail("Compile", "%s belongs to another graph", describe(n))
			}
		}
		for _, n := range varying {
			if n.Op() != nil && !isSparse(n) {
				fail("Compile", "%s is named as varying and is not an input", describe(n))
			}
		}
		p.dt = outputs[0].Dtype()
		for _, o := range outputs {
			if o.Dtype() != p.dt {
				fail("Compile", "outputs have types %v and %v: one program computes in one precision", p.dt, o.Dtype())
			}
			if isSparse(o) {
				fail("Compile", "%s is sparse and can be no output", describe(o))
			}
		}
		if p.dt != tensor.Float32 && p.dt != tensor.Float64 {
			fail("Compile", "type %v: want float32 or float64", p.dt)
		}
		p.ir = newIR(outputs, varying)
		p.schedule = newSchedule(p.ir)
		if need := p.schedule.scratch + p.Kept(); need > maxElements {
			fail("Compile", "the program needs %d elements of memory, more than any machine has", need)
		}
	})
	if err != nil {
		return nil, err
	}
	p.planGroups()
	if p.dt == tensor.Float32 {
		p.kernels = sync.OnceValue(func() any { return lowerAll[float32](p) })
	} else {
		p.kernels = sync.OnceValue(func() any { return lowerAll[float64](p) })
	}
	return p, nil
}

// errNoProgram is what a zero Program or Frame answers.
var errNoProgram = &Error{Op: "Program", Message: "there is no program: it has to come from Compile, and a frame from NewFrame"}

// checkInput returns an error unless n is an input of the program's graph.
func (p *Program) checkInput(n *Node) error {
	if n != nil && n.Graph() == p.graph && n.Type() != nil && (n.Op() == nil || isSparse(n)) {
		return nil
	}
	return Build(func() {
		dims(n)
		if n.Op() != nil && !isSparse(n) {
			fail("Set", "%s is not an input: only inputs are given values", describe(n))
		}
		if _, ok := p.ir.inputs[n]; !ok && n.Graph() != p.graph {
			fail("Set", "input %s belongs to another graph than the program", describe(n))
		}
	})
}

func (p *Program) planGroups() {
	p.groups = make([]*group, len(p.schedule.steps))
	for k := range p.schedule.steps {
		st := &p.schedule.steps[k]
		v := p.ir.values[st.values[0]]
		if inGroup(v.op) {
			p.groups[k] = planGroup(p.ir, p.schedule, st)
			p.block = max(p.block, p.groups[k].registers*blockLen)
		}
		p.block = max(p.block, p.ir.workspace(st.values[0]))
	}
}

// Scratch returns the number of elements of working memory that one run needs.
func (p *Program) Scratch() int { return p.schedule.scratch }

// Convolves reports whether the program has convolutions, whose matrix products have a row for each
// pixel and so are large however few the samples.
func (p *Program) Convolves() bool {
	return slices.ContainsFunc(p.ir.values, func(v value) bool {
		switch v.op.(type) {
		case conv, convInput, convFilter, convSum:
			return true
		}
		return false
	})
}

// Kept returns the number of elements that a frame keeps between runs.
func (p *Program) Kept() int {
	n := 0
	for _, i := range p.schedule.kept {
		n += p.ir.values[i].size
	}
	return n
}

// Run feeds values to inputs and returns the outputs as new tensors. Inputs that are not in feed
// keep the value of the last call. A value is a *tensor.Dense of the input's shape, a Go number for
// a scalar, or a *Sparse. Run may be called by several goroutines, one of which runs at a time; a
// [Frame] avoids that and the copies.
func (p *Program) Run(feed map[*Node]gorgonia.Value) ([]gorgonia.Value, error) {
	if p == nil || p.ir == nil {
		return nil, errNoProgram
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dt == tensor.Float32 {
		return runProgram[float32](p, feed)
	}
	return runProgram[float64](p, feed)
}

func runProgram[T Float](p *Program, feed map[*Node]gorgonia.Value) ([]gorgonia.Value, error) {
	f, ok := p.run.(*Frame[T])
	if !ok {
		var err error
		if f, err = NewFrame[T](p); err != nil {
			return nil, err
		}
		p.run = f
	}
	for n, v := range feed {
		if err := feedValue(f, n, v); err != nil {
			return nil, err
		}
	}
	if err := f.Run(nil); err != nil {
		return nil, err
	}
	out := make([]gorgonia.Value, len(p.outputs))
	for i, n := range p.outputs {
		x := append([]T(nil), f.Output(i)...)
		if d := dims(n); len(d) > 0 {
			out[i] = tensor.New(tensor.WithShape(d...), tensor.WithBacking(x))
		} else {
			out[i] = scalarValue(x[0])
		}
	}
	return out, nil
}

func scalarValue[T Float](x T) gorgonia.Value {
	if y, ok := any(x).(float32); ok {
		return gorgonia.NewF32(y)
	}
	return gorgonia.NewF64(float64(x))
}

func feedValue[T Float](f *Frame[T], n *Node, v gorgonia.Value) error {
	if err := f.p.checkInput(n); err != nil {
		return err
	}
	if v == nil || reflect.ValueOf(v).Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil() {
		return fmt.Errorf("graph: input %s: the value is nil", describe(n))
	}
	if x, ok := v.(*Sparse[T]); ok {
		if err := x.Check(); err != nil {
			return err
		}
		return f.SetSparse(n, x)
	}
	if d, ok := v.(*tensor.Dense); ok {
		if !sameUpToOnes(d.Shape(), dims(n)) {
			return fmt.Errorf("graph: input %s: the value has shape %v", describe(n), d.Shape())
		}
		if d.IsMasked() {
			return fmt.Errorf("graph: input %s: the value is masked: fill its gaps first", describe(n))
		}
		v = rowMajorTensor(d)
	}
	switch x := v.Data().(type) {
	case []T:
		return f.Set(n, x)
	case T:
		return f.Set(n, []T{x})
	}
	return fmt.Errorf("graph: input %s: the value holds %T, the program computes in %v", describe(n), v.Data(), f.p.dt)
}

// sameUpToOnes compares shapes without their dimensions of size 1.
func sameUpToOnes(a, b []int) bool {
	longer := func(d int) bool { return d == 1 }
	return slices.Equal(slices.DeleteFunc(slices.Clone(a), longer), slices.DeleteFunc(slices.Clone(b), longer))
}

// rowMajorTensor returns d itself if its elements lie one after the other in row-major order, and
// such a copy of it if not: of views, and of tensors in column-major order.
func rowMajorTensor(d *tensor.Dense) *tensor.Dense {
	shape := d.Shape()
	if d.DataOrder().IsRowMajor() && !d.IsView() && !d.RequiresIterator() {
		return d
	}
	out := tensor.New(tensor.WithShape(shape...), tensor.Of(d.Dtype()))
	at := make([]int, len(shape))
	for range shape.TotalSize() {
		x, err := d.At(at...)
		if err == nil {
			err = out.SetAt(x, at...)
		}
		if err != nil {
			panic(err) // coordinates within the shape
		}
		for i := len(at) - 1; i >= 0; i-- {
			if at[i]++; at[i] < shape[i] {
				break
			}
			at[i] = 0
		}
	}
	return out
}
