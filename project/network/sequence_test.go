package network

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// sequence is the network.yaml of testdata/torch_sequence.safetensors.
const sequence = `
classes: 2
layers:
  - embedding: 4
  - positions
  - residual: [layer-norm, attention: {heads: 2, causal: true, bias: true}]
  - lstm: {units: 3, sequence: true}
  - lstm: {units: 3, sequence: true}
  - gru: 5
  - dense: 2
`

// testdata/torch_sequence.safetensors is the state dict of this PyTorch network with random
// parameters that bfloat16 holds; they are stored as float64, float32, float16 and bfloat16 by
// turns. out are its outputs in double precision for the tokens (k*k) % 7, k = 0 ... 14.
//
//	s.embed = nn.Embedding(7, 4); s.pos = nn.Parameter(torch.randn(1, 5, 4))
//	s.attn = nn.MultiheadAttention(4, 2, batch_first=True); s.norm = nn.LayerNorm(4)
//	s.rnn = nn.LSTM(4, 3, num_layers=2, batch_first=True); s.gru = nn.GRU(3, 5, batch_first=True); s.fc = nn.Linear(5, 2)
//
//	h = s.embed(x) + s.pos; n = s.norm(h)
//	h = h + s.attn(n, n, n, attn_mask=torch.triu(torch.ones(5, 5, dtype=torch.bool), 1))[0]
//	h, _ = s.rnn(h); h, _ = s.gru(h)
//	return s.fc(h[:, -1])
func TestImportOfLayersOnSequences(t *testing.T) {
	out := []float64{0.4613083367025087, -0.10597608234365857, 0.48537760904992977, -0.0861242989764954, 0.4655520398970424, -0.12342659851851409}
	x := &datasets.Tokens{Length: 5, Vocabulary: 7, Starts: []int{0, 5, 10}}
	for k := range 15 {
		x.Text = append(x.Text, int32(k*k%7))
	}
	d := &datasets.Dataset{Name: "tokens", X: x, Y: []float64{0, 1, 1}, Classes: 2}
	in := Shape{Sample: []int{5}, Vocabulary: 7}
	for _, names := range []string{"", "names: {lstm1: rnn.l0, lstm2: rnn.l1, gru1: gru, residual1/attention1: attn, positions1: pos}\n"} {
		f, err := parse(t, sequence+names, in, 2)
		require.NoError(t, err)
		i, err := Import("testdata/torch_sequence.safetensors", f)
		require.NoError(t, err)
		assert.InDeltaSlice(t, out, predicted(t, i, d), 1e-14)
	}

	f, err := parse(t, sequence+"names: {lstm1: rnn.l1, lstm2: rnn.l0}\n", in, 2)
	require.NoError(t, err)
	_, err = Import("testdata/torch_sequence.safetensors", f)
	assert.ErrorContains(t, err, "does not fit: it needs weight_ih (12, 4)", "the layers change places, and their widths are not alike")
}
