package graph_test

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/graph"
)

// Grad can be applied to its own result, to any order.
func ExampleGrad() {
	g := gorgonia.NewGraph()
	x := graph.Input(g, tensor.Float64, "x")
	y := gorgonia.Must(gorgonia.Cube(x)) // stock operations mix freely with ours
	first, _ := graph.Grad(y, x)
	second, _ := graph.Grad(first[0], x)

	p, _ := graph.Compile(y, first[0], second[0])
	out, _ := p.Run(map[*graph.Node]gorgonia.Value{x: gorgonia.NewF64(2)})
	fmt.Println(out[0].Data(), out[1].Data(), out[2].Data())
	// Output: 8 12 12
}

// The Hessian of x'Ax/2 is A.
func ExampleHVP() {
	g := gorgonia.NewGraph()
	x, v := graph.Input(g, tensor.Float64, "x", 2, 1), graph.Input(g, tensor.Float64, "v", 2, 1)
	a := graph.Fixed(x, []float64{2, 1, 1, 3}, 2, 2)
	y := graph.Scale(graph.Sum(graph.Mul(x, graph.MatMul(a, x))), 0.5)
	hv, err := graph.HVP(y, []*graph.Node{x}, []*graph.Node{v})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, _ := graph.Compile(hv...)
	column := func(x ...float64) gorgonia.Value { return tensor.New(tensor.WithShape(2, 1), tensor.WithBacking(x)) }
	out, _ := p.Run(map[*graph.Node]gorgonia.Value{x: column(5, 7), v: column(1, -1)})
	fmt.Println(out[0].Data())
	// Output: [1 -2]
}

// Row i is the gradient of sample i's loss.
func ExamplePerSample() {
	g := gorgonia.NewGraph()
	x, w := graph.Input(g, tensor.Float64, "x", 2, 3), graph.Input(g, tensor.Float64, "w", 3, 1)
	losses := graph.Reshape(graph.MatMul(x, w), 2) // the loss of a sample is x'w, its gradient x
	rows, err := graph.PerSample(losses, w)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, _ := graph.Compile(rows...)
	out, _ := p.Run(map[*graph.Node]gorgonia.Value{
		x: tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{1, 2, 3, 4, 5, 6})),
	})
	fmt.Println(out[0].Shape(), out[0].Data())
	// Output: (2, 3, 1) [1 2 3 4 5 6]
}

// What cannot be differentiated rightly is an error that says what to use.
func ExampleError() {
	g := gorgonia.NewGraph()
	x := graph.Input(g, tensor.Float64, "x", 2, 3)
	y := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.SoftMax(x))))
	_, err := graph.Grad(y, x)
	e := err.(*graph.Error)
	fmt.Println(e.Op, "->", e.Message)
	// Output: softmaxOp -> this stock operation is not on the list of those that are known to be differentiated rightly; use graph.Softmax
}

// A layer of long short-term memory on a sequence of two numbers: each state follows from the one
// before it.
func ExampleLSTM() {
	g := gorgonia.NewGraph()
	x := graph.Input(g, tensor.Float64, "x", 1, 2, 1) // one sample, two steps, one number
	w := graph.Input(g, tensor.Float64, "w", 1, 4)    // blocks: input, forget, cell, output
	u := graph.Input(g, tensor.Float64, "u", 1, 4)
	b := graph.Input(g, tensor.Float64, "b", 4)
	states := graph.LSTM(x, w, u, b)
	p, err := graph.Compile(graph.Stack(states...)) // states[1] alone would be the last state
	if err != nil {
		fmt.Println(err)
		return
	}
	value := func(shape []int, v ...float64) gorgonia.Value {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v))
	}
	out, err := p.Run(map[*graph.Node]gorgonia.Value{
		x: value([]int{1, 2, 1}, 1, -1), w: value([]int{1, 4}, 1, 0, 2, 0), u: value([]int{1, 4}, 0, 0, 1, 0), b: value([]int{4}, 0, 1, 0, 0),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", out[0].Data())
	// Output: [0.3037 0.1289]
}
