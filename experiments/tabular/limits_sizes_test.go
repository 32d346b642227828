package tabular

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/settings"
	"lethe/experiments/internal/tabledata"
)

// The limits measure no fine-tuning, so nothing is chosen for it; they choose for each size that
// the change may grow to.
func TestLimitsChooseForTheSizesOfTheChange(t *testing.T) {
	set := &tabledata.Settings{Growth: 8}
	assert.Equal(t, []int{1, 8, 64, 288}, growing(set, 288))
	assert.Equal(t, []int{1}, growing(set, 1))
	s, tuned, _ := tunedOn(t, "linear")
	tuned.TauFT, tuned.Epochs = settings.Auto{Value: 1e-4}, 1
	names := func(units []engine.Unit) (out []string) {
		for _, u := range units {
			out = append(out, u.Name)
		}
		return out
	}
	assert.Equal(t, []string{"tuning rows=1", "tuning rows=8"}, names(s.TuningUnits("limits", tuned, []int{1, 8}, tabledata.Compared())))
	tuned.TuneSize = 50
	assert.Equal(t, []string{"tuning"}, names(s.TuningUnits("limits", tuned, []int{1, 8}, tabledata.Compared())), "one size serves all, as in older runs")
	require.NoError(t, tuned.Set("methods", "none,sisa"))
	assert.Empty(t, s.TuningUnits("limits", tuned, []int{1, 8}, limitsMethods), "no method that is wanted has a setting to choose")
	require.NoError(t, tuned.Set("methods", "all"))
	tuned.Tau = settings.Auto{Value: 1}
	assert.Empty(t, s.TuningUnits("limits", tuned, []int{1, 8}, limitsMethods), "nothing is auto")
}
