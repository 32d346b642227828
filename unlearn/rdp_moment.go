package unlearn

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/integrate/quad"
)

// The moment A_alpha of [RDP] is an integral over t = z/s, s the noise, with w = exp(y), y = t/s -
// 1/(2 s^2), and u = q (w-1):
//
//	A_alpha - 1 = int phi(t) [ (1+u)^alpha - 1 - alpha u ] dt,
//
// since E[u] = 0. The bracket is never negative, so that nothing cancels, however near A_alpha is
// to 1. Two bounds frame it (the second is Minkowski's inequality):
//
//	U <= log A_alpha <= U + alpha log(1 + (1-q) exp(-U/alpha)),  U = alpha log q + alpha (alpha-1) / (2 s^2).
//
// Where they agree they are the answer; that is where noise is small. Elsewhere the integrand is
// analytic, and has its mass where phi(t) (1+u)^alpha or phi(t) (1+alpha u) has: a few intervals of
// t, which Gauss and Legendre's rule takes in panels. The nearest singularities of the integrand
// lie at t* + i pi s, t* = s log(1/q-1) + 1/(2s): no panel is longer than s, or than its distance
// from t*.

// moment holds the numbers of an integral.
type moment struct {
	q, noise, alpha float64
	more            float64 // alpha - 1
	half            float64 // 1/(2 noise^2)
	logQ, logRest   float64 // log q, log(1-q)
	turn            float64 // t*
}

// logMoment returns log(A_alpha) / (alpha - 1) for 0 < q < 1.
func logMoment(q, noise, alpha float64) float64 {
	m := &moment{q: q, noise: noise, alpha: alpha, more: alpha - 1, half: 0.5 / noise / noise, logQ: ln(q), logRest: math.Log1p(-q)}
	m.turn = noise*(m.logRest-m.logQ) + 0.5/noise
	share := m.logQ + m.more*m.half // U / alpha
	if gap := (1 - q) * math.Exp(-share); math.IsInf(share, 1) || share > 0 && gap <= 1e-17*share {
		return alpha * (m.logQ/m.more + m.half)
	}
	return m.integral() / m.more
}

// cut is by how much, in logarithms, the integrand may lie below the integral where it is left out.
const cut = 45

// nothing is a logarithm of what is 0 in float64, and nothing beside what is not.
const nothing = -1500

// littleNoise is the noise below which w is exactly 0 in floating point wherever phi(t) is not.
const littleNoise = 0.01

// integral returns log A_alpha.
func (m *moment) integral() float64 {
	if m.noise < littleNoise {
		// What phi(t) weighs is (1-q)^alpha - 1 + alpha q. What is left lies about t = 1/s, where w
		// phi(t) does, and above.
		reach := math.Sqrt(2 * (cut + 800))
		return math.Log1p(math.Exp(m.logExcess(m.logRest, m.logRest)) + math.Exp(sum([]interval{{-reach, m.more/m.noise + reach}}, m.turn-1/m.noise, m.noise, m.shifted)))
	}
	peaks := m.peaks()
	top := math.Inf(-1)
	for _, p := range peaks {
		top = max(top, m.logIntegrand(p.at))
	}
	switch {
	case top > 1e13: // the integral's width is nothing beside its height
		return top
	case top > 10: // A_alpha is large
		return sum(m.around(peaks, top-cut-15), m.turn, m.noise, m.logIntegrand)
	}
	for below := -cut - 15.0; ; {
		reach := math.Sqrt(-2 * below)
		where := append(m.around(peaks, below), interval{-reach, reach}, interval{1/m.noise - reach, 1/m.noise + reach})
		excess := sum(where, m.turn, m.noise, m.excess)
		if !(below > excess-cut && below > nothing) {
			if excess < 36 {
				return math.Log1p(math.Exp(excess))
			}
			return excess
		}
		below = max(excess-cut-5, nothing)
	}
}

// log1pu returns log(1+u) at y.
func (m *moment) log1pu(y float64) float64 {
	if y < 700 {
		return math.Log1p(m.q * math.Expm1(y))
	}
	return m.logQ + y + math.Log1p(math.Exp(m.logRest-m.logQ-y))
}

func (m *moment) y(t float64) float64 { return t/m.noise - m.half }

// logIntegrand returns log(phi(t) (1+u)^alpha) without phi's constant.
func (m *moment) logIntegrand(t float64) float64 { return m.alpha*m.log1pu(m.y(t)) - t*t/2 }

// excess returns log(phi(t) [ (1+u)^alpha - 1 - alpha u ]) without phi's constant.
func (m *moment) excess(t float64) float64 {
	l := m.log1pu(m.y(t))
	return m.logExcess(l, l) - t*t/2
}

// shifted is excess by the distance from t = 1/s, where w phi(t) = phi(t - 1/s) is what does not
// cancel.
func (m *moment) shifted(from float64) float64 {
	y := from/m.noise + m.half
	rest := m.logQ + math.Log1p(math.Exp(m.logRest-m.logQ-y)) // log(1+u) - y
	return m.logExcess(y+rest, rest) - from*from/2
}

