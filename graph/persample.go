package graph

// Factor is the per-sample gradients of one parameter tensor in the form in which a reverse pass
// finds them. Either Rows is set, (n, *shape), row i being the gradient of sample i; or X (n, m,
// in) and D (n, m, out) are, and the gradient of sample i, as an (in, out) matrix, is X_i' D_i: the
// sum over m positions of the outer products of a layer's input with the adjoint of its output
// (Goodfellow 2015, arXiv 1510.01799). X may be sparse rows (n, in) beside D (n, out); then m is 1.
type Factor struct {
	X, D, Rows *Node
	shape      []int // of the parameter tensor
	images     *Node // of a convolution's filters
	window     Window
	swapped    bool // X is the adjoint and D the input
}

// Inputs returns what the parameter tensor is multiplied by, (n, m, in): X, or the patches of the
// images that filters (height, width, channels, out) are laid over, m = positions and in = height *
// width * channels. It is nil where the tensor is no matrix or filter, is multiplied as its
// transpose, is used more than once in different ways, or meets sparse rows.
func (f Factor) Inputs() *Node {
	switch {
	case f.images != nil:
		k := size(f.shape[:3])
		identity := make([]float64, k*k)
		for i := range k {
			identity[i*k+i] = 1
		}
		one := Fixed(f.images, identity, f.shape[0], f.shape[1], f.shape[2], k)
		patches := apply(conv{w: f.window}, f.images, one)
		n := dims(f.Rows)[0]
		return Reshape(patches, n, size(dims(patches))/(n*k), k)
	case f.Rows != nil || f.swapped || len(f.shape) < 2 || isSparse(f.X):
		return nil
	}
	return f.X
}

// PerSample returns the gradients of losses (n) by each node of wrt, one row a sample: (n, *shape).
// The loss of a sample must depend on row i of the batch only. That is verified on the graph, and
// an operation that mixes samples, or of which this cannot be shown, is an error that names it.
func PerSample(losses *Node, wrt ...*Node) ([]*Node, error) {
	fs, err := PerSampleFactors(losses, wrt...)
	if err != nil {
		return nil, err
	}
	out := make([]*Node, len(fs))
	err = Build(func() {
		for i, f := range fs {
			out[i] = f.Gradient()
		}
	})
	return out, err
}

// PerSampleFactors is [PerSample] without the products: norms and sums can be had from the factors
// for less.
func PerSampleFactors(losses *Node, wrt ...*Node) ([]Factor, error) {
	var out []Factor
	err := Build(func() {
		checkWrt("PerSample", []*Node{losses}, wrt)
		d := dims(losses)
		if len(d) != 1 {
			fail("PerSample", "losses have shape %v, want one value a sample", d)
		}
		if d[0] == 1 { // one sample owns everything
			for i, g := range vjp([]*Node{Sum(losses)}, []*Node{onesLike(Sum(losses))}, wrt) {
				out = append(out, Factor{Rows: Reshape(g, append([]int{1}, dims(wrt[i])...)...), shape: dims(wrt[i])})
			}
			return
		}
		out = newSampleWalk(losses, wrt).factors()
	})
	return out, err
}

// Gradient returns the rows (n, *shape).
func (f Factor) Gradient() *Node {
	if f.Rows != nil {
		return f.Rows
	}
	n := dims(f.D)[0]
	x, d := f.X, f.D
	if isSparse(x) {
		x = apply(sparseDense{}, x)
		x, d = Reshape(x, n, 1, dims(x)[1]), Reshape(d, n, 1, dims(d)[1])
	}
	return Reshape(apply(matmul{ta: true}, x, d), append([]int{n}, f.shape...)...)
}

// Norms returns the Euclidean norm of each sample's gradient (n), without the gradients: for one
// position it is |x| |d|, for m of them the root of sum_jk (x_j'x_k)(d_j'd_k), taken of X and D
// divided by their norms, so that neither a confident sample nor a wild one leaves the range. That
// sum cancels where positions do; its rounding error is that of the square of scale (n), |X| |D|. A
// norm far below its scale has to be taken from the gradient itself.
func (f Factor) Norms() (norms, scale *Node) {
	whole := func(x *Node) *Node {
		n := dims(x)[0]
		return Norm(Reshape(x, n, size(dims(x))/n), 1)
	}
	switch {
	case f.Rows != nil:
		norms = whole(f.Rows)
		return norms, norms
	case isSparse(f.X):
		norms = Mul(apply(sparseNorms{}, f.X), whole(f.D))
		return norms, norms
	}
	x, d := dims(f.X), dims(f.D)
	m := x[1]
	if m*(x[2]+d[2]) > x[2]*d[2] && m > 1 { // the Gram matrices would cost more than the gradient
		norms = whole(f.Gradient())
		return norms, norms
	}
	nx, nd := whole(f.X), whole(f.D)
	scale = Mul(nx, nd)
	if m == 1 {
		return scale, scale
	}
	gram := func(a, norm *Node) *Node {
		unit := apply(binary{kind: kOver}, a, BroadcastTo(Reshape(norm, dims(a)[0], 1, 1), dims(a)...))
		return apply(matmul{tb: true}, unit, unit)
	}
	share := Sum(Mul(gram(f.X, nx), gram(f.D, nd)), 1, 2)
	return Mul(scale, Sqrt(ReLU(share))), scale
}
