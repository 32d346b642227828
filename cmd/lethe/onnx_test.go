//go:build unix

package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio"
	"codeberg.org/sbinet/npyio/npz"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"google.golang.org/protobuf/encoding/protowire"

	"lethe/datasets"
	"lethe/project"
	"lethe/project/evidence"
)

// fromElsewhere is a file of the reference models: what PyTorch and scikit-learn have written.
func fromElsewhere(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("LETHE_ONNX")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "onnx")
	}
	path := filepath.Join(dir, "models", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no reference model at %s: set LETHE_ONNX to the folder that has them", path)
	}
	return path
}

// array is an array of an .npz file as rows of numbers.
func array(t *testing.T, path, name string) *mat.Dense {
	t.Helper()
	r, err := npz.Open(path)
	require.NoError(t, err)
	defer func() { _ = r.Close() }()
	h := r.Header(name + ".npy")
	require.NotNil(t, h, name)
	var xs []float64
	switch strings.Trim(h.Descr.Type, "'") {
	case "<f4":
		var x []float32
		require.NoError(t, r.Read(name+".npy", &x))
		for _, v := range x {
			xs = append(xs, float64(v))
		}
	case "<i8":
		var x []int64
		require.NoError(t, r.Read(name+".npy", &x))
		for _, v := range x {
			xs = append(xs, float64(v))
		}
	default:
		require.NoError(t, r.Read(name+".npy", &xs))
	}
	return mat.NewDense(h.Descr.Shape[0], len(xs)/h.Descr.Shape[0], xs)
}

// putArray writes a .npy file: a matrix, or of one column a list of whole numbers.
func putArray(t *testing.T, path string, x *mat.Dense) {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	if _, columns := x.Dims(); columns == 1 {
		var ys []int64
		for _, v := range x.RawMatrix().Data {
			ys = append(ys, int64(v))
		}
		require.NoError(t, npyio.Write(f, ys))
	} else {
		require.NoError(t, npyio.Write(f, x))
	}
	require.NoError(t, f.Close())
}

// digits are the first samples of the embedded digits, as the models were trained on them: divided
// by 16, or each pixel standardized by all samples.
func digits(t *testing.T, rows int, standardized bool) (x, y *mat.Dense) {
	t.Helper()
	d, err := datasets.Load(t.Context(), "digits", "")
	require.NoError(t, err)
	var all []float64
	for _, part := range []*datasets.Dataset{d.Train, d.Test} {
		for _, pixel := range part.X.(*datasets.Images).Pixels {
			all = append(all, float64(pixel)/16)
		}
	}
	n := len(all) / 64
	for j := 0; standardized && j < 64; j++ {
		mean, square := 0.0, 0.0
		for i := range n {
			mean += 16 * all[64*i+j] / float64(n)
		}
		for i := range n {
			square += (16*all[64*i+j] - mean) * (16*all[64*i+j] - mean) / float64(n)
		}
		for i := range n {
			all[64*i+j] = (16*all[64*i+j] - mean) / (math.Sqrt(square) + 1e-9)
		}
	}
	return mat.NewDense(rows, 64, all[:64*rows]), mat.NewDense(rows, 1, slices.Clone(d.Train.Y[:rows]))
}

// parts are what an ONNX file consists of: the numbers of its initializers, and of the attributes of
// linear models that hold some, by their names; and all else.
func parts(t *testing.T, path string) (numbers map[string]string, rest string) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	numbers = map[string]string{}
	return numbers, string(without(t, data, "", numbers))
}

