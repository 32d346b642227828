package project

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"lethe/datasets"
	"lethe/project/data"
	"lethe/unlearn"
)

// Changes is what requests made of the training data since Base, in the rows of Base. It is enough
// to bring the original file to where the data are now, and holds no forgotten value: of a removed
// sample its number only, of a corrected one what is right, until it is removed too.
type Changes struct {
	Base     State         `json:"base"`
	Removed  []int         `json:"removed,omitempty"`  // samples, rising
	Features []int         `json:"features,omitempty"` // removed features, rising
	Cells    []CellChange  `json:"cells,omitempty"`    // by row and feature
	Labels   []LabelChange `json:"labels,omitempty"`   // by row
	Text     []TextChange  `json:"text,omitempty"`     // by place
	Written  []WrittenCell `json:"written,omitempty"`  // by row and feature

	// RemovedIDs are those of all samples that were removed, sorted, and Named the rows of Base
	// that are corrected, rising; see hiddenID. Without ids both are empty.
	RemovedIDs []string   `json:"removed_ids,omitempty"`
	Named      []NamedRow `json:"corrected_ids,omitempty"`
}

// CellChange is a corrected feature of a sample, as the model sees it.
type CellChange struct {
	Row     int     `json:"row"`
	Feature int     `json:"feature"`
	Value   float64 `json:"value"`
}

// LabelChange is a corrected label.
type LabelChange struct {
	Row    int       `json:"row"`
	Labels []float64 `json:"labels"`
}

// WrittenCell is a corrected cell of a table as the request wrote it, which may be empty. Feature
// is the first one that the column became, or -1 for the label.
type WrittenCell struct {
	Row     int    `json:"row"`
	Feature int    `json:"feature"`
	Text    string `json:"text"`
}

// TextChange is what stands in a text from token At on.
type TextChange struct {
	At     int     `json:"at"`
	Tokens []int32 `json:"tokens"`
}

func readChanges(dir string) (*Changes, error) {
	path := filepath.Join(dir, changesName)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c := &Changes{}
	if err := strictly(text, c); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func (c *Changes) encode() ([]byte, error) {
	text, err := json.Marshal(c)
	return append(text, '\n'), err
}

// corrected returns the data of Base with everything corrected and no sample removed.
func (c *Changes) corrected(base *datasets.Dataset) (*datasets.Dataset, error) {
	d, err := c.rewrite(base)
	if err != nil {
		return nil, err
	}
	var requests []unlearn.Request
	if len(c.Features) > 0 {
		requests = append(requests, unlearn.RemoveFeatures(c.Features...))
	}
	for _, x := range c.Labels {
		requests = append(requests, unlearn.CorrectLabels([]int{x.Row}, x.Labels))
	}
	for cells := c.Cells; len(cells) > 0; { // a change for each row
		n := 1
		for n < len(cells) && cells[n].Row == cells[0].Row {
			n++
		}
		var features []int
		var values []float64
		for _, x := range cells[:n] {
			features, values = append(features, x.Feature), append(values, x.Value)
		}
		requests = append(requests, unlearn.CorrectFeatures([]int{cells[0].Row}, features, [][]float64{values}))
		cells = cells[n:]
	}
	if len(requests) == 0 {
		return d, nil
	}
	all, err := unlearn.Merge(requests...)
	if err != nil {
		return nil, err
	}
	applied, err := all.Apply(d)
	if err != nil {
		return nil, err
	}
	return applied.Data, nil
}

// rewrite carries out the changes of a text.
func (c *Changes) rewrite(base *datasets.Dataset) (*datasets.Dataset, error) {
	if len(c.Text) == 0 {
		return base, nil
	}
	x, ok := base.X.(*datasets.Tokens)
	if !ok {
		return nil, errors.New("the changes are of a text, and the data are none")
	}
	text := slices.Clone(x.Text)
	for _, t := range c.Text {
		if t.At < 0 || t.At > len(text)-len(t.Tokens) {
			return nil, fmt.Errorf("the changes speak of token %d of a text of %d", t.At, len(text))
		}
		copy(text[t.At:], t.Tokens)
	}
	d, err := datasets.Windows(base.Name, text, x.Length, x.Vocabulary)
	if err != nil {
		return nil, err
	}
	d.ClassNames, d.Columns, d.Coding = base.ClassNames, base.Columns, base.Coding
	return d, nil
}

// now returns the data of Base as they are now.
func (c *Changes) now(base *datasets.Dataset) (*datasets.Dataset, error) {
	d, err := c.corrected(base)
	if err != nil || len(c.Removed) == 0 {
		return d, err
	}
	return datasets.Without(d, c.Removed)
}

// then returns the row of Base of each row that the data have now.
func (c *Changes) then() []int {
	out := make([]int, 0, c.Base.Rows-len(c.Removed))
	next := 0
	for row := range c.Base.Rows {
		if next < len(c.Removed) && c.Removed[next] == row {
			next++
			continue
		}
		out = append(out, row)
	}
	return out
}

// with returns the changes after one more request, whose rows are those of Base. before are the
// data of Base, corrected so far. written are the corrected cells of a table,
// places what is replaced of a text.
func (c *Changes) with(r unlearn.Request, before *datasets.Dataset, written []WrittenCell, places ...datasets.Span) (*Changes, error) {
	cells, labels := map[[2]int]CellChange{}, map[int]LabelChange{}
	for _, x := range c.Cells {
		cells[[2]int{x.Row, x.Feature}] = x
	}
	for _, x := range c.Labels {
		labels[x.Row] = x
	}
	out := &Changes{Base: c.Base, Removed: slices.Clone(c.Removed), Features: slices.Clone(c.Features), Text: c.Text}
	for _, x := range r.Changes {
		switch x.Kind {
		case unlearn.SampleRemoval:
			out.Removed = append(out.Removed, x.Rows...)
		case unlearn.FeatureRemoval:
			out.Features = append(out.Features, x.Columns...)
		case unlearn.FeatureCorrection:
			for i, row := range x.Rows {
				for j, feature := range x.Columns {
					cells[[2]int{row, feature}] = CellChange{row, feature, x.Values[i][j]}
				}
			}
		case unlearn.LabelCorrection:
			width := before.Width()
			for i, row := range x.Rows {
				labels[row] = LabelChange{row, x.Labels[i*width : (i+1)*width]}
			}
		case unlearn.SampleCorrection:
			text, err := rewritten(out.Text, x, before, places)
			if err != nil {
				return nil, err
			}
			out.Text = text
		}
	}
	out.Removed, out.Features = sorted(out.Removed), sorted(out.Features)
	out.keep(cells, labels)
	out.keepWritten(c.Written, written)
	return out, nil
}

// keep takes the corrections of samples and features that are still there.
func (c *Changes) keep(cells map[[2]int]CellChange, labels map[int]LabelChange) {
	gone := func(list []int, i int) bool { _, is := slices.BinarySearch(list, i); return is }
	for _, x := range cells {
		if !gone(c.Removed, x.Row) && !gone(c.Features, x.Feature) {
			c.Cells = append(c.Cells, x)
		}
	}
	slices.SortFunc(c.Cells, func(a, b CellChange) int { return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Feature, b.Feature)) })
	for _, x := range labels {
		if !gone(c.Removed, x.Row) {
			c.Labels = append(c.Labels, x)
		}
	}
	slices.SortFunc(c.Labels, func(a, b LabelChange) int { return cmp.Compare(a.Row, b.Row) })
}

