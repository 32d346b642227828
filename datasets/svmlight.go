package datasets

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// SVMLight says how to read an svmlight (libsvm) file: one sample a line, "label index:value ... #
// comment", indices rising. "cost:2.5" is the weight of a sample, 1 where it is not given; "qid:7"
// is passed over. The zero value reads a classification with indices from 1. With Like a file is
// read by the coding of another: its columns, classes and, without ZeroBased, its first index.
type SVMLight struct {
	ZeroBased  bool      // the first column is 0
	Cols       int       // number of columns; 0 = as many as occur
	Regression bool      // labels are targets
	Labels     []float64 // labels in class order; nil = those that occur, by size (-1, +1 or both are binary)
	Like       *Coding   // coding of the data set that this file is to be numbered as; nil = its own
}

// Load reads a file, plain or gzipped. comments[i] is what stands behind the # of sample i.
func (o SVMLight) Load(path string) (d *Dataset, comments []string, err error) {
	err = withFile(path, func(r io.Reader) error {
		d, comments, err = o.Read(r, path)
		return err
	})
	return d, comments, err
}

// Read is Load from a reader; name stands in messages.
func (o SVMLight) Read(r io.Reader, name string) (d *Dataset, comments []string, err error) {
	labels, err := numericLabels(o.Labels, o.Regression, o.Like)
	if err != nil {
		return nil, nil, fmt.Errorf("%w (reading %s)", err, name)
	}
	if err := o.settle(name); err != nil {
		return nil, nil, err
	}
	p := &svmParser{SVMLight: o, name: name, x: &CSR{Cols: o.Cols, Indptr: []int{0}}}
	if err := eachLine(r, name, p.parse); err != nil {
		return nil, nil, err
	}
	if err := checkNotEmpty(name, p.x); err != nil {
		return nil, nil, err
	}
	d = &Dataset{Name: name, X: p.x, Weights: p.weights}
	if bad := labels.set(d, p.labels); bad != nil {
		return nil, nil, malformed(name, p.lines[bad.sample], "%s", bad.reason)
	}
	if d.Coding = o.Like; o.Like == nil {
		d.Coding = &Coding{Classes: slices.Clone(d.ClassNames), Width: p.x.Cols, ZeroBased: o.ZeroBased}
	} else if o.Like.UnitRows {
		d, err = NormalizeRows(d)
	}
	return d, p.comments, err
}

// settle takes from Like what is not set.
func (o *SVMLight) settle(name string) error {
	if o.Cols < 0 {
		return malformed(name, 0, "Cols is %d; give the number of columns, or 0 for as many as occur", o.Cols)
	}
	if o.Like == nil {
		return nil
	}
	if o.Like.Columns != nil || o.Like.Width == 0 {
		return malformed(name, 0, "it cannot be read by the coding in Like, which is that of a table of named columns")
	}
	if o.Cols != 0 && o.Cols != o.Like.Width {
		return malformed(name, 0, "Cols is %d, but the coding in Like has %d columns", o.Cols, o.Like.Width)
	}
	o.Cols, o.ZeroBased = o.Like.Width, o.ZeroBased || o.Like.ZeroBased
	return nil
}

// maxLine bounds the memory that one line may take.
const maxLine = 1 << 26