// without leaves the numbers out of a message that stands at a path of field numbers.
func without(t *testing.T, b []byte, path string, numbers map[string]string) (rest []byte) {
	const graph, initializer, node, attribute = "/7", "/7/5", "/7/1", "/7/1/5"
	name := ""
	for at := b; path == initializer || path == attribute; {
		num, typ, n := protowire.ConsumeTag(at)
		if n < 0 {
			break
		}
		if at = at[n:]; typ == protowire.BytesType && num == map[string]protowire.Number{initializer: 8, attribute: 1}[path] {
			text, _ := protowire.ConsumeBytes(at)
			name = string(text)
		}
		at = at[protowire.ConsumeFieldValue(num, typ, at):]
	}
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		require.Positive(t, n)
		size := protowire.ConsumeFieldValue(num, typ, b[n:])
		require.Positive(t, size)
		field, below := b[:n+size], path+"/"+strconv.Itoa(int(num))
		b = b[n+size:]
		switch {
		case path == initializer && slices.Contains([]protowire.Number{4, 9, 10}, num),
			path == attribute && num == 7 && slices.Contains([]string{"coefficients", "intercepts"}, name):
			numbers[name] += string(field)
		case slices.Contains([]string{graph, initializer, node, attribute}, below):
			inner, _ := protowire.ConsumeBytes(field[n:])
			rest = protowire.AppendBytes(append(rest, field[:n]...), without(t, inner, below, numbers))
		default:
			rest = append(rest, field...)
		}
	}
	return rest
}

// onlyParametersDiffer compares two ONNX files: numbers of the parameters differ, and nothing else.
func onlyParametersDiffer(t *testing.T, dir, before, after string) {
	t.Helper()
	var info project.Info
	require.NoError(t, json.Unmarshal([]byte(must(t, dir, "inspect "+before+" --json")), &info))
	var parameters, changed []string
	for _, x := range info.Tensors {
		parameters = append(parameters, x.Name)
	}
	was, rest := parts(t, before)
	is, restAfter := parts(t, after)
	require.Equal(t, len(was), len(is))
	for name := range was {
		if is[name] != was[name] {
			changed = append(changed, name)
		}
	}
	assert.NotEmpty(t, changed)
	assert.Subset(t, parameters, changed)
	assert.Equal(t, rest, restAfter, "all else has the same bytes")
}

// said are the class and its probability that predict wrote for each sample.
func said(t *testing.T, path string) (classes, probabilities []float64) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	for _, row := range rows[1:] {
		class, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err)
		p, err := strconv.ParseFloat(row[2], 64)
		require.NoError(t, err)
		classes, probabilities = append(classes, class), append(probabilities, p)
	}
	return classes, probabilities
}

// likely is the probability of a class by scores: one of two classes, or one for each.
func likely(scores []float64, class int) float64 {
	if len(scores) == 1 {
		scores = []float64{0, scores[0]}
	}
	sum := 0.0
	for _, s := range scores {
		sum += math.Exp(s - scores[class])
	}
	return 1 / sum
}

const (
	tenRows  = "remove: [{rows: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}]\n"
	fiveRows = "remove: [{rows: [21, 22, 23, 24, 25]}]\n"
)

