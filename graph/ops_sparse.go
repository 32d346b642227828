package graph

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Sparse is a matrix in compressed sparse row form, as the value of a [SparseInput]. Row i holds
// Values[k] at column Indices[k] for k from Indptr[i] to Indptr[i+1]-1; Indptr[0] need not be 0.
type Sparse[T Float] struct {
	Rows, Cols int
	Indptr     []int
	Indices    []int32
	Values     []T
}

// Check returns an error if row pointers or column indices are out of range, or a row holds two
// values of one column, which norms would not add up. Kernels rely on it.
func (x *Sparse[T]) Check() error {
	if x == nil {
		return errors.New("graph: the sparse rows are nil")
	}
	if x.Rows < 0 || x.Cols < 0 {
		return fmt.Errorf("graph: sparse rows of shape [%d %d]", x.Rows, x.Cols)
	}
	if len(x.Indptr) != x.Rows+1 {
		return fmt.Errorf("graph: %d sparse rows with %d row pointers", x.Rows, len(x.Indptr))
	}
	for r := range x.Rows {
		if lo, hi := x.Indptr[r], x.Indptr[r+1]; lo < 0 || hi < lo || hi > len(x.Indices) || hi > len(x.Values) {
			return fmt.Errorf("graph: sparse row %d lies at %d:%d of %d indices and %d values", r, lo, hi, len(x.Indices), len(x.Values))
		}
	}
	if x.Rows > 0 {
		for _, c := range x.Indices[x.Indptr[0]:x.Indptr[x.Rows]] {
			if uint(c) >= uint(x.Cols) {
				return fmt.Errorf("graph: column index %d in sparse rows of %d columns", c, x.Cols)
			}
		}
	}
	for r := range x.Rows {
		if c, ok := repeated(x.Indices[x.Indptr[r]:x.Indptr[r+1]]); ok {
			return fmt.Errorf("graph: sparse row %d holds two values of column %d: add them up first", r, c)
		}
	}
	return nil
}

// repeated returns a number that occurs twice.
func repeated(x []int32) (int32, bool) {
	rising := true
	for i := 1; i < len(x); i++ {
		rising = rising && x[i-1] < x[i]
	}
	if rising {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(x))
	for i := 1; i < len(sorted); i++ {
		if sorted[i-1] == sorted[i] {
			return sorted[i], true
		}
	}
	return 0, false
}

// The methods below make a *Sparse a gorgonia.Value, so that it can be fed to a program.

// Shape returns [Rows Cols].
func (x *Sparse[T]) Shape() tensor.Shape { return tensor.Shape{x.Rows, x.Cols} }

// Size returns the number of elements, zeros included.
func (x *Sparse[T]) Size() int { return x.Rows * x.Cols }

// Data returns the stored values.
func (x *Sparse[T]) Data() any { return x.Values }

// Dtype returns the type of the values.
func (x *Sparse[T]) Dtype() tensor.Dtype {
	var zero T
	if _, ok := any(zero).(float32); ok {
		return tensor.Float32
	}
	return tensor.Float64
}

// Uintptr returns the address of the stored values.
func (x *Sparse[T]) Uintptr() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(x.Values))) }

// MemSize returns the bytes that the stored values take.
func (x *Sparse[T]) MemSize() uintptr { return uintptr(len(x.Values)) * unsafe.Sizeof(*new(T)) }

// Format writes the matrix's dimensions and number of stored values.
func (x *Sparse[T]) Format(s fmt.State, _ rune) {
	fmt.Fprintf(s, "sparse [%d %d] with %d values", x.Rows, x.Cols, len(x.Values))
}

// sparseInput is the operator of an input whose value is a [Sparse].
type sparseInput struct {
	name       string
	rows, cols int
}

func (s sparseInput) String() string { return fmt.Sprintf("sparse[%s %d %d]", s.name, s.rows, s.cols) }
func (s sparseInput) infer([][]int) ([]int, error) {
	return []int{s.rows, s.cols}, nil
}
func (s sparseInput) adjoint([]*Node, *Node, *Node, []bool) []*Node { return nil }

// SparseInput adds an input of sparse rows to g. It can be an argument of [Affine] and [SparseMul]
// only, and nothing is differentiated by it.
func SparseInput(g *gorgonia.ExprGraph, dt tensor.Dtype, name string, rows, cols int) *Node {
	if g == nil {
		fail("SparseInput", "%q has no graph: give it one from gorgonia.NewGraph", name)
	}
	if dt != tensor.Float32 && dt != tensor.Float64 {
		fail("SparseInput", "%q has type %v: want float32 or float64", name, dt)
	}
	if rows < 1 || cols < 1 || cols > math.MaxInt32+1 {
		fail("SparseInput", "%q has shape [%d %d]: both must be at least 1, and columns have numbers below 2^31", name, rows, cols)
	}
	return applyIn(g, dt, sparseInput{name: name, rows: rows, cols: cols})
}

func isSparse(n *Node) bool {
	_, ok := operatorOf(n).(sparseInput)
	return ok
}

// sparseOperator marks the operators whose first input is sparse.
type sparseOperator interface{ sparseFirst() }

// sparseMul is X W for sparse X; sparseMulT, its adjoint, is X' R.
type sparseMul struct{}

func (sparseMul) sparseFirst()   {}
func (sparseMul) String() string { return "sparsemul" }
func (sparseMul) infer(in [][]int) ([]int, error) {
	if len(in[1]) != 2 || in[0][1] != in[1][0] {
		return nil, fmt.Errorf("shapes %v and %v do not multiply", in[0], in[1])
	}
	return []int{in[0][0], in[1][1]}, nil
}
func (sparseMul) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	return []*Node{nil, apply(sparseMulT{}, in[0], dy)}
}

type sparseMulT struct{}

func (sparseMulT) sparseFirst()   {}
func (sparseMulT) String() string { return "sparsemulT" }
func (sparseMulT) infer(in [][]int) ([]int, error) {
	if len(in[1]) != 2 || in[0][0] != in[1][0] {
		return nil, fmt.Errorf("shapes %v (transposed) and %v do not multiply", in[0], in[1])
	}
	return []int{in[0][1], in[1][1]}, nil
}
func (sparseMulT) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	return []*Node{nil, apply(sparseMul{}, in[0], dy)}
}

// SparseMul returns the product of sparse rows x (n, in) and a matrix w (in, out): (n, out).
func SparseMul(x, w *Node) *Node {
	if checkNode(x); !isSparse(x) {
		fail("SparseMul", "%s is not a SparseInput", describe(x))
	}
	return apply(sparseMul{}, x, w)
}

// sparseDense writes sparse rows out in full.
type sparseDense struct{}

func (sparseDense) sparseFirst()                                  {}
func (sparseDense) String() string                                { return "sparsedense" }
func (sparseDense) infer(in [][]int) ([]int, error)               { return in[0], nil }
func (sparseDense) adjoint([]*Node, *Node, *Node, []bool) []*Node { return []*Node{nil} }

// sparseNorms is the Euclidean norm of each sparse row: (n).
type sparseNorms struct{}

func (sparseNorms) sparseFirst()                                  {}
func (sparseNorms) String() string                                { return "sparsenorms" }
func (sparseNorms) infer(in [][]int) ([]int, error)               { return in[0][:1], nil }
func (sparseNorms) adjoint([]*Node, *Node, *Node, []bool) []*Node { return []*Node{nil} }
