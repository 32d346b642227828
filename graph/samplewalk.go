package graph

import "slices"

// sampleWalk is the reverse pass for per-sample gradients. A node is owned when its rows, in equal
// contiguous blocks, belong to the samples one after the other; the others are shared by all
// samples. Adjoints of owned nodes are the ordinary ones. Where an owned node reads a shared one,
// the ordinary pass would add up over the samples; this one keeps them apart.
type sampleWalk struct {
	n      int
	loss   *Node
	wrt    []*Node
	order  []*Node
	active map[*Node]bool
	owned  map[*Node]bool
	parts  map[*Node][]Factor // of shared nodes
}

func newSampleWalk(losses *Node, wrt []*Node) *sampleWalk {
	w := &sampleWalk{n: dims(losses)[0], loss: rewrite(losses), owned: map[*Node]bool{}, parts: map[*Node][]Factor{}}
	for _, x := range wrt {
		w.wrt = append(w.wrt, rewrite(x))
	}
	w.order = topological([]*Node{w.loss})
	w.active = activeNodes(w.order, w.wrt)
	w.markOwned()
	return w
}

// markOwned follows ownership from the losses to the inputs, and makes sure that no owned input is
// read as shared.
func (w *sampleWalk) markOwned() {
	w.owned[w.loss] = true
	for _, x := range slices.Backward(w.order) {
		if !w.owned[x] {
			continue
		}
		if slices.Contains(w.wrt, x) {
			fail("PerSample", "%s has one row a sample and is no parameter", describe(x))
		}
		for i, yes := range w.ownedInputs(x) {
			if yes {
				w.owned[inputsOf(x)[i]] = true
			}
		}
	}
	fromBatch := map[*Node]bool{}
	for _, x := range w.order {
		in := inputsOf(x)
		if len(in) == 0 {
			fromBatch[x] = w.owned[x]
		}
		for _, c := range in {
			fromBatch[x] = fromBatch[x] || fromBatch[c]
		}
		if fromBatch[x] && !w.owned[x] {
			fail("PerSample", "%s depends on the batch and is read by every sample, so that the samples are mixed", describe(x))
		}
	}
}

// ownedInputs says which inputs of an owned node are owned; it panics where the operation mixes
// rows.
func (w *sampleWalk) ownedInputs(x *Node) []bool {
	in := inputsOf(x)
	all := make([]bool, len(in))
	for i := range all {
		all[i] = true
	}
	mixed := func(yes bool) []bool {
		if yes {
			fail("PerSample", "%s mixes the rows of different samples, or cannot be shown not to: keep samples along the first axis", describe(x))
		}
		return all
	}
	switch o := operatorOf(x).(type) {
	case nil, sparseInput, fill, constant:
		return nil
	case unary, binary, oneHot, dropoutMask, poolIndex, poolGather, poolScatter, avgPool, avgSpread:
		return all
	case broadcast:
		f, s := dims(in[0]), dims(x)
		return []bool{len(f) == len(s) && f[0] == s[0]}
	case sum:
		return mixed(o.axes[0] == 0)
	case mean:
		return mixed(o.axes[0] == 0)
	case norm:
		return mixed(o.axes[0] == 0)
	case maxAlong:
		return mixed(o.axes[0] == 0)
	case reshape:
		f, s := dims(in[0]), dims(x)
		return mixed(len(f) == 0 || len(s) == 0 || f[0]%w.n != 0 || s[0]%w.n != 0)
	case transpose:
		return mixed(o.perm[0] != 0)
	case slice:
		return mixed(o.axis == 0)
	case pad:
		return mixed(o.axis == 0)
	case concat:
		return mixed(o.axis == 0)
	case softmax, softmaxSlope, center, centerT, logSoftmax, standardize:
		return mixed(len(dims(x)) < 2)
	case logSumExp, crossEntropy, crossEntropySlope:
		return mixed(len(dims(in[0])) < 2)
	case matmul:
		if len(dims(x)) > 2 {
			return all
		}
		mixed(o.ta)
		return []bool{true, false}
	case conv:
		return []bool{true, o.each}
	case convInput:
		return []bool{true, o.each}
	case convFilter:
		return mixed(!o.each)
	case sparseMul:
		mixed(dims(x)[0] != w.n)
		return []bool{true, false}
	case gather:
		return []bool{false, true}
	}
	return mixed(true)
}

