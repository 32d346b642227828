package unlearn

import "golang.org/x/sys/cpu"

// Go's own code works on one number at a time, and Adam divides three times and takes a root for
// each parameter.
var hasAVX = cpu.X86.HasAVX

// momentsFast and descendFast do the first elements, as many as they can, and return how many those
// were.
func momentsFast(m, v, g []float64, c *adamDecays) int {
	n := len(g) &^ 3
	if !hasAVX || n == 0 {
		return 0
	}
	momentsAVX(&m[0], &v[0], &g[0], n, c)
	return n
}

func descendFast(theta, m, v []float64, c *adamConstants) int {
	n := len(theta) &^ 3
	if !hasAVX || n == 0 {
		return 0
	}
	descendAVX(&theta[0], &m[0], &v[0], n, c)
	return n
}

//go:noescape
func momentsAVX(m, v, x *float64, n int, c *adamDecays)

//go:noescape
func descendAVX(theta, m, v *float64, n int, c *adamConstants)
