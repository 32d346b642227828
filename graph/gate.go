package graph

import "math"

// gate writes y where x > 0 and 0 elsewhere. Signs are as good as random in a network, so a branch would be mispredicted every other
// time; masks of the bits take no branch. x-1 has its sign bit set, as x has, when x is at most 0 as a signed integer.
func gate[T Float](dst, x, y []T) {
	switch x := any(x).(type) {
	case []float32:
		gate32(any(dst).([]float32), x, any(y).([]float32))
	case []float64:
		gate64(any(dst).([]float64), x, any(y).([]float64))
	}
}

func gate32(dst, x, y []float32) {
	dst, y = dst[:len(x)], y[:len(x)]
	for i, v := range x {
		b := int32(math.Float32bits(v))
		dst[i] = math.Float32frombits(math.Float32bits(y[i]) &^ uint32((b|(b-1))>>31))
	}
}

func gate64(dst, x, y []float64) {
	dst, y = dst[:len(x)], y[:len(x)]
	for i, v := range x {
		b := int64(math.Float64bits(v))
		dst[i] = math.Float64frombits(math.Float64bits(y[i]) &^ uint64((b|(b-1))>>63))
	}
}
