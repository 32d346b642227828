package report

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
)

// axis is how the values of a figure lie along one of its sides.
type axis struct {
	scale     scale
	low, high float64
	ticks     []plot.Tick
}

// scale maps values to places on an axis: monotonously, up to a factor and a shift.
type scale interface {
	at(v float64) float64
	from(place float64) float64 // the value there
	name() string               // as axis titles say it; "" = as on any axis
}

type linear struct{}

func (linear) at(v float64) float64   { return v }
func (linear) from(p float64) float64 { return p }
func (linear) name() string           { return "" }

type logarithmic struct{}

func (logarithmic) at(v float64) float64   { return math.Log10(v) }
func (logarithmic) from(p float64) float64 { return math.Pow(10, p) }
func (logarithmic) name() string           { return "logarithmic" }

// symmetric is linear within unit of the center, and logarithmic far from it on both sides.
type symmetric struct{ center, unit float64 }

func (s symmetric) at(v float64) float64   { return math.Asinh((v - s.center) / s.unit) }
func (s symmetric) from(p float64) float64 { return s.center + s.unit*math.Sinh(p) }
func (symmetric) name() string             { return "symmetric-log" }

// normal is an axis as package plot takes it. That package makes room for an axis title as if it
// stood at the arithmetic mean of the axis' ends, which on another scale is near one of them: the
// figure would shrink for a title that is drawn in the middle.
type normal struct{ scale }

func (n normal) Normalize(low, high, v float64) float64 {
	if v == 0.5*(low+high) {
		return 0.5
	}
	return (n.at(v) - n.at(low)) / (n.at(high) - n.at(low))
}

// axes lays both axes out.
func (f *Figure) axes() (x, y axis) {
	xs, ys := f.groups()
	margin := 0.06
	if f.dodges() {
		margin = 0.2
	}
	if f.Identity { // the line y = x is straight on equal scales alone
		chosen := scaleOf(ys, f.LogX && f.LogY)
		return newAxis(xs, chosen, margin), newAxis(ys, chosen, margin)
	}
	x = newAxis(xs, scaleOf(xs, f.LogX), margin)
	if f.YNames == nil {
		return x, newAxis(ys, scaleOf(ys, f.LogY), 0.06)
	}
	y = axis{scale: linear{}, low: -0.6, high: float64(len(f.YNames)) - 0.4}
	for i, name := range f.YNames {
		y.ticks = append(y.ticks, plot.Tick{Value: float64(i), Label: name})
	}
	return x, y
}

// Axis is what one side of a figure shows.
type Axis struct {
	Scale   string   // linear, logarithmic or symmetric-log
	Numbers []string // or names
}

// Axes returns what both sides show; those of a matrix show names.
func (f *Figure) Axes() (x, y Axis) {
	if f.Matrix != nil {
		return Axis{"linear", f.Matrix.Columns}, Axis{"linear", f.Matrix.Rows}
	}
	if f.empty() {
		return Axis{Scale: "linear"}, Axis{Scale: "linear"}
	}
	shown := func(a axis) Axis {
		out := Axis{Scale: cmp.Or(a.scale.name(), "linear")}
		for _, t := range a.ticks {
			if t.Label != "" {
				out.Numbers = append(out.Numbers, t.Label)
			}
		}
		return out
	}
	across, up := f.axes()
	return shown(across), shown(up)
}

// groups returns the values along each axis, those of a method together: of a series and its
// companions, or of a height that has a name. On y error bars count.
func (f *Figure) groups() (xs, ys [][]float64) {
	index := map[string]int{}
	for i := range f.Series {
		s := &f.Series[i]
		for _, p := range f.points(s) {
			key := s.Label
			switch {
			case f.YNames != nil:
				key = f.YNames[clamp(int(p.y), len(f.YNames))]
			case s.Of != "":
				key = s.Of
			}
			g, ok := index[key]
			if !ok {
				g = len(xs)
				index[key] = g
				xs, ys = append(xs, nil), append(ys, nil)
			}
			xs[g] = append(xs[g], p.x)
			ys[g] = append(ys[g], p.y)
			for _, end := range []float64{p.low, p.high} {
				if end != p.y && (!f.LogY || end > 0) {
					ys[g] = append(ys[g], end)
				}
			}
		}
	}
	return xs, ys
}

