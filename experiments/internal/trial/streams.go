package trial

import (
	"math/rand/v2"
	"slices"

	"lethe/datasets"
)

// Streams of random numbers. Each purpose has its own, so that one more draw of the one changes
// none of the other.
const (
	StreamColumns uint64 = iota + 1
	StreamRows
	StreamDonors
	StreamLabels
	StreamTilt
	StreamShards
	StreamSplit
	StreamSecret
	StreamPlaces
	StreamReplacement
	StreamInit
	StreamOrder
	StreamTuning
	StreamAccuracy
	StreamCurvature
	StreamExposure
	StreamFlips
	StreamHalves
	StreamKnown
	StreamStatistics
	StreamSharding
	StreamRelease
	StreamBand
)

// Random returns the generator of one draw for one purpose.
func Random(seed, stream uint64, draw int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, stream<<32|uint64(draw)))
}

// sampledRows draws rows without replacement and sorts them.
func sampledRows(n, count int, seed, stream uint64, draw int) []int {
	rows := Random(seed, stream, draw).Perm(n)[:count]
	slices.Sort(rows)
	return rows
}

// Sampled returns so many windows drawn from the data, in their order in the text; 0 = all.
func Sampled(d *datasets.Dataset, count int, seed, stream uint64, draw int) *datasets.Dataset {
	if count == 0 || count >= d.Len() {
		return d
	}
	return d.Subset(sampledRows(d.Len(), count, seed, stream, draw))
}
