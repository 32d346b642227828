package graph

import (
	"lethe/graph/internal/blas"
	"lethe/graph/internal/vec"
)

// columnLimit is how many elements the columns of a tile may have: they have to stay in the cache
// until the product has read them. Tests lower it.
var columnLimit = 1 << 17

// convShape is the geometry of a convolution's kernel: images (n, h, w, c), filtered ones (n, oh,
// ow, o), and how many rows of filtered pixels make a tile.
type convShape struct {
	win             Window
	n, h, w, c      int
	oh, ow, o       int
	patch           int  // elements of a window: one row of the columns
	each            bool // filters of every image's own
	tile            int  // rows of ow filtered pixels in a tile
	columns, filter int  // elements of working memory for the columns of a tile and, where that is needed, for filters
}

func newConvShape(c conv, images, filtered []int) convShape {
	s := convShape{win: c.w, each: c.each, n: images[0], h: images[1], w: images[2], c: images[3],
		oh: filtered[1], ow: filtered[2], o: filtered[3]}
	s.patch = c.w.Size[0] * c.w.Size[1] * s.c
	rows := s.n * s.oh
	if s.each {
		rows = s.oh
	}
	s.tile = min(max(columnLimit/(s.ow*s.patch), 1), rows)
	s.columns = s.tile * s.ow * s.patch
	return s
}

// convWorkspace is the working memory that the kernel of a member of the family, or of a sum of
// some, needs.
func convWorkspace(o operator, in [][]int, out []int) int {
	switch o := o.(type) {
	case conv:
		return newConvShape(o, in[0], out).workspace()
	case convFilter:
		return newConvShape(conv(o), in[0], in[1]).workspace()
	case convInput:
		s := newInputShape(o, out, in[0])
		return s.workspace() + s.filter
	case convSum:
		most := 0
		for k, t := range o.terms {
			most = max(most, convWorkspace(t, in[2*k:2*k+2], out))
		}
		return most
	}
	return 0
}

// workspace is the memory for the columns of a tile, or for what a direct kernel packs.
func (s convShape) workspace() int {
	if d, ok := newDirect(s); ok {
		return max(s.columns, d.workspace())
	}
	return s.columns
}

// newInputShape is the geometry of convInput. With stride 1 it is the convolution of the filtered
// images by the filters turned round, with channels in and out exchanged: columns are copied there,
// where otherwise they would have to be added up.
func newInputShape(o convInput, images, filtered []int) convShape {
	if o.w.Stride != [2]int{1, 1} {
		return newConvShape(o.conv, images, filtered)
	}
	w := o.w
	for i := range 2 {
		w.Before[i], w.After[i] = w.extent(i)-1-w.Before[i], w.extent(i)-1-w.After[i]
	}
	s := newConvShape(conv{w: w, each: o.each}, filtered, images)
	s.filter = s.patch * s.o
	return s
}

// tiles calls f for each tile: its first row of filtered pixels, the number of rows, and the image
// whose filters it takes where each has its own.
func (s *convShape) tiles(f func(row, rows, image int)) {
	if !s.each {
		for row := 0; row < s.n*s.oh; row += s.tile {
			f(row, min(s.tile, s.n*s.oh-row), 0)
		}
		return
	}
	for image := range s.n {
		for row := 0; row < s.oh; row += s.tile {
			f(image*s.oh+row, min(s.tile, s.oh-row), image)
		}
	}
}

// convKernel writes to y or, with add, adds to it. bias, which only conv takes, is what y starts
// with in each pixel.
type convKernel[T Float] func(m *machine[T], y, a, b, bias []T, add bool)

func newConvKernel[T Float](o operator, in [][]int, out []int) convKernel[T] {
	switch o := o.(type) {
	case conv:
		s := newConvShape(o, in[0], out)
		if d, ok := newDirect(s); ok && isSingle[T]() {
			return directConvolution[T](d, false)
		}
		return forwardKernel[T](s)
	case convFilter:
		s := newConvShape(conv(o), in[0], in[1])
		if d, ok := newDirect(s); ok && isSingle[T]() {
			return func(m *machine[T], f, x, g, _ []T, add bool) {
				d.filters(singles(f), singles(x), singles(g), singles(m.block), add)
			}
		}
		return filterKernel[T](s)
	case convInput:
		s := newInputShape(o, out, in[0])
		if s.filter == 0 {
			return inputKernel[T](s)
		}
		if d, ok := newDirect(s); ok && isSingle[T]() {
			return directConvolution[T](d, true)
		}
		return turnedKernel[T](s)
	}
	panic("graph: no convolution") // unreachable: called for members of the family
}

