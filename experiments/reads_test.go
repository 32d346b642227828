package experiments

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tried"
)

// others are values of settings that are no default of the profile smoke.
var others = map[string]string{
	"request": "labels", "features": "3,7", "rows": "4,9", "draws": "3", "pool": "all", "lambda": "2", "sigma": "0.5", "hidden": "3,3", "precision": "float32",
	"train-tolerance": "1e-3", "train-steps": "3", "test-share": "0.3", "tau": "1e-5", "tau-ft": "1e-3", "paper-tau": "1e-5", "paper-tau-ft": "1e-3", "batch": "16",
	"epochs": "3", "ft-regularizer": "whole", "ridge": "5", "curvature": "gauss-newton", "solver": "minres", "tolerance": "0.5", "products": "1", "steps": "2",
	"batches": "4", "force": "false", "chunks": "2", "seeds": "2", "seed-draws": "2", "criterion": "test-loss", "tune-draws": "2", "tune-size": "3", "near": "0.01",
	"growth": "3", "factor": "false", "shards": "2,4", "points": "3,7", "trials": "50", "epsilons": "0.3", "delta": "0.02", "sigmas": "0.2,5", "lambdas": "2,3",
	"sweep-draws": "0", "requests": "3", "certified-residual": "1e-4", "against": "same mechanism", "cold-draws": "0", "sisa-shards": "2", "sisa-slices": "2",
	"sisa-vote": "mean", "sisa-regularizer": "whole", "dp-sigma": "2", "methods": "none",
	// Of experiments on images.
	"budget": "5000", "wrong": "pairs", "pairs-labels": "5000", "confusion-labels": "2500", "trigger-labels": "5000", "confused": "0,1", "target": "1", "band": "6",
}

// What an experiment is said not to read changes no record, all of it altered at once.
func TestSettingsThatAreNotReadChangeNothing(t *testing.T) {
	for _, e := range engine.Experiments() {
		if e.Reads == nil {
			continue // it reads all of its domain
		}
		var set []string
		if e.Domain.Holds == "images" {
			set = []string{"methods=none,retrain"} // which read whatever the others have in common
		}
		first := tried.Smoke(t, t.TempDir(), e.ID, e.Models()[0], set...)
		c, err := engine.ReadConfig(filepath.Join(first, records.ConfigName))
		require.NoError(t, err)
		altered := 0
		for _, f := range c.Parts[0].Settings.Fields() {
			if e.Takes(f.Name) {
				continue
			}
			value, ok := others[f.Name]
			require.True(t, ok, "a value of %s that is no default", f.Name)
			before := c.Parts[0].Settings.Text(f.Name)
			require.NoError(t, c.Parts[0].Settings.Set(f.Name, value))
			require.NotEqual(t, before, c.Parts[0].Settings.Text(f.Name), "%s of %s", f.Name, e.ID)
			altered++
		}
		require.Positive(t, altered, e.ID)
		runs, _, err := (&engine.Order{Repeat: c, Out: t.TempDir()}).Do(t.Context())
		require.NoError(t, err, e.ID)
		measured := func(dir string) []records.Record { // without times, and what stands in place of a choice that was not made
			all := untimed(tried.WithoutSeconds(t, dir))
			for _, r := range all {
				if !e.Takes("tau-ft") {
					delete(r.Settings, "tau-ft")
					delete(r.Settings, "epochs")
				}
			}
			return slices.DeleteFunc(all, func(r records.Record) bool {
				return !e.Takes("tau-ft") && (r.Metric == "chosen-tau-ft" || r.Metric == "chosen-epochs")
			})
		}
		assert.Equal(t, measured(first), measured(runs[0].Dir), e.ID)
	}
}

// A setting that may be extended is the only kind that a run may have more of later.
func TestDrawsAndMethodsMayBeExtended(t *testing.T) {
	var names []string
	for _, f := range engine.Fields() {
		if f.More {
			names = append(names, f.Name)
		}
	}
	assert.ElementsMatch(t, []string{"draws", "methods"}, names)
}
