package verdict

import "math"

// distribution are the probabilities of a test's statistic 0, 1, ..., as far as its middle: it is
// symmetric.
type distribution []float64

// quantile returns the largest k with P(T <= k) at most the tail, and that probability; -1 and 0
// where even P(T = 0) is more.
func quantile(d distribution) (k int, p float64) {
	k = -1
	for i, q := range d {
		if p+q > tail {
			return k, p
		}
		k, p = i, p+q
	}
	return k, p
}

// signedRanks is the distribution of Wilcoxon's signed-rank statistic of n differences, none of
// them zero or equal: of the sum over the ranks 1 to n that a fair coin picks.
func signedRanks(n int) distribution {
	d := make(distribution, n*(n+1)/4+1)
	d[0] = 1
	for rank := 1; rank <= n; rank++ {
		for sum := len(d) - 1; sum >= 0; sum-- {
			d[sum] /= 2
			if sum >= rank {
				d[sum] += d[sum-rank] / 2
			}
		}
	}
	return d
}

// rankSums is the distribution of the Mann-Whitney statistic of m and n values, none of them equal:
// of the number of pairs in which the first is the larger. The number of orders with u such pairs
// is the coefficient of q^u in the product of (1 - q^(n+i)) / (1 - q^i) over i = 1, ..., m.
func rankSums(m, n int) distribution {
	d := make(distribution, m*n/2+1)
	d[0] = 1
	for i := 1; i <= m; i++ {
		for u := len(d) - 1; u >= n+i; u-- {
			d[u] -= d[u-n-i]
		}
		for u := i; u < len(d); u++ {
			d[u] += d[u-i]
		}
		for u := range d { // a share of all orders, so that the counts do not overflow
			d[u] *= float64(i) / float64(n+i)
		}
	}
	for u := range d {
		d[u] = math.Max(d[u], 0) // rounding
	}
	return d
}
