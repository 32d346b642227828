package audit_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"lethe/audit"
)

// Twenty retrained models, an update that did too little, and 200 samples of which the first 50
// were to be forgotten. The logits are made up.
func ExampleRun() {
	random := rand.New(rand.NewPCG(1, 1))
	logits := func(memorized float64) *audit.Logits {
		z := &audit.Logits{N: 200, K: 2, Data: make([]float64, 400)}
		for i := range z.N {
			z.Data[2*i] = 1 + random.NormFloat64()
			if i < 50 {
				z.Data[2*i] += memorized
			}
		}
		return z
	}
	rows := func(from, to int) (out []int) {
		for i := from; i < to; i++ {
			out = append(out, i)
		}
		return out
	}
	models := audit.Models{Old: []*audit.Logits{logits(3)}, Updated: []*audit.Logits{logits(2)}}
	for range 20 {
		models.Retrained = append(models.Retrained, logits(0))
	}
	report, err := audit.Run(context.Background(), models,
		audit.Samples{Labels: make([]int, 200), Forget: rows(0, 50), Retain: rows(50, 150), Validation: rows(150, 200)}, audit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s, void: %t\n", report.Verdict, report.Void != "")
	first := report.Findings[0]
	fmt.Printf("%s on %s: above the band: %t; the held-out retrained model: %t\n", first.Audit, first.On, first.Updated > first.High, first.HeldOut > first.High)
	// Output:
	// under-forgotten, void: false
	// KLOM, 95th percentile on removed samples: above the band: true; the held-out retrained model: false
}