func (w *sampleWalk) factors() []Factor {
	found := adjoints{w.loss: {onesLike(w.loss)}}
	for _, y := range slices.Backward(w.order) {
		o := operatorOf(y)
		if o == nil || !w.active[y] {
			continue
		}
		switch {
		case !w.owned[y]:
			if parts := w.parts[y]; len(parts) > 0 {
				w.shared(o, y, parts)
			}
		case len(found[y]) > 0:
			in, dy := inputsOf(y), found.of(y)
			need := make([]bool, len(in))
			for i, c := range in {
				need[i] = w.active[c] && w.owned[c]
				if w.active[c] && !w.owned[c] {
					w.parts[c] = append(w.parts[c], w.boundary(o, in, i, dy))
				}
			}
			for i, a := range o.adjoint(in, y, dy, need) {
				if need[i] {
					found.add(in[i], a)
				}
			}
		}
	}
	out := make([]Factor, len(w.wrt))
	for i, x := range w.wrt {
		out[i] = w.join(w.parts[x], dims(x))
	}
	return out
}

// boundary is what an owned node with adjoint dy adds to its shared input number i.
func (w *sampleWalk) boundary(o operator, in []*Node, i int, dy *Node) Factor {
	f := Factor{shape: dims(in[i])}
	blocks := func(x *Node) *Node { // (n*m, k...) as (n, m, k...)
		d := dims(x)
		return Reshape(x, append([]int{w.n, d[0] / w.n}, d[1:]...)...)
	}
	switch o := o.(type) {
	case matmul:
		f.X, f.D = blocks(in[0]), blocks(dy)
		if o.tb {
			f.X, f.D, f.swapped = f.D, f.X, true
		}
	case sparseMul:
		f.X, f.D = in[0], dy
	case conv:
		f.Rows, f.images, f.window = w.filters(o, in[0], dy), in[0], o.w
	case convInput:
		f.Rows = w.filters(o.conv, dy, in[0])
	case gather:
		table, k := dims(in[0]), size(dims(in[1]))/w.n
		f.X = OneHot(Reshape(in[1], w.n, k), table[0])
		f.D = Reshape(dy, w.n, k, size(table[1:]))
	case broadcast:
		lead := len(dims(dy)) - len(f.shape)
		axes := []int{1} // the positions of a sample
		for a := 1; a < len(dims(dy)); a++ {
			if a < lead || f.shape[a-lead] == 1 && dims(dy)[a] != 1 {
				axes = append(axes, a+1)
			}
		}
		f.Rows = Reshape(Sum(blocks(dy), axes...), append([]int{w.n}, f.shape...)...)
	default:
		fail("PerSample", "%s reads %s as shared by all samples", o, describe(in[i])) // unreachable while ownedInputs agrees
	}
	return f
}

// filters are the per-sample gradients of the filters that turn x into d: of the images of each
// sample.
func (w *sampleWalk) filters(o conv, x, d *Node) *Node {
	o.each = true
	rows := apply(convFilter(o), x, d)
	shape := dims(rows)
	if k := shape[0] / w.n; k > 1 { // images of a sample
		rows = Sum(Reshape(rows, append([]int{w.n, k}, shape[1:]...)...), 1)
	}
	return rows
}

