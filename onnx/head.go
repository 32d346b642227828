package onnx

import (
	"fmt"
	"slices"
	"strings"

	"lethe/graph"
	"lethe/nets"
)

// lossKind is the loss that the last nodes of a file stand for.
type lossKind string

const (
	softmaxLoss   lossKind = "softmax"
	logisticLoss  lossKind = "logistic"
	squaredLoss   lossKind = "squared"
	oneAgainstAll lossKind = "one against all" // a sigmoid for each of several classes
)

func (k lossKind) function() nets.Loss {
	switch k {
	case softmaxLoss:
		return nets.SoftmaxCrossEntropy
	case logisticLoss:
		return nets.Logistic
	case oneAgainstAll:
		return nets.OneAgainstAll
	}
	return nets.Squared
}

// head is the output before the loss, and the loss.
type head struct {
	name   string
	loss   lossKind
	behind []*node // from the file's output back to it
	second bool    // of two scores the first is minus the second, which alone is taken
}

// findHead finds the output before the loss: from each output of the file back through what turns
// scores into probabilities and classes.
func (m *Model) findHead(l *links, o Options) (head, error) {
	if o.Loss != "" && !slices.Contains([]lossKind{softmaxLoss, logisticLoss, squaredLoss}, lossKind(o.Loss)) {
		return head{}, fmt.Errorf("Options.Loss is %q, and has to be softmax, logistic or squared", o.Loss)
	}
	var found, classes []head
	for _, v := range m.file.outputs {
		if l.maker[v.Name] == nil {
			return head{}, fmt.Errorf("nothing makes the output %q", v.Name)
		}
		if h := l.back(v.Name); isFloat(v.Type) || v.Type == "map" || v.Type == "sequence" {
			found = append(found, h)
		} else if h.loss != "" {
			classes = append(classes, h)
		}
	}
	found = append(found, classes...) // probabilities say more than classes
	best := slices.IndexFunc(found, func(h head) bool { return h.loss != "" && (o.Output == "" || h.name == o.Output) })
	switch {
	case best >= 0:
	case o.Output != "":
		if l.maker[o.Output] == nil {
			return head{}, fmt.Errorf("Options.Output is %q, which no node of the graph makes", o.Output)
		}
		found, best = []head{{name: o.Output}}, 0
	case len(found) > 0:
		best = 0
	default:
		return head{}, fmt.Errorf("no output is of floating-point numbers: name the value before the loss by Options.Output")
	}
	h := found[best]
	if o.Loss != "" {
		h.loss = lossKind(o.Loss)
	}
	return h, nil
}

func isFloat(typ string) bool {
	return slices.ContainsFunc([]elementType{typeFloat, typeDouble, typeFloat16, typeBfloat16}, func(t elementType) bool { return t.String() == typ })
}

// back follows an output back to the scores that it is made of. The loss is empty where neither a
// softmax nor a sigmoid nor a choice of the largest is met.
func (l *links) back(name string) head {
	h := head{name: name}
	for {
		n := l.maker[h.name]
		if n == nil {
			return h
		}
		next, loss := l.before(n, h)
		if next == "" {
			return h
		}
		if h.loss == "" || loss == squaredLoss {
			h.loss = loss
		} else if h.loss == softmaxLoss && loss == logisticLoss {
			h.loss = oneAgainstAll // of which the largest is chosen
		}
		h.name, h.behind = next, append(h.behind, n)
	}
}

// before is what the output of a node is made of, and the loss that the node stands for; empty
// where the node belongs to the network.
func (l *links) before(n *node, h head) (name string, loss lossKind) {
	in := func(i int) string { return at(n.in, i) }
	linked := slices.ContainsFunc(h.behind, isLink)
	switch n.key() {
	case "Identity", "Cast", "Dropout", "ai.onnx.ml.ZipMap":
		return in(0), ""
	case "Softmax", "LogSoftmax":
		if !linked {
			return in(0), softmaxLoss
		}
	case "Sigmoid":
		if !linked {
			return in(0), logisticLoss
		}
	case "Reciprocal":
		if x := l.sigmoid(n); x != "" && !linked {
			return x, logisticLoss
		}
	case "ArgMax":
		return in(0), softmaxLoss
	case "ai.onnx.ml.ArrayFeatureExtractor", "Gather":
		if l.chosen(in(1)) {
			return in(1), ""
		}
	case "ai.onnx.ml.LinearClassifier":
		loss = softmaxLoss
		two := len(n.attrs["classlabels_ints"].ints)+len(n.attrs["classlabels_strings"].texts) == 2
		if how := n.attrs["post_transform"].s; how == "LOGISTIC" || two && how != "SOFTMAX" {
			loss = logisticLoss
		}
		if h.name != n.out[2] {
			return n.out[2], loss
		}
	case "ai.onnx.ml.Normalizer", "Div":
		p := in(0)
		if sum := l.maker[p]; sum != nil && sum.key() == "Add" { // of what keeps 0 from being divided by 0
			p = at(sum.in, 0)
		}
		if l.probable(p) && (n.op != "Div" || l.ancestor(in(1), p)) {
			return p, ""
		}
	case "Concat":
		if p := l.complement(n); p != "" {
			return p, ""
		}
	case "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Log", "Clip":
		if l.chosen(in(0)) || !linked && l.probable(in(0)) {
			return in(0), ""
		}
	}
	return "", ""
}

