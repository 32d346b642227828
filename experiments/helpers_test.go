package experiments

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func encodeFloats(v []float64) ([]byte, error) { return json.Marshal(v) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// typed gives settings the type of their experiment.
func typed[S any](s Settings, err error) (*S, error) {
	p, _ := any(s).(*S)
	return p, err
}

// dataset is the embedded data that an experiment is tried on.
func dataset(e *Experiment) string {
	switch d := e.Domain; {
	case d.Choose != nil:
		names, err := d.Choose(&Order{})
		if err != nil {
			panic(err)
		}
		return names[0]
	case d.First != nil:
		return d.First(Smoke)
	default:
		return d.Datasets[0]
	}
}

// smoke runs an experiment on embedded data and returns its folder.
func smoke(t *testing.T, out, id, model string, set ...string) string {
	t.Helper()
	e, err := Find(id)
	require.NoError(t, err)
	o := Order{Experiment: id, Dataset: dataset(e), Model: model, Profile: Smoke, Seed: 7, Out: out, Set: set}
	runs, _, err := o.Do(context.Background())
	require.NoError(t, err)
	require.Len(t, runs, 1)
	return runs[0].Dir
}

// withoutSeconds returns the records of a folder with the measured times set to 0, and what follows from them.
func withoutSeconds(t *testing.T, dir string) []Record {
	t.Helper()
	records, err := ReadRecords(dir)
	require.NoError(t, err)
	for i := range records {
		switch records[i].Metric {
		case "seconds", "check-seconds", "factor-seconds", "tuning-seconds", "try-seconds", "speed-up", "speed-up-warm", choosingSeconds, criterionSeconds,
			"seconds-with-choosing", "seconds-with-criterion":
			records[i].Value = 0
		}
	}
	return records
}
