package nets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// labelled returns d with other labels and classes.
func labelled(d *datasets.Dataset, classes int, y ...float64) *datasets.Dataset {
	c := *d
	c.Classes, c.Y = classes, append([]float64{}, d.Y...)
	for i := range c.Y {
		c.Y[i] = 0
	}
	copy(c.Y, y)
	return &c
}

// What does not fit is refused by all that a model computes, with the same words, on few samples
// and on many.
func TestDataThatDoesNotFitIsRefused(t *testing.T) {
	two, three, real := dense(1, 40, 6, 2), dense(2, 40, 6, 3), dense(3, 40, 6, 0)
	many := dense(1, 400, 6, 2)
	tokens := windows(4, 40, 4, 5)
	lstm := nets.LSTM{Vocabulary: 5, Embedding: 3, Units: 2}
	one, k3 := nets.Linear{In: 6, Out: 1}, nets.Linear{In: 6, Out: 3}
	wrapped := func(out, y *graph.Node) *graph.Node { return graph.Scale(graph.Logistic(out, y), 2) }
	hinge := func(out, y *graph.Node) *graph.Node {
		return graph.Sum(graph.Square(graph.Sub(out, graph.Reshape(y, y.Shape()[0], 1))), 1)
	}
	kinds := &datasets.Dataset{Name: "test", X: two.X, Y: make([]float64, 80), Targets: 2}
	kinds.Y[1] = 1.5
	change := func(d *datasets.Dataset, f func(d *datasets.Dataset)) *datasets.Dataset {
		c := *d
		f(&c)
		return &c
	}
	values := func(d *datasets.Dataset, at int, v float64) *datasets.Dataset {
		x := *d.X.(*datasets.Dense)
		x.Data = append([]float64{}, x.Data...)
		x.Data[at] = v
		return d.With(&x, d.Y)
	}
	named := change(values(many, 300*6+2, math.Inf(1)), func(d *datasets.Dataset) { d.Columns = []string{"a", "b", "age", "d", "e", "f"} })
	pictures := nets.Sequential(nets.Flatten{}, nets.Dense{In: 4, Out: 3})
	scaled := func(scale float64) *datasets.Dataset {
		images := someImages(1, 40, 2, 2, 1, 3)
		x := *images.X.(*datasets.Images)
		x.Mean, x.Scale = 0, scale
		return images.With(&x, images.Y)
	}
	ids := func(at int, v float64) *datasets.Dataset {
		x := &datasets.Dense{N: 40, Cols: 6, Data: make([]float64, 240)}
		x.Data[at] = v
		return three.With(x, three.Y)
	}
	for _, c := range []struct {
		name, want string
		net        nets.Network
		loss       nets.Loss
		d          *datasets.Dataset
		opts       []nets.Option
	}{
		{"logistic, label 2", "row 1 of test has the label 2", one, nets.Logistic, labelled(real, 0, 0, 2), nil},
		{"logistic, label -1", "row 2 of test has the label -1", one, nets.Logistic, labelled(real, 0, 0, 1, -1), nil},
		{"logistic, label 1e6", "the label 1e+06", one, nets.Logistic, labelled(real, 0, 1e6), nil},
		{"logistic of one's own", "the label 1e+06", one, wrapped, labelled(real, 0, 1e6), nil},
		{"logistic, 3 classes", "3 classes", one, nets.Logistic, three, nil},
		{"logistic, 1 class", "1 classes", one, nets.Logistic, labelled(two, 1), nil},
		{"softmax, too few outputs", "test has 5 classes, and the model has 3", k3, nets.SoftmaxCrossEntropy, labelled(three, 5), nil},
		{"softmax, too many outputs", "test has 2 classes, and the model has 3", k3, nets.SoftmaxCrossEntropy, two, nil},
		{"softmax, label 3", "row 4 of test has the label 3", k3, nets.SoftmaxCrossEntropy, labelled(real, 0, 0, 1, 2, 0, 3), nil},
		{"softmax, label 1/2", "the label 0.5", k3, nets.SoftmaxCrossEntropy, labelled(real, 0, 0.5), nil},
		{"LSTM on two classes", "tokens has 2 classes, and the model has 5", lstm, nets.SoftmaxCrossEntropy, labelled(tokens, 2), nil},
		{"LSTM on tokens it does not know", "vocabulary of 7", lstm, nets.SoftmaxCrossEntropy, labelled(windows(4, 40, 4, 7), 5), nil},
		{"squared on classes", "takes quantities", one, nets.Squared, three, nil},
		{"one's own loss", "nets.ClassLabels", k3, hinge, two, nil},
		{"said by an option", "the model has 4", one, hinge, three, []nets.Option{nets.ClassLabels(4)}},
		{"labels said by an option", "the label 4", one, hinge, labelled(real, 0, 4), []nets.Option{nets.ClassLabels(4)}},
		{"one output for a softmax", "whatever the parameters are", one, nets.SoftmaxCrossEntropy, labelled(two, 1), nil},
		{"one output for a softmax, no classes", "take Logistic", one, nets.SoftmaxCrossEntropy, labelled(real, 0), nil},
		{"an option against a logistic loss", "ClassLabels(3)", one, nets.Logistic, three, []nets.Option{nets.ClassLabels(3)}},
		{"an option against a softmax", "classes 0 to 2", k3, nets.SoftmaxCrossEntropy, labelled(three, 5), []nets.Option{nets.ClassLabels(5)}},
		{"any label for a logistic loss", "the label -1", one, nets.Logistic, labelled(real, 0, -1), []nets.Option{nets.TargetLabels()}},
		{"three classes for a logistic loss", "has 3 classes", one, wrapped, three, []nets.Option{nets.TargetLabels()}},
		{"labels of two kinds", "nets.TargetLabels", nets.Linear{In: 6, Out: 4}, twoKinds, kinds, nil},
		{"NaN", "row 5, column 3", one, nets.Logistic, values(two, 33, math.NaN()), nil},
		{"infinity in a large set", `row 300, column 2 ("age")`, one, nets.Logistic, named, nil},
		{"infinity in a slice", `row 300, column 2 ("age")`, one, nets.Logistic, named.Slice(290, 310), nil},
		{"infinity in a subset", `row 300, column 2 ("age")`, one, nets.Logistic, named.Subset([]int{7, 300, 2}), nil},
		{"beyond single precision", `row 301 of test has the value 1e+300 in column 2 ("age")`, one, nets.Logistic,
			change(values(many, 301*6+2, 1e300), func(d *datasets.Dataset) { d.Columns = named.Columns }), []nets.Option{nets.Float32()}},
		{"images beyond single precision", "Scale 1e-40, so that a byte of 255", pictures, nets.SoftmaxCrossEntropy, scaled(1e-40), []nets.Option{nets.Float32()}},
		{"target beyond single precision", "row 1 of test has the label 1e+300", one, nets.Squared, labelled(real, 0, 0, 1e300), []nets.Option{nets.Float32()}},
		{"weight beyond single precision", "row 0 of test has the weight 1e-60", one, nets.Logistic,
			change(two, func(d *datasets.Dataset) { d.Weights = append([]float64{1e-60}, make([]float64, 39)...) }), []nets.Option{nets.Float32()}},
		{"a weight below 0", "weight -1", one, nets.Logistic, change(two, func(d *datasets.Dataset) { d.Weights = append([]float64{-1}, make([]float64, 39)...) }), nil},
		{"too few labels", "39 labels for 40 samples", one, nets.Logistic, change(two, func(d *datasets.Dataset) { d.Y = d.Y[1:] }), nil},
		{"too few weights", "3 weights for 40 samples", one, nets.Logistic, change(two, func(d *datasets.Dataset) { d.Weights = []float64{1, 2, 3} }), nil},
		{"other columns", "shape [4]", one, nets.Logistic, dense(1, 40, 4, 2), nil},
		{"numbers that are no ids", "row 1 of test has the value 0.5 in column 2, which the network looks up in a table of 4 rows", words, nets.SoftmaxCrossEntropy, ids(8, 0.5), nil},
		{"an id beyond the table", `row 1 of test has the value 4 in column 5 ("f")`, words, nets.SoftmaxCrossEntropy,
			change(ids(11, 4), func(d *datasets.Dataset) { d.Columns = named.Columns }), nil},
		{"an id below 0", "row 0 of test has the value -1", words, nets.SoftmaxCrossEntropy, ids(3, -1), []nets.Option{nets.Float32()}},
		{"an id among numbers", "row 39 of test has the value 4 in column 2", mixedColumns, nets.SoftmaxCrossEntropy, ids(39*6+2, 4), nil},
		{"a class among numbers", "looks up in a table of 2 rows", made{[]nets.Param{nets.Weight("W", 2, 3)}, func(p []*graph.Node, x *graph.Node) *graph.Node {
			return graph.MatMul(graph.OneHot(graph.Reshape(graph.Slice(x, 1, 4, 5), x.Shape()[0]), 2), p[0])
		}}, nets.SoftmaxCrossEntropy, ids(4, 2), nil},
		{"no samples", "X is nil", one, nets.Logistic, &datasets.Dataset{Name: "none"}, nil},
		{"no data set", "is nil", one, nets.Logistic, nil, nil},
		{"several labels for one output", "outputs", one, nets.Logistic, change(two, func(d *datasets.Dataset) { d.Targets, d.Y = 2, make([]float64, 80) }), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for call, err := range everyCall(t, c.net, c.loss, c.d, c.opts...) {
				assert.ErrorContains(t, err, c.want, call)
			}
			m, err := nets.NewModel(c.net, c.loss, c.opts...)
			require.NoError(t, err)
			assert.ErrorContains(t, m.CheckData(c.d), c.want)
		})
	}
}

