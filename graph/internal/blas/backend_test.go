package blas

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestConcurrent runs many products at once, more than the library may hold, and compares the bits
// with the ones of a lone run.
func TestConcurrent(t *testing.T) {
	eachBackend(t, func(t *testing.T) {
		shapes := [][3]int{{65, 70, 80}, {100, 1, 90}, {1, 100, 90}, {4, 4, 4}}
		a, b := random[float32](10000, 1), random[float32](10000, 2)
		product := func(s [3]int) []float32 {
			c := make([]float32, s[0]*s[1])
			Gemm(false, false, s[0], s[1], s[2], 1, a, s[2], b, s[1], 0, c, s[1])
			return c
		}
		var want [][]float32
		for _, s := range shapes {
			want = append(want, product(s))
		}
		got := make([][]float32, 200)
		var wait sync.WaitGroup
		for i := range got {
			wait.Go(func() { got[i] = product(shapes[i%len(shapes)]) })
		}
		wait.Wait()
		for i := range got {
			require.Equal(t, want[i%len(shapes)], got[i])
		}
	})
}

func TestSameBitsOnAnyNumberOfCores(t *testing.T) {
	eachBackend(t, func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
		for _, s := range [][3]int{{300, 280, 260}, {700, 1, 900}, {1, 700, 900}} {
			m, n, k := s[0], s[1], s[2]
			a, b := random[float64](m*k, 1), random[float64](k*n, 2)
			var first []float64
			for _, cores := range []int{1, 2, 5} {
				runtime.GOMAXPROCS(cores)
				c := make([]float64, m*n)
				Gemm(false, true, m, n, k, 1, a, k, b, k, 0, c, n)
				if first == nil {
					first = c
				}
				require.Equal(t, first, c, "%v on %d cores", s, cores)
			}
		}
	})
}

func TestNoAllocation(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools forget")
	}
	eachBackend(t, func(t *testing.T) {
		a, b, c := random[float32](10000, 1), random[float32](10000, 2), make([]float32, 10000)
		p, q, r := random[float64](10000, 1), random[float64](10000, 2), make([]float64, 10000)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			Gemm(false, true, 90, 80, 70, 2, a, 70, b, 70, 1, c, 80)
			Gemm(true, false, 90, 1, 70, 2, a, 90, b, 1, 1, c, 1)
			Gemm(false, true, 90, 80, 70, 2, p, 70, q, 70, 1, r, 80)
			Gemm(false, false, 1, 80, 70, 2, p, 70, q, 80, 1, r, 80)
			Gemm(false, false, 2, 3, 4, 2, p, 4, q, 3, 1, r, 3)
		}))
	})
}

func TestUseRefusesUnknownNames(t *testing.T) {
	before := Info()
	require.EqualError(t, Use("mkl"), `blas: unknown BLAS "mkl"; known are gonum and openblas`)
	require.Equal(t, before, Info())
}

// TestVariable starts this test once more with LETHE_BLAS set, since the choice is made once in a
// process.
func TestVariable(t *testing.T) {
	if os.Getenv("LETHE_BLAS_CHILD") != "" {
		err := "none"
		if e := Err(); e != nil {
			err = e.Error()
		}
		_, _ = os.Stdout.WriteString("\nbackend=" + Info().Name + " core=" + Info().Core + " error=" + err + "\n")
		return
	}
	openblas := Use("openblas") == nil
	require.NoError(t, Use(""))
	for _, c := range []struct {
		value, extra, want string
		needs              bool
	}{
		{value: "gonum", want: "backend=gonum core= error=none"},
		{value: "mkl", want: `backend=gonum core= error=environment variable LETHE_BLAS: unknown BLAS "mkl"; known are gonum and openblas`},
		{value: "openblas", extra: "OPENBLAS_CORETYPE=Haswell", want: "backend=openblas core=Haswell error=none", needs: true},
	} {
		if c.needs && (!openblas || runtime.GOARCH != "amd64") {
			t.Logf("LETHE_BLAS=%s is not tested: OpenBLAS is not on this machine", c.value)
			continue
		}
		child := exec.Command(os.Args[0], "-test.run=^TestVariable$")
		child.Env = append(os.Environ(), "LETHE_BLAS_CHILD=1", Variable+"="+c.value, c.extra)
		out, err := child.CombinedOutput()
		require.NoError(t, err, string(out))
		require.True(t, strings.Contains(string(out), "\n"+c.want+"\n"), "want %q in %q", c.want, out)
	}
}
