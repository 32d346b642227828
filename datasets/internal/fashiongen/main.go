// Command fashiongen makes the embedded part of the data set "fashion" from the whole of
// Fashion-MNIST.
//
// It takes the folder of the four files that the Debian package dataset-fashion-mnist installs:
//
//	apt-get download dataset-fashion-mnist && dpkg -x dataset-fashion-mnist_*.deb package
//	go run ./datasets/internal/fashiongen package/usr/share/datasets/fashion-mnist datasets/embedded/fashion
//
// The same files give the same images. What is taken stands in datasets/embedded/fashion.txt.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"lethe/datasets"
)

// parts are the sets and how many images of each class are taken of them.
var parts = []struct {
	images, labels string
	perClass       int
}{
	{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", 400},
	{"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", 200},
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: fashiongen FOLDER OUTPUT-FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "fashiongen:", err)
		os.Exit(1)
	}
}

func run(folder, output string) error {
	for _, p := range parts {
		all, err := datasets.LoadIDX(filepath.Join(folder, p.images), filepath.Join(folder, p.labels))
		if err != nil {
			return err
		}
		d := all.Subset(first(all, p.perClass))
		x := d.X.(*datasets.Images)
		labels := make([]byte, d.Len())
		for i, y := range d.Y {
			labels[i] = byte(y)
		}
		if err := write(filepath.Join(output, p.images), x.Pixels, x.N, x.Height, x.Width); err != nil {
			return err
		}
		if err := write(filepath.Join(output, p.labels), labels, x.N); err != nil {
			return err
		}
	}
	return nil
}

// first returns the first n rows of each class, rising.
func first(d *datasets.Dataset, n int) []int {
	taken := make([]int, d.Classes)
	var rows []int
	for i, y := range d.Y {
		if taken[int(y)] < n {
			taken[int(y)]++
			rows = append(rows, i)
		}
	}
	return rows
}

// write writes bytes of the given shape as a gzipped IDX file.
func write(path string, data []byte, shape ...int) error {
	raw := []byte{0, 0, 8, byte(len(shape))}
	for _, n := range shape {
		raw = binary.BigEndian.AppendUint32(raw, uint32(n))
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(append(raw, data...)); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	fmt.Printf("%s: %v, %d bytes\n", filepath.Base(path), shape, b.Len())
	return renameio.WriteFile(path, b.Bytes(), 0o644)
}
