package datasets

import (
	"context"
	"math"
	"path/filepath"
)

var drebinFiles = []string{"x_train.npz", "x_test.npz", "y_train.npy", "y_test.npy", "features.txt", "sensitive_features.txt"}

// loadDrebin reads the authors' vectors; each row is divided by its norm.
func loadDrebin(ctx context.Context, folder string) (*Named, error) { return loadVectors(ctx, folder) }

// loadVectors reads a folder of SciPy matrices x_*.npz, labels y_*.npy, features.txt (one name a line in column order)
// and sensitive_features.txt, and divides each row by its norm.
func loadVectors(ctx context.Context, folder string) (*Named, error) {
	path := func(file string) string { return filepath.Join(folder, file) }
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
	for part, dst := range map[string]**Dataset{"train": &n.Train, "test": &n.Test} {
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
		if *dst, err = NormalizeRows(d); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// LoadNumPy reads samples from a .npy or .npz file and their labels from a .npy file. Labels become class indices as
// order says, or by size when it is nil; with an empty order they are targets of a regression.
func LoadNumPy(samples, labels string, order []float64) (*Dataset, error) {
	var x Features
	var err error
	if filepath.Ext(samples) == ".npz" {
		x, err = LoadNPZ(samples)
	} else {
		x, err = loadDenseNPY(samples)
	}
	if err != nil {
		return nil, err
	}
	a, err := LoadNPY(labels)
	if err != nil {
		return nil, err
	}
	y, err := a.Vector()
	if err != nil {
		return nil, malformed(labels, 0, "%v", err)
	}
	if len(y) != x.Len() {
		return nil, malformed(labels, 0, "%d labels for the %d samples of %s", len(y), x.Len(), samples)
	}
	for i, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, malformed(labels, 0, "label %d is %v", i, v)
		}
	}
	d := &Dataset{Name: samples, X: x, Y: y}
	if order == nil || len(order) > 0 {
		if d.Y, d.Classes, err = classLabels(y, order); err != nil {
			return nil, malformed(labels, 0, "%v", err)
		}
	}
	return d, nil
}

func loadDenseNPY(path string) (Features, error) {
	a, err := LoadNPY(path)
	if err != nil {
		return nil, err
	}
	x, err := a.Dense()
	if err != nil {
		return nil, malformed(path, 0, "%v", err)
	}
	return x, nil
}
