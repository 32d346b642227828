package datasets

// Dense holds N rows of Cols numbers, row after row.
type Dense struct {
	N, Cols int
	Data    []float64 // N*Cols, row-major
}

// CSR holds N sparse rows in compressed sparse row form. Indices rise within a row; an absent value
// is 0.
type CSR struct {
	N, Cols int
	Indptr  []int     // N+1; row i is Indices[Indptr[i]:Indptr[i+1]]; Indptr[0] need not be 0 (Slice shares memory)
	Indices []int32   // column of each stored value
	Values  []float64 // the stored values
}

// Images holds N images as bytes, in the order height, width, channel; a network sees
// (byte-Mean)/Scale.
type Images struct {
	N, Height, Width, Channels int
	Pixels                     []uint8 // N*Height*Width*Channels
	Mean, Scale                float64
}

// Tokens holds N windows of Length token ids over one text: window i is
// Text[Starts[i]:Starts[i]+Length].
type Tokens struct {
	Length, Vocabulary int
	Text               []int32
	Starts             []int
}

// Len returns the number of rows.
func (x *Dense) Len() int { return x.N }

// Shape returns [Cols].
func (x *Dense) Shape() []int { return []int{x.Cols} }

// Slice returns rows lo to hi-1, sharing memory.
func (x *Dense) Slice(lo, hi int) Features {
	return &Dense{N: hi - lo, Cols: x.Cols, Data: x.Data[lo*x.Cols : hi*x.Cols : hi*x.Cols]}
}

// Subset returns a copy of the given rows.
func (x *Dense) Subset(rows []int) Features {
	out := &Dense{N: len(rows), Cols: x.Cols, Data: make([]float64, 0, len(rows)*x.Cols)}
	for _, r := range rows {
		out.Data = append(out.Data, x.Data[r*x.Cols:(r+1)*x.Cols]...)
	}
	return out
}

// Len returns the number of rows.
func (x *CSR) Len() int { return x.N }

// Shape returns [Cols].
func (x *CSR) Shape() []int { return []int{x.Cols} }

// Slice returns rows lo to hi-1, sharing memory.
func (x *CSR) Slice(lo, hi int) Features {
	return &CSR{N: hi - lo, Cols: x.Cols, Indptr: x.Indptr[lo : hi+1 : hi+1], Indices: x.Indices, Values: x.Values}
}

// Subset returns a copy of the given rows.
func (x *CSR) Subset(rows []int) Features {
	nnz := 0
	for _, r := range rows {
		nnz += x.Indptr[r+1] - x.Indptr[r]
	}
	out := &CSR{N: len(rows), Cols: x.Cols, Indptr: make([]int, 1, len(rows)+1), Indices: make([]int32, 0, nnz), Values: make([]float64, 0, nnz)}
	for _, r := range rows {
		lo, hi := x.Indptr[r], x.Indptr[r+1]
		out.Indices = append(out.Indices, x.Indices[lo:hi]...)
		out.Values = append(out.Values, x.Values[lo:hi]...)
		out.Indptr = append(out.Indptr, len(out.Values))
	}
	return out
}

// Len returns the number of images.
func (x *Images) Len() int { return x.N }

// Shape returns [Height, Width, Channels].
func (x *Images) Shape() []int { return []int{x.Height, x.Width, x.Channels} }

func (x *Images) size() int { return x.Height * x.Width * x.Channels }

// Slice returns images lo to hi-1, sharing memory.
func (x *Images) Slice(lo, hi int) Features {
	out := *x
	out.N, out.Pixels = hi-lo, x.Pixels[lo*x.size():hi*x.size():hi*x.size()]
	return &out
}

// Subset returns a copy of the given images.
func (x *Images) Subset(rows []int) Features {
	out := *x
	out.N, out.Pixels = len(rows), make([]uint8, 0, len(rows)*x.size())
	for _, r := range rows {
		out.Pixels = append(out.Pixels, x.Pixels[r*x.size():(r+1)*x.size()]...)
	}
	return &out
}

// Len returns the number of windows.
func (x *Tokens) Len() int { return len(x.Starts) }

// Shape returns [Length].
func (x *Tokens) Shape() []int { return []int{x.Length} }

// Slice returns windows lo to hi-1, sharing memory.
func (x *Tokens) Slice(lo, hi int) Features {
	out := *x
	out.Starts = x.Starts[lo:hi:hi]
	return &out
}

// Subset returns the given windows; the text is shared.
func (x *Tokens) Subset(rows []int) Features {
	out := *x
	out.Starts = make([]int, len(rows))
	for i, r := range rows {
		out.Starts[i] = x.Starts[r]
	}
	return &out
}
