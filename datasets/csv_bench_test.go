package datasets

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A table as large as Adult: 32,561 rows of 6 numbers and 8 categories.
func BenchmarkCSV(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	var text strings.Builder
	o := CSV{Label: "y", Impute: true, ByFrequency: true, DropFirst: true}
	for c := range 14 {
		fmt.Fprintf(&text, "c%d,", c)
		if c >= 6 {
			o.Categorical = append(o.Categorical, fmt.Sprint("c", c))
		}
	}
	text.WriteString("y\n")
	for range 32_561 {
		for c := range 14 {
			if c < 6 {
				fmt.Fprintf(&text, "%d, ", rng.IntN(100_000))
			} else {
				fmt.Fprintf(&text, "level-%d, ", rng.IntN(3*c))
			}
		}
		fmt.Fprintf(&text, "%d\n", rng.IntN(2))
	}
	b.ReportAllocs()
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		_, err := o.Read(strings.NewReader(text.String()), "f")
		require.NoError(b, err)
	}
}
