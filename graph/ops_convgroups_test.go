package graph

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestGroupedConv2D compares with the sum over the window, element by element.
func TestGroupedConv2D(t *testing.T) {
	for _, groups := range []int{1, 2, manyGroups, manyGroups + 1} {
		for _, out := range []int{1, 3} { // of a group
			t.Run(fmt.Sprint(groups, out), func(t *testing.T) {
				const in = 2
				asked := Window{Stride: [2]int{2, 1}, Dilation: [2]int{1, 2}, Before: [2]int{1, 2}, After: [2]int{0, 1}}
				g := G.NewGraph()
				x := imageTensor{[]int{2, 5, 6, groups * in}, draws(1, 2*5*6*groups*in)}
				f := draws(2, 3*2*in*groups*out)
				nx, nf := Input(g, tensor.Float64, "x", x.shape...), Input(g, tensor.Float64, "f", 3, 2, in, groups*out)
				var want []float64
				eachWindow(asked.filled("", [2]int{3, 2}, [2]int{1, 1}), x.shape, func(n int, places [][2]int) {
					for o := range groups * out {
						sum := 0.0
						for k, at := range places {
							for c := range in {
								sum += x.at(n, at[0], at[1], o/out*in+c) * f[(k*in+c)*groups*out+o]
							}
						}
						want = append(want, sum)
					}
				})
				p, err := Compile(GroupedConv2D(nx, nf, groups, asked))
				require.NoError(t, err)
				y, err := p.Run(map[*Node]G.Value{nx: tensor.New(tensor.WithShape(x.shape...), tensor.WithBacking(x.data)),
					nf: tensor.New(tensor.WithShape(dims(nf)...), tensor.WithBacking(f))})
				require.NoError(t, err)
				assert.InDeltaSlice(t, want, y[0].Data(), 1e-12)
			})
		}
	}
}
