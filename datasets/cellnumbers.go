package datasets

import (
	"slices"
)

// present appends the numbers that are not missing.
func (c *cells) present(dst []float64) []float64 {
	dst = slices.Grow(dst, c.values.len())
	for p := range c.values.pieces() {
		for _, v := range c.values.piece(p) {
			if v == v {
				dst = append(dst, v)
			}
		}
	}
	return dst
}

// filled appends the numbers of all rows, with fill in place of those that are missing.
func (c *cells) filled(dst []float64, fill, missing string) ([]float64, error) {
	of, err := c.parsed(fill, missing)
	if err != nil {
		return nil, err
	}
	if c.role == asNumbers {
		dst = slices.Grow(dst, c.values.len())
		for p := range c.values.pieces() {
			for _, v := range c.values.piece(p) {
				if v != v {
					v = of[0]
				}
				dst = append(dst, v)
			}
		}
		return dst, nil
	}
	for i := range c.rows() {
		dst = append(dst, of[c.text(i)])
	}
	return dst, nil
}

// rows returns how many cells there are.
func (c *cells) rows() int {
	return c.values.len() + c.codes.len() + c.wide.len()
}

// release gives up a piece, and returns how many bytes it had.
func (c *cells) release(piece int) int {
	return 8*c.values.release(piece) + 2*c.codes.release(piece) + 4*c.wide.release(piece)
}

// parsed returns the number that each text is or, of a column of numbers, the one that stands in
// for a missing cell, alone.
func (c *cells) parsed(fill, missing string) ([]float64, error) {
	stand, err := parseFinite([]byte(fill))
	if c.role == asNumbers {
		if err != nil && c.gaps > 0 {
			return nil, missingCell(c.gapCell, c.gap)
		}
		return []float64{stand}, nil
	}
	of := make([]float64, len(c.texts))
	for k, text := range c.texts {
		v, wrong := parseFinite([]byte(text))
		switch empty := isMissing(text, missing); {
		case empty && err != nil:
			return nil, missingCell(text, c.first[k])
		case empty:
			of[k] = stand
		case wrong != nil:
			return nil, notNumber(text, c.first[k])
		default:
			of[k] = v
		}
	}
	return of, nil
}
