package datasets

// chunkLen is how many values one piece of a column holds. Columns grow by pieces, so that nothing
// is copied and no memory lies idle when they are long.
const chunkLen = 1 << 16

// chunks is a list that grows by pieces.
type chunks[T any] struct {
	full [][]T // of chunkLen each
	last []T
}

func (c *chunks[T]) len() int { return len(c.full)*chunkLen + len(c.last) }

func (c *chunks[T]) add(v T) {
	if len(c.last) == chunkLen {
		c.full = append(c.full, c.last)
		c.last = make([]T, 0, chunkLen)
	}
	c.last = append(c.last, v)
}

// at returns value i.
func (c *chunks[T]) at(i int) T {
	if k := i / chunkLen; k < len(c.full) {
		return c.full[k][i%chunkLen]
	}
	return c.last[i%chunkLen]
}

// piece returns the values from k*chunkLen on, at most chunkLen of them.
func (c *chunks[T]) piece(k int) []T {
	if k < len(c.full) {
		return c.full[k]
	}
	return c.last
}

// release gives up a full piece, and returns how many values it had.
func (c *chunks[T]) release(k int) int {
	if k >= len(c.full) {
		return 0
	}
	n := len(c.full[k])
	c.full[k] = nil
	return n
}

// pieces returns how many pieces there are.
func (c *chunks[T]) pieces() int { return len(c.full) + 1 }
