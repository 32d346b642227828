package datasets

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// bytesSum is the SHA-256 of all pixels and then all labels. The sums below were computed from the
// packages' files by other means than this package.
func bytesSum(d *Dataset) string {
	b := slices.Clone(d.X.(*Images).Pixels)
	for _, y := range d.Y {
		b = append(b, byte(y))
	}
	return sum(b)
}

func TestDigits(t *testing.T) {
	n, err := Load(t.Context(), "digits", t.TempDir())
	require.NoError(t, err)
	require.Equal(t, "embedded", n.Source)
	require.Equal(t, []int{1437, 360}, []int{n.Train.Len(), n.Test.Len()})
	requireBalanced(t, n.Train, 141, 147)
	requireBalanced(t, n.Test, 33, 37)
	for _, d := range []*Dataset{n.Train, n.Test} {
		require.NoError(t, d.Check())
		require.Nil(t, d.Columns)
		x := d.X.(*Images)
		require.Equal(t, []int{8, 8, 1}, x.Shape())
		require.Equal(t, []float64{0, 16}, []float64{x.Mean, x.Scale})
		require.Equal(t, uint8(16), slices.Max(x.Pixels))
	}
	// The first and the last line of the file.
	require.Equal(t, []float64{0, 8}, []float64{n.Train.Y[0], n.Test.Y[359]})
	require.Equal(t, []uint8{0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0}, n.Train.X.(*Images).Pixels[:16])
	require.Equal(t, []uint8{0, 1, 8, 12, 14, 12, 1, 0}, n.Test.X.(*Images).Pixels[360*64-8:])
	require.Equal(t, "9574b33fb757af729b0e4c47928a3f36de0e877f43f46fc021124abc4898b395", bytesSum(n.Train))
	require.Equal(t, "a300d389cc0a03e7feabc79a758049754db9213f713019e89a29d69268aa1f41", bytesSum(n.Test))
}

func TestFashionEmbedded(t *testing.T) {
	n, err := Load(t.Context(), "fashion", t.TempDir())
	require.NoError(t, err)
	require.Contains(t, n.Source, "embedded: 4,000 + 2,000 of it")
	require.Contains(t, n.Source, "experiment data fetch fashion")
	requireBalanced(t, n.Train, 400, 400)
	requireBalanced(t, n.Test, 200, 200)
	for _, d := range []*Dataset{n.Train, n.Test} {
		require.NoError(t, d.Check())
		x := d.X.(*Images)
		require.Equal(t, []int{28, 28, 1}, x.Shape())
		require.Equal(t, []float64{0, 255}, []float64{x.Mean, x.Scale})
	}
	require.Equal(t, "6483726d9b63a5fe4f1f34d9463a9efaea78538b867437ccb52e8c66a2662252", bytesSum(n.Train))
	require.Equal(t, "8e8b02fc2db0ff9ed2d481ff30f8bd7cc5c88205cb131d7f4a0c19448f6957c9", bytesSum(n.Test))
}

// Images and labels belong together: the nearest of the classes' mean images is that of the right
// class for 306 of the 360 digits, as counted by other means, and for about two of three clothes.
func TestNearestMean(t *testing.T) {
	for name, least := range map[string]int{"digits": 306, "fashion": 1300} {
		n, err := Load(t.Context(), name, t.TempDir())
		require.NoError(t, err)
		x := n.Train.X.(*Images)
		means, counts := make([][]float64, 10), make([]float64, 10)
		for i, y := range n.Train.Y {
			c := int(y)
			counts[c]++
			if means[c] == nil {
				means[c] = make([]float64, x.size())
			}
			for j, p := range x.Pixels[i*x.size() : (i+1)*x.size()] {
				means[c][j] += float64(p)
			}
		}
		right := 0
		test := n.Test.X.(*Images)
		for i, y := range n.Test.Y {
			best, nearest := -1, 0.0
			for c, mean := range means {
				distance := 0.0
				for j, p := range test.Pixels[i*x.size() : (i+1)*x.size()] {
					e := float64(p) - mean[j]/counts[c]
					distance += e * e
				}
				if best < 0 || distance < nearest {
					best, nearest = c, distance
				}
			}
			if best == int(y) {
				right++
			}
		}
		t.Logf("%s: %d of %d", name, right, n.Test.Len())
		require.GreaterOrEqual(t, right, least)
	}
}

// fashionFolder writes the embedded images as if they were all, plain or gzipped.
func fashionFolder(t *testing.T, folder, suffix string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(folder, 0o755))
	for _, f := range fashionFiles {
		content, err := fashionEmbedded.ReadFile("embedded/fashion/" + f.name + ".gz")
		require.NoError(t, err)
		if suffix == "" {
			z, err := gzip.NewReader(bytes.NewReader(content))
			require.NoError(t, err)
			content, err = io.ReadAll(z)
			require.NoError(t, err)
		}
		require.NoError(t, os.WriteFile(filepath.Join(folder, f.name+suffix), content, 0o644))
	}
}

func TestFashionFromFolder(t *testing.T) {
	embedded, err := Load(t.Context(), "fashion", t.TempDir())
	require.NoError(t, err)
	for _, suffix := range []string{"", ".gz"} {
		for _, name := range []string{"fashion", "fashion-mnist"} {
			dir := t.TempDir()
			fashionFolder(t, filepath.Join(dir, name), suffix)
			n, err := Load(t.Context(), "fashion", dir)
			require.NoError(t, err)
			require.Equal(t, filepath.Join(dir, name), n.Source)
			require.Equal(t, Fingerprint(embedded.Train), Fingerprint(n.Train))
			require.Equal(t, Fingerprint(embedded.Test), Fingerprint(n.Test))
			require.Equal(t, embedded.Train.ClassNames, n.Train.ClassNames)
			checks, err := Verify(dir)
			require.NoError(t, err)
			for _, f := range checks {
				if f.Set == "fashion" {
					require.Equal(t, Damaged, f.State, "these are not the whole files")
				}
			}
		}
	}
}

