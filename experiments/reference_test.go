package experiments

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
)

// A folder of reference results is named by data set, model, profile and seed, and says at the end
// in words that settings were changed, where its command changed some.
func TestReferenceFoldersSayWhatWasChanged(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "results", "reference", "*", "*", "config.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		c, err := engine.ReadConfig(path)
		require.NoError(t, err)
		folder := filepath.Base(filepath.Dir(path))
		assert.Equal(t, c.Experiment, filepath.Base(filepath.Dir(filepath.Dir(path))), path)
		plain := fmt.Sprintf("%s-%s-%s-%d", c.Dataset, c.Model, c.Profile, c.Seed)
		if strings.Contains(c.Command, "--set ") {
			assert.True(t, strings.HasPrefix(folder, plain+"-") && len(folder) > len(plain)+1, "%s: %s", path, c.Command)
		} else {
			assert.Equal(t, plain, folder, "%s: %s", path, c.Command)
		}
	}
}
