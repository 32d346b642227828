package data

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"lethe/datasets"
)

// RowsWhere returns, rising, the rows of Data that have a value in a column of the file; "" finds
// missing cells. Any column of a table will do: label, id and what is left out too. Numbers are
// compared as such. A table is read again; it is an error if it has changed.
func (l *Loaded) RowsWhere(ctx context.Context, column, value string) ([]int, error) {
	value = strings.TrimSpace(value)
	if kindOf(l.Format) != "table" {
		return l.featureWhere(column, value)
	}
	same := equals(value)
	rows := []int{}
	err := l.eachRecord(ctx, nil, func(records datasets.Records) error {
		at := slices.Index(records.Header(), column)
		if at < 0 {
			return &Error{File: l.Path, Row: -1, Column: column, Reason: "there is no such column", Remedy: "name one of " + shortList(records.Header())}
		}
		row, number := 0, 0 // of Data, and in the file
		for ; ; number++ {
			cells, err := records.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return l.options.explained(err, l.Format != Parquet)
			}
			if row == l.Data.Len() || l.Data.Row(row) != number {
				continue
			}
			if same(cells[at]) {
				rows = append(rows, row)
			}
			row++
		}
		if row != l.Data.Len() || number != l.Data.Len()+len(l.Dropped) {
			return wrong(l.Path, "load it again", "the file has changed since it was read: %d rows in place of %d", number, l.Data.Len()+len(l.Dropped))
		}
		return nil
	})
	return rows, err
}

// equals compares cells with a value.
func equals(value string) func(cell []byte) bool {
	v, err := finite(value)
	number := err == nil
	return func(cell []byte) bool {
		if string(cell) == value {
			return true
		}
		if !number || len(cell) == 0 {
			return false
		}
		w, err := finite(string(cell))
		return err == nil && v == w
	}
}

// featureWhere looks for a number among the features.
func (l *Loaded) featureWhere(column, value string) ([]int, error) {
	features, err := l.Features(column)
	if err != nil {
		return nil, err
	}
	v, err := finite(value)
	if err != nil {
		return nil, l.badCell(column, err.Error(), "give a number")
	}
	if l.Description.UnitRows {
		return nil, wrong(l.Path, "name the rows", "each row is divided by its norm, so that values of the file are not known any more")
	}
	rows := []int{}
	for i := range l.Data.Len() {
		if at(l.Data.X, i, features[0]) == v {
			rows = append(rows, i)
		}
	}
	return rows, nil
}

// at returns a feature of a row.
func at(x datasets.Features, row, feature int) float64 {
	switch x := x.(type) {
	case *datasets.Dense:
		return x.Data[row*x.Cols+feature]
	case *datasets.CSR:
		lo, hi := x.Indptr[row], x.Indptr[row+1]
		if k, found := slices.BinarySearch(x.Indices[lo:hi], int32(feature)); found {
			return x.Values[lo+k]
		}
		return 0
	}
	panic(fmt.Sprintf("data: samples of type %T have no features", x))
}
