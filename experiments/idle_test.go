package experiments

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Rates change nothing where their way of fine-tuning is left out, and something where it is asked for, by its name or with all.
func TestRatesAreIdleWithoutTheirMethod(t *testing.T) {
	text := func(key string, set *Settings) string { return (&Session{}).idleText(key, set) }
	for _, c := range []struct {
		key, method string
		idle        func(string, *Settings) string
	}{{"adam-rates", "fine-tune-adam", idleImages}, {"momentum-rates", "fine-tune-momentum", idleImages}, {"adam-rates", "fine-tune-adam", text}} {
		assert.Equal(t, "the method "+c.method+" is not asked for", c.idle(c.key, &Settings{Methods: []string{"fine-tune", "second-order"}}))
		assert.Empty(t, c.idle(c.key, &Settings{Methods: []string{"second-order", c.method}}))
		assert.Empty(t, c.idle(c.key, &Settings{Methods: []string{"all"}}))
	}
}

// The limits measure no fine-tuning, so nothing is chosen for it; they choose for each size that the change may grow to.
func TestLimitsChooseForTheSizesOfTheChange(t *testing.T) {
	set := &Settings{Growth: 8}
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