// logExcess returns outer + log(e^(a l) - 1 + a (e^-l - 1)) with a = alpha - 1, which for outer = l
// = log(1+u) is the logarithm of (1+u)^alpha - 1 - alpha u.
func (m *moment) logExcess(l, outer float64) float64 {
	a := m.more
	if math.Abs(l)*max(a, 1) < 0.1 { // l^2 a times the sum over k from 2 of (a (a l)^(k-2) + (-l)^(k-2)) / k!: the terms below nearly cancel
		sum, factor, ours, others := 0.0, 0.5, 1.0, 1.0
		for k := 2; k < 16; k++ {
			sum += factor * (a*ours + others)
			factor, ours, others = factor/float64(k+1), ours*a*l, -others*l
		}
		return outer + 2*math.Log(math.Abs(l)) + math.Log(a) + math.Log(sum)
	}
	if a*l > 700 {
		return outer + a*l
	}
	return outer + math.Log(math.Expm1(a*l)+a*math.Expm1(-l))
}

// peak is a maximum of logIntegrand, which falls from it up to lo on one side and hi on the other.
type peak struct{ at, lo, hi float64 }

type interval struct{ lo, hi float64 }

// slope is the derivative of logIntegrand, t being in units of phi's deviation.
func (m *moment) slope(t float64) float64 {
	return m.alpha/m.noise/(1+math.Exp((m.turn-t)/m.noise)) - t
}

// peaks finds the one maximum, or the two. The slope falls, but for the stretch around t* where
// alpha s (1-s) > noise^2, with s = 1/(1 + exp((t*-t)/noise)).
func (m *moment) peaks() []peak {
	top, inf := m.alpha/m.noise, math.Inf(1)
	steep := m.alpha / m.noise / m.noise / 4
	if steep <= 1 {
		return []peak{{zero(m.slope, 0, top), -inf, inf}}
	}
	root := math.Sqrt(1 - 1/steep)
	stretch := m.noise * (math.Log1p(root) - math.Log(1/steep/(1+root)))
	first, last := m.turn-stretch, m.turn+stretch
	lower, upper := m.slope(first) < 0, m.slope(last) > 0
	switch {
	case !lower:
		return []peak{{zero(m.slope, max(last, 0), top), -inf, inf}}
	case !upper:
		return []peak{{zero(m.slope, 0, first), -inf, inf}}
	}
	saddle := zero(func(t float64) float64 { return -m.slope(t) }, first, last)
	return []peak{{zero(m.slope, 0, first), -inf, saddle}, {zero(m.slope, last, top), saddle, inf}}
}

// zero is where f, positive at lo and negative at hi, changes its sign.
func zero(f func(float64) float64, lo, hi float64) float64 {
	for hi-lo > 1e-6 {
		middle := lo + (hi-lo)/2
		if middle <= lo || middle >= hi {
			break
		}
		if f(middle) > 0 {
			lo = middle
		} else {
			hi = middle
		}
	}
	return lo
}

// around returns where logIntegrand is at least below, about each peak that is.
func (m *moment) around(peaks []peak, below float64) []interval {
	var where []interval
	for _, p := range peaks {
		if m.logIntegrand(p.at) > below {
			where = append(where, interval{m.fall(p.at, p.lo, -1, below), m.fall(p.at, p.hi, 1, below)})
		}
	}
	return where
}

// fall goes from a peak towards end until logIntegrand is below, and a little farther.
func (m *moment) fall(at, end, direction, below float64) float64 {
	for step := 1.0; ; step *= 1.25 {
		t := at + direction*step
		if direction*(end-t) <= 0 {
			return end
		}
		if m.logIntegrand(t) < below {
			return t
		}
	}
}

// legendre returns the nodes of Gauss and Legendre's rule in [-1, 1] and their weights.
var legendre = sync.OnceValues(func() (nodes, weights []float64) {
	nodes, weights = make([]float64, 16), make([]float64, 16)
	quad.Legendre{}.FixedLocations(nodes, weights, -1, 1)
	return nodes, weights
})

// sum returns the logarithm of the integral of exp(f)/sqrt(2 pi) over the union of the intervals.
// The singularities of exp(f) that count are at turn + i pi width.
func sum(where []interval, turn, width float64, f func(float64) float64) float64 {
	slices.SortFunc(where, func(a, b interval) int { return cmp.Compare(a.lo, b.lo) })
	total := logSum{math.Inf(-1), 0}
	for k := 0; k < len(where); {
		whole := where[k]
		for k++; k < len(where) && where[k].lo <= whole.hi; k++ {
			whole.hi = max(whole.hi, where[k].hi)
		}
		longest := max(1, (whole.hi-whole.lo)/100)
		total.panels(whole, longest, turn, width, f)
	}
	return total.top + math.Log(total.sum) - math.Log(2*math.Pi)/2
}

// logSum is exp(top) sum.
type logSum struct{ top, sum float64 }

// add adds weight exp(log).
func (s *logSum) add(log, weight float64) {
	if log > s.top {
		s.sum *= math.Exp(s.top - log)
		s.top = log
	}
	if !math.IsInf(log, -1) {
		s.sum += weight * math.Exp(log-s.top)
	}
}

// panels halves an interval until each part is short enough, and adds the integral over it.
func (s *logSum) panels(part interval, longest, turn, width float64, f func(float64) float64) {
	length := part.hi - part.lo
	distance := max(0, part.lo-turn, turn-part.hi)
	if middle := part.lo + length/2; length > min(longest, max(width, distance)) && middle > part.lo && middle < part.hi {
		s.panels(interval{part.lo, middle}, longest, turn, width, f)
		s.panels(interval{middle, part.hi}, longest, turn, width, f)
		return
	}
	nodes, weights := legendre()
	for i, x := range nodes {
		s.add(f(part.lo+length/2*(1+x)), weights[i]*length/2)
	}
}
