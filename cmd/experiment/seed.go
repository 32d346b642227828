package main

import (
	"fmt"
	"math"
	"strconv"
)

// seed is a whole number on the command line.
type seed uint64

// UnmarshalText is how kong reads it.
func (s *seed) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 0, 64)
	if err != nil {
		return fmt.Errorf("%q is not a whole number of 0 to %d", text, uint64(math.MaxUint64))
	}
	*s = seed(n)
	return nil
}
