package datasets

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

//go:embed embedded/spam.bin.gz
var spamWords []byte

// loadSpam reads the embedded bag of words; each row is divided by its norm.
func loadSpam() (*Named, error) {
	n, err := parseSpam(spamWords)
	if err != nil {
		return nil, fmt.Errorf("datasets: embedded spam data: %w", err)
	}
	return n, nil
}

// parseSpam reads what internal/spamgen writes; the format is described there.
func parseSpam(packed []byte) (*Named, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	r := &spamReader{raw: raw}
	words, names, mails := r.number(len(raw)), r.number(len(raw)), r.number(len(raw))
	columns := r.lines(words)
	sensitive := r.rising(names, words)
	flags := r.bytes(mails)
	rows := make([][]int32, len(flags))
	for c := range columns {
		for _, m := range r.rising(r.number(mails), mails) {
			rows[m] = append(rows[m], int32(c))
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	d, err := NormalizeRows(binaryRows(rows, flags, columns))
	if err != nil {
		return nil, err
	}
	var part [2][]int
	for i, f := range flags {
		part[f>>1&1] = append(part[f>>1&1], i)
	}
	return &Named{Train: d.Subset(part[0]), Test: d.Subset(part[1]), Sensitive: sensitive}, nil
}

// binaryRows makes a data set of the columns that are 1 in each row; bit 0 of a flag is the label.
func binaryRows(rows [][]int32, flags []byte, columns []string) *Dataset {
	x := &CSR{N: len(rows), Cols: len(columns), Indptr: []int{0}}
	d := &Dataset{X: x, Classes: 2, Columns: columns}
	for i, row := range rows {
		x.Indices = append(x.Indices, row...)
		x.Indptr = append(x.Indptr, len(x.Indices))
		d.Y = append(d.Y, float64(flags[i]&1))
	}
	x.Values = make([]float64, len(x.Indices))
	for k := range x.Values {
		x.Values[k] = 1
	}
	return d
}

// spamReader reads from raw until the first error.
type spamReader struct {
	raw []byte
	err error
}

var errSpamCut = errors.New("cut off or damaged")

// number reads one of 0 ... limit.
func (r *spamReader) number(limit int) int {
	v, n := binary.Uvarint(r.raw)
	if r.err != nil || n <= 0 || v > uint64(min(limit, math.MaxInt32)) {
		r.err = errSpamCut
		return 0
	}
	r.raw = r.raw[n:]
	return int(v)
}

// rising reads n numbers below limit, each the difference to the one before.
func (r *spamReader) rising(n, limit int) []int {
	var values []int
	last := 0
	for range n {
		last += r.number(limit)
		if r.err == nil && last >= limit {
			r.err = errSpamCut
		}
		if r.err != nil {
			return nil
		}
		values = append(values, last)
	}
	return values
}

func (r *spamReader) lines(n int) []string {
	var lines []string
	for range n {
		end := bytes.IndexByte(r.raw, '\n')
		if r.err != nil || end < 0 {
			r.err = errSpamCut
			return nil
		}
		lines = append(lines, string(r.raw[:end]))
		r.raw = r.raw[end+1:]
	}
	return lines
}

func (r *spamReader) bytes(n int) []byte {
	if r.err != nil || n > len(r.raw) {
		r.err = errSpamCut
		return nil
	}
	b := r.raw[:n]
	r.raw = r.raw[n:]
	return b
}
