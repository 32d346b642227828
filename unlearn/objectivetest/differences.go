package objectivetest

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// epsilon is the rounding of a number of size 1.
const epsilon = 0x1p-52

// along is a direction in which derivatives are compared.
type along struct {
	name string
	v    []float64
}

// directions are single parameters, at most the given number of them, and some random ones.
func (c *checker) directions(coordinates int) []along {
	chosen := slices.Clone(c.free)
	if len(chosen) > coordinates {
		c.r.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
		chosen = chosen[:coordinates]
		slices.Sort(chosen)
	}
	var out []along
	for _, j := range chosen {
		v := make([]float64, c.p)
		v[j] = 1
		out = append(out, along{fmt.Sprintf("parameter %d", j), v})
	}
	for range 3 {
		out = append(out, along{"a random direction", c.direction()})
	}
	return out
}

// gradient compares Gradient with differences of Loss.
func (c *checker) gradient() error {
	for _, a := range c.directions(mostCoordinates) {
		err := c.differ("Gradient", "Loss", a,
			func(theta []float64) ([]float64, error) {
				l, err := c.lossAt(theta, c.d)
				return []float64{l}, err
			},
			func(theta []float64) ([]float64, error) {
				g, err := c.gradientAt(theta, c.d)
				if err != nil {
					return nil, err
				}
				return []float64{floats.Dot(g, a.v)}, nil
			})
		if err != nil {
			return err
		}
	}
	return nil
}

// hvp compares HVP with differences of Gradient.
func (c *checker) hvp() error {
	for _, a := range c.directions(mostCoordinates / 4) {
		err := c.differ("HVP", "Gradient", a,
			func(theta []float64) ([]float64, error) { return c.gradientAt(theta, c.d) },
			func(theta []float64) ([]float64, error) {
				h, err := c.product(theta, a.v, c.d)
				if err != nil {
					return nil, err
				}
				return h, nil
			})
		if err != nil {
			return err
		}
	}
	return nil
}

// differ compares df, the derivative of f along a direction, with differences of f of two widths.
// What f's rounding leaves of the difference, and what the widths disagree by, is allowed for.
func (c *checker) differ(name, of string, a along, f, df func(theta []float64) ([]float64, error)) error {
	for attempt := range attempts {
		theta := c.point(attempt)
		got, err := df(theta)
		if err != nil {
			return err
		}
		h := step * max(1, floats.Norm(theta, 2)/math.Sqrt(float64(c.p)))
		wide, _, err := difference(theta, a.v, h, f)
		if err != nil {
			return err
		}
		narrow, size, err := difference(theta, a.v, h/4, f)
		if err != nil {
			return err
		}
		off := combined(1, wide, -1, narrow)
		reach := max(largest(got), largest(narrow))
		rounding := 100 * epsilon * size / (h / 4)
		if largest(off) > 1e-3*reach+rounding {
			continue // a kink: the differences do not know the answer themselves
		}
		for k := range got {
			allowed := differenceTolerance*max(math.Abs(got[k]), math.Abs(narrow[k]), 1e-3*reach) + rounding + math.Abs(off[k])/10
			if !(math.Abs(got[k]-narrow[k]) <= allowed) {
				where := ""
				if len(got) > 1 {
					where = fmt.Sprintf(" at element %d", k)
				}
				return fmt.Errorf("%s along %s%s: it gives %.9g where differences of %s give %.9g", name, a.name, where, got[k], of, narrow[k])
			}
		}
		return nil
	}
	return fmt.Errorf("%s along %s: at %d points differences of %s of two widths disagree, so nothing could be verified; "+
		"it has kinks everywhere or is not a smooth function of theta", name, a.name, attempts, of)
}

// point is theta, and others near it where that is not smooth.
func (c *checker) point(attempt int) []float64 {
	theta := slices.Clone(c.theta)
	if attempt > 0 {
		floats.AddScaled(theta, 0.1*max(1, floats.Norm(theta, 2)), c.direction())
	}
	return theta
}

// difference is the fourth-order central difference of f along v, (f(-2h) - 8f(-h) + 8f(h) -
// f(2h))/12h, and the size of what it is made of.
func difference(theta, v []float64, h float64, f func(theta []float64) ([]float64, error)) (sum []float64, size float64, err error) {
	for _, t := range []struct{ at, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
		y, err := f(combined(1, theta, t.at*h, v))
		if err != nil {
			return nil, 0, err
		}
		if sum == nil {
			sum = make([]float64, len(y))
		}
		floats.AddScaled(sum, t.weight/(12*h), y)
		size = max(size, largest(y))
	}
	return sum, size, nil
}

// symmetry checks that u'Hv is v'Hu and that products are linear.
func (c *checker) symmetry() error {
	return c.operator("HVP", func(v []float64) ([]float64, error) { return c.product(c.theta, v, c.d) }, false)
}

// operator checks that a matrix, known by its products, is one: linear, symmetric and, where asked
// for, positive semi-definite.
func (c *checker) operator(name string, multiply func(v []float64) ([]float64, error), semidefinite bool) error {
	for range 3 {
		u, v := c.direction(), c.direction()
		a, err := multiply(u)
		if err != nil {
			return err
		}
		b, err := multiply(v)
		if err != nil {
			return err
		}
		both, err := multiply(combined(2, u, -3, v))
		if err != nil {
			return err
		}
		reach := floats.Norm(a, 2) + floats.Norm(b, 2)
		if err := agree(name+" of 2u - 3v is not 2 Hu - 3 Hv", both, combined(2, a, -3, b), symmetryTolerance, reach); err != nil {
			return err
		}
		left, right := floats.Dot(u, b), floats.Dot(v, a)
		if !(math.Abs(left-right) <= symmetryTolerance*reach) {
			return fmt.Errorf("%s is not symmetric: u'Av = %.12g and v'Au = %.12g", name, left, right)
		}
		if q := floats.Dot(u, a); semidefinite && !(q >= -sumTolerance*floats.Norm(a, 2)) {
			return fmt.Errorf("%s is not positive semi-definite: v'Av = %.12g", name, q)
		}
	}
	return nil
}