func lowerConv[T Float](o operator, in []int, shapes [][]int, out int, v value) kernel[T] {
	sum, ok := o.(convSum)
	if !ok {
		sum = convSum{terms: []operator{o}}
	}
	var kernels []convKernel[T]
	for k, t := range sum.terms {
		kernels = append(kernels, newConvKernel[T](t, shapes[2*k:2*k+2], v.shape))
	}
	return func(m *machine[T]) {
		for k, f := range kernels {
			var bias []T
			if k == 0 && sum.bias {
				bias = m.vals[in[len(in)-1]]
			}
			f(m, m.vals[out], m.vals[in[2*k]], m.vals[in[2*k+1]], bias, k > 0)
		}
	}
}

func forwardKernel[T Float](s convShape) convKernel[T] {
	return func(m *machine[T], y, x, filters, bias []T, add bool) {
		convolve(&s, y, x, m.block[:s.columns], bias, add, func(image int) []T {
			return filters[image*s.patch*s.o : (image+1)*s.patch*s.o]
		})
	}
}

// turnedKernel is that of convInput with stride 1.
func turnedKernel[T Float](s convShape) convKernel[T] {
	return func(m *machine[T], x, d, filters, _ []T, add bool) {
		turned := m.block[s.columns : s.columns+s.filter]
		last := -1
		convolve(&s, x, d, m.block[:s.columns], nil, add, func(image int) []T {
			if image != last {
				turnFilters(turned, filters[image*s.filter:(image+1)*s.filter], s.o, s.c)
				last = image
			}
			return turned
		})
	}
}

// convolve writes the filtered images of x to y, or adds them.
func convolve[T Float](s *convShape, y, x, columns, bias []T, add bool, filters func(image int) []T) {
	var beta T
	if add || bias != nil {
		beta = 1
	}
	s.tiles(func(row, rows, image int) {
		pixels := rows * s.ow
		c := columnsOf(s, columns, x, row, rows)
		tile := y[row*s.ow*s.o : (row*s.ow+pixels)*s.o]
		for at := 0; bias != nil && at < len(tile); at += s.o {
			copy(tile[at:at+s.o], bias)
		}
		blas.Gemm(false, false, pixels, s.o, s.patch, 1, c, s.patch, filters(image), s.o, beta, tile, s.o)
	})
}

func filterKernel[T Float](s convShape) convKernel[T] {
	size := s.patch * s.o
	return func(m *machine[T], f, x, d, _ []T, add bool) {
		last := -1
		s.tiles(func(row, rows, image int) {
			pixels := rows * s.ow
			var beta T = 1
			if image != last && !add {
				beta = 0
			}
			last = image
			c := columnsOf(&s, m.block, x, row, rows)
			blas.Gemm(true, false, s.patch, s.o, pixels, 1, c, s.patch, d[row*s.ow*s.o:(row*s.ow+pixels)*s.o], s.o, beta,
				f[image*size:(image+1)*size], s.o)
		})
	}
}

// inputKernel is that of convInput with strides, which adds the columns up.
func inputKernel[T Float](s convShape) convKernel[T] {
	size := s.patch * s.o
	return func(m *machine[T], x, d, filters, _ []T, add bool) {
		if !add {
			clear(x)
		}
		s.tiles(func(row, rows, image int) {
			pixels := rows * s.ow
			c := m.block[:pixels*s.patch]
			blas.Gemm(false, true, pixels, s.patch, s.o, 1, d[row*s.ow*s.o:(row*s.ow+pixels)*s.o], s.o, filters[image*size:(image+1)*size], s.o,
				0, c, s.patch)
			addColumns(&s, x, c, row, rows)
		})
	}
}

