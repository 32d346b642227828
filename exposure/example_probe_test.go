package exposure_test

import (
	"context"
	"fmt"

	"lethe/datasets"
	"lethe/exposure"
)

// follows is a model of the next digit that has learned one thing: theta[0] is the logit of the
// digit that follows the last one of a window, all others have logit 0.
type follows struct{}

func (follows) Outputs(*datasets.Dataset) (int, error) { return 10, nil }

func (follows) Predict(_ context.Context, dst, theta []float64, d *datasets.Dataset) error {
	clear(dst)
	x := d.X.(*datasets.Tokens)
	for i, start := range x.Starts {
		last := x.Text[start+x.Length-1]
		dst[i*10+int(last+1)%10] = theta[0]
	}
	return nil
}

func ExampleProbe() {
	ctx := context.Background()
	p := &exposure.Probe{Model: follows{}, Length: 2, Vocabulary: 10, Prompt: []int32{7, 7}, Secret: []int32{8, 9, 0, 1}}
	digits := exposure.Space{Name: "digits", Alphabet: []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}
	for _, theta := range [][]float64{{5}, {-1}} {
		completion, err := p.Complete(ctx, theta, 4)
		if err != nil {
			fmt.Println(err)
			return
		}
		e, err := p.Exposure(ctx, theta, digits, exposure.Options{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("completion %v, %d of 4 right; log-perplexity %.2f bits, rank %d of 10^4, exposure %.2f bits (%s)\n",
			completion, p.Match(completion), e.LogPerplexity, e.Rank, e.Bits, e.Method)
	}
	// Output:
	// completion [8 9 0 1], 4 of 4 right; log-perplexity 0.34 bits, rank 1 of 10^4, exposure 13.29 bits (exact)
	// completion [0 0 0 0], 0 of 4 right; log-perplexity 18.68 bits, rank 10000 of 10^4, exposure 0.00 bits (exact)
}