// isLink reports whether a node turns scores into probabilities.
func isLink(n *node) bool {
	return slices.Contains([]string{"Softmax", "LogSoftmax", "Sigmoid", "Reciprocal", "ai.onnx.ml.LinearClassifier"}, n.key())
}

// sigmoid is x where a node is 1/(1 + exp(-x)), written out.
func (l *links) sigmoid(n *node) string {
	for _, op := range []string{"Add", "Exp"} {
		if n = l.maker[at(n.in, 0)]; n == nil || n.key() != op {
			return ""
		}
	}
	if minus := l.maker[at(n.in, 0)]; minus != nil && (minus.key() == "Mul" || minus.key() == "Neg") {
		return at(minus.in, 0)
	}
	return ""
}

// probable reports whether a name stands for probabilities: a softmax or a sigmoid made them.
func (l *links) probable(name string) bool {
	return l.follow(name, isLink, "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Concat", "Clip", "ai.onnx.ml.Normalizer")
}

// chosen reports whether a name stands for classes: the places of largest elements.
func (l *links) chosen(name string) bool {
	choice := func(n *node) bool { return n.key() == "ArgMax" }
	return l.follow(name, choice, "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "ai.onnx.ml.ArrayFeatureExtractor", "Gather")
}

// follow goes back through nodes of some operators, by their last input that a node made, to one of
// which is holds.
func (l *links) follow(name string, is func(*node) bool, through ...string) bool {
	for range len(l.maker) {
		n := l.maker[name]
		switch {
		case n == nil:
			return false
		case is(n):
			return true
		case !slices.Contains(through, n.key()):
			return false
		}
		name = ""
		for _, in := range n.in {
			if l.maker[in] != nil {
				name = in
			}
		}
	}
	return false
}

// ancestor reports whether a value is made of another alone by sums of its elements, as what a
// vector is divided by to have the sum 1.
func (l *links) ancestor(name, of string) bool {
	through := []string{"Abs", "ReduceSum", "ReduceL1", "ReduceL2", "ReduceMax", "Clip", "Max", "Cast", "Identity", "Add", "Unsqueeze", "Reshape", "Equal",
		"Not", "Where", "Mul"}
	for range len(l.maker) {
		if name == of {
			return true
		}
		n := l.maker[name]
		if n == nil || !slices.Contains(through, n.key()) {
			return false
		}
		name = at(n.in, 0)
	}
	return false
}

// complement is p where a node joins 1-p and p, the probabilities of two classes.
func (l *links) complement(n *node) string {
	if len(n.in) != 2 || !l.probable(n.in[1]) {
		return ""
	}
	if first := l.maker[n.in[0]]; first != nil && first.key() == "Sub" && at(first.in, 1) == n.in[1] {
		return n.in[1]
	}
	return ""
}

// take makes of the head's value the outputs that the loss takes, one row a sample. Which loss an
// output without softmax or sigmoid has follows from its width.
func (h *head) take(v value) *graph.Node {
	n := v.node()
	s := shapeOf(n)
	if len(s) == 0 {
		panic(&fault{message: fmt.Sprintf("the output %q has no axis: its first has to count samples", h.name)})
	}
	n = graph.Reshape(n, scoresShape(s)...)
	if h.second {
		n = graph.Slice(n, 1, 1, 2)
	}
	return n
}

// scoresShape is the shape of scores as the loss takes them: without axes of one place behind the
// classes, as in (n, classes, 1, 1), and with an axis of outputs.
func scoresShape(s []int) []int {
	for len(s) > 2 && s[len(s)-1] == 1 {
		s = s[:len(s)-1]
	}
	if len(s) == 1 {
		s = []int{s[0], 1}
	}
	return s
}

// settle finds the loss, where the nodes behind an output do not say it, from its shape.
func (h *head) settle(shape []int, regression bool) {
	width := shape[len(shape)-1]
	if len(shape) == 1 {
		width = 1
	}
	switch {
	case h.loss == "" && (width == 1 || regression):
		h.loss = squaredLoss
	case h.loss == "":
		h.loss = softmaxLoss
	case h.loss == softmaxLoss && width == 1 && len(shape) <= 2:
		h.loss = logisticLoss
	case h.loss == logisticLoss && width > 2 && h.chooses():
		h.loss = oneAgainstAll
	case h.loss == oneAgainstAll && width <= 2:
		h.loss = logisticLoss
	}
}

// chooses reports whether the largest of the outputs is the class.
func (h *head) chooses() bool {
	return slices.ContainsFunc(h.behind, func(n *node) bool {
		return n.key() == "ai.onnx.ml.LinearClassifier" || strings.HasSuffix(n.op, "Normalizer") || n.op == "Div" || n.op == "ArgMax"
	})
}

// guesses reports whether scores are compared and nothing says what loss they were trained with.
func (h *head) guesses() bool {
	return slices.ContainsFunc(h.behind, func(n *node) bool {
		how := n.attrs["post_transform"].s
		return n.key() == "ai.onnx.ml.LinearClassifier" && (how == "" || how == "NONE")
	})
}
