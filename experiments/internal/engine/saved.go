package engine

import (
	"fmt"
	"path/filepath"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// Saved is a run as it was read from its folder.
type Saved struct {
	Dir     string
	Config  *Config
	Records []records.Record
}

// ReadRun reads a run's folder: its configuration and its records, not what was rendered of them.
func ReadRun(dir string) (*Saved, error) {
	c, err := ReadConfig(filepath.Join(dir, records.ConfigName))
	if err != nil {
		return nil, fmt.Errorf("experiments: %s is not a run's folder: %w", dir, err)
	}
	recs, err := ReadRecords(dir)
	if err != nil {
		return nil, err
	}
	return &Saved{Dir: dir, Config: c, Records: recs}, nil
}

// Load reads a run's folder and makes its answers, tables and figures.
func Load(dir string) (*report.Document, error) {
	s, err := ReadRun(dir)
	if err != nil {
		return nil, err
	}
	return s.Document()
}

// Summarize reads a run's folder and returns what it comes down to.
func Summarize(dir string) (*Summary, error) {
	s, err := ReadRun(dir)
	if err != nil {
		return nil, err
	}
	return s.Summary(), nil
}
