package unlearn

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// blockLength is the number of elements of a vector that are worked on at a time: what a few
// vectors of it hold stays in the cache.
const blockLength = 4096

// blocks is the number of blocks of a vector of length n. It depends on nothing else, so that sums
// over blocks have the same bits on any number of cores.
func blocks(n int) int { return (n + blockLength - 1) / blockLength }

// overBlocks calls f for elements lo to hi-1 of each block of a vector of length n, on all cores
// and in no order.
func overBlocks(n int, f func(block, lo, hi int)) {
	count := blocks(n)
	var next atomic.Int64
	work := func() {
		for b := int(next.Add(1)) - 1; b < count; b = int(next.Add(1)) - 1 {
			f(b, b*blockLength, min((b+1)*blockLength, n))
		}
	}
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), count) - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
}
