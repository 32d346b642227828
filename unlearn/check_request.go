package unlearn

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"lethe/datasets"
)

// OverlapError reports two changes of a request that speak of the same thing. Found by errors.As.
type OverlapError struct {
	First, Second ChangeKind
	Rows          []int // the rows that both touch, rising; nil when the two meet in Columns only
	Columns       []int // the features concerned, rising; nil when whole samples or labels are
}

func (e *OverlapError) Error() string {
	var where []string
	if len(e.Rows) > 0 {
		where = append(where, "row "+list(e.Rows))
	}
	if len(e.Columns) > 0 {
		where = append(where, "column "+list(e.Columns))
	}
	const format = "unlearn: %q and %q overlap in %s: say once what shall become of it"
	return fmt.Sprintf(format, e.First, e.Second, strings.Join(where, ", "))
}

// list writes the first ten numbers.
func list(v []int) string {
	const most = 10
	words := make([]string, 0, most)
	for _, x := range v[:min(len(v), most)] {
		words = append(words, fmt.Sprint(x))
	}
	s := strings.Join(words, ", ")
	if len(v) > most {
		s += fmt.Sprintf(" and %d more", len(v)-most)
	}
	return s
}

// check finds what is wrong with a request whatever data it is applied to.
func (r Request) check() error {
	for i := range r.Changes {
		if err := r.Changes[i].check(); err != nil {
			return fmt.Errorf("unlearn: change %d of the request (%s): %w", i, r.Changes[i].Kind, err)
		}
	}
	for i := range r.Changes {
		for j := range i {
			if err := overlap(&r.Changes[j], &r.Changes[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Change) check() error {
	if err := distinct("row", c.Rows); err != nil {
		return err
	}
	if err := distinct("column", c.Columns); err != nil {
		return err
	}
	if c.Kind == FeatureRemoval && len(c.Rows) > 0 {
		return errors.New("features are removed from every sample, so Rows has to be empty; CorrectFeatures changes single rows")
	}
	if err := c.checkFields(); err != nil {
		return err
	}
	given, what := len(c.Rows), "values"
	switch c.Kind {
	case SampleRemoval, FeatureRemoval:
	case FeatureCorrection:
		given = len(c.Values)
	case LabelCorrection:
		given, what = len(c.Labels), "labels"
		if k := c.labelWidth(); len(c.Labels) == k*len(c.Rows) { // several a sample; how many only the data know
			given = len(c.Rows)
		}
	case SampleCorrection:
		what = "samples"
		switch {
		case c.To == nil:
			given = 0
		case noSamples(c.To): // checkSamples says so
			given = len(c.To.Y) / c.To.Width()
		default:
			given = c.To.Len()
		}
	default:
		return fmt.Errorf("kind %d is not known", c.Kind)
	}
	if given != len(c.Rows) {
		return fmt.Errorf("%d rows with %d %s; give one for each row", len(c.Rows), given, what)
	}
	return c.checkNumbers()
}

// checkFields names a field that a change of this kind has no use for. Another kind may be meant:
// one that is not set removes samples.
func (c *Change) checkFields() error {
	for _, f := range []struct {
		name string
		set  bool
		of   []ChangeKind
	}{
		{"Columns", len(c.Columns) > 0, []ChangeKind{FeatureRemoval, FeatureCorrection}},
		{"Values", len(c.Values) > 0, []ChangeKind{FeatureCorrection}},
		{"Labels", len(c.Labels) > 0, []ChangeKind{LabelCorrection}},
		{"To", c.To != nil, []ChangeKind{SampleCorrection}},
	} {
		if known := c.Kind >= SampleRemoval && c.Kind <= SampleCorrection; known && f.set && !slices.Contains(f.of, c.Kind) {
			return fmt.Errorf("a change of this kind has no use for %s: set Kind to the one that is meant (%s), or leave %s empty", f.name, kinds(f.of), f.name)
		}
	}
	return nil
}

// kinds writes kinds as code has them.
func kinds(of []ChangeKind) string {
	names := [...]string{"SampleRemoval", "FeatureRemoval", "FeatureCorrection", "LabelCorrection", "SampleCorrection"}
	words := make([]string, len(of))
	for i, k := range of {
		words[i] = names[k]
	}
	return strings.Join(words, " or ")
}

// labelWidth is the number of labels a row that the change gives, 1 at the least.
func (c *Change) labelWidth() int {
	if len(c.Rows) == 0 {
		return 1
	}
	return max(len(c.Labels)/len(c.Rows), 1)
}

func (c *Change) checkNumbers() error {
	for i, v := range c.Values {
		if len(v) != len(c.Columns) {
			return fmt.Errorf("values[%d] (row %d) has %d numbers for %d columns", i, c.Rows[i], len(v), len(c.Columns))
		}
		if j := notFinite(v); j >= 0 {
			return fmt.Errorf("values[%d][%d] (row %d, column %d) is %v", i, j, c.Rows[i], c.Columns[j], v[j])
		}
	}
	if i := notFinite(c.Labels); i >= 0 {
		return fmt.Errorf("labels[%d] (row %d) is %v", i, c.Rows[i/c.labelWidth()], c.Labels[i])
	}
	return nil
}

// distinct says which index is negative or listed twice.
func distinct(what string, indices []int) error {
	seen := make(map[int]int, len(indices))
	for i, v := range indices {
		if v < 0 {
			return fmt.Errorf("%s %d at index %d is negative", what, v, i)
		}
		if j, twice := seen[v]; twice {
			return fmt.Errorf("%s %d is listed twice, at index %d and %d", what, v, j, i)
		}
		seen[v] = i
	}
	return nil
}

// overlap says where two changes speak of the same thing.
func overlap(a, b *Change) error {
	if a.size() == 0 || b.size() == 0 {
		return nil
	}
	rows, columns := common(a.Rows, b.Rows), common(a.Columns, b.Columns)
	removesFeatures := a.Kind == FeatureRemoval || b.Kind == FeatureRemoval
	switch {
	case removesFeatures && len(columns) > 0: // removed twice, or corrected in the rows of the other change
		return &OverlapError{a.Kind, b.Kind, slices.Sorted(slices.Values(slices.Concat(a.Rows, b.Rows))), columns}
	case removesFeatures || len(rows) == 0:
		return nil
	case a.whole() || b.whole() || a.Kind == LabelCorrection && b.Kind == LabelCorrection:
		return &OverlapError{a.Kind, b.Kind, rows, nil}
	case a.Kind == b.Kind && len(columns) > 0: // two corrections of one cell
		return &OverlapError{a.Kind, b.Kind, rows, columns}
	}
	return nil
}

// whole reports whether the change speaks of whole samples.
func (c *Change) whole() bool { return c.Kind == SampleRemoval || c.Kind == SampleCorrection }

// common returns what is in both lists, rising.
func common(a, b []int) []int {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	in := make(map[int]bool, len(a))
	for _, v := range a {
		in[v] = true
	}
	var both []int
	for _, v := range b {
		if in[v] {
			both = append(both, v)
		}
	}
	slices.Sort(both)
	return both
}

// checkAgainst finds what is wrong with a change of d.
func (c *Change) checkAgainst(d *datasets.Dataset) error {
	n, shape := d.Len(), d.X.Shape()
	if i := slices.IndexFunc(c.Rows, func(r int) bool { return r >= n }); i >= 0 {
		return fmt.Errorf("row %d at index %d is outside the %d samples of %s", c.Rows[i], i, n, nameOf(d))
	}
	if len(c.Columns) > 0 && len(shape) != 1 {
		return fmt.Errorf("%s has samples of shape %v, which have no feature columns; use CorrectSamples", nameOf(d), shape)
	}
	if i := slices.IndexFunc(c.Columns, func(j int) bool { return j >= shape[0] }); i >= 0 {
		return fmt.Errorf("column %d at index %d is outside the %d features of %s", c.Columns[i], i, shape[0], nameOf(d))
	}
	if k := d.Width(); c.Kind == LabelCorrection && len(c.Labels) != k*len(c.Rows) {
		return fmt.Errorf("%d rows with %d labels; %s has %d a sample: give %d, one row's after the other's", len(c.Rows), len(c.Labels), nameOf(d),
			k, k*len(c.Rows))
	}
	if i := slices.IndexFunc(c.Labels, func(y float64) bool { return !isLabel(d, y) }); i >= 0 {
		return fmt.Errorf("labels[%d] (row %d) is %v; %s has the classes 0 to %d", i, c.Rows[i/c.labelWidth()], c.Labels[i], nameOf(d), d.Classes-1)
	}
	if c.Kind != SampleCorrection || len(c.Rows) == 0 {
		return nil
	}
	return c.checkSamples(d)
}

// checkSamples finds what is wrong with the samples that are to stand in d.
func (c *Change) checkSamples(d *datasets.Dataset) error {
	if err := checkLengths(c.To); err != nil {
		return fmt.Errorf("the corrected samples: %w", err)
	}
	if got, shape := c.To.X.Shape(), d.X.Shape(); !slices.Equal(got, shape) {
		return fmt.Errorf("corrected samples of shape %v for %s of shape %v", got, nameOf(d), shape)
	}
	if c.To.Width() == d.Width() {
		if i := slices.IndexFunc(c.To.Y, func(y float64) bool { return !isLabel(d, y) }); i >= 0 {
			return fmt.Errorf("label %d (row %d) of the corrected samples is %v; %s has the classes 0 to %d",
				i, c.Rows[i/d.Width()], c.To.Y[i], nameOf(d), d.Classes-1)
		}
	}
	if err := c.To.Check(); err != nil {
		return fmt.Errorf("the corrected samples: %w", err)
	}
	if err := datasets.Same(d, c.To); err != nil {
		return fmt.Errorf("the corrected samples: %w", err)
	}
	return nil
}

func isLabel(d *datasets.Dataset, y float64) bool {
	if d.Classes == 0 {
		return finite(y)
	}
	return y >= 0 && y < float64(d.Classes) && y == math.Trunc(y)
}

func nameOf(d *datasets.Dataset) string {
	if d.Name == "" {
		return "the data set"
	}
	return d.Name
}
