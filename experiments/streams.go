package experiments

import (
	"math/rand/v2"
	"slices"

	"lethe/datasets"
)

// Streams of random numbers. Each purpose has its own, so that one more draw of the one changes none of the other.
const (
	streamColumns uint64 = iota + 1
	streamRows
	streamDonors
	streamLabels
	streamTilt
	streamShards
	streamSplit
	streamSecret
	streamPlaces
	streamReplacement
	streamInit
	streamOrder
	streamTuning
	streamAccuracy
	streamCurvature
	streamExposure
	streamFlips
	streamHalves
	streamKnown
	streamStatistics
	streamSharding
	streamRelease
)

// random returns the generator of one draw for one purpose.
func random(seed, stream uint64, draw int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, stream<<32|uint64(draw)))
}

// sampledRows draws rows without putting back and sorts them.
func sampledRows(n, count int, seed, stream uint64, draw int) []int {
	rows := random(seed, stream, draw).Perm(n)[:count]
	slices.Sort(rows)
	return rows
}

// sampled returns so many windows drawn from the data, in their order in the text; 0 = all.
func sampled(d *datasets.Dataset, count int, seed, stream uint64, draw int) *datasets.Dataset {
	if count == 0 || count >= d.Len() {
		return d
	}
	return d.Subset(sampledRows(d.Len(), count, seed, stream, draw))
}