// A folder that lacks a file is no reason to fall back on what is embedded: that would be another
// data set.
func TestFashionIncomplete(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "fashion")
	fashionFolder(t, folder, ".gz")
	require.NoError(t, os.Remove(filepath.Join(folder, "t10k-labels-idx1-ubyte.gz")))
	_, err := Load(t.Context(), "fashion", dir)
	require.ErrorContains(t, err, "(missing: t10k-labels-idx1-ubyte.gz)")
	ok, _ := Available("fashion", dir)
	require.False(t, ok)
	checks, err := Verify(dir)
	require.NoError(t, err)
	require.Contains(t, checks, FileCheck{Set: "fashion", File: "t10k-labels-idx1-ubyte.gz", State: Absent, Path: filepath.Join(folder, "t10k-labels-idx1-ubyte.gz")})

	fashionFolder(t, folder, "")
	labels := filepath.Join(folder, "t10k-labels-idx1-ubyte")
	content, err := os.ReadFile(labels)
	require.NoError(t, err)
	content[len(content)-1] = 10
	require.NoError(t, os.WriteFile(labels, content, 0o644))
	_, err = Load(t.Context(), "fashion", dir)
	require.ErrorContains(t, err, "a label is 10, Fashion-MNIST has 0 to 9")
}

// Plain and gzipped files of one set may lie side by side; of a file that is there as both the
// plain one is read.
func TestFashionMixed(t *testing.T) {
	embedded, err := Load(t.Context(), "fashion", t.TempDir())
	require.NoError(t, err)
	dir := t.TempDir()
	folder := filepath.Join(dir, "fashion")
	fashionFolder(t, folder, "")
	fashionFolder(t, folder, ".gz")
	require.NoError(t, os.Remove(filepath.Join(folder, fashionFiles[0].name)))
	require.NoError(t, os.Remove(filepath.Join(folder, fashionFiles[3].name)))
	require.NoError(t, os.Remove(filepath.Join(folder, fashionFiles[1].name+".gz")))
	require.NoError(t, os.WriteFile(filepath.Join(folder, fashionFiles[2].name+".gz"), []byte("not read"), 0o644))
	n, err := Load(t.Context(), "fashion", dir)
	require.NoError(t, err)
	require.Equal(t, folder, n.Source)
	require.Equal(t, Fingerprint(embedded.Train), Fingerprint(n.Train))
	require.Equal(t, Fingerprint(embedded.Test), Fingerprint(n.Test))
	checks, err := Verify(dir)
	require.NoError(t, err)
	var files []string
	for _, c := range checks {
		if c.Set == "fashion" {
			files = append(files, c.File)
		}
	}
	require.Equal(t, []string{fashionFiles[0].name + ".gz", fashionFiles[1].name, fashionFiles[2].name, fashionFiles[3].name + ".gz"}, files)
}

// Files that lie in the folder for data itself are not passed over in favor of what is embedded.
func TestFashionMisplaced(t *testing.T) {
	for _, suffix := range []string{"", ".gz"} {
		dir := filepath.Join(t.TempDir(), "fashion-mnist")
		fashionFolder(t, dir, suffix)
		_, err := Load(t.Context(), "fashion", dir)
		require.ErrorContains(t, err, "in "+filepath.Join(dir, "fashion")+", but lie in "+dir+" itself")
		ok, how := Available("fashion", dir)
		require.False(t, ok)
		require.Equal(t, err.Error(), how)
		n, err := Load(t.Context(), "fashion", filepath.Dir(dir))
		require.NoError(t, err)
		require.Equal(t, dir, n.Source)
	}
}

// The checksum of a gzipped file is that of what is in it, whoever gzipped it.
func TestVerifyLooksIntoGzip(t *testing.T) {
	content := []byte("the same")
	l := layout{files: []knownFile{{"f.gz", sum(content)}}, unpacked: true}
	folder := t.TempDir()
	for state, file := range map[FileState][]byte{
		Whole: zipped(t, content), Damaged: zipped(t, []byte("other")), Unreadable: zipped(t, content)[:20],
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "f.gz"), file, 0o644))
		require.Equal(t, state, l.verify("set", folder, l.files[0]).State)
	}
}

// Who changes the class names of what was loaded changes them there alone.
func TestClassNamesAreNotShared(t *testing.T) {
	load := map[string]func() *Dataset{
		"cifar10": func() *Dataset {
			d, err := LoadCIFAR10(saved(t, "a.bin", cifarRecords(0, 1)))
			require.NoError(t, err)
			return d
		},
	}
	for _, name := range []string{"digits", "fashion"} {
		load[name] = func() *Dataset {
			n, err := Load(t.Context(), name, t.TempDir())
			require.NoError(t, err)
			return n.Train
		}
	}
	for name, d := range load {
		first := d().ClassNames
		want := first[0]
		first[0] = "changed"
		require.Equal(t, want, d().ClassNames[0], name)
	}
}

func TestImagesProvenance(t *testing.T) {
	for file, wants := range map[string][]string{
		"fashion": {"The MIT License", fashionFiles[0].sha256, fashionFiles[1].sha256, fashionFiles[2].sha256, fashionFiles[3].sha256},
		"digits":  {"three clauses", sum(digitsCSV), "the first 1,437 are for training, the last 360 for testing"},
	} {
		text, err := os.ReadFile("embedded/" + file + ".txt")
		require.NoError(t, err)
		for _, want := range wants {
			require.Contains(t, strings.Join(strings.Fields(string(text)), " "), want)
		}
	}
}
