package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

func TestFirstOfEachClassInFileOrder(t *testing.T) {
	folder := t.TempDir()
	images, labels := filepath.Join(folder, "images.gz"), filepath.Join(folder, "labels.gz")
	require.NoError(t, write(images, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 6, 1, 2))
	require.NoError(t, write(labels, []byte{1, 1, 0, 1, 0, 0}, 6))
	d, err := datasets.LoadIDX(images, labels)
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 1}, d.X.Shape())
	rows := first(d, 2)
	require.Equal(t, []int{0, 1, 2, 4}, rows)
	require.Equal(t, []uint8{1, 2, 3, 4, 5, 6, 9, 10}, d.Subset(rows).X.(*datasets.Images).Pixels)
}
