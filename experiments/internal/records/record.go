// Package records keeps what a run measured: records, questions to them, and the folder that they
// are written to. It knows no experiment.
package records

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
)

// Record is one measured number and everything that is needed to read it: one line of
// records.jsonl.
type Record struct {
	Experiment string  `json:"experiment"`
	Dataset    string  `json:"dataset"`
	Model      string  `json:"model"`
	Method     string  `json:"method"` // none, retrain, fine-tune, occlusion, first-order, second-order, ...
	Metric     string  `json:"metric"` // gradient-residual, test-accuracy, seconds, ...
	Unit       string  `json:"unit"`   // of Value; "1" for a pure number, "share" for a share between 0 and 1
	Value      float64 `json:"value"`
	Seed       uint64  `json:"seed"` // the run's
	Draw       int     `json:"draw"` // which random draw of the change, from 0
	// Settings hold what varies within a run: the size of the change, the start of a retraining,
	// the step length. Values are strings, booleans and float64, so that a record read back equals
	// the record written.
	Settings map[string]any `json:"settings"`
}

// Tags are the settings of one record.
type Tags map[string]any

// With returns a copy of the tags with more of them; whole numbers become float64.
func (t Tags) With(more Tags) Tags {
	out := make(Tags, len(t)+len(more))
	for _, m := range []Tags{t, more} {
		for k, v := range m {
			if n, ok := v.(int); ok {
				v = float64(n)
			}
			out[k] = v
		}
	}
	return out
}

// Matching are the records of a method's metric in a draw that have all of the tags.
func Matching(records []Record, part, method, metric string, draw int, tags Tags) []Record {
	tags = tags.With(nil) // numbers as records have them
	var out []Record
next:
	for _, r := range records {
		if r.Experiment != part || r.Method != method || r.Metric != metric || r.Draw != draw {
			continue
		}
		for key, v := range tags {
			if r.Settings[key] != v {
				continue next
			}
		}
		out = append(out, r)
	}
	return out
}

// Number returns a numeric setting of the record, or NaN.
func (r Record) Number(setting string) float64 {
	if v, ok := r.Settings[setting].(float64); ok {
		return v
	}
	return math.NaN()
}

// Text returns a textual setting of the record, or "".
func (r Record) Text(setting string) string {
	s, _ := r.Settings[setting].(string)
	return s
}

// Encode returns the records as JSON lines. Numbers that JSON cannot hold are errors: a method that
// failed is recorded as failed, never as NaN.
func Encode(records []Record) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, r := range records {
		if math.IsNaN(r.Value) || math.IsInf(r.Value, 0) {
			return nil, fmt.Errorf("experiments: %s of %s in %s, draw %d, is %v", r.Metric, r.Method, r.Experiment, r.Draw, r.Value)
		}
		if err := e.Encode(r); err != nil {
			return nil, fmt.Errorf("experiments: record %s of %s: %w", r.Metric, r.Method, err)
		}
	}
	return b.Bytes(), nil
}

// DamagedError reports a line that is no record.
type DamagedError struct {
	Line int // from 1
	Err  error
}

func (e *DamagedError) Error() string { return fmt.Sprintf("line %d is damaged: %v", e.Line, e.Err) }
func (e *DamagedError) Unwrap() error { return e.Err }

// Decode reads JSON lines. A line that is no record is a [DamagedError].
func Decode(r io.Reader) ([]Record, error) {
	var out []Record
	lines := bufio.NewReader(r)
	for line := 1; ; line++ {
		data, err := lines.ReadBytes('\n') // of any length: a record holds texts of the user's
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if text := bytes.TrimSpace(data); len(text) > 0 {
			rec, err := decodeLine(text)
			if err != nil {
				return nil, &DamagedError{line, err}
			}
			out = append(out, rec)
		}
		if err != nil {
			return out, nil
		}
	}
}

// decodeLine reads one record. One without a metric or a value is an error: a missing number must
// not be read as 0.
func decodeLine(text []byte) (Record, error) {
	var line struct {
		Record
		Value *float64 `json:"value"` // shadows the record's own, so that a missing one is seen
	}
	if err := json.Unmarshal(text, &line); err != nil {
		return Record{}, err
	}
	switch {
	case line.Metric == "":
		return Record{}, errors.New("it names no metric")
	case line.Value == nil:
		return Record{}, errors.New("it has no value")
	}
	line.Record.Value = *line.Value
	return line.Record, nil
}

// readFile returns the text of the records in the folder, packed or not, and the file that it was
// read from.
func readFile(dir string) (data []byte, path string, err error) {
	path = filepath.Join(dir, RecordsName)
	data, err = os.ReadFile(path)
	if !errors.Is(err, os.ErrNotExist) {
		return data, path, err
	}
	file, packed := os.Open(filepath.Join(dir, PackedName))
	if packed != nil {
		return nil, path, err // nothing is packed there either: the plain name is what a reader looks for
	}
	defer file.Close()
	path = file.Name()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return nil, path, err
	}
	data, err = io.ReadAll(unpacked)
	return data, path, err
}

// Read reads the records of a run's folder, from records.jsonl or, where that is not there, from
// records.jsonl.gz.
func Read(dir string) ([]Record, error) {
	data, path, err := readFile(dir)
	if err != nil {
		return nil, fmt.Errorf("experiments: no records: %s: %w", path, err)
	}
	records, err := Decode(bytes.NewReader(data))
	var damaged *DamagedError
	switch {
	case err == nil:
		return records, nil
	case !errors.As(err, &damaged):
		return nil, fmt.Errorf("experiments: %s: %w", path, err)
	case path == filepath.Join(dir, PackedName): // which no run continues
		return nil, fmt.Errorf("experiments: line %d of %s is damaged: restore the file (%w)", damaged.Line, path, damaged.Err)
	case damaged.Line == bytes.Count(data, []byte("\n"))+1: // the last line, cut short by a kill
		return nil, fmt.Errorf("experiments: line %d of %s is incomplete, as after a kill: continue with --resume", damaged.Line, path)
	}
	return nil, fmt.Errorf("experiments: line %d of %s is damaged: restore the file, or start again with --force (%w)", damaged.Line, path, damaged.Err)
}