// eachLine calls f for each line, counted from 1, without its end.
func eachLine(r io.Reader, name string, f func(line []byte, number int) error) error {
	b := bufferedReader(r)
	if err := skipMark(b); err != nil {
		return malformed(name, 1, "%v", err)
	}
	s := bufio.NewScanner(b)
	s.Buffer(make([]byte, 1<<16), maxLine)
	n := 0
	for s.Scan() {
		n++
		if bytes.IndexByte(bytes.TrimRight(s.Bytes(), "\r"), '\r') >= 0 { // a comment would take all that follows for its own
			return malformed(name, n, "%s", onlyReturns)
		}
		if err := f(s.Bytes(), n); err != nil {
			return err
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		return malformed(name, n+1, "line longer than %d bytes", maxLine)
	}
	if s.Err() != nil {
		return malformed(name, n+1, "%v", s.Err())
	}
	return nil
}

type svmParser struct {
	SVMLight
	name     string
	x        *CSR
	labels   []float64
	weights  []float64 // nil while no sample has one
	lines    []int     // line of each sample in the file
	comments []string
}

func (p *svmParser) parse(line []byte, number int) error {
	line, comment, _ := bytes.Cut(line, []byte{'#'})
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return nil
	}
	field, rest := nextField(line)
	label, err := parseFinite(field)
	if err != nil {
		return malformed(p.name, number, "label %q: %v", field, err)
	}
	last := -1
	for len(rest) > 0 {
		if field, rest = nextField(rest); bytes.HasPrefix(field, []byte("qid:")) {
			continue
		}
		if text, is := bytes.CutPrefix(field, []byte("cost:")); is {
			if err := p.cost(text); err != nil {
				return malformed(p.name, number, "%q: %v", field, err)
			}
			continue
		}
		column, value, err := p.entry(field)
		switch {
		case err != nil:
			return malformed(p.name, number, "%q: %v", field, err)
		case column <= last:
			return malformed(p.name, number, "%q: indices must rise within a line", field)
		}
		last = column
		if value != 0 {
			p.x.Indices = append(p.x.Indices, int32(column))
			p.x.Values = append(p.x.Values, value)
		}
	}
	if p.SVMLight.Cols == 0 {
		p.x.Cols = max(p.x.Cols, last+1)
	}
	p.x.N++
	if p.weights != nil && len(p.weights) < p.x.N {
		p.weights = append(p.weights, 1)
	}
	p.x.Indptr = append(p.x.Indptr, len(p.x.Values))
	p.labels = append(p.labels, label)
	p.lines = append(p.lines, number)
	p.comments = append(p.comments, string(bytes.TrimSpace(comment)))
	return nil
}

// cost reads the weight of the sample at hand.
func (p *svmParser) cost(text []byte) error {
	w, err := parseFinite(text)
	if err != nil || w < 0 {
		return errors.New("a weight is a finite number of at least 0")
	}
	if len(p.weights) > p.x.N {
		return errors.New("the sample has a second weight")
	}
	for len(p.weights) < p.x.N {
		p.weights = append(p.weights, 1)
	}
	p.weights = append(p.weights, w)
	return nil
}

// entry reads "index:value".
func (p *svmParser) entry(field []byte) (column int, value float64, err error) {
	index, text, ok := bytes.Cut(field, []byte{':'})
	if !ok {
		return 0, 0, errors.New("not of the form index:value")
	}
	column, err = strconv.Atoi(string(index))
	if err != nil {
		return 0, 0, errors.New("the index is not a number")
	}
	switch {
	case !p.ZeroBased && column == 0:
		return 0, 0, errors.New("index 0 in a file counted from 1 (set ZeroBased)")
	case !p.ZeroBased:
		column--
	}
	if column < 0 || column >= math.MaxInt32 {
		return 0, 0, errors.New("the index is out of range")
	}
	if p.SVMLight.Cols > 0 && column >= p.SVMLight.Cols {
		return 0, 0, errors.New("the index is beyond the " + strconv.Itoa(p.SVMLight.Cols) + " columns")
	}
	if len(text) == 1 && text[0] >= '0' && text[0] <= '9' {
		return column, float64(text[0] - '0'), nil
	}
	value, err = parseFinite(text)
	return column, value, err
}

// parseFinite reads a number as files have it: Go's 1_0 and 0x10p0 are not, they are names more
// likely.
func parseFinite(text []byte) (float64, error) {
	for _, c := range text {
		if c == '_' || c == 'x' || c == 'X' {
			return 0, errors.New("not a finite number")
		}
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, errors.New("not a finite number")
	}
	return v, nil
}

// nextField cuts the first word off a line without leading space.
func nextField(line []byte) (field, rest []byte) {
	i := bytes.IndexAny(line, " \t")
	if i < 0 {
		return line, nil
	}
	return line[:i], bytes.TrimLeft(line[i:], " \t")
}
