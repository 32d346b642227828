package datasets

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	idxImages = append([]byte{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3}, 1, 2, 3, 4, 5, 6)
	idxLabels = append([]byte{0, 0, 8, 1, 0, 0, 0, 2}, 7, 0)
)

func TestIDX(t *testing.T) {
	folder := t.TempDir()
	images, labels := filepath.Join(folder, "images.gz"), filepath.Join(folder, "labels")
	require.NoError(t, os.WriteFile(images, zipped(t, idxImages), 0o644))
	require.NoError(t, os.WriteFile(labels, idxLabels, 0o644))
	d, err := LoadIDX(images, labels)
	require.NoError(t, err)
	require.Equal(t, &Images{N: 2, Height: 1, Width: 3, Channels: 1, Pixels: []uint8{1, 2, 3, 4, 5, 6}, Scale: 255}, d.X)
	require.Equal(t, []float64{7, 0}, d.Y)
	require.Equal(t, 8, d.Classes)

	_, err = LoadIDX(labels, labels)
	require.ErrorContains(t, err, "1 axes, images have 3")
	_, err = LoadIDX(images, images)
	require.ErrorContains(t, err, "3 axes, labels have 1")
	require.NoError(t, os.WriteFile(labels, []byte{0, 0, 8, 1, 0, 0, 0, 1, 7}, 0o644))
	_, err = LoadIDX(images, labels)
	require.ErrorContains(t, err, "1 labels for the 2 images")

	require.NoError(t, os.WriteFile(images, []byte{0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3}, 0o644))
	require.NoError(t, os.WriteFile(labels, []byte{0, 0, 8, 1, 0, 0, 0, 0}, 0o644))
	_, err = LoadIDX(images, labels)
	require.ErrorContains(t, err, "images.gz: no samples")

	x, err := ReadIDXImages(bytes.NewReader([]byte{0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 9, 8, 7}), "f")
	require.NoError(t, err)
	require.Equal(t, []int{1, 1, 3}, x.Shape())
}

func TestIDXRefused(t *testing.T) {
	for _, c := range []struct {
		file []byte
		want string
	}{
		{nil, "f: not an IDX file"},
		{[]byte{0, 0, 13, 3, 0, 0, 0, 0}, "begins with 00 00 0d 03"},
		{idxImages[:10], "the header is cut off"},
		{idxImages[:len(idxImages)-1], "not enough data for shape [2 1 3] (6 bytes)"},
		{append(append([]byte{}, idxImages...), 0), "more data for shape [2 1 3]"},
		{[]byte{0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, "too large to be true"},
		{[]byte{0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, "are empty"},
	} {
		_, err := ReadIDXImages(bytes.NewReader(c.file), "f")
		require.ErrorContains(t, err, c.want)
	}
}