// words is a network of ids from 0 to 3; mixedColumns takes column 2 for one, and the others for
// numbers.
var (
	words        = nets.Sequential(nets.Embedding{Vocabulary: 4, Width: 2}, nets.Flatten{}, nets.Dense{In: 12, Out: 3})
	mixedColumns = made{[]nets.Param{nets.Weight("E", 4, 3), nets.Weight("W", 6, 3)}, func(p []*graph.Node, x *graph.Node) *graph.Node {
		n := x.Shape()[0]
		id := graph.Reshape(graph.Slice(graph.Transpose(x, 1, 0), 0, 2, 3), n)
		return graph.Add(graph.Gather(p[0], id), graph.MatMul(x, p[1]))
	}}
)

// twoKinds is a loss of a class of three and a quantity.
func twoKinds(out, y *graph.Node) *graph.Node {
	n := y.Shape()[0]
	label := func(k int) *graph.Node { return graph.Reshape(graph.Slice(y, 1, k, k+1), n) }
	return graph.Add(graph.SoftmaxCrossEntropy(graph.Slice(out, 1, 0, 3), label(0)), graph.SquaredError(graph.Slice(out, 1, 3, 4), label(1)))
}

func TestDataThatFits(t *testing.T) {
	numbers := dense(2, 40, 6, 3)
	x := *numbers.X.(*datasets.Dense)
	x.Data = append([]float64{}, x.Data...)
	for i := range 40 {
		x.Data[6*i+2] = float64(i % 4)
	}
	numbers = numbers.With(&x, numbers.Y)
	kinds := &datasets.Dataset{Name: "test", X: dense(1, 40, 6, 2).X, Y: make([]float64, 80), Targets: 2}
	kinds.Y[1] = 1.5
	hinge := func(out, y *graph.Node) *graph.Node {
		return graph.Sum(graph.Square(graph.Sub(out, graph.Reshape(y, y.Shape()[0], 1))), 1)
	}
	one, k3 := nets.Linear{In: 6, Out: 1}, nets.Linear{In: 6, Out: 3}
	for _, c := range []struct {
		name string
		net  nets.Network
		loss nets.Loss
		d    *datasets.Dataset
		opts []nets.Option
	}{
		{"probabilities", one, nets.Logistic, labelled(dense(3, 40, 6, 0), 0, 0.25, 1, 0), nil},
		{"whole numbers of no classes", k3, nets.SoftmaxCrossEntropy, labelled(dense(3, 40, 6, 0), 0, 2, 1, 0), nil},
		{"squared error of two classes", one, nets.Squared, dense(1, 40, 6, 2), nil},
		{"tokens of fewer words", nets.LSTM{Vocabulary: 5, Embedding: 3, Units: 2}, nets.SoftmaxCrossEntropy, labelled(windows(4, 40, 4, 4), 5), nil},
		{"three outputs for two classes", k3, hinge, dense(1, 40, 6, 2), []nets.Option{nets.TargetLabels()}},
		{"said by an option", k3, hinge, dense(1, 40, 6, 4), []nets.Option{nets.ClassLabels(4)}},
		{"labels of two kinds", nets.Linear{In: 6, Out: 4}, twoKinds, kinds, []nets.Option{nets.TargetLabels()}},
		{"a logistic loss of two classes, said twice", one, nets.Logistic, dense(1, 40, 6, 2), []nets.Option{nets.ClassLabels(2)}},
		{"an id among numbers", mixedColumns, nets.SoftmaxCrossEntropy, numbers, nil},
		{"one's own, a regression", k3, hinge, dense(1, 40, 6, 0), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := nets.NewModel(c.net, c.loss, c.opts...)
			require.NoError(t, err)
			assert.NoError(t, m.Check(c.d))
			assert.NoError(t, m.CheckData(c.d))
			_, err = m.Loss(ctx, m.Init(1), c.d)
			assert.NoError(t, err)
		})
	}
}