// turnFilters writes filters (k, in, out) as (k, out, in) with the k positions in reverse order.
func turnFilters[T Float](dst, f []T, in, out int) {
	size := in * out
	k := len(f) / size
	for i := range k {
		vec.Transpose(dst[(k-1-i)*size:(k-i)*size], f[i*size:(i+1)*size], in, out)
	}
}

// columnsOf returns the windows of some rows of filtered pixels, one a row: (rows*ow, patch). They
// are x itself where windows are single pixels, and otherwise a copy in buf.
func columnsOf[T Float](s *convShape, buf, x []T, row, rows int) []T {
	if s.win == (Window{Size: [2]int{1, 1}, Stride: [2]int{1, 1}, Dilation: s.win.Dilation}) {
		return x[row*s.ow*s.c : (row+rows)*s.ow*s.c]
	}
	if s.win.Dilation[1] == 1 {
		copyLines(s, buf, x, row, rows)
	} else {
		s.walk(row, rows, func(at, run int) { clear(buf[at : at+run]) }, func(at, from, run int) { copy(buf[at:at+run], x[from:from+run]) })
	}
	return buf[:rows*s.ow*s.patch]
}

// copyLines is columnsOf where the elements of a window's line are neighbors, which is nearly
// always: line by line of the windows, so that what is copied lies in order on both sides.
func copyLines[T Float](s *convShape, buf, x []T, row, rows int) {
	run, step := s.win.Size[1]*s.c, s.win.Stride[1]*s.c
	for r := range rows {
		image, top := (row+r)/s.oh*s.h, (row+r)%s.oh*s.win.Stride[0]-s.win.Before[0]
		for k := range s.win.Size[0] {
			at := r*s.ow*s.patch + k*run
			y := top + k*s.win.Dilation[0]
			if y < 0 || y >= s.h {
				for range s.ow {
					clear(buf[at : at+run])
					at += s.patch
				}
				continue
			}
			line := x[(image+y)*s.w*s.c : (image+y+1)*s.w*s.c]
			left := -s.win.Before[1] * s.c
			for range s.ow {
				if left >= 0 && left+run <= len(line) {
					copy(buf[at:at+run], line[left:left+run])
				} else {
					lo := min(max(-left, 0), run)
					hi := max(min(len(line)-left, run), lo)
					clear(buf[at : at+lo])
					if hi > lo {
						copy(buf[at+lo:at+hi], line[left+lo:left+hi])
					}
					clear(buf[at+hi : at+run])
				}
				at += s.patch
				left += step
			}
		}
	}
}

// addColumns adds windows to where they were read from.
func addColumns[T Float](s *convShape, x, columns []T, row, rows int) {
	s.walk(row, rows, func(int, int) {}, func(at, from, run int) { vec.AddTo(x[from:from+run], columns[at:at+run]) })
}

// walk goes through the windows of some rows of filtered pixels in runs of neighbors: those in the
// padding, and those that start at from in the images. at is a run's place in the columns.
func (s *convShape) walk(row, rows int, padding func(at, run int), pixels func(at, from, run int)) {
	kh, kw := s.win.Size[0], s.win.Size[1]
	dw := s.win.Dilation[1]
	at := 0
	for r := row; r < row+rows; r++ {
		image, top := r/s.oh*s.h, r%s.oh*s.win.Stride[0]-s.win.Before[0]
		for j := range s.ow {
			left := j*s.win.Stride[1] - s.win.Before[1]
			for k := range kh {
				y := top + k*s.win.Dilation[0]
				if y < 0 || y >= s.h {
					padding(at, kw*s.c)
					at += kw * s.c
					continue
				}
				line := (image + y) * s.w
				if dw > 1 {
					for l := range kw {
						if x := left + l*dw; x < 0 || x >= s.w {
							padding(at, s.c)
						} else {
							pixels(at, (line+x)*s.c, s.c)
						}
						at += s.c
					}
					continue
				}
				lo := min(max(-left, 0), kw)
				hi := max(min(s.w-left, kw), lo)
				if lo > 0 {
					padding(at, lo*s.c)
				}
				if hi > lo {
					pixels(at+lo*s.c, (line+left+lo)*s.c, (hi-lo)*s.c)
				}
				if hi < kw {
					padding(at+hi*s.c, (kw-hi)*s.c)
				}
				at += kw * s.c
			}
		}
	}
}
