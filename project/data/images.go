package data

import (
	"context"
	"fmt"
	_ "image/jpeg" // decodes .jpg and .jpeg
	_ "image/png"  // decodes .png
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"lethe/datasets"
)

// maxPixels bounds one image, and maxBytes all of them: a few kB of PNG may claim to be gigabytes.
const (
	maxPixels = 1 << 26
	maxBytes  = 1 << 33
)

// readImages reads a folder with one folder of images a class. An image is known by its path below
// the folder, with slashes.
func (l *Loaded) readImages(ctx context.Context) error {
	o := l.options
	if o.id() != "" {
		return wrong(l.Path, "leave --id out", "images are known by their paths below the folder")
	}
	paths, others, err := imagesIn(l.Path)
	if err != nil {
		return err
	}
	if others == 1 {
		l.Notes = append(l.Notes, "1 file was passed over, since its name does not end in .png, .jpg or .jpeg.")
	} else if others > 1 {
		l.Notes = append(l.Notes, fmt.Sprintf("%d files were passed over, since their names do not end in .png, .jpg or .jpeg.", others))
	}
	if len(paths) == 0 {
		return wrong(l.Path, "put PNG or JPEG files into a folder for each class", "there are no images in it")
	}
	classes, labels, err := o.folderClasses(l.Path, paths)
	if err != nil {
		return err
	}
	size, err := l.commonSize(ctx, paths)
	if err != nil {
		return err
	}
	if total := float64(len(paths)) * float64(size.Height*size.Width*size.Channels); total > maxBytes {
		return wrong(l.Path, "take fewer or smaller images", "%d images of %s are more than the %d GiB that are read", len(paths), size, maxBytes>>30)
	}
	x := &datasets.Images{N: len(paths), Height: size.Height, Width: size.Width, Channels: size.Channels, Scale: 255}
	x.Pixels = make([]uint8, x.N*size.Height*size.Width*size.Channels)
	if err := l.decodeAll(ctx, paths, x); err != nil {
		return err
	}
	if err := l.setImages(x, labels, classes); err != nil {
		return err
	}
	return l.setIDs(l.Path, paths, l.place)
}

// imagesIn returns the paths of the images below a folder, with slashes and sorted, and how many
// other files there are. What begins with a dot does not count.
func imagesIn(root string) (paths []string, others int, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != root && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".png", ".jpg", ".jpeg":
			below, err := filepath.Rel(root, path)
			paths = append(paths, filepath.ToSlash(below))
			return err
		}
		others++
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("data: %w", err)
	}
	slices.Sort(paths)
	return paths, others, nil
}

// folderClasses returns the classes, which are the names of the folders, and the label of each
// image.
func (o Options) folderClasses(root string, paths []string) (classes []string, labels []float64, err error) {
	labels = make([]float64, len(paths))
	if o.Unlabelled {
		return o.classes(), labels, nil
	}
	if classes = o.classes(); classes == nil {
		for _, p := range paths {
			if folder, _, below := strings.Cut(p, "/"); below && !slices.Contains(classes, folder) {
				classes = append(classes, folder)
			}
		}
		sortNames(classes)
	}
	place := map[string]int{}
	for k, c := range classes {
		place[c] = k
	}
	for i, p := range paths {
		folder, _, below := strings.Cut(p, "/")
		if !below {
			return nil, nil, wrong(filepath.Join(root, p), "put it into the folder of its class", "the image lies in no folder, so that it has no class")
		}
		k, known := place[folder]
		if !known {
			return nil, nil, wrong(filepath.Join(root, p), "move the folder away, or train again", "the folder %q is none of the classes (%s)", folder, shortList(classes))
		}
		labels[i] = float64(k)
	}
	return classes, labels, nil
}

// sortNames sorts names of classes, as numbers if all of them are.
func sortNames(names []string) {
	numbers := map[string]float64{}
	for _, n := range names {
		if v, err := strconv.ParseFloat(n, 64); err == nil && v == v {
			numbers[n] = v
		}
	}
	slices.Sort(names)
	if len(numbers) == len(names) {
		slices.SortStableFunc(names, func(a, b string) int {
			switch {
			case numbers[a] < numbers[b]:
				return -1
			case numbers[a] > numbers[b]:
				return 1
			}
			return 0
		})
	}
}