// Predictions: ties, the border of a squared error, and what has no class.
func TestClasses(t *testing.T) {
	row := func(y []float64, classes int, x ...float64) *datasets.Dataset {
		k := len(x) / len(y)
		return &datasets.Dataset{Name: "rows", X: &datasets.Dense{N: len(y), Cols: k, Data: x}, Y: y, Classes: classes}
	}
	identity := func(k int) []float64 {
		w := make([]float64, k*k)
		for i := range k {
			w[i*k+i] = 1
		}
		return w
	}
	soft, err := nets.NewModel(nets.Linear{In: 3, Out: 3}, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	got, err := soft.Classes(ctx, identity(3), row([]float64{0, 1, 2}, 3, 1, 1, 0, -1, 2, 2, 0, 0, 0))
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 1, 0}, got, "of equal outputs the first")

	logistic, err := nets.NewModel(nets.Linear{In: 1, Out: 1}, nets.Logistic)
	require.NoError(t, err)
	got, err = logistic.Classes(ctx, []float64{1}, row([]float64{0, 1, 1}, 2, 0, 0.25, -3))
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 1, 0}, got)

	squared, err := nets.NewModel(nets.Linear{In: 1, Out: 1}, nets.Squared)
	require.NoError(t, err)
	d := row([]float64{0, 1, 0}, 2, 0.25, 0.75, 0.5)
	got, err = squared.Classes(ctx, []float64{1}, d)
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 1, 0}, got, "targets are 0 and 1")
	a, err := squared.Accuracy(ctx, []float64{1}, d)
	require.NoError(t, err)
	assert.Equal(t, 1.0, a)
	_, err = squared.Classes(ctx, []float64{1}, row([]float64{0.3}, 0, 1))
	assert.ErrorContains(t, err, "no classes")
	_, err = squared.Accuracy(ctx, []float64{1}, row([]float64{0.3}, 0, 1))
	assert.ErrorContains(t, err, "0.3")

	// 1e308 twice is infinite, and infinity less infinity is no number.
	big := row([]float64{0, 1, 0}, 3, 1, 0, 0, 0, 1, 0, 1e308, 1e308, 0)
	theta := []float64{10, 0, 0, -10, 0, 0, 0, 0, 0}
	for _, f := range []func() error{
		func() error { _, err := soft.Classes(ctx, theta, big); return err },
		func() error { _, err := soft.Accuracy(ctx, theta, big); return err },
		func() error { _, err := soft.Accuracy(ctx, theta, big.Subset([]int{1, 2})); return err },
	} {
		assert.ErrorContains(t, f(), "output 0 of row 2 of rows is NaN")
	}
	theta[4] = math.NaN()
	_, err = soft.Accuracy(ctx, theta, big)
	assert.ErrorContains(t, err, "parameter W, number 4, is NaN")
	_, err = logistic.Accuracy(ctx, []float64{1}, row([]float64{0.5}, 0, 1))
	assert.ErrorContains(t, err, "no class of the model")
}

