package tabular

import (
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tried"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSISAAndNoiseStandInTheTables(t *testing.T) {
	for _, id := range []string{"residual", "fidelity", "runtime"} {
		dir := tried.Smoke(t, t.TempDir(), id, "linear")
		text := string(tried.Must(os.ReadFile(filepath.Join(dir, records.TablesName))))
		for _, row := range []string{"| noise only (DP) ", "| SISA "} {
			require.Contains(t, text, row, id)
		}
	}
}
