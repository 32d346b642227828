package nets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// What PyTorch 2.15 gives in double precision for half the sum of squared outputs of a layer, on x
// (2, 3, 4) with x[k] = cos(k+1) and parameter tensor i at 0.5 sin(k+1+10i), both row-major: the
// first outputs, the loss, and the norms of its gradient and of its Hessian's product with the
// vector that holds cos(k) in each tensor. Made by
//
//	def param(i, *shape):
//	    return torch.tensor([0.5*math.sin(k+1+10*i) for k in range(math.prod(shape))]).reshape(shape).requires_grad_()
//	def show(out, ps):
//	    loss = (out**2).sum()/2
//	    gs = torch.autograd.grad(loss, ps, create_graph=True)
//	    v = [torch.cos(torch.arange(p.numel()).double()).reshape(p.shape) for p in ps]
//	    hv = torch.autograd.grad(sum((g*w).sum() for g, w in zip(gs, v)), ps)
//	    print(out.flatten()[:4], loss, sum((g**2).sum() for g in gs)**.5, sum((h**2).sum() for h in hv)**.5)
//
// for torch.nn.LSTM and GRU with weight_ih = W.T, weight_hh = U.T, bias_ih = b and bias_hh = 0
// (GRU: c in its last block), multi_head_attention_forward with transposed weights and no bias of
// the keys, layer_norm, and gelu(x W + b).
func TestLayersAgainstPyTorch(t *testing.T) {
	for _, c := range []struct {
		name                string
		net                 nets.Network
		out                 [4]float64
		loss, grad, product float64
	}{
		{"LSTM, all states", nets.LSTMLayer{In: 4, Units: 3, Sequence: true},
			[4]float64{0.11748394646555158, -0.012103558230936503, -0.12881876948742071, 0.1894868711461172},
			0.10695906707840822, 0.2507011486489532, 0.6628236500875944},
		{"LSTM of two widths, last state", nets.Sequential(nets.LSTMLayer{In: 4, Units: 3, Sequence: true}, nets.LSTMLayer{In: 3, Units: 2}),
			[4]float64{-0.344411488702452, -0.2499676443454233, -0.33925239059940643, -0.235711861175285},
			0.17587768139798413, 0.44281694514500564, 0.676793961127177},
		{"GRU, all states", nets.GRULayer{In: 4, Units: 3, Sequence: true},
			[4]float64{0.28788077335518286, 0.2725912813080764, -0.003668520340507392, 0.24109829336098584},
			0.4473073501313686, 1.791770007220448, 5.916235128297697},
		{"attention of two heads", nets.Attention{Width: 4, Heads: 2, Bias: true},
			[4]float64{-0.45116961154848423, -0.45219908647557916, -0.03747880671995919, 0.41169931509161845},
			1.7423795269277575, 7.3774211012981885, 18.363408213513484},
		{"causal attention of two heads", nets.Attention{Width: 4, Heads: 2, Bias: true, Causal: true},
			[4]float64{-0.46789684520209107, -0.4919475363188453, -0.06370393127635418, 0.423108774395886},
			1.743031430389921, 8.098972425634365, 21.019099000808893},
		{"layer normalization", nets.LayerNorm{Width: 4},
			[4]float64{0.18034718447658857, -0.297270071606923, 0.13443078889461968, 0.6773546422903137},
			3.568244618231131, 6.872600629452799, 15.090244486062533},
		{"GELU by tanh", nets.Sequential(nets.Dense{In: 4, Out: 2}, nets.Activation(graph.GELUTanh)),
			[4]float64{-0.02033738356505281, -0.02409620459376, -0.16983959730199505, -0.16886019776576353},
			0.08979989670653991, 0.14492016378218897, 2.1593937379086654},
		{"GELU", nets.Sequential(nets.Dense{In: 4, Out: 2}, nets.Activation(graph.GELU)),
			[4]float64{-0.020337382533689247, -0.02409620250703358, -0.1697784400500714, -0.16880990928208825},
			0.08974708999170816, 0.14486609201995776, 2.1594376698327733},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := &datasets.Tensor{N: 2, Sample: []int{3, 4}, Data: make([]float64, 24)}
			for k := range x.Data {
				x.Data[k] = math.Cos(float64(k + 1))
			}
			d := &datasets.Dataset{Name: "cosines", X: x, Y: make([]float64, 2)}
			m := model(t, entry{net: c.net, loss: func(out, y *graph.Node) *graph.Node { return graph.Scale(sumOfOutputs(graph.Square(out), y), 0.5) }, data: d})
			var theta, v []float64
			for i, p := range m.Params() {
				n := 1
				for _, s := range p.Shape {
					n *= s
				}
				for k := range n {
					theta, v = append(theta, 0.5*math.Sin(float64(k+1+10*i))), append(v, math.Cos(float64(k)))
				}
			}
			k, err := m.Outputs(d)
			require.NoError(t, err)
			out, g, h := make([]float64, 2*k), make([]float64, m.Dim()), make([]float64, m.Dim())
			require.NoError(t, m.Predict(ctx, out, theta, d))
			near(t, c.out[:], out[:4], 1e-14, "outputs")
			l, err := m.LossGradient(ctx, g, theta, d)
			require.NoError(t, err)
			assert.InEpsilon(t, c.loss, l, 1e-14)
			assert.InEpsilon(t, c.grad, norm(g), 1e-14)
			require.NoError(t, m.HVP(ctx, h, theta, v, d))
			assert.InEpsilon(t, c.product, norm(h), 1e-13)
		})
	}
}