// Fault names what is to blame for a number that is not finite.
func TestFault(t *testing.T) {
	d := dense(1, 30, 6, 2)
	m, err := nets.NewModel(nets.MLP{In: 6, Hidden: []int{2}, Out: 1}, nets.Logistic)
	require.NoError(t, err)
	theta := m.Init(1)
	assert.NoError(t, m.Fault(ctx, theta, d))
	x := *d.X.(*datasets.Dense)
	x.Data = append([]float64{}, x.Data...)
	x.Data[17*6+1] = 1e308
	linear, err := nets.NewModel(nets.Linear{In: 6, Out: 1}, nets.Logistic)
	require.NoError(t, err)
	far := []float64{0, 1e10, 0, 0, 0, 0}
	assert.ErrorContains(t, linear.Fault(ctx, far, d.With(&x, d.Y).Slice(10, 20)), "the loss of row 17 of test is")
	theta[13] = math.Inf(1)
	assert.ErrorContains(t, m.Fault(ctx, theta, d), "parameter dense1/b, number 1, is +Inf")
	single, err := nets.NewModel(nets.Linear{In: 6, Out: 1}, nets.Logistic, nets.Float32())
	require.NoError(t, err)
	assert.ErrorContains(t, single.Fault(ctx, []float64{0, 1e60, 0, 0, 0, 0}, d), "single precision")
	root := made{[]nets.Param{nets.Bias("b", 1)}, func(p []*graph.Node, x *graph.Node) *graph.Node {
		return graph.Sqrt(graph.Mul(graph.Abs(graph.Slice(x, 1, 0, 1)), p[0]))
	}}
	m, err = nets.NewModel(root, nets.Squared)
	require.NoError(t, err)
	assert.ErrorContains(t, m.Fault(ctx, []float64{0}, labelled(d, 0, 1, 1, 1)), "the gradient of row 0 of test")
}

