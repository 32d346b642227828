package exposure

import "math"

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// notFinite returns the index of the first NaN or infinity, -1 if there is none.
func notFinite(x []float64) int {
	for i, v := range x {
		if !finite(v) {
			return i
		}
	}
	return -1
}

// ln is math.Log, whose assembly on amd64 goes wrong below 2^-1022: ln 2^-1074 is -709 there.
func ln(x float64) float64 {
	if x > 0 && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// unitOf returns the exponent of the power of two in which the samples are fitted. It is 0 from
// 2^-200 to 2^200, where squares stay in the range of float64.
func unitOf(samples []float64) int {
	const comfortable = 200
	top := 0.0
	for _, v := range samples {
		top = max(top, math.Abs(v))
	}
	_, e := math.Frexp(top)
	if e >= -comfortable && e <= comfortable {
		return 0
	}
	return e
}