func clamp(i, n int) int { return max(0, min(i, n-1)) }

// scaleOf chooses a scale. A logarithmic one that has to show zero or less becomes linear below the
// smallest positive value; a linear one on which a method or two squeeze the others becomes
// symmetric-log around the others.
func scaleOf(groups [][]float64, log bool) scale {
	if log {
		smallest, positive := math.Inf(1), true
		for _, v := range slices.Concat(groups...) {
			if v > 0 {
				smallest = min(smallest, v)
			} else {
				positive = false
			}
		}
		switch {
		case math.IsInf(smallest, 1):
			return linear{}
		case positive:
			return logarithmic{}
		}
		return symmetric{0, smallest}
	}
	others := squeezedBy(groups)
	if others == nil {
		return linear{}
	}
	low, high := slices.Min(others), slices.Max(others)
	center := 0.0
	if width := high - low; low-width > 0 || high+width < 0 {
		center = round(low+width/2, width/4)
	}
	var far []float64
	for _, v := range others {
		if d := math.Abs(v - center); d > 0 {
			far = append(far, d)
		}
	}
	slices.Sort(far)
	return symmetric{center, far[len(far)/2]}
}

// round returns the roundest number within an error of v.
func round(v, within float64) float64 {
	for step := math.Pow(10, math.Ceil(math.Log10(math.Max(math.Abs(v), within)))); ; step /= 10 {
		if near := math.Round(v/step) * step; math.Abs(near-v) <= within {
			return near
		}
	}
}

// tight is the share of an axis below which values are squeezed.
const tight = 0.1

// squeezedBy returns the values of the methods that would lie within a tenth of the axis because of
// one of three methods and more, or because of two of at least five; nil where none do.
func squeezedBy(groups [][]float64) []float64 {
	without := func(left ...int) []float64 {
		var out []float64
		for i, g := range groups {
			if !slices.Contains(left, i) {
				out = append(out, g...)
			}
		}
		return out
	}
	width := func(values []float64) float64 {
		if len(values) == 0 {
			return 0
		}
		return slices.Max(values) - slices.Min(values)
	}
	all := width(without())
	if len(groups) < 3 {
		return nil
	}
	var best []float64
	try := func(left ...int) {
		if others := without(left...); best == nil || width(others) < width(best) {
			best = others
		}
	}
	for i := range groups {
		try(i)
	}
	if width(best) > tight*all && len(groups) >= 5 {
		for i := range groups {
			for j := range i {
				try(i, j)
			}
		}
	}
	if w := width(best); w == 0 || w > tight*all {
		return nil
	}
	return best
}

// newAxis reaches from the smallest to the largest value, with room on both sides.
func newAxis(groups [][]float64, s scale, margin float64) axis {
	values := slices.Concat(groups...)
	a := axis{scale: s}
	low, high := s.at(slices.Min(values)), s.at(slices.Max(values))
	room := (high - low) * margin
	if room == 0 {
		switch s.(type) {
		case linear:
			room = max(math.Abs(high)*0.1, 0.05)
		case logarithmic:
			room = math.Log10(1.3)
		default:
			room = 1
		}
	}
	a.low, a.high = s.from(low-room), s.from(high+room)
	a.ticks = ticksOf(a)
	return a
}

// dodges reports whether the marks of several methods stand at one or two places, where they would
// hide each other: then they are drawn side by side.
func (f *Figure) dodges() bool {
	if f.YNames != nil || f.Identity || len(f.places()) >= fewest {
		return false
	}
	n := 0
	for i := range f.Series {
		s := &f.Series[i]
		if s.Points {
			return false // a cloud
		}
		if s.kind() == marks {
			n++
		}
	}
	return n > 1
}
