package records

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestSpreadIsThatOfTheDraws(t *testing.T) {
	s := SpreadOf([]float64{1, 2, 4})
	assert.Equal(t, 3, s.N)
	assert.InDelta(t, 7.0/3, s.Mean, 1e-15)
	assert.InDelta(t, math.Sqrt(7.0/3), s.SD, 1e-15) // (1/2) sum (x - 7/3)^2 = 7/3
	assert.Equal(t, Spread{1, 5, 0}, SpreadOf([]float64{5}))
	none := SpreadOf(nil)
	assert.True(t, none.N == 0 && math.IsNaN(none.Mean) && math.IsNaN(none.SD))
}

func TestMiddleIsTheMedianWithTheEnds(t *testing.T) {
	assert.Equal(t, Middle{3, 2, 1, 9}, MiddleOf([]float64{9, 1, 2}))
	assert.Equal(t, Middle{4, 2.5, 1, 9}, MiddleOf([]float64{9, 3, 1, 2}))
	assert.Equal(t, math.MaxFloat64, MiddleOf([]float64{math.MaxFloat64, math.MaxFloat64}).Median, "no sum that is too large")
	none := MiddleOf(nil)
	assert.True(t, none.N == 0 && math.IsNaN(none.Median) && math.IsNaN(none.Low) && math.IsNaN(none.High))
}

// rows are two methods on two draws and two sizes, one of which failed once.
func rows() *Results {
	rec := func(method, metric string, draw int, size, v float64) Record {
		return Record{Experiment: "e", Method: method, Metric: metric, Draw: draw, Value: v, Settings: Tags{"size": size}}
	}
	return &Results{Records: []Record{
		rec("b", "m", 0, 10, 1), rec("b", "m", 1, 10, 3), rec("b", "m", 0, 5, 7), rec("a", "m", 0, 10, 2), rec("c", "failed", 1, 10, 1), rec("b", "other", 0, 20, 9),
	}}
}

func TestQuestionsToResults(t *testing.T) {
	r := rows()
	assert.Equal(t, []float64{1, 3}, Values(r.Part("m", "method", "b", "size", 10.0)))
	assert.Equal(t, Spread{2, 2, math.Sqrt2}, r.Where("m", "method", "b", "size", 10.0))
	assert.Equal(t, Middle{2, 2, 1, 3}, r.Between("m", "method", "b", "size", 10.0))
	assert.Equal(t, 0, r.Where("m", "color", "red").N, "a setting that no record has")
	assert.Equal(t, []float64{5, 10, 20}, r.Numbers("size"))
	assert.Empty(t, r.Numbers("color"))
	assert.Equal(t, 2, r.Draws())
	measured := func(rec Record) bool { return rec.Metric == "m" }
	assert.Equal(t, []string{"b", "a"}, r.Labels(nil, measured), "as they come")
	assert.Equal(t, []string{"a", "b", "c"}, r.Labels([]string{"x", "a"}, func(rec Record) bool { return rec.Metric != "other" }), "those of the order first")
	r.Label = func(rec Record) string { return rec.Method + "!" }
	assert.Equal(t, []string{"b!", "a!"}, r.Labels(nil, measured))
	assert.Len(t, r.Part("m", "label", "a!"), 1)
	assert.Empty(t, r.Part("m", "label", "a"))
	assert.Len(t, Of("e", r.Records), 6)
	assert.Empty(t, Of("f", r.Records))
}

// Whole numbers are compared as records have them, and a record with more tags than asked for
// matches.
func TestMatching(t *testing.T) {
	r := rows()
	assert.Len(t, Matching(r.Records, "e", "b", "m", 0, Tags{"size": 10}), 1)
	assert.Len(t, Matching(r.Records, "e", "b", "m", 0, nil), 2)
	for _, other := range [][]Record{
		Matching(r.Records, "f", "b", "m", 0, nil), Matching(r.Records, "e", "z", "m", 0, nil), Matching(r.Records, "e", "b", "z", 0, nil),
		Matching(r.Records, "e", "b", "m", 9, nil), Matching(r.Records, "e", "b", "m", 0, Tags{"size": 11}), Matching(r.Records, "e", "b", "m", 0, Tags{"kind": "x"}),
	} {
		assert.Empty(t, other)
	}
	assert.Equal(t, Tags{"a": 1.0, "b": "x"}, Tags{"a": 2, "b": "x"}.With(Tags{"a": 1}))
}

func TestDocumentsAreOneEachAndOfKnownFields(t *testing.T) {
	var v struct {
		A int `yaml:"a"`
	}
	require.NoError(t, DecodeYAML("p", []byte("a: 3\n"), &v))
	assert.Equal(t, 3, v.A)
	for text, want := range map[string]string{"": "p is empty: restore", "a: 1\n---\na: 2\n": "p holds more than one document", "b: 1\n": "p: yaml", "a: [": "p: yaml"} {
		assert.ErrorContains(t, DecodeYAML("p", []byte(text), &v), want)
	}
}

// Whatever a text is, it is read as it was written.
func TestTextsAreReadBackFromYAML(t *testing.T) {
	for _, s := range []string{"", "plain", "a: b", "'", `"`, "\ta\nb", "é", "\xff", "null", "1e5", "# a", " a ", "\x00", "\u2028"} {
		data, err := EncodeYAML(Mapping("text", s, "n", 3, "seed", uint64(math.MaxUint64), "list", Mapping("x", s)))
		require.NoError(t, err)
		var back struct {
			Text string
			N    int
			Seed uint64
			List map[string]string
		}
		require.NoError(t, yaml.Unmarshal(data, &back), "%s", data)
		assert.Equal(t, []any{s, 3, uint64(math.MaxUint64), s}, []any{back.Text, back.N, back.Seed, back.List["x"]}, "%s", data)
	}
}
