package experiments

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The limits measure no fine-tuning, so nothing is chosen for it; they choose for each size that the change may grow to.
func TestLimitsChooseForTheSizesOfTheChange(t *testing.T) {
	set := &tableSettings{Growth: 8}
	assert.Equal(t, []int{1, 8, 64, 288}, set.growing(288))
	assert.Equal(t, []int{1}, set.growing(1))
	s, tuned, _ := tunedOn(t, "linear")
	tuned.TauFT, tuned.Epochs = Auto{Value: 1e-4}, 1
	names := func(units []Unit) (out []string) {
		for _, u := range units {
			out = append(out, u.Name)
		}
		return out
	}
	assert.Equal(t, []string{"tuning rows=1", "tuning rows=8"}, names(s.tuningUnits("limits", tuned, []int{1, 8})))
	tuned.TuneSize = 50
	assert.Equal(t, []string{"tuning"}, names(s.tuningUnits("limits", tuned, []int{1, 8})), "one size serves all, as in older runs")
	tuned.Tau = Auto{Value: 1}
	assert.Empty(t, s.tuningUnits("limits", tuned, []int{1, 8}), "nothing is auto")
}
