// Package compare sets runs side by side: two of them by tests on their draws, several in one table
// with what differs between them and intervals over seeds. It reads runs and never writes to them.
package compare

import "lethe/experiments/internal/engine"

// Run is a run as it was read from its folder.
type Run struct{ *engine.Saved }

// Read reads a run's folder: its configuration and its records, not what was rendered of them.
func Read(dir string) (*Run, error) {
	saved, err := engine.ReadRun(dir)
	if err != nil {
		return nil, err
	}
	return &Run{saved}, nil
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
