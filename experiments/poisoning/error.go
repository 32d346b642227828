package poisoning

import (
	"encoding/base64"
	"math"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/experiments/internal/records"
)

// All models of a run are measured on the same test images. A standard error says how far a share
// would move on other images of the same kind; for what is made of several shares it takes into
// account that these were counted on the same images.

// rightBits says of each sample whether the model was right, in base64: bit i%8 of byte i/8.
func rightBits(said []float64, d *datasets.Dataset) string {
	bits := make([]byte, (len(said)+7)/8)
	for i, c := range said {
		if c == d.Y[i] {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	return base64.StdEncoding.EncodeToString(bits)
}

// right reads what [rightBits] wrote in a record of a confusion matrix: for each sample 1 or 0; nil
// where the record is older than that.
func right(rec records.Record) []float64 {
	bits, err := base64.StdEncoding.DecodeString(rec.Text("right"))
	n := int(rec.Value)
	if err != nil || n < 1 || len(bits) != (n+7)/8 {
		return nil
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(bits[i/8] >> (i % 8) & 1)
	}
	return out
}

// shareError is the standard error of a share p that was counted on n samples: sqrt(p (1-p) / n),
// of the binomial distribution.
func shareError(p, n float64) float64 { return math.Sqrt(p * (1 - p) / n) }

// ratioError is the standard error of the ratio R = sum_i a_i / sum_i b_i of sums over the same n
// samples, by the delta method:
//
//	sqrt(sum_i (a_i - R b_i)^2) / |sum_i b_i|.
//
// It holds for large n (Cochran 1977, Sampling Techniques, section 2.11).
func ratioError(a, b []float64) float64 {
	below := floats.Sum(b)
	ratio, sum := floats.Sum(a)/below, 0.0
	for i := range a {
		d := a[i] - ratio*b[i]
		sum += d * d
	}
	return math.Sqrt(sum) / math.Abs(below)
}
