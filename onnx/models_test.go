package onnx

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio/npz"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// archive is a file of arrays that belongs to a model.
type archive struct {
	t *testing.T
	r *npz.Reader
}

func openArchive(t *testing.T, path string) archive {
	r, err := npz.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { r.Close() })
	return archive{t, r}
}

func (a archive) shape(name string) []int {
	h := a.r.Header(name + ".npy")
	require.NotNilf(a.t, h, name)
	return h.Descr.Shape
}

// floats are the numbers of an array, whatever their type.
func (a archive) floats(name string) []float64 {
	h := a.r.Header(name + ".npy")
	require.NotNilf(a.t, h, "%s in %v", name, a.r.Keys())
	switch kind := strings.Trim(h.Descr.Type, "'"); kind {
	case "<f8":
		return read[float64](a, name)
	case "<f4":
		return read[float32](a, name)
	case "<i4":
		return read[int32](a, name)
	case "<i8":
		return read[int64](a, name)
	default:
		a.t.Fatalf("%s has type %s", name, kind)
		return nil
	}
}

func read[T float32 | float64 | int32 | int64](a archive, name string) []float64 {
	var xs []T
	require.NoError(a.t, a.r.Read(name+".npy", &xs))
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = float64(x)
	}
	return out
}

func (a archive) has(name string) bool { return slices.Contains(a.r.Keys(), name+".npy") }

// models are the reference models.
func models(t *testing.T) []string {
	paths, err := filepath.Glob(filepath.Join(reference(t, "models"), "*.onnx"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	return paths
}

// samples are the samples of an archive, as rows of numbers.
func (a archive) samples() *datasets.Dataset {
	shape := a.shape("x")
	n := shape[0]
	x := a.floats("x")
	return &datasets.Dataset{Name: "reference", X: &datasets.Dense{N: n, Cols: len(x) / n, Data: x}, Y: a.floats("y")}
}

// The outputs, the loss, its gradient and its Hessian products of every reference model are those
// that other libraries have found.
func TestReferenceModels(t *testing.T) {
	for _, path := range models(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			m, err := Load(path, Options{})
			require.NoError(t, err)
			a := openArchive(t, strings.TrimSuffix(path, ".onnx")+".npz")
			compare := compareWith{t: t, m: m, a: a, d: a.samples()}
			compare.outputs()
			compare.derivatives()
		})
	}
}

type compareWith struct {
	t *testing.T
	m *Model
	a archive
	d *datasets.Dataset
}

func (c compareWith) outputs() {
	model, err := nets.NewModel(c.m.Network(), c.m.Loss())
	require.NoError(c.t, err)
	ctx := context.Background()
	theta := c.m.Theta()
	require.NoError(c.t, model.Check(c.d))
	k, err := model.Outputs(c.d)
	require.NoError(c.t, err)
	want := c.a.floats("logits")
	got := make([]float64, c.d.Len()*k)
	require.NoError(c.t, model.Predict(ctx, got, theta, c.d))
	closeTo(c.t, want, got, 1e-9, "logits")
	loss, err := model.Loss(ctx, theta, c.d)
	require.NoError(c.t, err)
	closeTo(c.t, c.a.floats("loss"), []float64{loss}, 1e-9, "loss")
	classes, err := model.Classes(ctx, theta, c.d)
	require.NoError(c.t, err)
	assert.Equal(c.t, c.a.floats("pred"), classes)
}

func (c compareWith) derivatives() {
	model, err := nets.NewModel(c.m.Network(), c.m.Loss())
	require.NoError(c.t, err)
	ctx := context.Background()
	theta := c.m.Theta()
	gradient, product, v := make([]float64, model.Dim()), make([]float64, model.Dim()), make([]float64, model.Dim())
	var trained []string
	at := 0
	for _, p := range c.m.params {
		n := p.value.size()
		if c.a.has("grad/" + p.data.name) {
			copy(v[at:at+n], second(p, c.a.floats("v/"+p.data.name)))
			trained = append(trained, p.data.name)
		} else {
			assert.True(c.t, p.fixed, p.data.name)
		}
		at += n
	}
	for _, key := range c.a.r.Keys() {
		if name, ok := strings.CutPrefix(key, "grad/"); ok {
			assert.Contains(c.t, trained, strings.TrimSuffix(name, ".npy"))
		}
	}
	require.NoError(c.t, model.Gradient(ctx, gradient, theta, c.d))
	require.NoError(c.t, model.HVP(ctx, product, theta, v, c.d))
	c.perSample(model, theta, gradient)
	at = 0
	for _, p := range c.m.params {
		n := p.value.size()
		if !p.fixed {
			c.close(p, "grad/"+p.data.name, gradient[at:at+n])
			c.close(p, "hvp/"+p.data.name, product[at:at+n])
		}
		at += n
	}
}

// second are the numbers of an initializer that belong to its parameter: those of class 1, on whose
// scores alone the references of two classes are computed.
func second(p *parameter, xs []float64) []float64 {
	if p.tie == nil {
		return xs
	}
	var out []float64
	_, places := bothHalves(p.whole().shape, p.tie.axis)
	for _, i := range places {
		out = append(out, xs[i])
	}
	return out
}

// close compares to the size of the largest number.
func (c compareWith) close(p *parameter, name string, got []float64) {
	want := second(p, c.a.floats(name))
	require.Len(c.t, got, len(want), name)
	scale := 1e-3
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	for i := range want {
		require.InDeltaf(c.t, want[i], got[i], 1e-8*scale, "%s, element %d", name, i)
	}
}

// perSample compares the sum of the samples' gradients with the gradient.
func (c compareWith) perSample(model *nets.Model, theta, gradient []float64) {
	n := c.d.Len()
	rows := make([]float64, n*model.Dim())
	require.NoError(c.t, model.PerSampleGradients(context.Background(), rows, theta, c.d))
	sum := make([]float64, model.Dim())
	for i := range n {
		graph.Accumulate(sum, rows[i*model.Dim():(i+1)*model.Dim()])
	}
	closeTo(c.t, gradient, sum, 1e-9, "sum of the samples' gradients")
}

// A file whose numbers did not change is the same to the byte; one whose numbers did differs in
// these alone, and reads back as what was written.
func TestSave(t *testing.T) {
	for _, path := range models(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			m, err := Load(path, Options{})
			require.NoError(t, err)
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			to := filepath.Join(t.TempDir(), filepath.Base(path))
			require.NoError(t, m.Save(to, m.Theta()))
			after, err := os.ReadFile(to)
			require.NoError(t, err)
			assert.Equal(t, before, after)
			theta := m.Theta()
			for i := range theta {
				theta[i] = float64(float32(theta[i]*1.5 + 0.25))
			}
			require.NoError(t, m.Save(to, theta))
			again, err := Load(to, Options{})
			require.NoError(t, err)
			assert.Equal(t, theta, again.Theta())
			requireOnlyNumbersDiffer(t, m, again)
		})
	}
}

// requireOnlyNumbersDiffer looks at every byte that is not one of a parameter's.
func requireOnlyNumbersDiffer(t *testing.T, a, b *Model) {
	x, y := slices.Clone(a.file.data), slices.Clone(b.file.data)
	require.Equal(t, len(x), len(y))
	for _, p := range a.params {
		if p.data.from != nil {
			continue
		}
		for _, s := range p.data.places {
			clear(x[s.at : s.at+s.len])
			clear(y[s.at : s.at+s.len])
		}
	}
	assert.Equal(t, x, y)
}
