package onnx

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// The operator sets that are read. Files of older ones have other meanings for the same names.
const (
	oldest, newest     = 11, 25
	oldestML, newestML = 1, 5
)

// Load reads an ONNX file and what lies in other files beside it, finds its parameters and its
// output, and builds the network once. An error says what in the file is wrong or not supported;
// see [MissingError] for operators.
func Load(path string, o Options) (*Model, error) {
	if o.MaxBytes < 0 {
		return nil, fmt.Errorf("onnx: MaxBytes is %d, and has to be at least 0", o.MaxBytes)
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 2 << 30
	}
	data, err := readFile(path, o.MaxBytes)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	m := &Model{path: path}
	if err := m.load(data, o); err != nil {
		return nil, fmt.Errorf("onnx: %s: %w", path, err)
	}
	return m, nil
}

func readFile(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no ordinary file: want an ONNX file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > most:
		return nil, fmt.Errorf("%s has more than %d bytes: set Options.MaxBytes if that is right", path, most)
	case len(data) == 0:
		return nil, fmt.Errorf("%s is empty: want an ONNX file", path)
	}
	return data, nil
}

func (m *Model) load(data []byte, o Options) (err error) {
	if m.file, err = decode(data); err != nil {
		return err
	}
	f := m.file
	if err := f.prepare(); err != nil {
		return err
	}
	if m.externals, err = readExternal(filepath.Dir(m.path), f.inits, o.MaxBytes-int64(len(data))); err != nil {
		return err
	}
	l, err := link(f)
	if err != nil {
		return err
	}
	for _, v := range f.inputs {
		if f.initializer(v.Name) == nil {
			m.inputs = append(m.inputs, v)
		}
	}
	if err := m.checkInputs(); err != nil {
		return err
	}
	if m.head, err = m.findHead(l, o); err != nil {
		return err
	}
	if m.nodes, err = l.order(m.head.name); err != nil {
		return err
	}
	if err := checkOperators(m.nodes); err != nil {
		return err
	}
	if err := m.choose(l, o); err != nil {
		return err
	}
	m.classes = m.findClasses()
	m.trains = slices.ContainsFunc(m.params, func(p *parameter) bool { return p.fixed }) ||
		slices.ContainsFunc(m.nodes, func(n *node) bool { return n.key() == "Dropout" })
	m.affine = m.notAffine(l, m.isFeatures)
	m.linear = m.notAffine(l, m.isFixedMap)
	m.note()
	if err := m.checkScores(); err != nil {
		return err
	}
	return m.checkStaying(l)
}

// prepare checks the operator sets, writes functions out and makes initializers of the weights that
// stand in attributes.
func (f *file) prepare() error {
	for domain, bounds := range map[string][2]int64{"": {oldest, newest}, "ai.onnx.ml": {oldestML, newestML}} {
		v, ok := f.opsets[domain]
		if ok && (v < bounds[0] || v > bounds[1]) {
			return fmt.Errorf("it uses version %d of the operators of %s, and %d to %d are read: export the model with one of these",
				v, key(domain, "ONNX"), bounds[0], bounds[1])
		}
	}
	if err := f.inline(); err != nil {
		return err
	}
	return f.lift()
}

// lifted are the attributes that are weights: they are read as initializers, which the node has as
// further inputs.
var lifted = map[string][]string{
	"ai.onnx.ml.LinearClassifier": {"coefficients", "intercepts"},
	"ai.onnx.ml.LinearRegressor":  {"coefficients", "intercepts"},
}

func (f *file) lift() error {
	taken := map[string]bool{}
	for _, t := range f.inits {
		taken[t.name] = true
	}
	for _, n := range f.nodes {
		for _, name := range lifted[n.key()] {
			a, ok := n.attrs[name]
			if ok && a.kind != attrFloats {
				return fmt.Errorf("%v: attribute %q is %v, and has to be %v", n, name, a.kind, attrFloats)
			}
			if !ok || len(a.floats) == 0 {
				n.in = append(n.in, "")
				continue
			}
			unique := name
			for k := 2; taken[unique]; k++ {
				unique = fmt.Sprintf("%s %d", name, k)
			}
			taken[unique] = true
			f.inits = append(f.inits, &tensorData{name: unique, dims: []int64{int64(len(a.floats))}, typ: typeFloat, places: a.places})
			n.in = append(n.in, unique)
		}
		if n.key() == "ai.onnx.ml.LinearClassifier" {
			n.out = append(append(n.out, make([]string, max(0, 2-len(n.out)))...)[:2:2], rawScores(n))
		}
	}
	return nil
}

