package tiles

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAdd compares the assembly with sums in double precision, with strides of all three products of
// a convolution, and looks that nothing beside the tile is written.
func TestAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range []Strides{{Row: 5, Step: 1, Panel: 32}, {Row: 1, Step: 7, Panel: 40}, {Row: 12, Step: 3, Panel: 33}} {
		for _, n := range []int{1, 2, 9, 130} {
			for _, count := range []int{1, 3} {
				for _, add := range []bool{false, true} {
					starts := []int{4, 0, 17}[:count]
					a := noise(r, 17+7*s.Row+(n-1)*s.Step+1)
					b := noise(r, s.Panel*(n*count-1)+Cols)
					c := noise(r, 7*35+Cols+3)
					want := append([]float32(nil), c...)
					got := append([]float32(nil), c...)
					Add(got, 35, a, starts, n, b, s, add)
					for i := range Rows {
						for j := range Cols {
							sum := 0.0
							if add {
								sum = float64(c[35*i+j])
							}
							for q, start := range starts {
								for k := range n {
									sum += float64(a[start+s.Row*i+s.Step*k]) * float64(b[(q*n+k)*s.Panel+j])
								}
							}
							require.InDelta(t, sum, got[35*i+j], 1e-6*float64(10+n*count))
							want[35*i+j] = got[35*i+j]
						}
					}
					require.Equal(t, want, got)
					addSlow(want, 35, a, starts, n, b, s, false)
				}
			}
		}
	}
}

func noise(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// BenchmarkAdd has the strides of a 3x3 convolution of 128 channels, 32 pixels a line.
func BenchmarkAdd(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	const c, w, o = 128, 34, 128
	x, f, y := noise(r, w*34*c), noise(r, 4*9*c*Cols), make([]float32, 32*32*o)
	for b.Loop() {
		for p := range o / Cols {
			for row := range 32 {
				starts := []int{row * w * c, (row + 1) * w * c, (row + 2) * w * c}
				for col := 0; col < 32; col += Rows {
					Add(y[(row*32+col)*o+p*Cols:], o, x[col*c:], starts, 3*c, f[p*9*c*Cols:(p+1)*9*c*Cols], Strides{Row: c, Step: 1, Panel: Cols}, false)
				}
			}
		}
	}
	b.ReportMetric(2*32*32*9*c*o*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
