package onnx

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// file is a decoded model. Its bytes are kept: what Save writes is these, with other numbers.
type file struct {
	data      []byte
	producer  string
	opsets    map[string]int64 // by domain
	nodes     []*node
	inits     []*tensorData
	inputs    []Value
	outputs   []Value
	functions []*function
	sparse    []string // initializers that are stored as sparse tensors
	graphs    int
}

// function is an operator that the file defines itself.
type function struct {
	domain, name string
	in, out      []string
	nodes        []*node
	defaults     map[string]attribute
	opsets       map[string]int64
}

// Value is an input or an output of the file's graph.
type Value struct {
	Name string
	Type string   // "float", "int64", "string", ...; "map" and "sequence" for what ZipMap makes
	Dims []string // of each axis the size, the name that stands for it, or "?"; nil if the file does not say

	sizes []int // -1 where the size is free
}

func (v Value) String() string { return fmt.Sprintf("%s %s %v", v.Name, v.Type, v.Dims) }

// decode reads a ModelProto. It keeps no part of data but data itself.
func decode(data []byte) (*file, error) {
	f := &file{data: data, opsets: map[string]int64{}}
	err := eachField(data, 0, func(x field) error {
		switch x.num {
		case 2:
			return x.text(&f.producer)
		case 7:
			f.graphs++
			return f.graph(x)
		case 8:
			return opset(x, f.opsets)
		case 25:
			fn, err := decodeFunction(x)
			f.functions = append(f.functions, fn)
			return err
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case f.graphs != 1:
		return nil, fmt.Errorf("it holds %d graphs, and has to hold one: it is no ONNX model", f.graphs)
	case len(f.opsets) == 0:
		return nil, fmt.Errorf("it does not say which operator sets it uses: it is no ONNX model")
	}
	return f, nil
}

// opset notes the version of a domain; of two the later holds.
func opset(x field, to map[string]int64) error {
	var domain string
	var version int64
	err := x.message(func(x field) error {
		switch x.num {
		case 1:
			return x.text(&domain)
		case 2:
			return x.whole(&version)
		}
		return nil
	})
	if domain == "ai.onnx" {
		domain = ""
	}
	to[domain] = max(to[domain], version)
	return err
}

func (f *file) graph(x field) error {
	return x.message(func(x field) error {
		switch x.num {
		case 1:
			n, err := decodeNode(x, len(f.nodes))
			f.nodes = append(f.nodes, n)
			return err
		case 5:
			t, err := decodeTensor(x)
			f.inits = append(f.inits, t)
			return err
		case 11:
			return decodeValue(x, &f.inputs)
		case 12:
			return decodeValue(x, &f.outputs)
		case 15:
			return f.sparseTensor(x)
		}
		return nil
	})
}

// sparseTensor notes the name of a sparse initializer, that of its values.
func (f *file) sparseTensor(x field) error {
	return x.message(func(x field) error {
		if x.num != 1 {
			return nil
		}
		t, err := decodeTensor(x)
		if err == nil {
			f.sparse = append(f.sparse, t.name)
		}
		return err
	})
}

func decodeNode(x field, index int) (*node, error) {
	n := &node{index: index, attrs: map[string]attribute{}}
	err := x.message(func(x field) error {
		switch x.num {
		case 1:
			return appendText(x, &n.in)
		case 2:
			return appendText(x, &n.out)
		case 3:
			return x.text(&n.name)
		case 4:
			return x.text(&n.op)
		case 5:
			name, a, err := decodeAttribute(x)
			if _, twice := n.attrs[name]; twice && err == nil {
				return fmt.Errorf("%v has two attributes %q", n, name)
			}
			n.attrs[name] = a
			return err
		case 7:
			return x.text(&n.domain)
		}
		return nil
	})
	if n.domain == "ai.onnx" {
		n.domain = ""
	}
	return n, err
}

func appendText(x field, to *[]string) error {
	*to = append(*to, string(x.data))
	return x.want(protowire.BytesType)
}

// decodeAttribute reads an attribute. Old files do not say of which type it is: then the field that
// holds it does.
func decodeAttribute(x field) (name string, a attribute, err error) {
	declared, seen := int64(0), attrKind(0)
	err = x.message(func(x field) error {
		kinds := map[protowire.Number]attrKind{2: attrFloat, 3: attrInt, 4: attrText, 5: attrTensor, 6: attrGraph, 7: attrFloats, 8: attrInts,
			9: attrTexts, 10: attrTensors, 11: attrGraphs}
		if k, ok := kinds[x.num]; ok {
			seen = k
		}
		switch x.num {
		case 1:
			return x.text(&name)
		case 2:
			a.f = bits32(x.n)
			return x.want(protowire.Fixed32Type)
		case 3:
			return x.whole(&a.i)
		case 4:
			return x.text(&a.s)
		case 5:
			a.tensor, err = decodeTensor(x)
			return err
		case 7:
			a.appendFloats(x)
			return x.fixed(4, &a.places)
		case 8:
			return x.wholes(&a.ints)
		case 9:
			return appendText(x, &a.texts)
		case 20:
			return x.whole(&declared)
		case 21:
			return x.text(&a.ref)
		}
		return nil
	})
	if a.kind = attrKind(declared); declared == 0 {
		a.kind = seen
	}
	return name, a, err
}

// appendFloats adds a number or several packed ones; x.fixed says whether they are whole.
func (a *attribute) appendFloats(x field) {
	if x.typ != protowire.BytesType {
		a.floats = append(a.floats, bits32(x.n))
	}
	for b := x.data; len(b) >= 4; b = b[4:] {
		a.floats = append(a.floats, bits32(littleEndian(b[:4])))
	}
}

func decodeFunction(x field) (*function, error) {
	fn := &function{defaults: map[string]attribute{}, opsets: map[string]int64{}}
	err := x.message(func(x field) error {
		switch x.num {
		case 1:
			return x.text(&fn.name)
		case 4:
			return appendText(x, &fn.in)
		case 5:
			return appendText(x, &fn.out)
		case 7:
			n, err := decodeNode(x, len(fn.nodes))
			fn.nodes = append(fn.nodes, n)
			return err
		case 9:
			return opset(x, fn.opsets)
		case 10:
			return x.text(&fn.domain)
		case 11:
			name, a, err := decodeAttribute(x)
			fn.defaults[name] = a
			return err
		}
		return nil
	})
	return fn, err
}

// decodeValue appends an input or output.
func decodeValue(x field, to *[]Value) error {
	v := Value{Type: "unknown"}
	err := x.message(func(x field) error {
		switch x.num {
		case 1:
			return x.text(&v.Name)
		case 2:
			return v.decodeType(x)
		}
		return nil
	})
	*to = append(*to, v)
	return err
}

func (v *Value) decodeType(x field) error {
	return x.message(func(x field) error {
		switch x.num {
		case 1:
			return v.decodeTensorType(x)
		case 4:
			v.Type = "sequence"
		case 5:
			v.Type = "map"
		}
		return nil
	})
}

func (v *Value) decodeTensorType(x field) error {
	return x.message(func(x field) error {
		switch x.num {
		case 1:
			var t int64
			err := x.whole(&t)
			v.Type = elementType(t).String()
			return err
		case 2:
			v.Dims, v.sizes = []string{}, []int{}
			return x.message(func(x field) error {
				if x.num != 1 {
					return nil
				}
				return v.decodeDim(x)
			})
		}
		return nil
	})
}

// decodeDim appends one axis. Exporters write a free one as a name, as 0, -1 or as nothing.
func (v *Value) decodeDim(x field) error {
	name, size := "?", int64(0)
	err := x.message(func(x field) error {
		switch x.num {
		case 1:
			return x.whole(&size)
		case 2:
			return x.text(&name)
		}
		return nil
	})
	if len(v.sizes) >= maxRank {
		return fmt.Errorf("value %q has more than %d axes", v.Name, maxRank)
	}
	if size <= 0 {
		v.Dims, v.sizes = append(v.Dims, name), append(v.sizes, -1)
		return err
	}
	if size > maxElements {
		return fmt.Errorf("value %q has an axis of %d elements, more than any memory holds", v.Name, size)
	}
	v.Dims, v.sizes = append(v.Dims, fmt.Sprint(size)), append(v.sizes, int(size))
	return err
}

// limits on what a file may ask for.
const (
	maxRank     = 32
	maxElements = 1 << 31
)

// initializer finds an initializer by its name.
func (f *file) initializer(name string) *tensorData {
	i := slices.IndexFunc(f.inits, func(t *tensorData) bool { return t.name == name })
	if i < 0 {
		return nil
	}
	return f.inits[i]
}
