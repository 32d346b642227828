package data

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // decodes .jpg and .jpeg
	_ "image/png"  // decodes .png
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

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
	if others > 0 {
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

// commonSize reads the heads of all images, which have to be of one size. They are grey if all of
// them are, and else of three colors.
func (l *Loaded) commonSize(ctx context.Context, paths []string) (Image, error) {
	var size Image
	for i, p := range paths {
		if err := ctx.Err(); err != nil {
			return size, err
		}
		head, err := headOf(filepath.Join(l.Path, p))
		if err != nil {
			return size, err
		}
		if i == 0 {
			size = head
		}
		if head.Height != size.Height || head.Width != size.Width {
			return size, wrong(filepath.Join(l.Path, p), "bring all images to one size first", "the image has %d x %d pixels, and those before it have %d x %d",
				head.Height, head.Width, size.Height, size.Width)
		}
		size.Channels = max(size.Channels, head.Channels)
	}
	if d := l.options.Like; d != nil && d.Image != nil && size.Channels == 1 {
		size.Channels = d.Image.Channels
	}
	return size, nil
}

func headOf(path string) (Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return Image{}, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(f)
	switch {
	case err != nil:
		return Image{}, broken(path, err)
	case c.Height < 1 || c.Width < 1 || c.Height > maxPixels/c.Width:
		return Image{}, wrong(path, "take a smaller one", "an image of %d x %d pixels is not read", c.Height, c.Width)
	case c.ColorModel == color.GrayModel || c.ColorModel == color.Gray16Model:
		return Image{c.Height, c.Width, 1}, nil
	}
	return Image{c.Height, c.Width, 3}, nil
}

func broken(path string, err error) error {
	return wrong(path, "get the image whole, or take it away", "it is no PNG or JPEG image, or a damaged one: %v", err)
}

// decodeAll decodes the images on all cores. Of what is wrong the first image's is the error.
func (l *Loaded) decodeAll(ctx context.Context, paths []string, x *datasets.Images) error {
	size := x.Height * x.Width * x.Channels
	faults := make([]error, len(paths))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range paths {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			faults[i] = decode(filepath.Join(l.Path, p), x.Pixels[i*size:(i+1)*size], x.Height, x.Width, x.Channels)
			return nil
		})
		if l.options.Progress != nil {
			l.options.Progress(int64(i+1)*int64(size), int64(len(paths))*int64(size))
		}
	}
	_ = g.Wait() // what is wrong stands in faults
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// decode writes the bytes of an image: grey, or red, green and blue of each pixel, row by row. Of
// 16 bits a color the upper 8 are taken.
func decode(path string, dst []uint8, height, width, channels int) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	m, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return broken(path, err)
	}
	b := m.Bounds()
	if b.Dy() != height || b.Dx() != width {
		return broken(path, errors.New("its size is not what its head says"))
	}
	if o, ok := m.(interface{ Opaque() bool }); !ok || !o.Opaque() {
		return wrong(path, "give it a background", "the image is transparent in places")
	}
	if channels == 1 {
		grey := &image.Gray{Pix: dst, Stride: width, Rect: image.Rect(0, 0, width, height)}
		draw.Draw(grey, grey.Rect, m, b.Min, draw.Src)
		return nil
	}
	colors := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(colors, colors.Rect, m, b.Min, draw.Src)
	for i := range height * width {
		copy(dst[3*i:3*i+3], colors.Pix[4*i:])
	}
	return nil
}
