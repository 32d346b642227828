package graph

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The shorter side of an orthogonal matrix is orthonormal.
func TestOrthogonal(t *testing.T) {
	for _, shape := range [][2]int{{4, 9}, {9, 4}, {5, 5}, {1, 3}} {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			in, out := shape[0], shape[1]
			x := make([]float64, in*out)
			Orthogonal("U", in, out).Init(rand.New(rand.NewPCG(1, 2)), x)
			vector := func(i int) (v []float64) {
				for j := range max(in, out) {
					if in <= out {
						v = append(v, x[i*out+j])
					} else {
						v = append(v, x[j*out+i])
					}
				}
				return v
			}
			for i := range min(in, out) {
				for j := range min(in, out) {
					dot, want := 0.0, 0.0
					for k, a := range vector(i) {
						dot += a * vector(j)[k]
					}
					if i == j {
						want = 1
					}
					assert.InDelta(t, want, dot, 1e-14)
				}
			}
		})
	}
}
