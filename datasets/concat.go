package datasets

import (
	"errors"
	"fmt"
	"slices"
)

// Concat returns the samples of all parts, one part after the other. They must agree in all that
// [Same] compares, and either all or none have class names. The name is that of the first part,
// column names those of the first that has them. Where one part has weights, the samples of those
// without weigh 1.
func Concat(parts ...*Dataset) (*Dataset, error) {
	if len(parts) == 0 {
		return nil, errors.New("datasets: nothing to concatenate")
	}
	if err := parts[0].Check(); err != nil {
		return nil, err
	}
	all := *parts[0]
	features := make([]Features, len(parts))
	all.Y, all.rows, all.first = nil, nil, 0
	weighted := false
	for i, p := range parts {
		if p == nil {
			return nil, p.Check()
		}
		if err := Same(&all, p); err != nil { // all has what any part before says
			return nil, err
		}
		if i > 0 {
			if err := p.Check(); err != nil {
				return nil, err
			}
		}
		if (p.ClassNames == nil) != (all.ClassNames == nil) {
			return nil, fmt.Errorf("datasets: %s has the class names %v and %s has %v: they cannot be joined; give both the same ClassNames",
				all.title(), all.ClassNames, p.title(), p.ClassNames)
		}
		if all.Columns == nil {
			all.Columns = p.Columns
		}
		if all.Coding == nil {
			all.Coding = p.Coding
		}
		features[i] = p.X
		all.Y = append(all.Y, p.Y...)
		weighted = weighted || p.Weights != nil
	}
	var err error
	if all.X, err = concat(features); err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", all.title(), err)
	}
	if all.Weights = nil; weighted {
		all.Weights = joinWeights(parts)
	}
	return &all, nil
}

func joinWeights(parts []*Dataset) []float64 {
	var weights []float64
	for _, p := range parts {
		for i := range p.Len() {
			weights = append(weights, p.Weight(i))
		}
	}
	return weights
}

// Same says why samples of a and b cannot stand in one data set or meet one model: they differ in
// kind or shape of the samples, in the number of classes or of labels a sample, or in the names of
// classes or columns or in the coding of the files that they were read from where both have them.
func Same(a, b *Dataset) error {
	if a == nil || b == nil {
		return (*Dataset)(nil).Check() // which says so
	}
	x, y := a.title(), b.title()
	if a.noSamples() || b.noSamples() {
		return fmt.Errorf("datasets: %s and %s: one has no samples: X is nil", x, y)
	}
	const remedy = "read both with the coding of one"
	if a.Classes != b.Classes {
		return fmt.Errorf("datasets: %s has %d classes and %s has %d: %s", x, a.Classes, y, b.Classes, remedy)
	}
	if err := compatible(a.X, b.X); err != nil {
		return fmt.Errorf("datasets: %s and %s: %w", x, y, err)
	}
	switch {
	case a.Width() != b.Width():
		return fmt.Errorf("datasets: %s has %d labels a sample and %s has %d", x, a.Width(), y, b.Width())
	case a.ClassNames != nil && b.ClassNames != nil && !slices.Equal(a.ClassNames, b.ClassNames):
		return fmt.Errorf("datasets: %s has the class names %v and %s has %v: %s", x, a.ClassNames, y, b.ClassNames, remedy)
	case a.Columns != nil && b.Columns != nil && !slices.Equal(a.Columns, b.Columns):
		return fmt.Errorf("datasets: %s and %s have other columns, %s: %s", x, y, firstDifference(a.Columns, b.Columns), remedy)
	}
	if err := sameCoding(a.Coding, b.Coding); err != nil {
		return fmt.Errorf("datasets: %s and %s were coded in two ways: %w: %s (Like)", x, y, err, remedy)
	}
	return nil
}

func (d *Dataset) title() string {
	if d.Name == "" {
		return "a data set without a name"
	}
	return d.Name
}

// firstDifference says where two lists of names part.
func firstDifference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("number %d is %q in one and %q in the other", i, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d in one and %d in the other", len(a), len(b))
}

