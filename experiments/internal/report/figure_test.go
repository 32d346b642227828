package report

import (
	"encoding/xml"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot"
)

func named(label string, x, y []float64) Series { return Series{Label: label, X: x, Y: y} }

// An axis has at least four numbers, in their order and apart, whatever it spans.
func TestAxesHaveNumbersEnough(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 2000 {
		low := (r.Float64() - 0.5) * math.Pow(10, float64(r.IntN(12)-6))
		high := low + math.Pow(10, float64(r.IntN(10))-5+r.Float64())
		a := axis{low: low, high: high}
		switch i % 3 {
		case 0:
			a.scale = linear{}
		case 1:
			a.scale = logarithmic{}
			a.low = math.Abs(low) + 1e-9
			a.high = a.low * math.Pow(10, 0.02+14*r.Float64()*r.Float64())
		default:
			a.scale = symmetric{[]float64{0, low + (high-low)/3}[i%2], (high - low) * math.Pow(10, -1-3*r.Float64())}
		}
		var labels []string
		last := math.Inf(-1)
		for _, tick := range ticksOf(a) {
			require.Greater(t, tick.Value, last, "%#v", a)
			require.True(t, tick.Value >= a.low-1e-9*math.Abs(a.low) && tick.Value <= a.high+1e-9*math.Abs(a.high), "%v outside %#v", tick, a)
			last = tick.Value
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		require.GreaterOrEqual(t, len(labels), 4, "%#v: %v", a, labels)
		require.LessOrEqual(t, len(labels), 12, "%#v: %v", a, labels)
		seen := map[string]bool{}
		for _, l := range labels {
			require.False(t, seen[l], "%#v: %v", a, labels)
			seen[l] = true
		}
	}
}

func labelsOf(ticks []plot.Tick) string {
	var out []string
	for _, t := range ticks {
		if t.Label != "" {
			out = append(out, t.Label)
		}
	}
	return strings.Join(out, " ")
}

func TestNumbersOfAxes(t *testing.T) {
	for _, c := range []struct {
		a    axis
		want string
	}{
		{axis{scale: linear{}, low: 0, high: 1}, "0 0.2 0.4 0.6 0.8 1.0"},
		{axis{scale: linear{}, low: -3, high: 4}, "−2 0 2 4"},
		{axis{scale: linear{}, low: -2, high: 35}, "0 10 20 30"},
		{axis{scale: linear{}, low: 84.65, high: 84.73}, "84.66 84.68 84.70 84.72"},
		{axis{scale: linear{}, low: 0, high: 32000}, "0 10,000 20,000 30,000"},
		{axis{scale: logarithmic{}, low: 8, high: 130}, "10 20 50 100"},
		{axis{scale: logarithmic{}, low: 1e-9, high: 1}, "1e-8 1e-6 1e-4 0.01 1"},
		{axis{scale: logarithmic{}, low: 0.0004, high: 5}, "0.001 0.01 0.1 1"},
		{axis{scale: logarithmic{}, low: 10, high: 12}, "10.0 10.5 11.0 11.5 12.0"},
		{axis{scale: symmetric{0, 0.01}, low: -1.5, high: 2}, "−1 −0.1 0 0.1 1"},
	} {
		assert.Equal(t, c.want, labelsOf(ticksOf(c.a)), "%#v", c.a)
	}
}

// One method far away, or two of five, make an axis symmetric-log; fewer methods, a spread of all,
// and a spread of half of them do not.
func TestAnAxisIsSymmetricWhereOneMethodSqueezesTheOthers(t *testing.T) {
	for _, c := range []struct {
		groups [][]float64
		log    bool
		want   string
	}{
		{[][]float64{{1, 2}, {1.5, 3}, {100}}, false, "symmetric-log"},
		{[][]float64{{1, 2}, {1.5, 3}, {20}}, false, ""},
		{[][]float64{{1, 2}, {100}}, false, ""},
		{[][]float64{{1}, {1}, {100}}, false, ""}, // of equals there is nothing to see
		{[][]float64{{1, 2}, {3}, {2}, {100}, {-200}}, false, "symmetric-log"},
		{[][]float64{{1, 2}, {3}, {100}, {-200}}, false, ""},
		{[][]float64{{90}, {91}, {92}, {10}}, false, "symmetric-log"},
		{[][]float64{{1, 2}, {1.5, 3}, {100}}, true, "logarithmic"},
		{[][]float64{{1, 2}, {0}, {100}}, true, "symmetric-log"}, // zero has a place
		{[][]float64{{0}, {0}}, true, ""},
	} {
		assert.Equal(t, c.want, scaleOf(c.groups, c.log).name(), "%v", c.groups)
	}
	s := scaleOf([][]float64{{90}, {91}, {92}, {10}}, false)
	assert.Greater(t, s.at(92)-s.at(90), 0.2*(s.at(92)-s.at(10)), "the others get room")
	for _, v := range []float64{-5, 0, 10, 91, 300} {
		assert.InDelta(t, v, s.from(s.at(v)), 1e-9)
	}
	f := Figure{X: "x", Y: "y", Series: []Series{named("a", []float64{1, 2, 3}, []float64{1, 2, 1}), named("b", []float64{1, 2, 3}, []float64{2, 2, 3}), named("c", []float64{1}, []float64{500})}}
	svg, err := f.SVG()
	require.NoError(t, err)
	assert.Contains(t, string(svg), "y (symmetric-log axis)", "the axis says what it is")
}

func TestTwoValuesAreNoLine(t *testing.T) {
	stroked := func(s Series) bool {
		f := Figure{Series: []Series{s}}
		html, err := f.HTML()
		require.NoError(t, err)
		return strings.Contains(string(html), "stroke:var(--mark0)")
	}
	assert.False(t, stroked(named("a", []float64{1, 2}, []float64{1, 2})))
	assert.True(t, stroked(named("a", []float64{1, 2, 3}, []float64{1, 2, 3})))
	beside := Figure{Caption: "C", Series: []Series{named("a", []float64{1, 2}, []float64{1, 2}), named("b", []float64{1, 2}, []float64{2, 2})}}
	html, err := beside.HTML()
	require.NoError(t, err)
	assert.Contains(t, string(html), "C. Methods with one value on the lower axis stand side by side.")
	bound := named("a", []float64{1, 2}, []float64{1, 1})
	bound.Bare = true
	assert.True(t, stroked(bound), "a bound is a line whatever its points")
	beside.Series = append([]Series{bound}, beside.Series...)
	at := beside.aside()
	assert.Zero(t, at[0], "a bound stays at its places")
	assert.Negative(t, at[1])
	assert.Equal(t, -at[1], at[2])
}

// A label has its mark wherever its series stands, a companion takes it over, and the others have
// the first that no row has.
func TestMarksOfSeries(t *testing.T) {
	one := func(label, of string) Series { return Series{Label: label, Of: of, X: []float64{1}, Y: []float64{1}} }
	f := Figure{Series: []Series{one("x", ""), one("b", ""), one("b, again", "b"), one("y", ""), one("", "y"), one("of a row", "c")}, Marks: map[string]int{"b": 4, "c": 0}}
	assert.Equal(t, []int{1, 4, 4, 2, 2, 0}, f.numbers())
	f.Marks = map[string]int{"b": 4}
	for i := range palette {
		f.Marks[fmt.Sprint("row ", i)] = i
	}
	assert.Equal(t, []int{0, 4, 4, 1, 1}, f.numbers()[:5], "all are rows': the first that the figure does not use")
}

// Any two colors are told apart, also by readers with red-green blindness on a light ground, and
// stand out from their ground.
func TestColorsAreToldApart(t *testing.T) {
	channel := func(v uint8) float64 {
		c := float64(v) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	type linearRGB [3]float64
	parts := func(v uint32) linearRGB { c := rgb(v); return linearRGB{channel(c.R), channel(c.G), channel(c.B)} }
	of := func(hex string) linearRGB {
		var v uint32
		_, err := fmt.Sscanf(hex, "#%06x", &v)
		require.NoError(t, err)
		return parts(v)
	}
	luminance := func(c linearRGB) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }
	contrast := func(a, b linearRGB) float64 {
		x, y := luminance(a), luminance(b)
		return (max(x, y) + 0.05) / (min(x, y) + 0.05)
	}
	lab := func(c linearRGB) linearRGB { // Oklab
		l := math.Cbrt(0.4122214708*c[0] + 0.5363325363*c[1] + 0.0514459929*c[2])
		m := math.Cbrt(0.2119034982*c[0] + 0.6806995451*c[1] + 0.1073969566*c[2])
		s := math.Cbrt(0.0883024619*c[0] + 0.2817188376*c[1] + 0.6299787005*c[2])
		return linearRGB{0.2104542553*l + 0.7936177850*m - 0.0040720468*s, 1.9779984951*l - 2.4285922050*m + 0.4505937099*s, 0.0259040371*l + 0.7827717662*m - 0.8086757660*s}
	}
	clip := func(v float64) float64 { return min(max(v, 0), 1) }
	deuteranopia := func(c linearRGB) linearRGB {
		return linearRGB{clip(0.367322*c[0] + 0.860646*c[1] - 0.227968*c[2]), clip(0.280085*c[0] + 0.672501*c[1] + 0.047413*c[2]), clip(-0.01182*c[0] + 0.04294*c[1] + 0.968881*c[2])}
	}
	far := func(a, b linearRGB) float64 {
		x, y := lab(a), lab(b)
		return math.Hypot(math.Hypot(x[0]-y[0], x[1]-y[1]), x[2]-y[2])
	}
	for i, p := range palette {
		light, dark := of(hex(p.light)), of(hex(p.dark))
		assert.GreaterOrEqual(t, contrast(light, of("#ffffff")), 3.0, "color %d on white", i)
		assert.GreaterOrEqual(t, contrast(light, of("#f5f6f8")), 3.0, "color %d on a card", i)
		assert.GreaterOrEqual(t, contrast(dark, of("#1d2126")), 3.0, "color %d on a dark card", i)
		for j, q := range palette[:i] {
			assert.Greater(t, far(light, of(hex(q.light))), 0.09, "colors %d and %d", i, j)
			assert.Greater(t, far(deuteranopia(light), deuteranopia(of(hex(q.light)))), 0.06, "colors %d and %d for the red-green blind", i, j)
			assert.Greater(t, far(dark, of(hex(q.dark))), 0.05, "colors %d and %d on a dark ground", i, j)
		}
	}
}

// Shapes differ from each other, and the pair of color and shape repeats late.
func TestShapesDiffer(t *testing.T) {
	seen, pairs := map[string]int{}, map[[2]int]bool{}
	paint := regexp.MustCompile(`var\(--mark\d+\)`)
	for n := range len(palette) * len(shapes) {
		drawing := paint.ReplaceAllString(string(key(marks, n)), "")
		if n < len(shapes) {
			other, ok := seen[drawing]
			assert.False(t, ok, "shapes %d and %d", n, other)
			seen[drawing] = n
		}
		pair := [2]int{n % len(palette), n % len(shapes)}
		assert.False(t, pairs[pair])
		pairs[pair] = true
	}
}

func manyKinds() *Figure {
	x, y := []float64{1, 2, 3}, []float64{3, 2, 5}
	return &Figure{Name: "all", Title: "All <kinds>", Subtitle: "data d · lambda 1", Caption: "A caption", X: "number", Y: "share, %", Series: []Series{
		{Label: "line & marks", X: x, Y: y, Error: []float64{1, 1, 1}}, {Label: "marks", X: x, Y: x, Points: true}, {Label: "bare", X: x, Y: y, Bare: true},
		{Label: "dashes", X: x, Y: x, Bare: true, Dashed: true}, {Of: "bare", X: x, Y: y, Filled: true}}}
}

// A file is sound, says of what it is, and is the same each time.
func TestFilesStandAlone(t *testing.T) {
	matrix := &Figure{Name: "m", Title: "Counts", X: "predicted", Y: "class", Matrix: &Matrix{Rows: []string{"a", "b"}, Columns: []string{"a", "b"}, Counts: [][]float64{{3, 0}, {1, 9}}}}
	for _, f := range []*Figure{manyKinds(), matrix} {
		svg, err := f.SVG()
		require.NoError(t, err)
		require.NoError(t, xml.Unmarshal(svg, new(struct{})))
		text := string(svg)
		for _, bad := range []string{"#-", "NaN", "Inf", "-77777"} {
			assert.NotContains(t, text, bad)
		}
		assert.Equal(t, strings.Count(text, "<g"), strings.Count(text, "</g>"))
		again, err := f.SVG()
		require.NoError(t, err)
		assert.Equal(t, text, string(again))
		png, err := f.PNG()
		require.NoError(t, err)
		other, err := f.PNG()
		require.NoError(t, err)
		assert.Equal(t, png, other)
	}
	long := &Figure{LogY: true, Series: []Series{{Label: "a bar below zero", X: []float64{1, 2, 3}, Y: []float64{1, 20, 3}, Error: []float64{2, 5, 1}}}}
	bars, err := long.SVG()
	require.NoError(t, err)
	assert.NotContains(t, string(bars), "NaN")
	svg, err := manyKinds().SVG()
	require.NoError(t, err)
	for _, want := range []string{">All &lt;kinds&gt;<", ">data d · lambda 1<", ">A caption<", ">number<", ">share, %<", ">line &amp; marks<", "<title>line &amp; marks\nnumber: 2.000\nshare, %: 2.000 (1.000 to 3.000)</title>"} {
		assert.Contains(t, string(svg), want)
	}
}

// In a page a figure is an element that a script finds its way in: a group for each entry of the
// legend, with its companions, and a title for each point.
func TestFigureInAPage(t *testing.T) {
	html, err := manyKinds().HTML()
	require.NoError(t, err)
	text := string(html)
	for _, want := range []string{`<figcaption><b>All &lt;kinds&gt;.</b> A caption.</figcaption>`, `aria-label="All &lt;kinds&gt;. A caption"`, `<li data-series="2">`} {
		assert.Contains(t, text, want)
	}
	assert.Equal(t, 4, strings.Count(text, "<li "))
	assert.Equal(t, 2, strings.Count(text, `class="series" data-series="2"`), "the area goes with its line")
	assert.Equal(t, 6, strings.Count(text, "<title>"))
	assert.NotContains(t, text, "#000000")
	empty, err := (&Figure{Series: []Series{{Label: "b", X: []float64{math.NaN()}, Y: []float64{1}}}}).HTML()
	require.NoError(t, err)
	assert.Empty(t, empty)
	style, script := string(FigureStyle()), string(FigureScript())
	for i := range palette {
		assert.Equal(t, 2, strings.Count(style, fmt.Sprintf("--mark%d:", i)), "on a light and on a dark ground")
	}
	for _, s := range []string{style, script} {
		assert.NotRegexp(t, `https?:|//[a-z]|@import|url\(|import\(|fetch\(|</`, strings.ReplaceAll(s, "// ", ""))
	}
}
