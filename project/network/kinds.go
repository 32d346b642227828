package network

import (
	"cmp"
	"maps"
	"slices"

	"lethe/graph"
	"lethe/nets"
)

// kind is what a name in the list of layers stands for.
type kind struct {
	settings []string                              // those it has, the one that a bare value stands for first
	fit      func(l *Layer, in flow) (flow, error) // fills in what follows from its inputs
	build    func(l Layer) nets.Network            // of a layer that fit has seen
	whole    bool                                  // a network, which keeps its parameters' names where it stands alone
	single   bool                                  // computed in single precision where nobody says
	elements bool                                  // works on each number alone
}

// kinds are the layers of a network.yaml by name. It is filled by init: a residual has layers.
var kinds map[string]kind

func init() {
	kinds = map[string]kind{
		"linear": {settings: []string{"out", "in", "bias"}, fit: fitDense, whole: true,
			build: func(l Layer) nets.Network { return nets.Linear{In: l.In, Out: l.Out, Bias: l.bias(true)} }},
		"mlp": {settings: []string{"hidden", "in", "out", "activation"}, fit: fitMLP, whole: true, build: func(l Layer) nets.Network {
			return nets.MLP{In: l.In, Hidden: l.Hidden, Out: l.Out, Activation: activations[l.Activation]}
		}},
		"vgg": {settings: []string{"blocks", "height", "width", "channels", "dense", "out", "rates"}, fit: fitVGG, whole: true, single: true,
			build: func(l Layer) nets.Network {
				return nets.VGG{Height: l.Height, Width: l.Width, Channels: l.Channels, Blocks: l.Blocks, Dense: l.Dense, Classes: l.Out, Dropout: l.Rates}
			}},
		"next-token": {settings: []string{"units", "vocabulary", "width", "depth", "rate"}, fit: fitNextToken, whole: true, single: true,
			build: func(l Layer) nets.Network {
				return nets.LSTM{Vocabulary: l.Vocabulary, Embedding: l.Width, Units: l.Units, Layers: l.Depth, Dropout: l.Rate}
			}},
		"dense": {settings: []string{"out", "in", "he"}, fit: fitDense,
			build: func(l Layer) nets.Network { return nets.Dense{In: l.In, Out: l.Out, He: l.He} }},
		"conv": {settings: []string{"out", "in", "size", "stride", "dilation", "padding", "same"}, fit: fitConv, single: true, build: func(l Layer) nets.Network {
			return nets.Conv{In: l.In, Out: l.Out, Size: l.Size, Stride: l.Stride, Dilation: l.Dilation, Padding: l.Padding, Same: l.Same}
		}},
		"batch-norm": {settings: []string{"channels", "epsilon"}, fit: fitBatchNorm,
			build: func(l Layer) nets.Network { return nets.BatchNorm{Channels: l.Channels, Epsilon: l.Epsilon} }},
		"layer-norm": {settings: []string{"width", "epsilon"}, fit: fitLayerNorm,
			build: func(l Layer) nets.Network { return nets.LayerNorm{Width: l.Width, Epsilon: l.Epsilon} }},
		"max-pool": {settings: []string{"size", "stride", "padding"}, fit: fitPool,
			build: func(l Layer) nets.Network { return nets.MaxPool{Size: l.Size, Stride: l.Stride, Padding: l.Padding} }},
		"avg-pool": {settings: []string{"size", "stride", "padding"}, fit: fitPool,
			build: func(l Layer) nets.Network { return nets.AvgPool{Size: l.Size, Stride: l.Stride, Padding: l.Padding} }},
		"flatten":    {fit: fitFlatten, build: func(Layer) nets.Network { return nets.Flatten{} }},
		"reshape":    {settings: []string{"shape"}, fit: fitReshape, build: func(l Layer) nets.Network { return nets.Reshape{Shape: l.Shape} }},
		"dropout":    {settings: []string{"rate"}, fit: fitDropout, elements: true, build: func(l Layer) nets.Network { return nets.Dropout{Rate: l.Rate} }},
		"leaky-relu": {settings: []string{"slope"}, fit: fitSlope, elements: true, build: func(l Layer) nets.Network { return leaky(l.Slope) }},
		"residual":   {settings: []string{"layers"}, fit: fitResidual, build: buildResidual},
		"embedding": {settings: []string{"width", "vocabulary", "limit"}, fit: fitEmbedding, build: func(l Layer) nets.Network {
			return nets.Embedding{Vocabulary: l.Vocabulary, Width: l.Width, Limit: l.Limit}
		}},
		"positions": {settings: []string{"length", "width"}, fit: fitPositions, build: func(l Layer) nets.Network { return nets.Positions{Length: l.Length, Width: l.Width} }},
		"attention": {settings: []string{"heads", "width", "causal", "bias"}, fit: fitAttention, single: true, build: func(l Layer) nets.Network {
			return nets.Attention{Width: l.Width, Heads: l.Heads, Causal: l.Causal, Bias: l.bias(false)}
		}},
		"lstm":           {settings: []string{"units", "in", "sequence"}, fit: fitRecurrent, single: true, build: func(l Layer) nets.Network { return nets.LSTMLayer{In: l.In, Units: l.Units, Sequence: l.Sequence} }},
		"gru":            {settings: []string{"units", "in", "sequence"}, fit: fitRecurrent, single: true, build: func(l Layer) nets.Network { return nets.GRULayer{In: l.In, Units: l.Units, Sequence: l.Sequence} }},
		"mean-positions": {fit: fitMeanPositions, build: func(Layer) nets.Network { return nets.MeanPositions{} }},
	}
	for name, f := range activations {
		kinds[name] = kind{fit: fitElements, elements: true, build: func(Layer) nets.Network { return nets.Activation(f) }}
	}
}

// activations are functions of each number alone.
var activations = map[string]func(*graph.Node) *graph.Node{"relu": graph.ReLU, "tanh": graph.Tanh, "gelu": graph.GELU, "gelu-tanh": graph.GELUTanh,
	"sigmoid": graph.Sigmoid, "softplus": graph.Softplus}

// leaky is a rectifier with a slope for negative numbers.
func leaky(slope float64) nets.Network {
	return nets.Activation(func(x *graph.Node) *graph.Node { return graph.LeakyReLU(x, cmp.Or(slope, leakySlope)) })
}

const leakySlope = 0.01 // where nobody says

func buildResidual(l Layer) nets.Network {
	ls := make([]nets.Network, len(l.Layers))
	for i, inner := range l.Layers {
		ls[i] = kinds[inner.Kind].build(inner)
	}
	return nets.Residual(ls...)
}

// kindNames are the words that may stand in a list of layers.
func kindNames() []string { return append(slices.Sorted(maps.Keys(kinds)), "activation") }