// join adds up what was found for one parameter tensor. Outer products of dense factors are joined
// along their positions.
func (w *sampleWalk) join(parts []Factor, shape []int) Factor {
	switch len(parts) {
	case 0:
		return Factor{Rows: newFill(w.loss.Graph(), w.loss.Dtype(), 0, append([]int{w.n}, shape...)), shape: shape}
	case 1:
		return parts[0]
	}
	var xs, ds []*Node
	swapped := false
	for _, p := range parts {
		swapped = swapped || p.swapped
		if p.X == nil || isSparse(p.X) || dims(p.X)[2] != dims(parts[0].X)[2] {
			rows := parts[0].Gradient()
			for _, q := range parts[1:] {
				rows = Add(rows, q.Gradient())
			}
			return Factor{Rows: rows, shape: shape}
		}
		xs, ds = append(xs, p.X), append(ds, p.D)
	}
	return Factor{X: Concat(1, xs...), D: Concat(1, ds...), shape: shape, swapped: swapped}
}

// shared passes the per-sample adjoints of a shared node on to its inputs: the ordinary adjoint
// with one more leading axis.
func (w *sampleWalk) shared(o operator, y *Node, parts []Factor) {
	in := inputsOf(y)
	if t, ok := o.(transpose); ok && len(parts) == 1 && parts[0].X != nil && !isSparse(parts[0].X) && len(t.perm) == 2 {
		w.parts[in[0]] = append(w.parts[in[0]], Factor{X: parts[0].D, D: parts[0].X, shape: dims(in[0])})
		return
	}
	rows := w.join(parts, dims(y)).Gradient()
	stack := func(x *Node) *Node { return BroadcastTo(x, append([]int{w.n}, dims(x)...)...) }
	stacked := func(o operator) []*Node {
		ins, need := make([]*Node, len(in)), make([]bool, len(in))
		for i, c := range in {
			ins[i], need[i] = stack(c), w.active[c]
		}
		return o.adjoint(ins, stack(y), rows, need)
	}
	behind := func(axes []int) []int {
		out := slices.Clone(axes)
		for i := range out {
			out[i]++
		}
		return out
	}
	var out []*Node
	switch o := o.(type) {
	case unary, binary, softmax, softmaxSlope, center, centerT, logSoftmax, logSumExp, standardize:
		out = stacked(o)
	case reshape:
		out = []*Node{Reshape(rows, append([]int{w.n}, dims(in[0])...)...)}
	case transpose:
		inverse := make([]int, len(o.perm)+1)
		for i, p := range o.perm {
			inverse[p+1] = i + 1
		}
		out = []*Node{Transpose(rows, inverse...)}
	case slice:
		out = []*Node{Pad(rows, o.axis+1, o.lo, dims(in[0])[o.axis]-o.hi)}
	case pad:
		out = []*Node{Slice(rows, o.axis+1, o.before, o.before+dims(in[0])[o.axis])}
	case concat:
		at := 0
		for _, c := range in {
			k := dims(c)[o.axis]
			out = append(out, Slice(rows, o.axis+1, at, at+k))
			at += k
		}
	case broadcast:
		from := dims(in[0])
		for len(from) < len(dims(y)) {
			from = append([]int{1}, from...)
		}
		out = []*Node{Reshape(sumTo(rows, append([]int{w.n}, from...)), append([]int{w.n}, dims(in[0])...)...)}
	case mean:
		out = stacked(mean{axes: behind(o.axes)})
	case norm:
		out = stacked(norm{axes: behind(o.axes)})
	case sum:
		full := append([]int{w.n}, dims(in[0])...)
		kept := slices.Clone(full)
		for _, a := range o.axes {
			kept[a+1] = 1
		}
		out = []*Node{BroadcastTo(Reshape(rows, kept...), full...)}
	default:
		fail("PerSample", "%s works on a parameter before the samples meet it, which this operation does not support", describe(y))
	}
	for i, c := range in {
		if w.active[c] && out[i] != nil {
			w.parts[c] = append(w.parts[c], Factor{Rows: out[i], shape: dims(c)})
		}
	}
}
