package graph

import "lethe/graph/internal/vec"

// poolShape is the geometry of a pooling's kernels: images (n, h, w, c) and pooled ones (n, oh, ow,
// c).
type poolShape struct {
	win        Window
	n, h, w, c int
	oh, ow     int
}

func newPoolShape(w Window, images, pooled []int) poolShape {
	return poolShape{win: w, n: images[0], h: images[1], w: images[2], c: images[3], oh: pooled[1], ow: pooled[2]}
}

// windows calls f for every window with its place among the pooled pixels.
func (s *poolShape) windows(f func(pooled, image, top, left int)) {
	for p := range s.n * s.oh * s.ow {
		i, j := p/s.ow%s.oh, p%s.ow
		f(p, p/(s.ow*s.oh), i*s.win.Stride[0]-s.win.Before[0], j*s.win.Stride[1]-s.win.Before[1])
	}
}

// elements calls f for every pixel of a window that lies in the image, with its number in the
// window and its place among the pixels.
func (s *poolShape) elements(image, top, left int, f func(number, pixel int)) {
	for k := range s.win.Size[0] {
		y := top + k*s.win.Dilation[0]
		if y < 0 || y >= s.h {
			continue
		}
		for l := range s.win.Size[1] {
			if x := left + l*s.win.Dilation[1]; x >= 0 && x < s.w {
				f(k*s.win.Size[1]+l, (image*s.h+y)*s.w+x)
			}
		}
	}
}

// offsets is the place of each element of a window, relative to its first pixel.
func (s *poolShape) offsets() []int {
	var out []int
	for k := range s.win.Size[0] {
		for l := range s.win.Size[1] {
			out = append(out, (k*s.win.Dilation[0]*s.w+l*s.win.Dilation[1])*s.c)
		}
	}
	return out
}

func lowerPoolIndex[T Float](o poolIndex, in int, shapes [][]int, out int, v value) kernel[T] {
	s := newPoolShape(o.w, shapes[0], v.shape)
	return func(m *machine[T]) {
		x, index, best, larger := m.vals[in], m.vals[out], m.block[:s.c], m.block[s.c:2*s.c]
		s.windows(func(p, image, top, left int) {
			at := index[p*s.c : (p+1)*s.c]
			first := true
			s.elements(image, top, left, func(number, pixel int) {
				row := x[pixel*s.c : (pixel+1)*s.c]
				if first {
					copy(best, row)
					fillWith(at, T(number))
					first = false
					return
				}
				// numbers grow, so that the last one that was larger than all before it is the
				// largest of those
				vec.Gt(larger, row, best)
				vec.MulS(larger, larger, T(number))
				vec.Max(at, at, larger)
				vec.Max(best, best, row)
			})
			if sum := vec.Sum(best); sum != sum { // a NaN is the largest, as in Max
				s.elements(image, top, left, func(number, pixel int) {
					for c, v := range x[pixel*s.c : (pixel+1)*s.c] {
						if v != v && best[c] != best[c] {
							at[c], best[c] = T(number), 0
						}
					}
				})
			}
		})
	}
}

func lowerPoolGather[T Float](o poolGather, in []int, shapes [][]int, out int) kernel[T] {
	s := newPoolShape(o.w, shapes[1], shapes[0])
	offsets := s.offsets()
	return func(m *machine[T]) {
		index, x, y := m.vals[in[0]], m.vals[in[1]], m.vals[out]
		s.windows(func(p, image, top, left int) {
			base := ((image*s.h+top)*s.w + left) * s.c
			at, row := index[p*s.c:(p+1)*s.c], y[p*s.c:(p+1)*s.c]
			for c, k := range at {
				row[c] = x[base+offsets[int(k)]+c]
			}
		})
	}
}

func lowerPoolScatter[T Float](o poolScatter, in []int, shapes [][]int, out int, v value) kernel[T] {
	s := newPoolShape(o.w, v.shape, shapes[0])
	offsets := s.offsets()
	return func(m *machine[T]) {
		index, d, x := m.vals[in[0]], m.vals[in[1]], m.vals[out]
		clear(x)
		s.windows(func(p, image, top, left int) {
			base := ((image*s.h+top)*s.w + left) * s.c
			at, row := index[p*s.c:(p+1)*s.c], d[p*s.c:(p+1)*s.c]
			for c, k := range at {
				x[base+offsets[int(k)]+c] += row[c]
			}
		})
	}
}

func lowerAvgPool[T Float](o avgPool, in int, shapes [][]int, out int, v value) kernel[T] {
	s := newPoolShape(o.w, shapes[0], v.shape)
	return func(m *machine[T]) {
		x, y := m.vals[in], m.vals[out]
		clear(y)
		s.windows(func(p, image, top, left int) {
			row, n := y[p*s.c:(p+1)*s.c], 0
			s.elements(image, top, left, func(int, int) { n++ })
			share := 1 / T(n) // of which a sum cannot overflow
			s.elements(image, top, left, func(_, pixel int) {
				vec.Axpy(row, share, x[pixel*s.c:(pixel+1)*s.c])
			})
		})
	}
}

func lowerAvgSpread[T Float](o avgSpread, in int, shapes [][]int, out int, v value) kernel[T] {
	s := newPoolShape(o.w, v.shape, shapes[0])
	return func(m *machine[T]) {
		d, x := m.vals[in], m.vals[out]
		clear(x)
		s.windows(func(p, image, top, left int) {
			n := 0
			s.elements(image, top, left, func(int, int) { n++ })
			share := 1 / T(n)
			s.elements(image, top, left, func(_, pixel int) {
				vec.Axpy(x[pixel*s.c:(pixel+1)*s.c], share, d[p*s.c:(p+1)*s.c])
			})
		})
	}
}
