package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// object reads what a command printed, which has to be one JSON value and nothing else.
func object[T any](t *testing.T, args ...string) T {
	t.Helper()
	out, _, err := call(t, args...)
	require.NoError(t, err)
	var v T
	require.NoError(t, json.Unmarshal([]byte(out), &v), out)
	return v
}

func TestListsAreJSON(t *testing.T) {
	all := object[[]experimentObject](t, "list", "--json")
	require.NotEmpty(t, all)
	assert.Equal(t, "features", all[0].ID)
	assert.Contains(t, all[0].Parts, "residual")
	assert.Nil(t, all[0].Settings)

	one := object[[]experimentObject](t, "list", "sharding", "--settings", "--json")
	require.Len(t, one, 1)
	var names []string
	for _, s := range one[0].Settings {
		names = append(names, s.Name)
	}
	assert.Equal(t, []string{"test-share", "shards", "points", "trials"}, names)
	assert.Equal(t, map[string]string{"smoke": "100", "quick": "2000", "paper": "2000"}, one[0].Settings[3].Defaults)
	assert.Equal(t, []string{"whole number", "assignments"}, []string{one[0].Settings[3].Type, one[0].Settings[3].Unit})

	sets := object[[]datasetObject](t, "data", "list", "--json")
	there := map[string]bool{}
	for _, d := range sets {
		there[d.Name] = d.Available
		assert.NotEmpty(t, d.Where)
	}
	assert.True(t, there["diabetes"])
	assert.False(t, there["drebin"])
}

func TestARunPrintsOneObject(t *testing.T) {
	out := t.TempDir()
	args := []string{"run", "affected", "sharding", "--dataset", "diabetes", "--profile", "smoke", "--out", out, "--json"}
	planned := object[[]plannedObject](t, append(args, "--dry-run")...)
	require.Len(t, planned, 2)
	assert.Equal(t, []string{"begins", filepath.Join(out, "affected", "diabetes-linear-smoke-1")}, []string{planned[0].State, planned[0].Folder})

	r := object[runResult](t, args...)
	require.Len(t, r.Runs, 2)
	first := r.Runs[0]
	assert.Equal(t, planned[0].Folder, first.Folder)
	assert.Equal(t, unitsObject{2, 2}, first.Units)
	assert.Equal(t, []any{"affected", "diabetes", "linear", "smoke", uint64(1)}, []any{first.Experiment, first.Dataset, first.Model, first.Profile, first.Seed})
	assert.Empty(t, r.Skipped)

	refused := object[[]plannedObject](t, append(args, "--dry-run")...)
	assert.Equal(t, []string{"refused", planned[0].Folder}, []string{refused[0].State, refused[0].Folder})
	assert.Contains(t, refused[0].Notes[0], "already holds a run")
	again := object[[]plannedObject](t, append(args, "--dry-run", "--resume")...)
	assert.Equal(t, "continues", again[0].State)
	more := object[[]plannedObject](t, "run", "affected", "--dataset", "diabetes", "--profile", "smoke", "--out", out, "--json", "--dry-run", "--resume", "--set", "draws=4")
	assert.Equal(t, []string{"extends", planned[0].Folder}, []string{more[0].State, more[0].Folder})
}

func TestTheDoctorPrintsOneObject(t *testing.T) {
	if testing.Short() {
		t.Skip("times products")
	}
	d := object[diagnosis](t, "doctor", "--json")
	assert.Positive(t, d.Cores)
	assert.NotEmpty(t, d.BLAS.Name)
	assert.NotEmpty(t, d.Datasets)
	require.NotEmpty(t, d.Derivatives)
	for _, c := range d.Derivatives {
		assert.True(t, c.Correct, c.Name)
	}
	for _, s := range d.Speed {
		assert.Positive(t, s.GFLOPS)
	}
}
