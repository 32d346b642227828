package tabular

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/tried"
)

func session(t *testing.T, dataset string) (*tabledata.Session, *tabledata.Settings) {
	t.Helper()
	named, err := datasets.Load(context.Background(), dataset, "")
	require.NoError(t, err)
	e, err := engine.Find("residual")
	require.NoError(t, err)
	set, err := tried.Typed[tabledata.Settings](engine.Defaults(e, engine.Key{Dataset: dataset, Model: "linear", Profile: engine.Quick}))
	require.NoError(t, err)
	return tabledata.OnTables(engine.NewSession(&engine.Config{Dataset: dataset, Model: "linear", Seed: 3}, named, nil, engine.Quiet{})), set
}

func TestDrawsAreNestedAndRepeat(t *testing.T) {
	s, set := session(t, "spam")
	large, err := s.Request(t.Context(), set, 50, 1)
	require.NoError(t, err)
	small, err := s.Request(t.Context(), set, 10, 1)
	require.NoError(t, err)
	assert.Equal(t, large.Changes[0].Columns[:10], small.Changes[0].Columns)
	assert.Subset(t, s.Sensitive, large.Changes[0].Columns)
	other, err := s.Request(t.Context(), set, 10, 2)
	require.NoError(t, err)
	assert.NotEqual(t, small, other)
	again, _ := session(t, "spam")
	repeated, err := again.Request(t.Context(), set, 10, 1)
	require.NoError(t, err)
	assert.Equal(t, small, repeated)
}

func TestDonatedValuesAreThoseOfAnotherRow(t *testing.T) {
	s, set := session(t, "diabetes")
	r, err := s.Request(t.Context(), set, 200, 0)
	require.NoError(t, err)
	x := s.Data(set).Train.X.(*datasets.Dense)
	c := r.Changes[0]
	assert.Equal(t, s.Sensitive, c.Columns)
	rows := map[string][]int{}
	key := func(v []float64) string { return string(tried.Must(tried.EncodeFloats(v))) }
	for i := range x.N {
		var v []float64
		for _, col := range s.Sensitive {
			v = append(v, x.Data[i*x.Cols+col])
		}
		rows[key(v)] = append(rows[key(v)], i)
	}
	own := 0
	for i, v := range c.Values {
		require.NotEmpty(t, rows[key(v)], "values that stand together in no row")
		if len(rows[key(v)]) == 1 && rows[key(v)][0] == c.Rows[i] {
			own++
		}
	}
	assert.Zero(t, own, "a row was its own donor")
}

func TestLabelsAndSamples(t *testing.T) {
	s, set := session(t, "spam")
	require.NoError(t, set.Set("request", "labels"))
	assert.Equal(t, "rows", s.SizeName(set))
	r, err := s.Request(t.Context(), set, 30, 0)
	require.NoError(t, err)
	train := s.Data(set).Train
	for i, row := range r.Changes[0].Rows {
		assert.Equal(t, 1-train.Y[row], r.Changes[0].Labels[i])
	}
	require.NoError(t, set.Set("request", "samples"))
	removed, err := s.Request(t.Context(), set, 30, 0)
	require.NoError(t, err)
	a, err := removed.Apply(train)
	require.NoError(t, err)
	assert.Equal(t, train.Len()-30, a.Data.Len())
}

func TestSizesAreAtMostWhatThereIs(t *testing.T) {
	s, set := session(t, "diabetes")
	sizes, err := s.Sizes(t.Context(), set)
	require.NoError(t, err)
	assert.Equal(t, []int{10, 100, 614}, sizes)
	s, set = session(t, "spam")
	require.NoError(t, set.Set("features", "10,100000"))
	sizes, err = s.Sizes(t.Context(), set)
	require.NoError(t, err)
	assert.Equal(t, []int{10, len(s.Sensitive)}, sizes)
}

func TestPools(t *testing.T) {
	s, set := session(t, "spam")
	for _, pool := range []string{"top400", "all"} {
		require.NoError(t, set.Set("pool", pool))
		columns, err := s.Pool(t.Context(), set)
		require.NoError(t, err)
		assert.IsIncreasing(t, columns)
		if pool == "all" {
			assert.Len(t, columns, s.Data(set).Train.X.Shape()[0])
			continue
		}
		assert.Subset(t, s.Sensitive, columns)
		assert.Less(t, len(columns), len(s.Sensitive))
		assert.NotEmpty(t, columns)
	}
}

func TestResplitKeepsEverySampleOnce(t *testing.T) {
	s, set := session(t, "diabetes")
	whole := s.Data(set)
	require.NoError(t, set.Set("test-share", "0.25"))
	d := s.Data(set)
	assert.Equal(t, 192, d.Test.Len())
	assert.Equal(t, whole.Train.Len()+whole.Test.Len(), d.Train.Len()+d.Test.Len())
	count := func(d *tabledata.Data) map[string]int {
		m := map[string]int{}
		for _, part := range []*datasets.Dataset{d.Train, d.Test} {
			x := part.X.(*datasets.Dense)
			for i := range x.N {
				m[string(tried.Must(tried.EncodeFloats(append([]float64{part.Y[i]}, x.Data[i*x.Cols:(i+1)*x.Cols]...))))]++
			}
		}
		return m
	}
	assert.Equal(t, count(whole), count(d))
}
