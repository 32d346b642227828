// Package graph differentiates gorgonia computation graphs to any order and evaluates them.
//
// A graph is built from inputs with the functions of this package or with stock gorgonia
// operations, mixed freely. [Grad] adds the nodes of a gradient to the graph. Every operation that
// it accepts has a derivative made of such operations again, so [Grad] can be applied to its own
// result. An operation that it cannot differentiate correctly is an error and never a wrong number.
// [Compile] turns nodes into a [Program], which is run as often as needed:
//
//	g := gorgonia.NewGraph()
//	x := graph.Input(g, tensor.Float64, "x", 3)
//	y := graph.Sum(graph.Mul(x, graph.Tanh(x)))
//	first, err := graph.Grad(y, x)
//	if err != nil {
//		return err
//	}
//	p, err := graph.Compile(y, first[0])
//	if err != nil {
//		return err
//	}
//	at := tensor.New(tensor.WithBacking([]float64{0, 1, 2}))
//	out, err := p.Run(map[*graph.Node]gorgonia.Value{x: at})
//
// The names in groups:
//
//   - nodes: a [Node]; inputs and constants [Input], [SparseInput], [Sparse], [Fixed], [Param] and
//     what makes one ([Weight], [HeWeight], [Bias], [Normal], [Uniform], [Orthogonal], [Constant]);
//   - operations on elements: [Add], [Sub], [Mul], [Div], [Neg], [Exp], [Log], [Sqrt], [Square],
//     [Pow], [PowC], [Scale], [Shift], [Recip], [Abs], [Expm1], [Sin], [Cos], [Erf], [Phi], and the
//     activations [Tanh], [Sigmoid], [ReLU], [LeakyReLU], [ELU], [GELU], [GELUTanh], [Softplus];
//   - steps, which have no slope: [Sign], [Floor], [Ceil], [Round]; the masks [Equal], [Greater],
//     [GreaterOrEqual], [Not]; and what chooses by them, [Where], [Maximum], [Minimum];
//   - shapes: [Reshape], [Transpose], [Slice], [Concat], [Stack], [Pad], [BroadcastTo];
//   - sums and the like: [Sum], [Mean], [Max], [Norm], [LogSumExp], [Softmax], [LogSoftmax],
//     [Moments];
//   - products and tables: [MatMul], [Affine], [SparseMul], [Gather], [ScatterAdd], [OneHot];
//   - layers: [Conv2D], [GroupedConv2D], [MaxPool2D], [MaxPool2DOf], [AvgPool2D] and their
//     [Window], [BatchNorm], [LayerNorm], [Standardize], [Dropout], [LSTM], [GRU];
//   - losses: [Logistic], [SoftmaxCrossEntropy], [SoftCrossEntropy], [SquaredError], and
//     [LabelsOf], which says what [Labels] of which [LabelKind] a loss takes;
//   - derivatives: [Grad], [HVP], [GGNVP], [JVP], [VJP], and for each sample [PerSample],
//     [PerSampleFactors] with their [Factor];
//   - evaluation: [Compile], [CompileVarying], [Program], [Frame], [Workspace], and [BLAS], the
//     [Backend] that does the matrix products, in either [Float]; [DirectConvolutions] says how
//     convolutions are computed;
//   - checks: [Independent] and [Samples], which say whether a loss keeps the samples apart,
//     [CheckInputs], [Build] and [Error].
//
// Functions that build nodes panic with an [*Error] when shapes or types do not fit: that is a
// mistake in a program, not in its data. [Build] turns the panic into an error; nets.NewModel does
// so for networks.
//
// Package graphtest, below this one, checks the derivatives of a network.
package graph
