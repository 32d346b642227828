// Package tiles adds products of small tiles to a matrix in registers, for convolutions whose
// windows are read straight from the images: no window is ever copied.
package tiles

// Rows and Cols are the size of a tile of the result.
const Rows, Cols = 8, 32

// Strides say where the elements of a product lie. Element k of row i of the first operand is at
// Row*i + Step*k from a start, element k of the second one is Cols numbers at Panel*k. There are
// several starts, one after the other; the second operand goes on where the last ended.
type Strides struct {
	Row, Step, Panel int
}

// Available reports whether this processor has the instructions that Add needs.
func Available() bool { return available }

// Add computes, for each of Rows rows i and Cols columns j,
//
//	c[ld*i + j] += sum over starts and over k < n of a[start + Row*i + Step*k] * b[Panel*k' + j],
//
// where k' counts through all starts. Without add, c is overwritten. The sum runs in the order of
// k'. Add panics where it would read or write beyond a slice.
func Add(c []float32, ld int, a []float32, starts []int, n int, b []float32, s Strides, add bool) {
	if len(starts) == 0 || n <= 0 {
		panic("tiles: an empty product")
	}
	_ = c[(Rows-1)*ld+Cols-1]
	_ = b[s.Panel*(n*len(starts)-1)+Cols-1]
	for _, start := range starts {
		_ = a[start+s.Row*(Rows-1)+s.Step*(n-1)]
	}
	if available {
		addFast(&c[0], ld, &a[0], &starts[0], len(starts), n, &b[0], s.Row, s.Step, s.Panel, add)
		return
	}
	addSlow(c, ld, a, starts, n, b, s, add)
}

// addSlow is Add in plain Go, the oracle of the assembly and its stand-in on other processors.
func addSlow(c []float32, ld int, a []float32, starts []int, n int, b []float32, s Strides, add bool) {
	for i := range Rows {
		for j := range Cols {
			var sum float32
			if add {
				sum = c[ld*i+j]
			}
			at := 0
			for _, start := range starts {
				for k := range n {
					sum += a[start+s.Row*i+s.Step*k] * b[at+j]
					at += s.Panel
				}
			}
			c[ld*i+j] = sum
		}
	}
}
