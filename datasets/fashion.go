package datasets

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"slices"
)

// fashionFiles are the files of Fashion-MNIST, the images and the labels of the training and of the
// test set.
var fashionFiles = []knownFile{
	{"train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
	{"train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
	{"t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
	{"t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
}

// fashionEmbedded holds the first 400 training and 200 test images of each class, in the files and
// the order of the whole.
//
//go:embed embedded/fashion/*.gz
var fashionEmbedded embed.FS

const fashionPart = "4,000 + 2,000"

var fashionClasses = []string{"T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"}

// loadFashion reads the whole of Fashion-MNIST from its files.
func loadFashion(ctx context.Context, path func(file string) string) (*Named, error) {
	return fashion(func(images, labels string) (*Dataset, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return LoadIDX(path(images), path(labels))
	})
}

func embeddedFashion() (*Named, error) {
	return fashion(func(images, labels string) (*Dataset, error) { return IDX{}.load(withFashion, images, labels) })
}

// withFashion is [withFile] of an embedded file.
func withFashion(name string, read func(r io.Reader) error) error {
	raw, err := fashionEmbedded.ReadFile("embedded/fashion/" + name + ".gz")
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	return withReader(bytes.NewReader(raw), "embedded "+name, read)
}

// fashion makes training and test set of what load reads from their files of images and labels.
func fashion(load func(images, labels string) (*Dataset, error)) (*Named, error) {
	var parts [2]*Dataset
	for i := range parts {
		images, labels := fashionFiles[2*i].name, fashionFiles[2*i+1].name
		d, err := load(images, labels)
		if err != nil {
			return nil, err
		}
		if d.Classes > len(fashionClasses) {
			return nil, malformed(labels, 0, "a label is %d, Fashion-MNIST has 0 to %d", d.Classes-1, len(fashionClasses)-1)
		}
		d.Classes, d.ClassNames, d.Coding = len(fashionClasses), slices.Clone(fashionClasses), nil
		parts[i] = d
	}
	return &Named{Train: parts[0], Test: parts[1]}, nil
}