// keepWritten takes the cells of samples and features that are still there; of one that was written
// twice the new text.
func (c *Changes) keepWritten(old, written []WrittenCell) {
	cells := map[[2]int]WrittenCell{}
	for _, x := range slices.Concat(old, written) {
		cells[[2]int{x.Row, x.Feature}] = x
	}
	for _, x := range cells {
		_, removed := slices.BinarySearch(c.Removed, x.Row)
		_, forgotten := slices.BinarySearch(c.Features, x.Feature)
		if !removed && !forgotten {
			c.Written = append(c.Written, x)
		}
	}
	slices.SortFunc(c.Written, func(a, b WrittenCell) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Feature, b.Feature))
	})
}

func sorted(x []int) []int {
	slices.Sort(x)
	return slices.Compact(x)
}

// rewritten returns the changes of a text after one more correction of it.
func rewritten(was []TextChange, x unlearn.Change, before *datasets.Dataset, places []datasets.Span) ([]TextChange, error) {
	old, isText := before.X.(*datasets.Tokens)
	if x.To == nil || !isText {
		return nil, errors.New("whole samples are corrected in texts only: correct cells and labels")
	}
	to, isText := x.To.X.(*datasets.Tokens)
	if !isText || len(to.Text) != len(old.Text) {
		return nil, errors.New("the corrected text is not as long as the text")
	}
	now := map[int]int32{}
	for _, t := range was {
		for i, token := range t.Tokens {
			now[t.At+i] = token
		}
	}
	for i, token := range to.Text {
		if token != old.Text[i] {
			now[i] = token
		}
	}
	for _, p := range places { // as wholes, or characters that are not there would be told to have stayed
		for i := p.At; i < p.At+p.Len; i++ {
			now[i] = to.Text[i]
		}
	}
	var out []TextChange
	for i := range to.Text {
		token, changed := now[i]
		switch last := len(out) - 1; {
		case !changed:
		case last >= 0 && out[last].At+len(out[last].Tokens) == i:
			out[last].Tokens = append(out[last].Tokens, token)
		default:
			out = append(out, TextChange{i, []int32{token}})
		}
	}
	return out, nil
}

// forgotten returns the columns of a table that the model is no longer to see.
func (c *Changes) forgotten(d *data.Description) (out []string) {
	first := 0
	for _, column := range d.Columns {
		if _, is := slices.BinarySearch(c.Features, first); is { // a column is forgotten as a whole
			out = append(out, column.Name)
		}
		first += max(len(column.Levels), 1)
	}
	return out
}

// unseen returns data without the features that the model is no longer to see: in any data that it
// answers on, as in those it was updated on.
func (c *Changes) unseen(d *datasets.Dataset) (*datasets.Dataset, error) {
	if len(c.Features) == 0 {
		return d, nil
	}
	return datasets.ZeroColumns(d, c.Features)
}
