package graph

import "fmt"

// Window says how a convolution or a pooling moves over images. Pairs are (height, width).
type Window struct {
	Size          [2]int // of a pooling's window; a convolution's is that of its filters
	Stride        [2]int // steps between windows; 0 = 1 in a convolution and Size in a pooling
	Dilation      [2]int // distance between the elements of a window; 0 = 1
	Before, After [2]int // rows and columns of padding in front of the image and behind it
}

// Same pads so that a convolution of stride 1 by filters of the given size, with the window's
// dilation, keeps the size of the images; an odd row or column of padding goes behind, as in Keras.
func (w Window) Same(size [2]int) Window {
	for i, s := range size {
		total := max(w.Dilation[i], 1) * (s - 1)
		w.Before[i], w.After[i] = total/2, total-total/2
	}
	return w
}

// filled returns w with its defaults in place: stride is the one that 0 stands for.
func (w Window) filled(op string, size, stride [2]int) Window {
	w.Size = size
	for i := range 2 {
		if w.Stride[i] == 0 {
			w.Stride[i] = stride[i]
		}
		if w.Dilation[i] == 0 {
			w.Dilation[i] = 1
		}
		if w.Size[i] < 1 || w.Stride[i] < 1 || w.Dilation[i] < 1 || w.Before[i] < 0 || w.After[i] < 0 {
			fail(op, "window %+v: sizes, strides and dilations have to be at least 1, and no padding negative", w)
		}
		if max(w.Size[i], w.Stride[i], w.Dilation[i], w.Before[i], w.After[i]) > 1<<30 {
			fail(op, "window %+v: no number may be above 2^30", w)
		}
	}
	return w
}

// extent is how far a window reaches along axis i.
func (w Window) extent(i int) int { return w.Dilation[i]*(w.Size[i]-1) + 1 }

// outputs is the number of windows along each axis of an image.
func (w Window) outputs(height, width int) (out [2]int, err error) {
	for i, n := range [2]int{height, width} {
		room := n + w.Before[i] + w.After[i] - w.extent(i)
		if room < 0 {
			return out, fmt.Errorf("images of %d by %d, with %v and %v of padding, are smaller than a window of %v with dilation %v",
				height, width, w.Before, w.After, w.Size, w.Dilation)
		}
		out[i] = room/w.Stride[i] + 1
	}
	return out, nil
}

// imageOutputs is [Window.outputs] for the shape (n, height, width, channels) of images, or of
// filtered ones.
func (w Window) imageOutputs(images []int) ([2]int, error) {
	if len(images) != 4 {
		return [2]int{}, fmt.Errorf("images of shape %v: want (n, height, width, channels)", images)
	}
	return w.outputs(images[1], images[2])
}
