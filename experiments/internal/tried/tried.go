package tried

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
)

// EncodeFloats writes numbers so that they can be compared as text.
func EncodeFloats(v []float64) ([]byte, error) { return json.Marshal(v) }

// Must returns v; an error ends the test.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Typed gives settings the type of their experiment.
func Typed[S any](s engine.Settings, err error) (*S, error) {
	p, _ := any(s).(*S)
	return p, err
}

// Dataset is the embedded data that an experiment is tried on.
func Dataset(e *engine.Experiment) string {
	switch d := e.Domain; {
	case d.Choose != nil:
		names, err := d.Choose(&engine.Order{})
		if err != nil {
			panic(err)
		}
		return names[0]
	case d.First != nil:
		return d.First(engine.Smoke)
	default:
		return d.Datasets[0]
	}
}

// Smoke runs an experiment on embedded data and returns its folder.
func Smoke(t *testing.T, out, id, model string, set ...string) string {
	t.Helper()
	e, err := engine.Find(id)
	require.NoError(t, err)
	o := engine.Order{Experiment: id, Dataset: Dataset(e), Model: model, Profile: engine.Smoke, Seed: 7, Out: out, Set: set}
	runs, _, err := o.Do(context.Background())
	require.NoError(t, err)
	require.Len(t, runs, 1)
	return runs[0].Dir
}

// WithoutSeconds returns the records of a folder with the measured times set to 0, and what follows
// from them.
func WithoutSeconds(t *testing.T, dir string) []records.Record {
	t.Helper()
	records, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	for i := range records {
		switch records[i].Metric {
		case "seconds", "check-seconds", "factor-seconds", "tuning-seconds", "try-seconds", "speed-up", "speed-up-warm", "choosing-seconds", "criterion-seconds",
			"seconds-with-choosing", "seconds-with-criterion":
			records[i].Value = 0
		}
	}
	return records
}
