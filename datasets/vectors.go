package datasets

import (
	"context"
)

// loadVectors reads SciPy matrices x_*.npz, labels y_*.npy, features.txt (one name a line in column
// order) and sensitive_features.txt, and divides each row by its norm.
func loadVectors(ctx context.Context, path func(file string) string) (*Named, error) {
	columns, err := readLines(path("features.txt"))
	if err != nil {
		return nil, err
	}
	names, err := readLines(path("sensitive_features.txt"))
	if err != nil {
		return nil, err
	}
	n := &Named{}
	if n.Sensitive, err = columnsOf(path("sensitive_features.txt"), names, columns); err != nil {
		return nil, err
	}
	var parts [2]*Dataset
	for i, part := range []string{"train", "test"} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d, err := LoadNumPy(path("x_"+part+".npz"), path("y_"+part+".npy"), []float64{-1, 1})
		if err != nil {
			return nil, err
		}
		if err := checkColumns(path("features.txt"), columns, d.X.Shape()[0]); err != nil {
			return nil, err
		}
		d.Columns = columns
		if parts[i], err = NormalizeRows(d); err != nil {
			return nil, err
		}
	}
	n.Train, n.Test = parts[0], parts[1]
	return n, nil
}
