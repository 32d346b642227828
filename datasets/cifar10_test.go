package datasets

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// cifarColor is pixel (row, column) of one plane of record k.
func cifarColor(k, plane, row, column int) byte {
	return byte(rand.New(rand.NewPCG(uint64(k), uint64(plane<<16|row<<8|column))).Uint32())
}

// cifarRecords writes records as the layout is described: the label, then plane by plane, row by
// row.
func cifarRecords(first int, labels ...byte) []byte {
	var b []byte
	for i, label := range labels {
		b = append(b, label)
		for plane := range 3 {
			for row := range 32 {
				for column := range 32 {
					b = append(b, cifarColor(first+i, plane, row, column))
				}
			}
		}
	}
	return b
}

func saved(t *testing.T, name string, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o644))
	return path
}

func TestCIFAR10(t *testing.T) {
	first, second := cifarRecords(0, 3, 0, 9), cifarRecords(3, 7)
	d, err := LoadCIFAR10(saved(t, "a.bin", first), saved(t, "b.bin.gz", zipped(t, second)))
	require.NoError(t, err)
	require.NoError(t, d.Check())
	require.Equal(t, []float64{3, 0, 9, 7}, d.Y)
	require.Equal(t, 10, d.Classes)
	require.Equal(t, "truck", d.ClassNames[9])
	x := d.X.(*Images)
	require.Equal(t, []int{32, 32, 3}, x.Shape())
	require.Equal(t, []float64{0, 255}, []float64{x.Mean, x.Scale})
	for k := range 4 {
		for row := range 32 {
			for column := range 32 {
				for channel := range 3 {
					require.Equal(t, cifarColor(k, channel, row, column), x.Pixels[((k*32+row)*32+column)*3+channel])
				}
			}
		}
	}
	plain, err := LoadCIFAR10(saved(t, "a.bin", first))
	require.NoError(t, err)
	packed, err := LoadCIFAR10(saved(t, "a.bin.gz", zipped(t, first)))
	require.NoError(t, err)
	require.Equal(t, Fingerprint(d.Slice(0, 3)), Fingerprint(plain))
	require.Equal(t, Fingerprint(plain), Fingerprint(packed))
}

func TestCIFAR10Refused(t *testing.T) {
	record := cifarRecords(0, 3, 9)
	wrong := bytes.Clone(record)
	wrong[3073] = 10
	packed := zipped(t, record)
	for want, content := range map[string][]byte{
		"f: 0 records instead of at least 1":            nil,
		"f: record 1 has only 3072 of 3073 bytes":       record[:len(record)-1],
		"f: record 1 has only 1 of 3073 bytes":          record[:3074],
		"f: record 1 has label 10, CIFAR-10 has 0 to 9": wrong,
		"unexpected EOF": packed[:len(packed)-8],
		"checksum":       append(bytes.Clone(packed[:len(packed)-8]), 1, 2, 3, 4, 5, 6, 7, 8),
		"f: record 0 has only 9 of 3073 bytes: the file is cut": []byte("<!DOCTYPE"),
	} {
		path := saved(t, "f", content)
		_, err := LoadCIFAR10(path)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, path)
	}
	_, err := LoadCIFAR10(filepath.Join(t.TempDir(), "none.bin"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = LoadCIFAR10()
	require.ErrorContains(t, err, "no files")
}

// All layouts of the set are found, plain files before gzipped ones and those in the set's own
// folder first.
func TestCIFAR10Layouts(t *testing.T) {
	dir := t.TempDir()
	fill := func(suffix string, folder ...string) {
		at := filepath.Join(append([]string{dir}, folder...)...)
		require.NoError(t, os.MkdirAll(at, 0o755))
		for _, f := range cifarFiles {
			require.NoError(t, os.WriteFile(filepath.Join(at, f.name+suffix), cifarRecords(0, 1), 0o644))
		}
		_, how := Available("cifar10", dir)
		require.Equal(t, at, how)
		_, err := Load(t.Context(), "cifar10", dir)
		require.ErrorContains(t, err, filepath.Join(at, "data_batch_1.bin"+suffix)+": 1 records instead of 10000")
	}
	ok, _ := Available("cifar10", dir)
	require.False(t, ok)
	fill(".gz", "cifar10", "cifar-10-batches-bin")
	fill("", "cifar10", "cifar-10-batches-bin")
	fill(".gz", "cifar10")
	fill("", "cifar10")
}

// Of a set that lacks a file the layout that comes nearest is told.
func TestCIFAR10Missing(t *testing.T) {
	files := map[string]string{}
	for _, f := range cifarGzipped[:5] {
		files[f.name] = ""
	}
	dir := made(t, "cifar10", files)
	_, err := Load(t.Context(), "cifar10", dir)
	require.ErrorContains(t, err, filepath.Join(dir, "cifar10")+" (missing: test_batch.bin.gz)")
}

// The real images: balanced classes, and the means of red, green and blue that are published of the
// training set, which no other order of the planes has.
func TestCIFAR10Whole(t *testing.T) {
	n := loadHere(t, "cifar10")
	require.Empty(t, n.Sensitive)
	for d, perClass := range map[*Dataset]int{n.Train: 5000, n.Test: 1000} {
		require.NoError(t, d.Check())
		requireBalanced(t, d, perClass, perClass)
	}
	var sums [3]int
	pixels := n.Train.X.(*Images).Pixels
	for i := 0; i < len(pixels); i += 3 {
		for c := range sums {
			sums[c] += int(pixels[i+c])
		}
	}
	for c, mean := range []float64{.4914, .4822, .4465} {
		require.InDelta(t, mean, float64(sums[c])/float64(len(pixels)/3)/255, .0001)
	}
}

// requireBalanced asserts how many samples each class has, at least and at most.
func requireBalanced(t *testing.T, d *Dataset, least, most int) {
	t.Helper()
	counts := make([]int, d.Classes)
	for _, y := range d.Y {
		counts[int(y)]++
	}
	for _, n := range counts {
		require.GreaterOrEqual(t, n, least)
		require.LessOrEqual(t, n, most)
	}
	require.Len(t, d.ClassNames, d.Classes)
}
