package datasets

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
)

// NumPy says how to read samples, labels and weights from NumPy files (.npy, or arrays of an .npz
// archive). The zero value reads a classification whose files hold one array each. With Like a file
// is read by the coding of another: as many columns, and its classes.
type NumPy struct {
	Regression bool
	Labels     []float64 // labels in class order; nil = those that occur, by size (-1, +1 or both are binary)
	Weights    string    // file of one weight a sample; "" = all weigh 1
	// Names of the arrays, without ".npy", where the file of samples, labels or weights is an
	// archive of several; all three may be one archive. "" = the only array, or a SciPy matrix.
	SampleArray, LabelArray, WeightArray string
	Like                                 *Coding // coding of the data set that this file is to be numbered as; nil = its own
}

// LoadNumPy reads samples from a .npy or .npz file and their labels from a .npy file. Labels become
// class indices as order says, or by size when it is nil (-1, +1 or both are binary); with an empty
// order they are targets of a regression.
func LoadNumPy(samples, labels string, order []float64) (*Dataset, error) {
	if order != nil && len(order) == 0 {
		return NumPy{Regression: true}.Load(samples, labels)
	}
	return NumPy{Labels: order}.Load(samples, labels)
}

// Load reads samples (n, columns), the axes of one sample flattened, and their labels: (n), (n, 1)
// or (1, n), or k a sample of shape (n, k), which are Targets.
func (o NumPy) Load(samples, labels string) (*Dataset, error) {
	code, err := numericLabels(o.Labels, o.Regression, o.Like)
	if err != nil {
		return nil, fmt.Errorf("%w (reading %s)", err, labels)
	}
	x, err := loadFeatures(samples, o.SampleArray)
	if err != nil {
		return nil, err
	}
	if err := checkNotEmpty(samples, x); err != nil {
		return nil, err
	}
	d := &Dataset{Name: samples, X: x}
	cols := x.Shape()[0]
	switch {
	case o.Like != nil && (o.Like.Columns != nil || o.Like.Width == 0):
		return nil, malformed(samples, 0, "it cannot be read by the coding in Like, which is not that of columns without names")
	case o.Like != nil && o.Like.Width != cols:
		return nil, malformed(samples, 0, "%d columns, but the coding in Like has %d", cols, o.Like.Width)
	}
	y, err := d.loadLabels(labels, o.LabelArray)
	if err != nil {
		return nil, err
	}
	if bad := code.set(d, y); bad != nil {
		return nil, malformed(labels, 0, "sample %d: %s", bad.sample/d.Width(), bad.reason)
	}
	if o.Weights != "" {
		if err := d.loadWeights(o.Weights, o.WeightArray); err != nil {
			return nil, err
		}
	}
	if d.Coding = o.Like; o.Like == nil {
		d.Coding = &Coding{Classes: slices.Clone(d.ClassNames), Width: cols}
	} else if o.Like.UnitRows {
		return NormalizeRows(d)
	}
	return d, nil
}

func isArchive(path string) bool { return filepath.Ext(path) == ".npz" }

func loadFeatures(path, array string) (x Features, err error) {
	if isArchive(path) {
		err = withArchive(path, func(m npzMembers) error {
			x, err = m.features(array)
			return err
		})
		return x, err
	}
	a, err := loadArray(path, array)
	if err != nil {
		return nil, err
	}
	dense, err := a.Dense()
	if err != nil {
		return nil, malformed(path, 0, "%v", err)
	}
	return dense, nil
}

// loadArray reads a .npy file, or an array of an archive.
func loadArray(path, array string) (*Array, error) {
	if isArchive(path) {
		return LoadNPZArray(path, array)
	}
	if array != "" {
		return nil, malformed(path, 0, "the array %q is asked for, but only archives (.npz) have arrays of that name", array)
	}
	return LoadNPY(path)
}

// loadLabels reads the labels of all samples, and sets Targets where they are several each.
func (d *Dataset) loadLabels(path, array string) ([]float64, error) {
	a, err := loadArray(path, array)
	if err != nil {
		return nil, err
	}
	n := d.X.Len()
	if len(a.Shape) == 2 && a.Shape[0] == n && a.Shape[1] > 1 {
		d.Targets = a.Shape[1]
	} else if _, err := a.Vector(); err != nil {
		return nil, malformed(path, 0, "labels of %v for %d samples; give shape [%d], or [%d k] for k labels each", err, n, n, n)
	} else if len(a.Data) != n {
		return nil, malformed(path, 0, "%d labels for the %d samples of %s", len(a.Data), n, d.Name)
	}
	for i, v := range a.Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, malformed(path, 0, "label %d is %v", i, v)
		}
	}
	return a.Data, nil
}

func (d *Dataset) loadWeights(path, array string) error {
	a, err := loadArray(path, array)
	if err != nil {
		return err
	}
	w, err := a.Vector()
	if err != nil {
		return malformed(path, 0, "weights: %v", err)
	}
	if len(w) != d.X.Len() {
		return malformed(path, 0, "%d weights for the %d samples of %s", len(w), d.X.Len(), d.Name)
	}
	for i, v := range w {
		if !(v >= 0) || math.IsInf(v, 0) {
			return malformed(path, 0, "weight %d is %v; give a finite number of at least 0", i, v)
		}
	}
	d.Weights = w
	return nil
}
