package experiments

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every request is certified, whatever its kind and size, at the accuracy of retraining without noise.
func TestEveryRequestIsCertified(t *testing.T) {
	for _, request := range []string{"features", "labels", "samples"} {
		dir := smoke(t, t.TempDir(), "certified", "linear", "rows=1,60", "request="+request, "cold-draws=1")
		records, err := ReadRecords(dir)
		require.NoError(t, err)
		r := resultsOf("certified", must(ReadConfig(filepath.Join(dir, configName))), records)
		shares := r.part("certified-share")
		require.Len(t, shares, 2*r.draws())
		for _, rec := range shares {
			require.Equal(t, 1.0, rec.Value)
		}
		for _, rec := range r.part("accuracy-difference") {
			require.LessOrEqual(t, rec.Value, 0.01, "one test sample in 154 may lie on the boundary")
		}
		require.Len(t, r.part("seconds", "method", "retrain", "start", "cold"), 2, "in the first draw only")
		require.Len(t, r.part("seconds", "label", warmNewton), 2*r.draws())
		for _, v := range r.numbers(r.sizeSetting()) { // the noise is all that a release has beyond warm retraining by the same steps
			warm := r.where("products", "label", warmNewton, r.sizeSetting(), v).mean
			require.InDelta(t, r.where("products", "method", released, r.sizeSetting(), v).mean, warm, 0.5*warm)
		}
		require.Contains(t, r.guarantee(), "ends at a residual of at most 1e-06 too: warm by Newton's method")
		require.Contains(t, r.guarantee(), "each parameter has fresh noise of standard deviation 9.5")
	}
}

// A stream's state is within its distance of retraining after the last request, and its epsilon grows with the root of the releases.
func TestStreamOfReleases(t *testing.T) {
	dir := smoke(t, t.TempDir(), "budget", "linear", "requests=8")
	records, err := ReadRecords(dir)
	require.NoError(t, err)
	r := resultsOf("budget", must(ReadConfig(filepath.Join(dir, configName))), records)
	for _, kind := range []string{"samples", "labels"} {
		at := func(metric string) float64 { return r.where(metric, "kind", kind).mean }
		require.Equal(t, 8.0, at("requests-certified"))
		require.LessOrEqual(t, at("state-distance"), at("allowed-distance"))
		require.Greater(t, at("epsilon-together"), 0.1)
		var measured []string // in an order that is the same in each run
		for _, rec := range records {
			if rec.Text("kind") == kind && strings.HasSuffix(rec.Metric, "accuracy") {
				measured = append(measured, rec.Metric)
			}
		}
		require.Equal(t, []string{"accuracy", "retrained-accuracy"}, measured)
		require.Positive(t, at("warm-passes"))
		require.Less(t, at("warm-passes"), at("cold-passes"), "one sample of hundreds moves the optimum little")
		require.InDelta(t, at("products"), at("warm-passes"), 0.5*at("products"), "a certified request is a warm retraining")
	}
	for _, c := range r.budgetClaims() {
		require.True(t, c.Met, "%v", c)
	}
}
