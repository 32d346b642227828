package experiments

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is read as a configuration is written, and read back equal.
func FuzzConfig(f *testing.F) {
	for _, name := range []string{"alice-lstm-quick-1", "drebin-linear-quick-1", "digits-cnn-quick-1"} {
		data, err := os.ReadFile(filepath.Join("testdata", name, configName))
		require.NoError(f, err)
		f.Add(data)
	}
	for _, s := range []string{"\ta\nb", "\xff", "a: b", "'"} {
		f.Add((&Config{Experiment: "memorization", Dataset: s, Command: s, Parts: []Part{{Experiment: "memorization"}}, Memory: &Memory{Secret: s}}).encode())
	}
	f.Add([]byte("experiment: &a residual\nparts: [{experiment: *a, settings: {draws: 1e3}}]\n---\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := decodeConfig("c", data)
		if err != nil {
			return
		}
		again, err := decodeConfig("c", first.encode())
		require.NoError(t, err, "%s", first.encode())
		require.Equal(t, first, again)
		require.NoError(t, first.sameRun(again))
		require.NotPanics(t, func() { _ = first.Name() })
	})
}
