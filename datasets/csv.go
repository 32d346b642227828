package datasets

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
)

// CSV says how to read comma-separated values. Label is required, all else may stay zero.
type CSV struct {
	Label       string   // name of the label column
	Classes     []string // its values in class order; nil = those that occur, sorted (as numbers if all are; -1, +1 or both are binary)
	Regression  bool     // the label is a number to predict
	Drop        []string // columns to leave out
	Categorical []string // columns to write one-hot, as columns "name_level" of 0 and 1, levels sorted; the others are numbers
	ByFrequency bool     // order levels by falling frequency in place of by name
	DropFirst   bool     // leave out the first level of each, which the others imply
	Missing     string   // how a missing cell is written; "" = "?"; an empty cell is missing always
	Impute      bool     // fill missing cells with the column's most frequent value; without it they are an error
	Header      []string // column names of a file that has none
	Delimiter   rune     // 0 = comma
	Comment     rune     // lines that begin with it are skipped; 0 = none
}

// maxLevels bounds one-hot columns: a column of more levels is a name or a number, not a category.
const maxLevels = 1000

// Load reads a file, plain or gzipped, into dense rows. The classes have names where they are given or not all numbers.
func (o CSV) Load(path string) (d *Dataset, err error) {
	err = withFile(path, func(r io.Reader) error {
		d, err = o.Read(r, path)
		return err
	})
	return d, err
}

// Read is Load from a reader; name stands in messages.
func (o CSV) Read(r io.Reader, name string) (*Dataset, error) {
	t, err := o.table(r, name)
	if err != nil {
		return nil, err
	}
	sets, err := o.encode(t)
	if err != nil {
		return nil, err
	}
	return sets[0], nil
}

// unpack is Load from memory; name stands in messages.
func (o CSV) unpack(packed []byte, name string) (d *Dataset, err error) {
	err = withReader(bytes.NewReader(packed), name, func(r io.Reader) error {
		d, err = o.Read(r, name)
		return err
	})
	return d, err
}

func (o CSV) table(r io.Reader, name string) (*table, error) {
	return readTable(r, name, cmp.Or(o.Delimiter, ','), o.Comment, o.Header)
}

