package tabular

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tried"
)

// An update that was forced is marked in the tables, also where only its chunks were.
func TestForcedUpdatesAreMarkedInTheTables(t *testing.T) {
	dir := tried.Smoke(t, t.TempDir(), "residual", "linear", "products=1", "tolerance=1e-12")
	recs, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	r := engine.ResultsOf("residual", &engine.Config{}, recs)
	for method, want := range map[string]string{"second-order": "forced: unlearn: cg", "second-order-iterative": "chunk 1 of "} {
		for _, rec := range r.Part("gradient-residual", "method", method) {
			assert.Contains(t, rec.Text("forced"), want, method)
		}
	}
	tables, err := os.ReadFile(filepath.Join(dir, records.TablesName))
	require.NoError(t, err)
	rows := 0
	for _, table := range strings.Split(string(tables), "\n### ") {
		_, note, found := strings.Cut(table, " forced in 2 of 2 draws")
		for _, line := range strings.Split(table, "\n") {
			if strings.HasPrefix(line, "| second order") {
				rows++
				require.True(t, found, "no footnote: %s", note)
				before, _, _ := strings.Cut(table, " forced in 2 of 2 draws")
				mark := before[strings.LastIndexAny(before, "\n ")+1:]
				assert.Contains(t, line, mark, "the mark of the footnote")
			}
		}
	}
	assert.Positive(t, rows)
	assert.Contains(t, string(tables), "A forced update is measured although its solve failed")
	assert.NotContains(t, string(tables), "forced in 0")
}
