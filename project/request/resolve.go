package request

import (
	"context"
	"errors"

	"lethe/project/data"
	"lethe/unlearn"
)

// Resolved is a request that was found in the data.
type Resolved struct {
	Request unlearn.Request
	// Rows are the samples that change, rising, counted in Loaded.Data: removed and corrected ones,
	// and those in which a forgotten column is not zero already.
	Rows  []int
	Share float64 // of the samples: len(Rows) / n
	// Cells counts what changes of the file: corrected cells, and a forgotten column's in every
	// sample that stays.
	Cells      int
	Removed    int      // samples
	Corrected  int      // cells
	Relabelled int      // samples
	Columns    []string // forgotten columns of the file, sorted
	Spans      int      // places of the text that are replaced
	Subjects   []Subject
	// Warnings quote no ids and no values, so that they may stand in a report. Named are the same,
	// with ids, for the terminal.
	Warnings, Named []string
	// Secrets are the texts that may stand in no file that is written: ids of removed samples,
	// values of where, texts that are replaced. They are for checking only.
	Secrets []string
}

// Subject is a sample that the request names, and what becomes of it.
type Subject struct {
	Row    int    // counted from 0 in the file
	ID     string // "" without an id column
	Change string // "removed", "corrected", "label corrected"
}

// Read reads a request, and the files that it names: they are relative to it. The name says the
// format: .yaml, .yml, .json or .csv.
func Read(path string) (*File, error) { return nil, errors.New("request: not written yet") }

// Hash returns the SHA-256, in hexadecimal, of what is asked: however it is written and in whichever
// order. Whoever guesses a request can compare its hash, so [File.Salted] is the one to be kept.
func (f *File) Hash() string { return "" }

// Salted is Hash with a secret salt.
func (f *File) Salted(salt []byte) string { return "" }

// Resolve finds the request in the data.
func (f *File) Resolve(ctx context.Context, d *data.Loaded) (*Resolved, error) {
	return nil, errors.New("request: not written yet")
}