// Ten samples are removed from models that other programs have trained. The answers of the imported
// model are those of the other program; in the new file the parameters alone differ; and a folder
// takes the next request.
func TestONNXModelsForget(t *testing.T) {
	for _, c := range []struct {
		name  string
		data  func(t *testing.T, npz string) (x, y *mat.Dense)
		flags string
		next  string // of the second request; auto may refuse one where training had left much
	}{
		{name: "torch_cnn_torchscript_bn", data: func(t *testing.T, _ string) (x, y *mat.Dense) { return digits(t, 120, false) }, flags: "--l2 0.01"},
		{name: "skl_mlp_digits", data: func(t *testing.T, _ string) (x, y *mat.Dense) { return digits(t, 120, true) }, flags: "--l2 0.0001"},
		{name: "skl_logreg_wine", data: func(t *testing.T, npz string) (x, y *mat.Dense) { return array(t, npz, "x"), array(t, npz, "y") }, flags: "--l2 1"},
		{name: "skl_logreg_breast_plain", data: func(t *testing.T, npz string) (x, y *mat.Dense) { return array(t, npz, "x"), array(t, npz, "y") }, flags: "--l2 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, dir := fromElsewhere(t, c.name+".onnx"), t.TempDir()
			reference := strings.TrimSuffix(file, ".onnx") + ".npz"
			x, y := c.data(t, reference)
			putArray(t, filepath.Join(dir, "x.npy"), x)
			putArray(t, filepath.Join(dir, "y.npy"), y)
			putArray(t, filepath.Join(dir, "new.npy"), array(t, reference, "x"))
			put(t, filepath.Join(dir, "ten.yaml"), tenRows)
			put(t, filepath.Join(dir, "five.yaml"), fiveRows)
			must(t, dir, "import --model "+file+" --data @/x.npy --labels @/y.npy --out @/m0 "+c.flags)
			must(t, dir, "predict --model @/m0 --data @/new.npy --out @/m0.csv")
			classes, probabilities := said(t, filepath.Join(dir, "m0.csv"))
			assert.Equal(t, array(t, reference, "pred").RawMatrix().Data, classes)
			for i, class := range classes {
				assert.InDelta(t, likely(array(t, reference, "logits").RawRowView(i), int(class)), probabilities[i], 1e-5, "sample %d", i)
			}

			must(t, dir, "unlearn --model @/m0 --data @/x.npy --labels @/y.npy --request @/ten.yaml --out @/m1 --max-loss 10")
			models := []string{"m0", "m1"}
			if x.RawMatrix().Rows > 30 { // of the others too few samples are left
				must(t, dir, "unlearn --model @/m1 --data @/x.npy --labels @/y.npy --request @/five.yaml --out @/m2 --max-loss 10"+c.next)
				models = append(models, "m2")
			}
			for i, m := range models {
				assert.Contains(t, must(t, dir, "verify @/"+m), evidence.Count(i, "request", "requests"))
				assert.Contains(t, must(t, dir, "evaluate --model @/"+m+" --data @/x.npy --labels @/y.npy"), "accuracy")
				out := must(t, dir, "inspect @/"+m)
				assert.Contains(t, out, "model.onnx")
				assert.Equal(t, i, strings.Count(out, "samples removed"))
				if i > 0 {
					onlyParametersDiffer(t, dir, file, filepath.Join(dir, m, "model.onnx"))
				}
			}
			original, err := os.ReadFile(file)
			require.NoError(t, err)
			kept, err := os.ReadFile(filepath.Join(dir, "m0", "model.onnx"))
			require.NoError(t, err)
			assert.Equal(t, original, kept, "the imported file has every byte")
			// The new file answers as its folder does, wherever it is taken.
			last := models[len(models)-1]
			must(t, dir, "predict --model @/"+last+" --data @/new.npy --out @/a.csv")
			must(t, dir, "import --model @/"+last+"/model.onnx --data @/x.npy --labels @/y.npy --out @/again")
			must(t, dir, "predict --model @/again --data @/new.npy --out @/b.csv")
			all := state(t, dir)
			assert.Equal(t, all[filepath.Join(dir, "a.csv")], all[filepath.Join(dir, "b.csv")])
			assert.NotEqual(t, all[filepath.Join(dir, "a.csv")], all[filepath.Join(dir, "m0.csv")])
		})
	}
}

// The comparison of two files sees a byte outside of the parameters.
func TestPartsOfAnONNXFile(t *testing.T) {
	file := fromElsewhere(t, "skl_logreg_wine.onnx")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	numbers, rest := parts(t, file)
	assert.Len(t, numbers, 2)
	path := filepath.Join(t.TempDir(), "x.onnx")
	at := strings.Index(string(data), "LinearClassifier")
	data[at] ^= 1
	require.NoError(t, os.WriteFile(path, data, 0o600))
	same, other := parts(t, path)
	assert.Equal(t, numbers, same)
	assert.NotEqual(t, rest, other)
}
