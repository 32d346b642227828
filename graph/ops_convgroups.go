package graph

// manyGroups is from how many groups on each image and group becomes an image of its own. Below,
// one product for all images of a group is faster.
const manyGroups = 8

// GroupedConv2D is [Conv2D] for channels in groups: the channels of images x (n, height, width,
// channels) and those of the result, each in equal neighboring groups, and every group of the
// result from the group of the images at its place. Filters are (height, width, channels/groups,
// out). As many groups as channels make a depthwise convolution.
func GroupedConv2D(x, filters *Node, groups int, w Window) *Node {
	d, f := dims(x), dims(filters)
	if len(d) != 4 || len(f) != 4 || groups < 1 || d[3] != groups*f[2] || f[3]%groups != 0 {
		fail("GroupedConv2D", "images %v and filters %v in %d groups: want (n, height, width, channels) and (height, width, channels/groups, out)", d, f, groups)
	}
	if groups >= manyGroups {
		return groupImages(x, filters, groups, w)
	}
	var parts []*Node
	in, out := f[2], f[3]/groups
	for g := range groups {
		parts = append(parts, Conv2D(Slice(x, 3, g*in, (g+1)*in), Slice(filters, 3, g*out, (g+1)*out), w))
	}
	return Concat(3, parts...)
}

// groupImages makes an image of each group of each image, with filters of its own.
func groupImages(x, filters *Node, groups int, w Window) *Node {
	d, f := dims(x), dims(filters)
	n, in, out := d[0], f[2], f[3]/groups
	images := Transpose(Reshape(x, n, d[1], d[2], groups, in), 0, 3, 1, 2, 4)
	own := Transpose(Reshape(filters, f[0], f[1], in, groups, out), 3, 0, 1, 2, 4)
	own = BroadcastTo(own, n, groups, f[0], f[1], in, out)
	o := conv{w: w.filled("GroupedConv2D", [2]int{f[0], f[1]}, [2]int{1, 1}), each: true}
	y := apply(o, Reshape(images, n*groups, d[1], d[2], in), Reshape(own, n*groups, f[0], f[1], in, out))
	s := dims(y)
	return Reshape(Transpose(Reshape(y, n, groups, s[1], s[2], out), 0, 2, 3, 1, 4), n, s[1], s[2], groups*out)
}
