package unlearn

import "golang.org/x/sys/cpu"

// Go's own code divides one number at a time, and Adam divides three times and takes a root for each parameter.
var hasAVX = cpu.X86.HasAVX

// descendFast does the first parameters, as many as it can, and returns how many those were.
func descendFast(theta, m, v []float64, c *adamConstants) int {
	n := len(theta) &^ 3
	if !hasAVX || n == 0 {
		return 0
	}
	descendAVX(&theta[0], &m[0], &v[0], n, c)
	return n
}

//go:noescape
func descendAVX(theta, m, v *float64, n int, c *adamConstants)
