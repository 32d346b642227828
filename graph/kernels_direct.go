package graph

import (
	"unsafe"

	"lethe/graph/internal/tiles"
)

// direct lets convolutions in single precision read their windows straight from padded images,
// where the processor can. Tests turn it off.
var direct = tiles.Available()

// DirectConvolutions reports whether convolutions in single precision read their windows straight
// from the images on this processor. Elsewhere, and in double precision, they multiply columns.
func DirectConvolutions() bool { return direct }

// directShape is the geometry of a convolution that copies no columns. Each image is copied once,
// with its padding; a window's line of kw*c numbers is then contiguous in it, and the products go
// from there to the tiles of tiles.Rows pixels and tiles.Cols channels of the result.
type directShape struct {
	convShape
	line   int // elements of a line of the padded image
	padded int // elements of the padded image, and what the last tile reads beyond it
	panels int // of tiles.Cols channels out, the last one filled up with zeros
	run    int // contiguous elements of a window: a line of it, or one pixel if it is dilated
	runs   int // in a line of a window
}

const tileSize = tiles.Rows * tiles.Cols

// newDirect returns the direct geometry, false where columns are better: for few channels out most
// of a panel would be zeros, for few pixels a line most of a tile's rows, and the windows of single
// pixels are columns as they are.
func newDirect(s convShape) (directShape, bool) {
	single := s.win.Size == [2]int{1, 1} && s.win.Stride == [2]int{1, 1}
	if !direct || single || min(s.win.Before[0], s.win.Before[1], s.win.After[0], s.win.After[1]) < 0 || s.o < tiles.Cols/2 || s.ow < tiles.Rows/2 {
		return directShape{}, false
	}
	d := directShape{convShape: s, line: (s.w + s.win.Before[1] + s.win.After[1]) * s.c, panels: (s.o + tiles.Cols - 1) / tiles.Cols,
		run: s.win.Size[1] * s.c, runs: 1}
	if s.win.Dilation[1] > 1 {
		d.run, d.runs = s.c, s.win.Size[1]
	}
	d.padded = (s.h+s.win.Before[0]+s.win.After[0])*d.line + tiles.Rows*max(s.win.Stride[1]*s.c, 1)
	return d, true
}

// workspace is the memory of the direct kernels, of a forward one or of that of the filters.
func (d *directShape) workspace() int {
	return d.padded + tileSize + d.panels*tiles.Cols*max(d.patch, d.oh*d.ow)
}

// pad writes an image (h, w, c) to dst with zeros around it.
func (d *directShape) pad(dst, image []float32) {
	clear(dst[:d.padded])
	at := d.win.Before[0]*d.line + d.win.Before[1]*d.c
	for y := range d.h {
		copy(dst[at+y*d.line:], image[y*d.w*d.c:(y+1)*d.w*d.c])
	}
}

// panel writes the columns of x (rows, o) to dst as panels of (rows, tiles.Cols).
func (d *directShape) panel(dst, x []float32, rows int) {
	for p := range d.panels {
		lo, hi := p*tiles.Cols, min((p+1)*tiles.Cols, d.o)
		for r := range rows {
			t := dst[(p*rows+r)*tiles.Cols : (p*rows+r+1)*tiles.Cols]
			clear(t[copy(t, x[r*d.o+lo:r*d.o+hi]):])
		}
	}
}

// lines are the starts of a window's lines in the padded image.
func (d *directShape) lines(starts []int) []int {
	for k := range d.win.Size[0] {
		for l := range d.runs {
			starts = append(starts, k*d.win.Dilation[0]*d.line+l*d.win.Dilation[1]*d.c)
		}
	}
	return starts
}

// tile adds a product to rows x cols elements of y, whose lines are ld apart; with add to what is
// there. part is the memory of a tile, for those that are not whole.
func tile(y []float32, ld, rows, cols int, part, a []float32, starts []int, n int, b []float32, s tiles.Strides, add bool) {
	if rows == tiles.Rows && cols == tiles.Cols {
		tiles.Add(y, ld, a, starts, n, b, s, add)
		return
	}
	tiles.Add(part, tiles.Cols, a, starts, n, b, s, false)
	for i := range rows {
		to, from := y[i*ld:i*ld+cols], part[i*tiles.Cols:i*tiles.Cols+cols]
		if !add {
			copy(to, from)
			continue
		}
		for j, v := range from {
			to[j] += v
		}
	}
}

