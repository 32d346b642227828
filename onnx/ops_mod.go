package onnx

import "math"

func init() { register("", map[string]operator{"Mod": mod}) }

// mod is the remainder of known numbers, with the sign of the divisor or, with fmod, of the
// dividend.
func mod(c *call) []value {
	if x, y := c.known(0), c.known(1); x.kind == floats && y.kind == floats {
		return []value{c.remainders(x, y)}
	}
	c.knownInts(0)
	c.knownInts(1)
	return []value{c.integers(c.in[0], c.in[1], ints, func(a, b int64) int64 {
		if b == 0 {
			c.fail("division by zero")
		}
		r := a % b
		if r != 0 && (r < 0) != (b < 0) && c.int("fmod", 0) == 0 {
			r += b
		}
		return r
	})}
}

// remainders are those of known floating-point numbers, with the sign of the dividend.
func (c *call) remainders(x, y value) value {
	out := value{kind: floats, shape: c.broadcast(x.shape, y.shape)}
	x, y = c.spread(x, out.shape), c.spread(y, out.shape)
	for i := range x.floats {
		out.floats = append(out.floats, math.Mod(x.floats[i], y.floats[i]))
	}
	return out
}
