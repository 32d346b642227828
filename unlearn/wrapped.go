package unlearn

// What a [Method] may say of itself to the methods around it, [Iterative] and
// [ReestimateStatistics]. A method that says nothing is one that looks at all samples, never keeps
// what the trust check refuses, and carries a chunk out as it does any request. What [Certified]
// asks is in [SmoothMethod], [BoundedMethod] and [SteppedMethod].

// SampledMethod is a method whose Before and After are estimated on a [Subsample]. What stands
// around it estimates its own on the same samples.
type SampledMethod interface {
	Method
	Sampling() Sampling
}

// ForcingMethod is a method that may keep an update which made things worse. Where Forces reports
// true, what stands around it keeps the whole, too, with a [Fact] of the kind [Forced].
type ForcingMethod interface {
	Method
	Forces() bool
}

// ChunkedMethod is a method that [Iterative] asks for the one that carries out each of so many
// chunks. more says that the request can be divided further.
type ChunkedMethod interface {
	Method
	InChunks(chunks int, more bool) Method
}

// AdvisingMethod is a method that knows of a better one. What stands around it names it in the
// remedy of a [WorseError].
type AdvisingMethod interface {
	Method
	Instead() string // the better method's type, "SecondOrder" for instance; empty = none
}

// InChunks implements [ChunkedMethod]: in more than one chunk steps follow the full gradient,
// unless Force is set.
func (m FirstOrder) InChunks(chunks int, more bool) Method {
	m.chunked = chunked{is: true, more: more}
	m.Full = m.Full || !m.Force && chunks > 1
	return m
}

// InChunks implements [ChunkedMethod]: steps follow the full gradient, unless Force or Gradient:
// Difference is set.
func (m SecondOrder) InChunks(_ int, more bool) Method {
	m.chunked = chunked{is: true, more: more}
	if !m.Force && m.Gradient == DifferenceThenFull {
		m.Gradient = FullGradient
	}
	return m
}

// InChunks implements [ChunkedMethod] by Method's own, unless Force is set.
func (m ReestimateStatistics) InChunks(chunks int, more bool) Method {
	if inner, ok := m.Method.(ChunkedMethod); ok && !m.Force {
		m.Method = inner.InChunks(chunks, more)
	}
	return m
}