// concat joins at least one part; all of them are copied.
func concat(parts []Features) (Features, error) {
	for _, p := range parts[1:] {
		if err := compatible(parts[0], p); err != nil {
			return nil, err
		}
	}
	switch first := parts[0].(type) {
	case *Dense:
		return concatDense(first, parts), nil
	case *CSR:
		return concatCSR(first, parts), nil
	case *Images:
		out := *first
		out.N, out.Pixels = 0, nil
		for _, p := range parts {
			out.N += p.Len()
			out.Pixels = append(out.Pixels, p.(*Images).Pixels...)
		}
		return &out, nil
	case *Tokens:
		return concatTokens(first, parts), nil
	case *Tensor:
		return concatTensors(first, parts), nil
	}
	return nil, fmt.Errorf("samples of type %T cannot be joined", parts[0])
}

// compatible says why samples of a and b cannot stand in one data set.
func compatible(a, b Features) error {
	if fmt.Sprintf("%T", a) != fmt.Sprintf("%T", b) {
		return fmt.Errorf("samples of type %T and %T cannot be mixed", a, b)
	}
	if !slices.Equal(a.Shape(), b.Shape()) {
		return fmt.Errorf("samples of shape %v and %v cannot be mixed", a.Shape(), b.Shape())
	}
	switch a := a.(type) {
	case *Images:
		if b := b.(*Images); a.Mean != b.Mean || a.Scale != b.Scale {
			return fmt.Errorf("images with (byte-%g)/%g and (byte-%g)/%g cannot be mixed", a.Mean, a.Scale, b.Mean, b.Scale)
		}
	case *Tokens:
		if b := b.(*Tokens); a.Vocabulary != b.Vocabulary {
			return fmt.Errorf("tokens of vocabularies of %d and %d words cannot be mixed", a.Vocabulary, b.Vocabulary)
		}
	}
	return nil
}

func concatDense(first *Dense, parts []Features) *Dense {
	out := &Dense{Cols: first.Cols}
	for _, p := range parts {
		out.N += p.Len()
	}
	out.Data = make([]float64, 0, out.N*out.Cols)
	for _, p := range parts {
		x := p.(*Dense)
		out.Data = append(out.Data, x.Data[:x.N*x.Cols]...)
	}
	return out
}

func concatCSR(first *CSR, parts []Features) *CSR {
	nnz, n := 0, 0
	for _, p := range parts {
		x := p.(*CSR)
		nnz += x.Indptr[x.N] - x.Indptr[0]
		n += x.N
	}
	out := &CSR{N: n, Cols: first.Cols, Indptr: make([]int, 1, n+1), Indices: make([]int32, 0, nnz), Values: make([]float64, 0, nnz)}
	for _, p := range parts {
		x := p.(*CSR)
		lo, hi := x.Indptr[0], x.Indptr[x.N]
		shift := len(out.Values) - lo
		for _, end := range x.Indptr[1 : x.N+1] {
			out.Indptr = append(out.Indptr, end+shift)
		}
		out.Indices = append(out.Indices, x.Indices[lo:hi]...)
		out.Values = append(out.Values, x.Values[lo:hi]...)
	}
	return out
}

// concatTokens puts each distinct text once into the result.
func concatTokens(first *Tokens, parts []Features) *Tokens {
	n := 0
	for _, p := range parts {
		n += p.Len()
	}
	out := &Tokens{Length: first.Length, Vocabulary: first.Vocabulary, Starts: make([]int, 0, n)}
	type text struct {
		start *int32
		n     int
	}
	offsets := map[text]int{}
	var texts [][]int32
	total := 0
	for _, p := range parts {
		x := p.(*Tokens)
		if len(x.Text) == 0 {
			continue
		}
		id := text{&x.Text[0], len(x.Text)}
		offset, known := offsets[id]
		if !known {
			offset, offsets[id] = total, total
			texts = append(texts, x.Text)
			total += len(x.Text)
		}
		for _, s := range x.Starts {
			out.Starts = append(out.Starts, s+offset)
		}
	}
	if len(texts) == 1 {
		out.Text = texts[0]
	} else {
		out.Text = slices.Concat(texts...)
	}
	return out
}