// Vectors that share a part of their memory are refused as those that are one.
func TestOverlap(t *testing.T) {
	d := dense(1, 30, 6, 2)
	m, err := nets.NewModel(nets.Linear{In: 6, Out: 1}, nets.Logistic)
	require.NoError(t, err)
	x := make([]float64, 40)
	for _, at := range []int{1, 5} {
		assert.ErrorContains(t, m.Gradient(ctx, x[at:at+6], x[:6], d), "share")
		assert.ErrorContains(t, m.Gradient(ctx, x[:6], x[at:at+6], d), "share")
		assert.ErrorContains(t, m.HVP(ctx, x[:6], m.Init(1), x[at:at+6], d), "share")
		assert.ErrorContains(t, m.ClippedSum(ctx, x[:6], x[at:at+6], 1, d), "share")
		assert.ErrorContains(t, m.Predict(ctx, x[at:at+30], x[:6], d), "share")
		assert.ErrorContains(t, m.SampleLosses(ctx, x[at:at+30], x[:6], d), "share")
		assert.ErrorContains(t, m.PerSampleNorms(ctx, x[at:at+30], x[:6], d), "share")
		assert.ErrorContains(t, m.WeightedGradient(ctx, x[30:36], m.Init(1), x[at:at+30], d), "share")
	}
	assert.NoError(t, m.Gradient(ctx, x[6:12], x[:6], d), "neighbors share nothing")
}

