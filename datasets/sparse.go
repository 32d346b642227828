package datasets

// Sparse returns d with dense rows stored as sparse ones, without their zeros: worth it where most
// values are 0, as in one-hot columns. Other samples are returned as they are.
func Sparse(d *Dataset) *Dataset {
	x, ok := d.X.(*Dense)
	if !ok {
		return d
	}
	out := &CSR{N: x.N, Cols: x.Cols, Indptr: make([]int, 1, x.N+1)}
	for i := range x.N {
		for j, v := range x.Data[i*x.Cols : (i+1)*x.Cols] {
			if v != 0 {
				out.Indices, out.Values = append(out.Indices, int32(j)), append(out.Values, v)
			}
		}
		out.Indptr = append(out.Indptr, len(out.Values))
	}
	return d.with(out, d.Y)
}
