package data

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"

	"lethe/datasets"
)

// parquetRecords hands out the rows of a Parquet file as the text that a CSV file would have, so
// that both give the same samples.
type parquetRecords struct {
	ctx      context.Context
	path     string
	header   []string
	leaves   []func(dst []byte, v parquet.Value) ([]byte, error) // of each leaf; nil = nested or of a type that is not read
	column   []int                                               // of each leaf
	groups   []parquet.RowGroup
	rows     parquet.Rows // of the group at hand
	batch    []parquet.Row
	have, at int // rows in the batch, and the next of them
	row      int // rows that were handed out
	text     []byte
	ends     []int
	cells    [][]byte
	report   func(row int)
}

// batchRows is how many rows are read at a time.
const batchRows = 256

// eachParquet opens a Parquet file and hands its rows to read. The library panics on some damaged
// files, which is an error here.
func (l *Loaded) eachParquet(ctx context.Context, progress func(done, total int64), read func(rows datasets.Records) error) (err error) {
	f, err := open(ctx, l.Path, nil)
	if err != nil {
		return err
	}
	defer f.Close()
	defer func() {
		if r := recover(); r != nil {
			err = damaged(l.Path, r)
		}
	}()
	file, err := parquet.OpenFile(f.File, f.total, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return damaged(l.Path, err)
	}
	p := &parquetRecords{ctx: ctx, path: l.Path, groups: file.RowGroups(), batch: make([]parquet.Row, batchRows)}
	p.report = func(row int) {
		if n := file.NumRows(); progress != nil && n > 0 {
			progress(int64(float64(f.total)*float64(row)/float64(n)), f.total)
		}
	}
	defer p.close()
	if err := p.columns(file.Schema(), l.options); err != nil {
		return err
	}
	return cancelled(ctx, read(p))
}

func damaged(path string, reason any) error {
	return wrong(path, "get the file whole, or write it again", "it is no Parquet file, or a damaged one: %v", reason)
}

// columns finds the columns. One that cannot be read as text may be there only if it is left out.
func (p *parquetRecords) columns(schema *parquet.Schema, o Options) error {
	drop := slices.Clone(o.Drop)
	if o.Like != nil {
		drop = append(drop, o.Like.Drop...)
		if !o.ReadForgotten {
			drop = append(drop, o.hidden(nil)...)
		}
	}
	for at, field := range schema.Fields() {
		p.header = append(p.header, field.Name())
		if leaf, ok := schema.Lookup(field.Name()); ok && field.Leaf() && !field.Repeated() {
			write, err := writerOf(leaf.Node.Type())
			if err != nil && !slices.Contains(drop, field.Name()) {
				return &Error{File: p.path, Row: -1, Column: field.Name(), Reason: err.Error(), Remedy: "write it as numbers or text, or " + o.leaveOut()}
			}
			p.leaves, p.column = append(p.leaves, write), append(p.column, at)
			continue
		}
		if !slices.Contains(drop, field.Name()) {
			return &Error{File: p.path, Row: -1, Column: field.Name(), Reason: "its values are lists or records",
				Remedy: "write them into columns of their own, or " + o.leaveOut()}
		}
		for range leavesOf(field) {
			p.leaves, p.column = append(p.leaves, nil), append(p.column, at)
		}
	}
	return nil
}

// leavesOf returns how many leaf columns a field has.
func leavesOf(field parquet.Node) int {
	if field.Leaf() {
		return 1
	}
	n := 0
	for _, f := range field.Fields() {
		n += leavesOf(f)
	}
	return n
}

// Header implements [datasets.Records].
func (p *parquetRecords) Header() []string { return p.header }

// Line implements [datasets.Records]: rows are counted from 1.
func (p *parquetRecords) Line() int { return p.row }

// Next implements [datasets.Records].
func (p *parquetRecords) Next() ([][]byte, error) {
	if p.at == p.have {
		if err := p.fill(); err != nil {
			return nil, err
		}
	}
	row := p.batch[p.at]
	p.at++
	p.row++
	p.text, p.ends = p.text[:0], p.ends[:0]
	p.cells = slices.Grow(p.cells[:0], len(p.header))[:len(p.header)]
	clear(p.cells)
	return p.cells, p.write(row)
}

// write renders the values of a row.
func (p *parquetRecords) write(row parquet.Row) error {
	for _, v := range row {
		leaf := v.Column()
		if leaf < 0 || leaf >= len(p.leaves) {
			return damaged(p.path, fmt.Sprintf("row %d has a value of column %d of %d", p.row-1, leaf, len(p.leaves)))
		}
		if p.leaves[leaf] == nil || v.IsNull() {
			continue
		}
		start := len(p.text)
		var err error
		if p.text, err = p.leaves[leaf](p.text, v); err != nil {
			return &Error{File: p.path, Row: p.row - 1, Column: p.header[p.column[leaf]], Reason: err.Error(), Remedy: "mend the value"}
		}
		// Text that moves to more room leaves the cells before where they are.
		p.cells[p.column[leaf]] = bytes.TrimSpace(p.text[start:len(p.text):len(p.text)])
	}
	return nil
}

// fill reads the next batch.
func (p *parquetRecords) fill() error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	p.report(p.row)
	for {
		if p.rows == nil {
			if len(p.groups) == 0 {
				return io.EOF
			}
			p.rows, p.groups = p.groups[0].Rows(), p.groups[1:]
		}
		n, err := p.rows.ReadRows(p.batch)
		if err != nil && !errors.Is(err, io.EOF) {
			return damaged(p.path, err)
		}
		if err != nil || n == 0 {
			p.close()
		}
		if n > 0 {
			p.have, p.at = n, 0
			return nil
		}
	}
}

func (p *parquetRecords) close() {
	if p.rows != nil {
		p.rows.Close()
		p.rows = nil
	}
}

// leaveOut says how a column is left out: by --drop, which later commands do not have.
func (o Options) leaveOut() string {
	if o.Like != nil {
		return "take it out of the file"
	}
	return "leave it out by --drop"
}
