package certified

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/tried"
)

// Every request is certified, whatever its kind and size, at the accuracy of retraining without
// noise.
func TestEveryRequestIsCertified(t *testing.T) {
	for _, request := range []string{"features", "labels", "samples"} {
		dir := tried.Smoke(t, t.TempDir(), "certified", "linear", "rows=1,60", "request="+request, "cold-draws=1")
		recs, err := engine.ReadRecords(dir)
		require.NoError(t, err)
		r := engine.ResultsOf("certified", tried.Must(engine.ReadConfig(filepath.Join(dir, records.ConfigName))), recs)
		shares := r.Part("certified-share")
		require.Len(t, shares, 2*r.Draws())
		for _, rec := range shares {
			require.Equal(t, 1.0, rec.Value)
		}
		for _, rec := range r.Part("accuracy-difference") {
			require.LessOrEqual(t, rec.Value, 0.01, "one test sample in 154 may lie on the boundary")
		}
		require.Len(t, r.Part("seconds", "method", "retrain", "start", "cold"), 2, "in the first draw only")
		require.Len(t, r.Part("seconds", "label", tabledata.WarmNewton), 2*r.Draws())
		for _, v := range r.Numbers(tabledata.SizeSetting(r)) { // the noise is all that a release has beyond warm retraining by the same steps
			warm := r.Where("products", "label", tabledata.WarmNewton, tabledata.SizeSetting(r), v).Mean
			require.InDelta(t, r.Where("products", "method", released, tabledata.SizeSetting(r), v).Mean, warm, 0.5*warm)
		}
		require.Contains(t, guarantee(r), "also ends at a residual of at most 1e-6: warm by Newton's method")
		require.Contains(t, guarantee(r), "each parameter gets fresh noise of standard deviation 9.5")
	}
}

// A stream's state is within its distance of retraining after the last request, and its epsilon
// grows with the root of the releases.
func TestStreamOfReleases(t *testing.T) {
	dir := tried.Smoke(t, t.TempDir(), "budget", "linear", "requests=8")
	recs, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	r := engine.ResultsOf("budget", tried.Must(engine.ReadConfig(filepath.Join(dir, records.ConfigName))), recs)
	for _, kind := range []string{"samples", "labels"} {
		at := func(metric string) float64 { return r.Where(metric, "kind", kind).Mean }
		require.Equal(t, 8.0, at("requests-certified"))
		require.LessOrEqual(t, at("state-distance"), at("allowed-distance"))
		require.Greater(t, at("epsilon-together"), 0.1)
		var measured []string // in an order that is the same in each run
		for _, rec := range recs {
			if rec.Text("kind") == kind && strings.HasSuffix(rec.Metric, "accuracy") {
				measured = append(measured, rec.Metric)
			}
		}
		require.Equal(t, []string{"accuracy", "retrained-accuracy"}, measured)
		require.Positive(t, at("warm-passes"))
		require.Less(t, at("warm-passes"), at("cold-passes"), "one sample of hundreds moves the optimum little")
		require.InDelta(t, at("products"), at("warm-passes"), 0.5*at("products"), "a certified request is a warm retraining")
	}
	for _, c := range report.Targets(budgetAnswers(r)) {
		require.True(t, c.Met, "%v", c)
	}
}
