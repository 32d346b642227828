package onnx

func init() { register("", map[string]operator{"Mod": mod}) }

// mod is the remainder of known integers, with the sign of the divisor or, with fmod, of the other.
func mod(c *call) []value {
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