// encode turns tables of the same columns into data sets of the same features: levels and classes are those of all
// tables, the values that stand in for missing cells those of the first.
func (o CSV) encode(tables ...*table) ([]*Dataset, error) {
	first := tables[0]
	for _, t := range tables[1:] {
		if !slices.Equal(t.header, first.header) {
			return nil, malformed(t.name, 1, "columns %v differ from those of %s: %v", t.header, first.name, first.header)
		}
	}
	label, err := first.column(o.Label)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Concat(o.Drop, o.Categorical) {
		if _, err := first.column(name); err != nil {
			return nil, err
		}
	}
	var blocks []columnBlock
	for c, name := range first.header {
		if c == label || slices.Contains(o.Drop, name) {
			continue
		}
		block, err := o.block(tables, c)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, block)
	}
	if err := checkNames(first.name, blocks); err != nil {
		return nil, err
	}
	code, err := o.labelCode(tables, label)
	if err != nil {
		return nil, err
	}
	sets := make([]*Dataset, len(tables))
	for i, t := range tables {
		if sets[i], err = encodeTable(t, blocks, label, code); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

// columnBlock is what one column of the table becomes: one number (levels is nil) or one 0/1 column a level.
type columnBlock struct {
	source int
	name   string
	levels []string
}

// columns returns the names of the columns that it becomes.
func (b columnBlock) columns() []string {
	if b.levels == nil {
		return []string{b.name}
	}
	names := make([]string, len(b.levels))
	for i, l := range b.levels {
		names[i] = b.name + "_" + l
	}
	return names
}

// checkNames says which two columns would have one name.
func checkNames(file string, blocks []columnBlock) error {
	from := map[string]string{}
	for _, b := range blocks {
		for i, name := range b.columns() {
			source := fmt.Sprintf("column %q", b.name)
			if b.levels != nil {
				source = fmt.Sprintf("level %q of column %q", b.levels[i], b.name)
			}
			if other, twice := from[name]; twice {
				return malformed(file, 1, "%s and %s would both be called %q: rename one column or name it in Drop", other, source, name)
			}
			from[name] = source
		}
	}
	return nil
}

// missing returns how a missing cell is written, besides an empty one.
func (o CSV) missing() string { return cmp.Or(o.Missing, "?") }

func (o CSV) block(tables []*table, c int) (columnBlock, error) {
	name := tables[0].header[c]
	if err := fill(tables, c, o.missing(), !o.Impute); err != nil {
		return columnBlock{}, err
	}
	b := columnBlock{source: c, name: name}
	if !slices.Contains(o.Categorical, name) {
		return b, nil
	}
	levels := distinct(tables, c)
	if o.ByFrequency {
		byFrequency(levels, tables[0], c)
	}
	if len(levels) > maxLevels {
		return b, malformed(tables[0].name, 0, "column %q has %d levels, more than %d: name it in Drop, or read it as a number",
			name, len(levels), maxLevels)
	}
	if o.DropFirst && len(levels) > 0 {
		levels = levels[1:]
	}
	b.levels = levels
	return b, nil
}

// distinct returns the values of a column, sorted; never nil.
func distinct(tables []*table, c int) []string {
	values := []string{}
	seen := map[string]struct{}{}
	for _, t := range tables {
		for _, row := range t.rows {
			if _, known := seen[row[c]]; !known {
				seen[row[c]] = struct{}{}
				values = append(values, row[c])
			}
		}
	}
	slices.Sort(values)
	return values
}

// byFrequency orders values of a column by how often they occur in t, most often first; of equals the order stays.
func byFrequency(values []string, t *table, c int) {
	counts := map[string]int{}
	for _, row := range t.rows {
		counts[row[c]]++
	}
	slices.SortStableFunc(values, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
}

func encodeTable(t *table, blocks []columnBlock, label int, code labelCode) (*Dataset, error) {
	x := &Dense{N: len(t.rows)}
	d := &Dataset{Name: t.name, X: x, Y: make([]float64, 0, x.N), Classes: code.classes, ClassNames: slices.Clone(code.texts)}
	for _, b := range blocks {
		d.Columns = append(d.Columns, b.columns()...)
	}
	x.Cols = len(d.Columns)
	if err := checkNotEmpty(t.name, x); err != nil {
		return nil, err
	}
	if x.Cols > math.MaxInt32/x.N {
		return nil, malformed(t.name, 0, "%d rows of %d columns are too many for a dense table; write it as svmlight", x.N, x.Cols)
	}
	x.Data = make([]float64, 0, x.N*x.Cols)
	for i, row := range t.rows {
		for _, b := range blocks {
			var err error
			if x.Data, err = b.appendTo(x.Data, row[b.source]); err != nil {
				return nil, malformed(t.name, t.lines[i], "column %q: %v", b.name, err)
			}
		}
		y, err := code.label(row[label])
		if err != nil {
			return nil, malformed(t.name, t.lines[i], "column %q: %v", t.header[label], err)
		}
		d.Y = append(d.Y, y)
	}
	return d, nil
}

// appendTo appends what a cell becomes.
func (b columnBlock) appendTo(dst []float64, cell string) ([]float64, error) {
	if b.levels == nil {
		v, err := parseFinite([]byte(cell))
		if err != nil {
			return nil, fmt.Errorf("%q is not a finite number (name the column in Categorical or Drop)", cell)
		}
		return append(dst, v), nil
	}
	for _, level := range b.levels {
		if level == cell {
			dst = append(dst, 1)
		} else {
			dst = append(dst, 0)
		}
	}
	return dst, nil
}
