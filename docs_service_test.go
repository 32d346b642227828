package lethe_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The Go program of docs/howto/service.md, killed after more and more time and started again, loses
// no request and goes on from its newest model.
func TestTheProgramOfTheServicePage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs a program")
	}
	const page = "docs/howto/service.md"
	var program string
	for _, b := range blocks(pages(t)[page]) {
		if b.kind == "go" {
			program = b.text
		}
	}
	require.NotEmpty(t, program)
	module := moduleThatReplaces(t)
	require.NoError(t, os.WriteFile(filepath.Join(module, "main.go"), []byte(program), 0o644))
	bin := filepath.Join(t.TempDir(), "service")
	inFolder(t, module, "go", "build", "-o", bin, ".")

	dir := ""
	for wait := range 13 {
		dir = t.TempDir()
		c := exec.CommandContext(t.Context(), bin)
		c.Dir = dir
		require.NoError(t, c.Start())
		time.Sleep(time.Duration(wait*16) * time.Millisecond)
		_ = c.Process.Kill() // it may have ended
		_ = c.Wait()
		assert.Contains(t, inFolder(t, dir, bin), "2 requests carried out, 0 faults\n")
		for folder, want := range map[string]string{"queue": "", "done": "1-a.yaml 2-c.yaml", "refused": "2-b.yaml"} {
			assert.Equal(t, want, namesIn(t, filepath.Join(dir, folder)), "%s after a kill after %d ms", folder, wait*16)
		}
		assert.NoDirExists(t, filepath.Join(dir, "model-3"))
	}
	assert.Equal(t, "2 requests carried out, 0 faults\n", inFolder(t, dir, bin), "there is nothing left to do")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "queue", "a.yaml"), []byte("remove:\n  - ids: [u-40]\n"), 0o600)) // the next day
	assert.Contains(t, inFolder(t, dir, bin), "3-a.yaml: 1 sample removed; 4 releases")
	changes, err := os.ReadFile(filepath.Join(dir, "model-3", "changes.json"))
	require.NoError(t, err)
	assert.Contains(t, string(changes), `"removed":[3,14,40]`)
}

func namesIn(t *testing.T, folder string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "*"))
	require.NoError(t, err)
	for i := range found {
		found[i] = filepath.Base(found[i])
	}
	return strings.Join(found, " ")
}
