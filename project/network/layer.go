package network

// Layer is one layer of a network.yaml: a kind, by name, and those of the settings that the kind
// has. Numbers that are 0 are not set.
type Layer struct {
	Kind string // "conv", "relu", "dense", ...

	In, Out                         int // numbers that a dense layer reads and gives; channels of a convolution
	Hidden                          []int
	Size, Stride, Dilation, Padding int
	Same                            bool
	He                              bool
	Bias                            *bool
	Channels                        int
	Epsilon                         float64
	Shape                           []int
	Rate                            float64
	Rates                           []float64
	Slope                           float64
	Vocabulary, Width, Length       int
	Limit                           float64
	Heads                           int
	Causal                          bool
	Units, Depth                    int
	Sequence                        bool
	Height                          int
	Blocks                          []int
	Dense                           int
	Activation                      string
	Layers                          []Layer // of a residual

	line int // in the file; 0 = from a short form
	// turned is the shape of the images (height, width, channels) whose flattened numbers the layer
	// reads: PyTorch has them channel by channel, Lethe pixel by pixel.
	turned []int
}

// settingOrder is the order in which settings are written.
var settingOrder = []string{"in", "vocabulary", "length", "height", "width", "channels", "hidden", "blocks", "dense", "units", "depth", "out", "size", "stride",
	"dilation", "padding", "same", "he", "bias", "heads", "causal", "sequence", "shape", "rate", "rates", "slope", "limit", "epsilon", "activation", "layers"}

// setting returns a pointer to the setting of that name.
func (l *Layer) setting(name string) any {
	return map[string]any{
		"in": &l.In, "out": &l.Out, "hidden": &l.Hidden, "size": &l.Size, "stride": &l.Stride, "dilation": &l.Dilation, "padding": &l.Padding,
		"same": &l.Same, "he": &l.He, "bias": &l.Bias, "channels": &l.Channels, "epsilon": &l.Epsilon, "shape": &l.Shape, "rate": &l.Rate,
		"rates": &l.Rates, "slope": &l.Slope, "vocabulary": &l.Vocabulary, "width": &l.Width, "length": &l.Length, "limit": &l.Limit,
		"heads": &l.Heads, "causal": &l.Causal, "units": &l.Units, "depth": &l.Depth, "sequence": &l.Sequence, "height": &l.Height,
		"blocks": &l.Blocks, "dense": &l.Dense, "activation": &l.Activation, "layers": &l.Layers,
	}[name]
}

// bias is the setting, or what it is where nobody says.
func (l Layer) bias(otherwise bool) bool {
	if l.Bias == nil {
		return otherwise
	}
	return *l.Bias
}
