package experiments

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/memorization"
)

// What is read as a configuration is written, and read back equal.
func FuzzConfig(f *testing.F) {
	for _, name := range []string{"alice-lstm-quick-1", "drebin-linear-quick-1", "digits-cnn-quick-1"} {
		data, err := os.ReadFile(filepath.Join("testdata", name, records.ConfigName))
		require.NoError(f, err)
		f.Add(data)
	}
	for _, s := range []string{"\ta\nb", "\xff", "a: b", "'"} {
		f.Add((&engine.Config{Experiment: "memorization", Dataset: s, Command: s, Parts: []engine.Part{{Experiment: "memorization", Settings: &memorization.Settings{}}}, Given: &engine.Given{Secret: s}}).Encode())
	}
	f.Add([]byte("experiment: &a residual\nparts: [{experiment: *a, settings: {draws: 1e3}}]\n---\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := engine.DecodeConfig("c", data)
		if err != nil {
			return
		}
		again, err := engine.DecodeConfig("c", first.Encode())
		require.NoError(t, err, "%s", first.Encode())
		require.Equal(t, first, again)
		require.NoError(t, first.SameRun(again))
		require.NotPanics(t, func() { _ = first.Name() })
	})
}
