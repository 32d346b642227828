// Package compare sets runs side by side: two of them by tests on their draws, several in one table
// with what differs between them and intervals over seeds. It reads runs and never writes to them.
package compare

import (
	"fmt"
	"path/filepath"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
)

// Run is a run as it was read from its folder.
type Run struct {
	Dir     string
	Config  *engine.Config
	Records []records.Record
}

// Read reads a run's folder: its configuration and its records, not what was rendered of them.
func Read(dir string) (*Run, error) {
	c, err := engine.ReadConfig(filepath.Join(dir, records.ConfigName))
	if err != nil {
		return nil, fmt.Errorf("experiments: %s is not a run's folder: %w", dir, err)
	}
	recs, err := engine.ReadRecords(dir)
	if err != nil {
		return nil, err
	}
	return &Run{Dir: dir, Config: c, Records: recs}, nil
}

// parts returns the experiments that the run has settings of, in its order.
func (r *Run) parts() []string {
	var out []string
	for _, p := range r.Config.Parts {
		out = append(out, p.Experiment)
	}
	return out
}

// part returns the settings of one experiment of the run; nil where it has none.
func (r *Run) part(experiment string) engine.Settings {
	for _, p := range r.Config.Parts {
		if p.Experiment == experiment {
			return p.Settings
		}
	}
	return nil
}
