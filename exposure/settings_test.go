package exposure

import (
	"context"
	"errors"
	"math"
	"testing"

	"lethe/internal/settingstest"
)

// settingsUsers is every exported struct with numbers that a user sets, in use. A new one has to be
// entered here.
func settingsUsers() []settingstest.Use {
	options, space := &Options{Fit: true, Samples: 50}, digits(6)
	asked := probe(newTable(3, 6, 1), 1, 5)
	normal := &SkewNormal{Scale: 1}
	return []settingstest.Use{
		{Settings: options, Run: func(ctx context.Context) error {
			_, err := asked.Exposure(ctx, []float64{1}, space, *options)
			return err
		}, Allowed: map[string]string{"ExactLimit": "huge negative infinite", "MaxWindows": "huge negative"}},
		{Settings: asked, Run: func(ctx context.Context) error {
			_, err := asked.Complete(ctx, []float64{1}, 2)
			return err
		}, Allowed: settingstest.Huge("Batch", "Length")},
		{Settings: normal, Run: func(context.Context) error {
			mean, _, _ := normal.Moments()
			for _, v := range []float64{normal.LogPDF(1), normal.LogCDF(1), normal.CDF(1), mean} {
				if !math.IsNaN(v) {
					return nil
				}
			}
			return errors.New("Location, Scale and Shape: a distribution says so by NaN, as documented")
		}, Allowed: map[string]string{"Location": "huge negative", "Scale": "huge", "Shape": "huge negative"}},
		{Settings: &space, Run: func(ctx context.Context) error {
			if _, err := asked.Exposure(ctx, []float64{1}, space, Options{}); err != nil {
				return errors.Join(errors.New("Alphabet"), err)
			}
			return nil
		}},
	}
}

func TestEverySettingIsChecked(t *testing.T) { settingstest.Check(t, settingsUsers()) }

// Every exported struct with numbers is among the settings or among the answers.
func TestNoStructWithNumbersIsForgotten(t *testing.T) {
	settingstest.CheckComplete(t, settingsUsers(), []string{"Exposure", "Fit"}, nil)
}
