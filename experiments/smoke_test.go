package experiments

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/tried"
)

func TestEveryExperimentRunsInTheSmokeProfile(t *testing.T) {
	for _, e := range engine.Experiments() {
		for _, model := range e.Models() {
			if len(e.Parts) > 0 || e.DataOnly && model != tabledata.Models[0] || e.Refuses != nil && e.Refuses(model) != nil {
				continue
			}
			t.Run(e.ID+" "+model, func(t *testing.T) {
				dir := tried.Smoke(t, t.TempDir(), e.ID, model)
				recs, err := engine.ReadRecords(dir)
				require.NoError(t, err)
				require.NotEmpty(t, recs)
				documented(t, recs)
				for _, r := range recs {
					assert.NotEqual(t, "failed", r.Metric, "%v", r)
					assert.Equal(t, []any{e.ID, tried.Dataset(e), model, uint64(7)}, []any{r.Experiment, r.Dataset, r.Model, r.Seed})
				}
				for _, name := range []string{records.ConfigName, records.RecordsName, records.TablesName, records.CSVName, records.ReportName} {
					info, err := os.Stat(filepath.Join(dir, name))
					require.NoError(t, err)
					assert.Positive(t, info.Size(), name)
				}
				svg, _ := filepath.Glob(filepath.Join(dir, "*.svg"))
				png, _ := filepath.Glob(filepath.Join(dir, "*.png"))
				assert.NotEmpty(t, svg)
				assert.Len(t, png, len(svg))
				page, err := os.ReadFile(filepath.Join(dir, records.ReportName))
				require.NoError(t, err)
				assert.Equal(t, len(svg), strings.Count(string(page), `role="img"`), "each figure once; the keys of legends are no figures")
				for _, outside := range []string{"http://www.w3.org/2000/svg"} {
					page = []byte(strings.ReplaceAll(string(page), outside, ""))
				}
				assert.NotContains(t, string(page), "http")
			})
		}
	}
}
