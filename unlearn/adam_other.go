//go:build !amd64

package unlearn

func momentsFast(_, _, _ []float64, _ *adamDecays) int { return 0 }

func descendFast(_, _, _ []float64, _ *adamConstants) int { return 0 }
