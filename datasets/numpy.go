package datasets

import (
	"math"
	"path/filepath"
)

// LoadNumPy reads samples from a .npy or .npz file and their labels from a .npy file. Labels become class indices as
// order says, or by size when it is nil (-1, +1 or both are binary); with an empty order they are targets of a regression.
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
	if err := checkNotEmpty(samples, x); err != nil {
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
		var bad *labelError
		if d.Y, d.Classes, bad = classLabels(y, order); bad != nil {
			return nil, malformed(labels, 0, "sample %d: %s", bad.sample, bad.reason)
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