// A data set that shares a part of its memory with one that was found sound is looked at by itself.
func TestDataThatSharesMemoryIsLookedAt(t *testing.T) {
	const n = 400
	soft := func(in int) nets.Network { return nets.Sequential(nets.Flatten{}, nets.Dense{In: in, Out: 3}) }
	rows, _ := sparse(dense(1, n, 6, 3))
	words := labelled(windows(4, n, 4, 5), 5)
	change := func(d *datasets.Dataset, f func(d *datasets.Dataset)) *datasets.Dataset {
		c := *d
		f(&c)
		return &c
	}
	nan := func(x []float64) []float64 {
		x = append([]float64{}, x...)
		x[len(x)/2] = math.NaN()
		return x
	}
	csr := func(f func(x *datasets.CSR)) *datasets.Dataset {
		x := *rows.X.(*datasets.CSR)
		f(&x)
		return change(rows, func(d *datasets.Dataset) { d.X = &x })
	}
	pictures := someImages(1, n, 2, 2, 1, 3)
	weights := make([]float64, n)
	firstOf := func(k int) *datasets.Dataset {
		return change(rows, func(d *datasets.Dataset) { d.Weights = weights[:k] })
	}
	for _, c := range []struct {
		name, want string
		net        nets.Network
		good, bad  *datasets.Dataset
	}{
		{"values", "NaN", nets.Linear{In: 6, Out: 3}, rows, csr(func(x *datasets.CSR) { x.Values = nan(x.Values) })},
		{"fewer values", "values", nets.Linear{In: 6, Out: 3}, rows, csr(func(x *datasets.CSR) { x.Values = x.Values[:5] })},
		{"columns", "column", nets.Linear{In: 6, Out: 3}, rows, csr(func(x *datasets.CSR) {
			x.Indices = append([]int32{}, x.Indices...)
			x.Indices[9] = 77
		})},
		{"fewer labels", "399 labels", nets.Linear{In: 6, Out: 3}, rows, change(rows, func(d *datasets.Dataset) { d.Y = d.Y[:n-1] })},
		{"fewer weights", "3 weights", nets.Linear{In: 6, Out: 3}, firstOf(n), firstOf(3)},
		{"names of columns", "names", nets.Linear{In: 6, Out: 3}, rows, change(rows, func(d *datasets.Dataset) { d.Columns = []string{"a"} })},
		{"the scale of images", "Scale 0", soft(4), pictures, change(pictures, func(d *datasets.Dataset) {
			x := *pictures.X.(*datasets.Images)
			x.Scale = 0
			d.X = &x
		})},
		{"another text", "token", nets.LSTM{Vocabulary: 5, Embedding: 2, Units: 2}, words, change(words, func(d *datasets.Dataset) {
			x := *words.X.(*datasets.Tokens)
			x.Text = append([]int32{}, x.Text...)
			x.Text[x.Starts[7]] = 6
			d.X = &x
		})},
	} {
		m, err := nets.NewModel(c.net, nets.SoftmaxCrossEntropy)
		require.NoError(t, err, c.name)
		require.NoError(t, m.CheckData(c.good), c.name)
		assert.NotPanics(t, func() {
			_, err := m.Loss(ctx, m.Init(1), c.bad)
			assert.ErrorContains(t, err, c.want, c.name)
		}, c.name)
	}
}