// convolve writes the filtered images of x to y, or adds them.
func (d *directShape) convolve(y, x, block, bias []float32, add bool, filters func(image int) []float32) {
	padded, part, packed := block[:d.padded], block[d.padded:d.padded+tileSize], block[d.padded+tileSize:]
	s := tiles.Strides{Row: d.win.Stride[1] * d.c, Step: 1, Panel: tiles.Cols}
	starts := d.lines(make([]int, 0, d.win.Size[0]*d.runs))
	for image := range d.n {
		if image == 0 || d.each {
			d.panel(packed, filters(image), d.patch)
		}
		d.pad(padded, x[image*d.h*d.w*d.c:(image+1)*d.h*d.w*d.c])
		out := y[image*d.oh*d.ow*d.o : (image+1)*d.oh*d.ow*d.o]
		for at := 0; bias != nil && at < len(out); at += d.o {
			copy(out[at:at+d.o], bias)
		}
		for p := range d.panels {
			b, cols := packed[p*d.patch*tiles.Cols:(p+1)*d.patch*tiles.Cols], min(tiles.Cols, d.o-p*tiles.Cols)
			for row := range d.oh {
				line := padded[row*d.win.Stride[0]*d.line:]
				for col := 0; col < d.ow; col += tiles.Rows {
					tile(out[(row*d.ow+col)*d.o+p*tiles.Cols:], d.o, min(tiles.Rows, d.ow-col), cols, part, line[col*s.Row:], starts, d.run, b, s, add || bias != nil)
				}
			}
		}
	}
}

// filters writes the sum over the pixels of the windows of x times g to f, or adds it.
func (d *directShape) filters(f, x, g, block []float32, add bool) {
	padded, part, packed := block[:d.padded], block[d.padded:d.padded+tileSize], block[d.padded+tileSize:]
	pixels := d.oh * d.ow
	s := tiles.Strides{Row: 1, Step: d.win.Stride[1] * d.c, Panel: tiles.Cols}
	starts, rows := d.lines(nil), make([]int, d.oh)
	for row := range rows {
		rows[row] = row * d.win.Stride[0] * d.line
	}
	size := d.patch * d.o
	for image := range d.n {
		d.pad(padded, x[image*d.h*d.w*d.c:(image+1)*d.h*d.w*d.c])
		d.panel(packed, g[image*pixels*d.o:(image+1)*pixels*d.o], pixels)
		out := f[:size]
		if d.each {
			out = f[image*size : (image+1)*size]
		}
		for p := range d.panels {
			b, cols := packed[p*pixels*tiles.Cols:(p+1)*pixels*tiles.Cols], min(tiles.Cols, d.o-p*tiles.Cols)
			for k, start := range starts {
				for at := 0; at < d.run; at += tiles.Rows {
					tile(out[(k*d.run+at)*d.o+p*tiles.Cols:], d.o, min(tiles.Rows, d.run-at), cols, part, padded[start+at:], rows, d.ow, b, s, add || image > 0 && !d.each)
				}
			}
		}
	}
}

// singles is x as float32, which T must be.
func singles[T Float](x []T) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// directConvolution is a kernel of conv, or of convInput if the filters are to be turned.
func directConvolution[T Float](d directShape, turn bool) convKernel[T] {
	return func(m *machine[T], y, x, filters, bias []T, add bool) {
		f, block := singles(filters), singles(m.block)
		size := d.patch * d.o
		d.convolve(singles(y), singles(x), block[:d.workspace()], singles(bias), add, func(image int) []float32 {
			if !turn {
				return f[image*size : (image+1)*size]
			}
			turned := block[d.workspace() : d.workspace()+size]
			turnFilters(turned, f[image*size:(image+1)*size], d.o, d.c)
			return turned
		})
	}
}
