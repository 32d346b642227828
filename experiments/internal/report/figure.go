package report

import (
	"maps"
	"math"
	"path/filepath"
	"slices"

	"lethe/experiments/internal/records"
)

// Figure is a plot of series over x, written as SVG and PNG.
type Figure struct {
	Name     string // of its files
	Title    string // what is shown, in a few words
	Subtitle string // of which run, in a line: data, model, draws; an experiment may say what takes the place of draws
	Caption  string // what a reader has to know besides; empty = nothing
	X, Y     string // axis titles: quantity and unit
	LogX     bool
	LogY     bool
	Series   []Series
	// Identity draws the line y = x.
	Identity bool
	// Matrix is shown in place of series.
	Matrix *Matrix
	// YNames are names of the heights 0, 1, ... in place of numbers.
	YNames []string
	// Marks are the numbers of the color and the mark of labels that have the same ones in all
	// figures; a series of another label has the first that is free.
	Marks map[string]int
}

// Series is one line, or a cloud of points.
type Series struct {
	Label  string // empty = not in the legend
	Of     string // takes color and mark of that label; empty = its own
	X, Y   []float64
	Error  []float64 // half the height of the error bars; nil = none
	Below  []float64 // how far they reach down, where it is not as far as up; nil = Error
	Points bool      // no line
	Bare   bool      // no marks
	Dashed bool      // a line of dashes
	Filled bool      // the area below in place of the line
}

// Add puts a median with its ends above x, in the unit of the style.
func (s *Series) Add(x float64, m records.Middle, f Style) {
	s.X, s.Y = append(s.X, x), append(s.Y, m.Median*f.Factor)
	s.Error, s.Below = append(s.Error, (m.High-m.Median)*f.Factor), append(s.Below, (m.Median-m.Low)*f.Factor)
}

// lineKind says how a series is drawn.
type lineKind int

const (
	lineAndMarks lineKind = iota
	marks
	line
	dashes
	area
)

// fewest is the number of measured points from which on they are joined by a line. Two points tell
// nothing of what lies between them.
const fewest = 3

func (s *Series) kind() lineKind {
	switch {
	case s.Filled:
		return area
	case s.Bare && s.Dashed:
		return dashes
	case s.Bare:
		return line
	case s.Points, len(s.X) < fewest:
		return marks
	}
	return lineAndMarks
}

// LegendEntry is a line of a figure's legend.
type LegendEntry struct {
	Label  string
	Number int // of its color and mark
	Series int // its place among the figure's series
	kind   lineKind
}

// Legend returns the figure's legend: the labels of what is shown.
func (f *Figure) Legend() []LegendEntry {
	var out []LegendEntry
	numbers := f.numbers()
	for i := range f.Series {
		if s := &f.Series[i]; s.Label != "" && len(f.points(s)) > 0 {
			out = append(out, LegendEntry{s.Label, numbers[i], i, s.kind()})
		}
	}
	return out
}

// Color is the color of the entry on a light ground.
func (l LegendEntry) Color() string { return hex(markColor(l.Number)) }

// numbers returns the number of each series' color and mark. What has none takes the first that no
// row of the experiment has, so that a color of a method means the method; where there are too few,
// the first that this figure does not use.
func (f *Figure) numbers() []int {
	out := make([]int, len(f.Series))
	rows, here := map[int]bool{}, map[int]bool{}
	for _, n := range f.Marks {
		rows[n] = true
	}
	own := map[string]int{}
	numbered := func(s *Series) (int, bool) {
		for _, label := range []string{s.Of, s.Label} {
			if n, ok := f.Marks[label]; ok && (label == s.Of || s.Of == "") {
				return n, true
			}
		}
		return 0, false
	}
	for i := range f.Series {
		if n, ok := numbered(&f.Series[i]); ok {
			here[n] = true
		}
	}
	free := func() int {
		for n := range len(palette) {
			if !rows[n] && !here[n] {
				return n
			}
		}
		n := 0
		for here[n] {
			n++
		}
		return n
	}
	for i := range f.Series {
		s := &f.Series[i]
		if n, ok := numbered(s); ok {
			out[i] = n
			continue
		}
		label := s.Label
		if s.Of != "" {
			label = s.Of
		}
		n, ok := own[label]
		if !ok || label == "" {
			n = free()
			own[label], here[n] = n, true
		}
		out[i] = n
	}
	return out
}

// point is a point of a series with the ends of its error bar.
type point struct{ x, y, low, high float64 }

// points returns the points of a series that can be drawn.
func (f *Figure) points(s *Series) []point {
	var out []point
	for i, x := range s.X {
		p := point{x, s.Y[i], s.Y[i], s.Y[i]}
		if s.Error != nil && !math.IsNaN(s.Error[i]) {
			p.high, p.low = p.y+s.Error[i], p.y-s.Error[i]
			if s.Below != nil {
				p.low = p.y - s.Below[i]
			}
		}
		if finite(x) && finite(p.y) {
			out = append(out, p)
		}
	}
	return out
}

// places returns the values of x of the measured points, each once.
func (f *Figure) places() []float64 {
	seen := map[float64]bool{}
	for i := range f.Series {
		if k := f.Series[i].kind(); k == marks || k == lineAndMarks {
			for _, p := range f.points(&f.Series[i]) {
				seen[p.x] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// empty reports whether there is nothing to show.
func (f *Figure) empty() bool {
	return f.Matrix == nil && !slices.ContainsFunc(f.Series, func(s Series) bool { return len(f.points(&s)) > 0 })
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Write puts both files into the folder and returns their paths.
func (f *Figure) Write(dir, part string) ([]string, error) {
	svg, err := f.SVG()
	if svg == nil || err != nil {
		return nil, err
	}
	png, err := f.PNG()
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, part+"-"+f.Name)
	if f.Name == part {
		name = filepath.Join(dir, part)
	}
	if err := records.WriteFile(name+".svg", svg); err != nil {
		return nil, err
	}
	return []string{name + ".svg", name + ".png"}, records.WriteFile(name+".png", png)
}
