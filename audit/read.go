package audit

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"lethe/datasets"
)

// ReadLogits reads the logits of one model or several from a file: .npy, an .npz with one array, or
// .csv. An array has the shape (samples, classes), or (models, samples, classes) for several
// models; a vector holds one output for each sample. A CSV file has a line for each sample and may
// have a heading.
func ReadLogits(path string) ([]*Logits, error) {
	a, err := readArray(path)
	if err != nil {
		return nil, err
	}
	models, n, k := 1, 0, 1
	switch s := a.Shape; len(s) {
	case 1:
		n = s[0]
	case 2:
		n, k = s[0], s[1]
	case 3:
		models, n, k = s[0], s[1], s[2]
	default:
		return nil, fmt.Errorf("%s: logits of shape %v; give (samples, classes), or (models, samples, classes)", path, s)
	}
	if models*n*k == 0 {
		return nil, fmt.Errorf("%s: no logits, the shape is %v", path, a.Shape)
	}
	var out []*Logits
	for m := range models {
		out = append(out, &Logits{N: n, K: k, Data: a.Data[m*n*k : (m+1)*n*k]})
	}
	for i, v := range a.Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%s: logit %d of sample %d is %v; a model that gives no numbers cannot be audited", path, i%k, i/k%n, v)
		}
	}
	return out, nil
}

// ReadIndices reads whole numbers of at least 0, such as labels or row numbers, one for each
// sample, from a file of the formats of [ReadLogits].
func ReadIndices(path string) ([]int, error) {
	a, err := readArray(path)
	if err != nil {
		return nil, err
	}
	values, err := a.Vector()
	if err != nil {
		return nil, fmt.Errorf("%s: %w; give one number for each sample", path, err)
	}
	out := make([]int, len(values))
	for i, v := range values {
		if v != math.Trunc(v) || v < 0 || v > math.MaxInt32 {
			return nil, fmt.Errorf("%s: number %d is %v; give whole numbers of at least 0", path, i, v)
		}
		out[i] = int(v)
	}
	return out, nil
}

func readArray(path string) (*datasets.Array, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".npy":
		return datasets.LoadNPY(path)
	case ".npz":
		return datasets.LoadNPZArray(path, "")
	case ".csv":
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		a, err := readCSV(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return a, nil
	default:
		return nil, fmt.Errorf("%s: files of numbers end in .npy, .npz or .csv, not %q", path, ext)
	}
}

// readCSV reads a table of numbers. A first line without any number is a heading.
func readCSV(r io.Reader) (*datasets.Array, error) {
	table := csv.NewReader(r)
	a := &datasets.Array{Shape: []int{0, 0}}
	for first := true; ; first = false {
		cells, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		values := make([]float64, len(cells))
		numbers, fault := 0, error(nil)
		for j, cell := range cells {
			v, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
			if err == nil {
				numbers++
			} else if fault == nil {
				line, _ := table.FieldPos(j)
				fault = fmt.Errorf("line %d, column %d: %q is not a number", line, j+1, cell)
			}
			values[j] = v
		}
		if first && numbers == 0 {
			continue
		}
		if fault != nil {
			return nil, fault
		}
		a.Shape[0], a.Shape[1] = a.Shape[0]+1, len(values)
		a.Data = append(a.Data, values...)
	}
	if a.Shape[0] == 0 {
		return nil, errors.New("the file has no lines of numbers")
	}
	return a, nil
}
