package onnx

import (
	"slices"

	"lethe/graph"
)

func init() {
	register("ai.onnx.ml", map[string]operator{
		"Scaler": scaler, "Normalizer": normalizer, "LinearClassifier": linearClassifier, "LinearRegressor": linearRegressor,
		"ArrayFeatureExtractor": arrayFeatures, "ZipMap": zipMap,
	})
}

// row is a vector of an attribute, nil where it is left out; one number stands for all.
func (c *call) row(name string, width int) *graph.Node {
	xs := c.floatsOf(name)
	if len(xs) == 0 {
		return nil
	}
	if len(xs) == 1 {
		xs = slices.Repeat(xs, width)
	}
	if len(xs) != width {
		c.fail("%d numbers of %s for %d columns", len(xs), name, width)
	}
	return graph.Fixed(c.like, xs, width)
}

// rowsOf is input 1 as rows of a table.
func (c *call) rowsOf() *graph.Node {
	v := c.arg(0)
	if len(v.shape) != 2 && len(v.shape) != 1 {
		c.fail("a value of shape %v is no table", v.shape)
	}
	if len(v.shape) == 1 {
		return graph.Reshape(c.nodeOf(v), 1, v.shape[0])
	}
	return c.nodeOf(v)
}

func scaler(c *call) []value {
	x := c.tensor(0)
	s := shapeOf(x)
	if len(s) == 0 {
		c.fail("it scales a single number")
	}
	if offset := c.row("offset", s[len(s)-1]); offset != nil {
		x = graph.Sub(x, offset)
	}
	if by := c.row("scale", s[len(s)-1]); by != nil {
		x = graph.Mul(x, by)
	}
	return results(x)
}

// normalizer divides each row by its norm.
func normalizer(c *call) []value {
	x := c.rowsOf()
	var norm *graph.Node
	switch how := c.text("norm", "MAX"); how {
	case "MAX":
		norm = graph.Max(x, 1)
	case "L1":
		norm = graph.Sum(graph.Abs(x), 1)
	case "L2":
		norm = graph.Norm(x, 1)
	default:
		c.fail("attribute \"norm\" is %q, and has to be MAX, L1 or L2", how)
	}
	return results(graph.Div(x, graph.Reshape(norm, x.Shape()[0], 1)))
}

// scores are x W' + b for the weights and biases that stand in attributes, one row a target.
func (c *call) scores(x *graph.Node) *graph.Node {
	width := x.Shape()[1]
	n := c.arg(1).size()
	if n%width != 0 {
		c.fail("%d coefficients for %d columns", n, width)
	}
	w := graph.Transpose(graph.Reshape(c.tensor(1), n/width, width))
	if !c.has(2) {
		return product(x, w)
	}
	if c.arg(2).size() != n/width {
		c.fail("%d intercepts for %d rows of coefficients", c.arg(2).size(), n/width)
	}
	return graph.Affine(x, w, c.tensor(2))
}

func linearRegressor(c *call) []value {
	out := c.scores(c.rowsOf())
	return results(c.transformed(out))
}

// transformed is the transformation of scores that the node names.
func (c *call) transformed(x *graph.Node) *graph.Node {
	switch how := c.text("post_transform", "NONE"); how {
	case "NONE":
	case "SOFTMAX":
		return graph.Softmax(x, 1)
	case "LOGISTIC":
		return graph.Sigmoid(x)
	default:
		c.fail("post_transform %s is not supported", how)
	}
	return x
}

// linearClassifier has the classes, what is made of the scores, and the scores themselves. One row
// of weights for two classes has the scores of the second.
func linearClassifier(c *call) []value {
	raw := c.scores(c.rowsOf())
	classes := max(len(c.intsOf("classlabels_ints")), len(c.textsOf("classlabels_strings")))
	k := raw.Shape()[1]
	if classes != k && !(k == 1 && classes == 2) {
		c.fail("%d rows of coefficients for %d classes", k, classes)
	}
	shown := raw
	if k > 1 || c.text("post_transform", "NONE") != "SOFTMAX" {
		shown = c.transformed(raw)
	}
	if k == 1 && classes == 2 { // as onnxruntime does it, whatever the transformation
		shown = graph.Concat(1, graph.Shift(graph.Neg(shown), 1), shown)
	}
	return []value{c.labels(raw), result(shown), result(raw)}
}

// labels are the classes of the largest scores, where these are known.
func (c *call) labels(raw *graph.Node) value {
	if !c.in[0].known() || !c.in[1].known() {
		return value{}
	}
	xs := c.evaluate([]*graph.Node{raw})[0]
	k := raw.Shape()[1]
	out := value{shape: []int{len(xs) / k}}
	for ; len(xs) > 0; xs = xs[k:] {
		best := 0
		if k == 1 && xs[0] > 0 {
			best = 1
		}
		for j := 1; j < k; j++ {
			if xs[j] > xs[best] {
				best = j
			}
		}
		if names := c.textsOf("classlabels_strings"); names != nil {
			out.kind, out.texts = texts, append(out.texts, names[best])
		} else {
			out.kind, out.ints = ints, append(out.ints, c.intsOf("classlabels_ints")[best])
		}
	}
	return out
}

// arrayFeatures takes columns of a table.
func arrayFeatures(c *call) []value {
	v := c.arg(0)
	if len(v.shape) == 0 {
		c.fail("it takes columns of a single number")
	}
	axis := len(v.shape) - 1
	out := c.taken(v, axis, c.indices(c.knownInts(1), v.shape[axis]))
	if len(v.shape) == 1 {
		out = c.shaped(out, 1, out.size())
	}
	return []value{out}
}

// zipMap gives the columns of probabilities names; the numbers stay.
func zipMap(c *call) []value {
	v := c.arg(0)
	if !v.known() {
		return []value{{}}
	}
	v.kind = mapped
	return []value{v}
}
