package onnx

import "slices"

func init() {
	register("", map[string]operator{"Constant": constant, "ConstantOfShape": constantOfShape, "Range": rangeOp, "Cast": cast, "CastLike": castLike,
		"Dropout": dropout})
}

func constant(c *call) []value {
	for name, a := range c.node.attrs {
		switch name {
		case "value":
			return []value{c.stored(a)}
		case "value_float":
			return []value{scalar(c.float(name, 0))}
		case "value_floats":
			xs := c.floatsOf(name)
			return []value{{kind: floats, shape: []int{len(xs)}, floats: xs}}
		case "value_int":
			return []value{{kind: ints, ints: []int64{c.int(name, 0)}}}
		case "value_ints":
			return []value{numbers(c.intsOf(name)...)}
		case "value_string":
			return []value{{kind: texts, texts: []string{c.text(name, "")}}}
		case "value_strings":
			xs := c.textsOf(name)
			return []value{{kind: texts, shape: []int{len(xs)}, texts: xs}}
		}
	}
	c.fail("it has no value that is read")
	return nil
}

// stored is the tensor of an attribute.
func (c *call) stored(a attribute) value {
	if a.kind != attrTensor || a.tensor == nil {
		c.fail("its value is %v, and has to be a tensor", a.kind)
	}
	if a.tensor.external != nil {
		c.fail("its value stands in another file: only initializers may")
	}
	v, err := a.tensor.value(c.file.data)
	if err != nil {
		c.fail("its value: %v", err)
	}
	return v
}

func constantOfShape(c *call) []value {
	var shape []int
	for _, d := range c.knownInts(0) {
		shape = append(shape, c.whole("a size", d, 0))
	}
	c.room(shape)
	v := value{kind: floats, floats: []float64{0}}
	if a, ok := c.node.attrs["value"]; ok {
		v = c.stored(a)
	}
	if v.size() != 1 {
		c.fail("its value has shape %v, and has to be one number", v.shape)
	}
	return []value{c.spread(v.as(), shape)}
}

func rangeOp(c *call) []value {
	for i := range 3 {
		if v := c.known(i); v.size() != 1 {
			c.fail("input %d has shape %v, and has to be one number", i+1, v.shape)
		}
	}
	start, limit, delta := c.knownFloats(0)[0], c.knownFloats(1)[0], c.knownFloats(2)[0]
	n := (limit - start) / delta
	if delta == 0 || !(n < maxValue) {
		c.fail("from %v to %v by %v are more numbers than a model should need", start, limit, delta)
	}
	out := value{kind: c.in[0].kind, shape: []int{0}}
	for i := 0; float64(i) < n; i++ {
		out.shape[0]++
		if out.kind == floats {
			out.floats = append(out.floats, start+float64(i)*delta)
		} else {
			out.ints = append(out.ints, c.in[0].ints[0]+int64(i)*c.in[2].ints[0])
		}
	}
	return []value{out}
}

func cast(c *call) []value {
	to := elementType(c.int("to", 0))
	e, ok := elements[to]
	if !ok {
		c.fail("it converts to %v, which is not supported", to)
	}
	return []value{c.converted(e.kind)}
}

func castLike(c *call) []value { return []value{c.converted(c.arg(1).kind)} }

// converted is the first input as numbers of another kind. Precision is that of the computation.
func (c *call) converted(to kind) value {
	v := c.arg(0)
	switch {
	case v.kind == to:
		return v
	case v.kind == texts || to == texts || v.kind == mapped:
		c.fail("it converts %v to %v", v.kind, to)
	case !v.known():
		if v.kind == floats {
			c.known(0) // rounding has no derivative
		}
		if to == bools {
			c.fail("it converts integers that depend on the samples to truth values")
		}
		v.kind = to
		return v
	case to == floats:
		return value{kind: floats, shape: v.shape, floats: v.doubles()}
	}
	out := value{kind: to, shape: v.shape, ints: slices.Clone(v.ints)}
	for _, x := range v.floats {
		out.ints = append(out.ints, int64(x))
	}
	for i, x := range out.ints {
		if to == bools {
			out.ints[i] = truth(x != 0 || v.floats != nil && v.floats[i] != 0)
		}
	}
	return out
}

// dropout passes its input on; in the training pass it leaves a share of the elements out.
func dropout(c *call) []value {
	v := c.arg(0)
	rate := c.float("ratio", 0.5)
	if c.has(1) {
		rate = c.number(1, 0.5)
	}
	out := v
	if c.training != nil && rate > 0 && v.raw != nil {
		out.raw, out.perm, out.rows = c.training.Dropout(v.node(), rate), nil, nil
	}
	mask := value{kind: bools, shape: v.shape}
	if v.known() {
		c.room(v.shape)
		mask.ints = slices.Repeat([]int64{1}, v.size())
	} else {
		mask = value{}
	}
	return []value{out, mask}
}
