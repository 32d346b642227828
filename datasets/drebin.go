package datasets

import (
	"context"
	"path/filepath"
)

var drebinFiles = []knownFile{
	{"x_train.npz", "6f461febc4f74c69e599de3c7436dd0ebac63ed48146c165aeebf36988ce01a6"},
	{"x_test.npz", "723f952c15961532f87e1c6f043e3461d10b14ca18303654f506f02e702bdf50"},
	{"y_train.npy", "70f51d7033caf09af22fa00d14a64428161c9c815cc2d653eaba4d4a9754684a"},
	{"y_test.npy", "aeaae30761a35e142e6ce740232355cc66c83a193a6ff8fd6bbbbe8c53e58fda"},
	{"features.txt", "9af4803d53ea33d001fa63b9c5c2cf92bd329fceee01df3b907081e1bbb24632"},
	{"sensitive_features.txt", "c88f9a86d54b53948828725b53960f397bbc16ce307b11c0f78a847c11896c2f"},
}

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