// rawScores names the scores of a LinearClassifier before its transformation, which are no value of
// the file's graph.
func rawScores(n *node) string {
	if n.name == "" {
		return "raw_scores"
	}
	return "raw_scores of " + n.name
}

// choose finds out which initializers are parameters, by building the network: those of
// floating-point numbers, with at least one axis, on which the output depends otherwise than through
// a shape, a bound or another number that has to be known.
func (m *Model) choose(l *links, o Options) error {
	if err := m.candidates(); err != nil {
		return err
	}
	var shape []int
	for {
		b, out, err := m.trial()
		var w *wanted
		if errors.As(err, &w) {
			m.settle(w.origins)
			continue
		}
		if err != nil {
			return err
		}
		if out.known() || !out.data {
			return fmt.Errorf("the output %q does not depend on the input: name another by Options.Output", m.head.name)
		}
		shape = scoresShape(out.shape)
		m.head.settle(out.shape, m.isRegression())
		if drop := m.keepStatistics(b); len(drop) > 0 {
			m.settle(drop)
			continue
		}
		var idle origins
		for i := range m.params {
			if !slices.Contains(out.from, i) {
				idle = append(idle, i)
			}
		}
		if len(idle) == 0 {
			break
		}
		m.settle(idle)
	}
	if !slices.ContainsFunc(m.params, func(p *parameter) bool { return !p.fixed }) {
		return fmt.Errorf("the output %q depends on no initializer of floating-point numbers: there is nothing to learn", m.head.name)
	}
	if len(shape) == 2 && shape[1] == 2 {
		return m.two(l, o.Loss != "")
	}
	return nil
}

// isRegression reports whether the file's producer says what an output of several numbers is that no
// softmax made: scikit-learn's classifiers have an output of labels beside it.
func (m *Model) isRegression() bool {
	labels := slices.ContainsFunc(m.file.outputs, func(v Value) bool { return !isFloat(v.Type) })
	return m.file.producer == "skl2onnx" && !labels
}

// candidates reads the initializers that the output needs.
func (m *Model) candidates() error {
	m.constants = map[string]value{}
	read := map[string]bool{m.head.name: true}
	for _, n := range m.nodes {
		for _, name := range n.in {
			read[name] = true
		}
	}
	for _, name := range m.file.sparse {
		if read[name] {
			return fmt.Errorf("initializer %q is stored as a sparse tensor, which is not read: store it as a dense one", name)
		}
	}
	for i, t := range m.file.inits {
		if !read[t.name] {
			continue
		}
		v, err := t.value(m.file.data)
		if err != nil {
			return err
		}
		if v.kind == floats && len(v.shape) > 0 && v.size() > 0 && finite(v.floats) && len(t.whole) == 0 {
			m.params = append(m.params, &parameter{data: t, value: v, number: i})
		} else {
			m.constants[t.name] = v
		}
	}
	return nil
}

func finite(xs []float64) bool {
	for _, x := range xs {
		if x-x != 0 {
			return false
		}
	}
	return true
}

// settle makes constants of parameters.
func (m *Model) settle(which origins) {
	var left []*parameter
	for i, p := range m.params {
		if slices.Contains(which, i) {
			m.constants[p.data.name] = p.value
		} else {
			left = append(left, p)
		}
	}
	m.params = left
}

// keepStatistics marks running statistics. It returns those that cannot be estimated again: that
// several nodes use, or in several ways.
func (m *Model) keepStatistics(b *builder) (drop origins) {
	uses := map[string]int{}
	for _, n := range m.nodes {
		for _, name := range n.in {
			uses[name]++
		}
	}
	for _, pair := range b.statistics {
		for _, i := range pair {
			m.params[i].fixed = true
		}
		for _, i := range pair {
			if uses[m.params[i].data.name] > 1 {
				drop = drop.with(pair)
			}
		}
	}
	return drop
}
