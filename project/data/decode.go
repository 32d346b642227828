package data

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"golang.org/x/sync/errgroup"
	"image"
	"image/color"
	"image/draw"
	"lethe/datasets"
	"os"
	"path/filepath"
	"runtime"
)

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
