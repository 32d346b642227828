package nets_test

import (
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/cpu"

	"lethe/nets"
)

// bitsFile names the file that a process of its own writes its results to.
const bitsFile = "LETHE_BITS_FILE"

// bitsNetworks are one of each kind of kernels: products, convolutions, recurrences, attention,
// sparse rows.
func bitsNetworks() []entry {
	csr, _ := sparse(dense(2, 75, 6, 3))
	keep := []string{"MLP of GELUs, softmax", "transformer block", "LSTM layers of three widths"}
	es := slices.DeleteFunc(table(), func(e entry) bool { return !slices.Contains(keep, e.name) })
	return append(es,
		entry{"sparse rows", nets.MLP{In: 6, Hidden: []int{5}, Out: 3}, nets.SoftmaxCrossEntropy, csr},
		entry{"convolutions", nets.VGG{Height: 4, Width: 6, Channels: 2, Blocks: []int{3}, Dense: 5, Classes: 3, Dropout: []float64{0.2}},
			nets.SoftmaxCrossEntropy, someImages(4, 75, 4, 6, 2, 3)})
}

// bits is all that these networks compute, the training pass and the statistics too.
func bits(t *testing.T, e entry, opts ...nets.Option) []float64 {
	m := model(t, e, opts...)
	all := everything(t, m, e.data)
	g := make([]float64, m.Dim())
	l, err := m.TrainingGradient(ctx, g, m.Init(1), e.data, 11)
	require.NoError(t, err)
	all = append(append(all, g...), l)
	if m.Statistics() {
		theta, err := m.EstimateStatistics(ctx, m.Init(1), e.data)
		require.NoError(t, err)
		all = append(all, theta...)
	}
	return all
}

// TestWriteBits is what TestBitsOnOtherMachines runs in processes of their own.
func TestWriteBits(t *testing.T) {
	path := os.Getenv(bitsFile)
	if path == "" {
		t.Skip("run by TestBitsOnOtherMachines")
	}
	for name, has := range map[string]bool{"avx512f": cpu.X86.HasAVX512F, "avx2": cpu.X86.HasAVX2, "fma": cpu.X86.HasFMA} {
		masked := strings.Contains(os.Getenv("GODEBUG"), "cpu."+name+"=off")
		require.False(t, has && masked, "%s is masked and used", name)
	}
	var out []byte
	for _, e := range bitsNetworks() {
		for _, precision := range []nets.Option{nets.Float64(), nets.Float32()} {
			all := bits(t, e, precision)
			out = binary.LittleEndian.AppendUint64(out, uint64(len(all)))
			for _, v := range all {
				out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
			}
		}
	}
	require.NoError(t, os.WriteFile(path, out, 0o644))
}

// What is promised of the bits of a result:
//
//   - On one machine they do not depend on the number of cores: neither on Cores nor on GOMAXPROCS.
//   - Between processors with other vector units, here with AVX-512 or all of it masked, they may
//     differ by rounding. On each of them the same inputs give the same bits, on any number of
//     cores.
//   - Between sizes of chunks they differ by rounding too, see TestChunksAndPrecisionsAgree: the
//     size is a part of what is computed.
func TestBitsOnOtherMachines(t *testing.T) {
	if os.Getenv(bitsFile) != "" {
		t.Skip("in a process of its own")
	}
	masks := map[string]string{"all of the processor": "", "without AVX-512": "cpu.avx512f=off,cpu.avx512dq=off,cpu.avx512bw=off,cpu.avx512vl=off,cpu.avx512cd=off"}
	if runtime.GOARCH == "amd64" {
		masks["without vectors"] = "cpu.avx2=off,cpu.fma=off,cpu.avx512f=off,cpu.avx512dq=off"
	}
	cores := []string{"1", "2", "7"}
	found := map[string][][]float64{}
	for name, mask := range masks {
		var first []byte
		for _, n := range cores {
			got := written(t, "GOMAXPROCS="+n, "GODEBUG="+mask)
			if first == nil {
				first, found[name] = got, numbers(got)
			}
			require.True(t, slices.Equal(first, got), "%s: other bits on %s cores", name, n)
			if testing.Short() && name != "all of the processor" {
				break
			}
		}
	}
	for name, got := range found {
		want := found["all of the processor"]
		require.Len(t, got, len(want))
		for i := range want {
			near(t, want[i], got[i], []float64{1e-13, 2e-6}[i%2], name)
		}
	}
}

// written is what a process of its own computes in the given environment.
func written(t *testing.T, environment ...string) []byte {
	path := filepath.Join(t.TempDir(), "bits")
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWriteBits$", "-test.count=1")
	c.Env = append(append(os.Environ(), environment...), bitsFile+"="+path)
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

// numbers are the lists that TestWriteBits wrote.
func numbers(b []byte) (lists [][]float64) {
	for len(b) > 0 {
		n := binary.LittleEndian.Uint64(b)
		b = b[8:]
		x := make([]float64, n)
		for i := range x {
			x[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
		lists, b = append(lists, x), b[8*n:]
	}
	return lists
}

// The number of cores of a model, in one process, with networks that have a training pass.
func TestTrainingBitsOnAnyNumberOfCores(t *testing.T) {
	for _, e := range bitsNetworks() {
		t.Run(e.name, func(t *testing.T) {
			for _, precision := range []nets.Option{nets.Float64(), nets.Float32()} {
				want := bits(t, e, precision, nets.Chunk(8), nets.Cores(1))
				for _, cores := range []int{2, 7} {
					require.Equal(t, want, bits(t, e, precision, nets.Chunk(8), nets.Cores(cores)))
				}
			}
		})
	}
}
