//go:build (linux || darwin) && (amd64 || arm64) && !android && !ios

package blas

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKernelsForAVX512 starts this test once more without OPENBLAS_CORETYPE, which is read when the
// library is loaded.
func TestKernelsForAVX512(t *testing.T) {
	if os.Getenv("LETHE_BLAS_CHILD") != "" {
		_, _ = os.Stdout.WriteString("\ncore=" + Info().Core + "\n")
		return
	}
	if !avx512() || Use("openblas") != nil || !strings.Contains(Info().Library, "DYNAMIC_ARCH") {
		t.Skip("this machine lacks AVX-512, or an OpenBLAS with kernels for several processors")
	}
	require.NoError(t, Use(""))
	child := exec.Command(os.Args[0], "-test.run=^TestKernelsForAVX512$")
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "OPENBLAS_CORETYPE=") && !strings.HasPrefix(setting, Variable+"=") {
			child.Env = append(child.Env, setting)
		}
	}
	child.Env = append(child.Env, "LETHE_BLAS_CHILD=1")
	out, err := child.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "\ncore=SkylakeX\n")
}
