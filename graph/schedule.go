package graph

import "slices"

// step is one piece of work of a program: a single operation, or a group of element-wise operations
// of one shape, and of sums of their rows, that are evaluated together, block by block.
type step struct {
	values  []int // what it computes, arguments first
	reads   []int // stored values that it reads (after alias)
	writes  []int // stored values that it writes
	varying bool
}

// schedule is the order of the steps and where each stored value lives.
type schedule struct {
	steps   []step
	stored  []bool // by value: has memory of its own
	kept    []int  // stored values that outlive a run: read by varying steps, computed by others
	offset  []int  // by value: place in the scratch memory; -1 if not there
	scratch int    // elements of scratch memory
}

// virtual values need no memory of their own unless somebody reads them there: inputs, reshapes,
// and fills, broadcasts and slices, which element-wise groups read in place.
func (p *ir) virtual(i int) bool {
	switch p.values[i].op.(type) {
	case reshape, fill, broadcast, slice:
		return true
	}
	return p.values[i].node != nil
}

func isElementwise(o operator) bool {
	switch o.(type) {
	case unary, binary:
		return true
	}
	return false
}

// inGroup says whether an operation is computed block by block.
func inGroup(o operator) bool {
	switch o.(type) {
	case unary, binary, fill, broadcast:
		return true
	}
	return false
}

// newSchedule orders the values so that each is computed shortly before it is used (depth first
// from the outputs), with element-wise neighbors of one shape in one group, and gives memory out by
// liveness.
func newSchedule(p *ir) *schedule {
	s := &schedule{stored: make([]bool, len(p.values)), offset: make([]int, len(p.values))}
	s.markStored(p)
	for _, varying := range []bool{false, true} {
		s.group(p, varying)
	}
	s.place(p)
	return s
}

// markStored decides which values need memory: all but inputs, reshapes, and those fills,
// broadcasts and slices that only element-wise operations read. Readers come after what they read,
// so that from the end on each value's need is known.
func (s *schedule) markStored(p *ir) {
	store := func(i int) {
		if i = p.alias(i); p.values[i].node == nil {
			s.stored[i] = true
		}
	}
	for _, o := range p.outputs {
		store(o)
	}
	for i := len(p.values) - 1; i >= 0; i-- {
		v := p.values[i]
		if v.uses == 0 {
			continue
		}
		if !p.virtual(i) {
			s.stored[i] = true
		}
		if _, ok := v.op.(slice); ok && !s.stored[i] {
			continue // read in place, see view
		}
		for _, c := range v.in {
			switch {
			case !isElementwise(v.op):
				store(c)
			case p.isView(c):
				store(p.view(c).base)
			case p.alias(c) != c:
				store(c)
			}
		}
	}
}

// group appends the steps of one stage.
func (s *schedule) group(p *ir, varying bool) {
	var open *step
	var shape []int
	closeGroup := func() {
		if open != nil {
			s.steps = append(s.steps, *open)
			open = nil
		}
	}
	for _, i := range s.order(p) {
		v := p.values[i]
		if p.varying[i] != varying || !s.computed(p, i) {
			continue
		}
		if inGroup(v.op) {
			if open == nil || !sameShape(shape, v.shape) || s.readsSum(p, open, i) {
				closeGroup()
				open, shape = &step{varying: varying}, v.shape
			}
			open.values = append(open.values, i)
			continue
		}
		if open != nil && p.isRowSum(i) && slices.Contains(open.values, p.alias(v.in[0])) && !s.readsSum(p, open, i) {
			open.values = append(open.values, i)
			continue
		}
		closeGroup()
		s.steps = append(s.steps, step{values: []int{i}, varying: varying})
	}
	closeGroup()
	for k := range s.steps {
		s.bounds(p, &s.steps[k])
	}
}

// isRowSum says whether value i adds up rows of a length at which a group can do so block by block,
// as it computes them.
func (p *ir) isRowSum(i int) bool {
	v := p.values[i]
	o, ok := v.op.(sum)
	return ok && o.axes[0] == 0 && v.size >= minRowSum && v.size <= blockLen
}

// minRowSum is the length of a row from which adding up is fast row by row; tests lower it.
var minRowSum = 16

// readsSum says whether value i reads a sum of the group that is complete only once the group is.
func (s *schedule) readsSum(p *ir, st *step, i int) bool {
	return slices.ContainsFunc(s.sources(p, i), func(c int) bool {
		_, ok := p.values[c].op.(sum)
		return ok && slices.Contains(st.values, c)
	})
}

// computed says whether a step has to be made for value i: a fill, broadcast or slice without
// memory is read in place.
func (s *schedule) computed(p *ir, i int) bool {
	v := p.values[i]
	if v.uses == 0 || v.node != nil {
		return false
	}
	switch v.op.(type) {
	case reshape:
		return false
	case fill, broadcast, slice:
		return s.stored[i]
	case constant:
		return false
	}
	return true
}

// order is the depth-first order from the outputs.
func (s *schedule) order(p *ir) []int {
	var order []int
	seen := make([]bool, len(p.values))
	type frame struct{ v, next int }
	for _, o := range p.outputs {
		if seen[o] {
			continue
		}
		seen[o] = true
		stack := []frame{{v: o}}
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			in := p.values[f.v].in
			if f.next == len(in) {
				order = append(order, f.v)
				stack = stack[:len(stack)-1]
				continue
			}
			c := in[f.next]
			f.next++
			if !seen[c] {
				seen[c] = true
				stack = append(stack, frame{v: c})
			}
		}
	}
	return order
}

// bounds finds what a step reads and writes. Inside a group, a value that nothing outside reads
// needs no memory.
func (s *schedule) bounds(p *ir, st *step) {
	st.reads, st.writes = nil, nil
	for _, i := range st.values {
		if s.stored[i] {
			st.writes = append(st.writes, i)
		}
		for _, c := range s.sources(p, i) {
			if !slices.Contains(st.values, c) && !slices.Contains(st.reads, c) {
				st.reads = append(st.reads, c)
			}
		}
	}
}

// sources are the values whose memory is read to compute i, through reshapes and unstored
// broadcasts and slices.
func (s *schedule) sources(p *ir, i int) []int {
	var out []int
	for _, c := range p.values[i].in {
		c = p.alias(c)
		switch p.values[c].op.(type) {
		case slice:
			if s.stored[c] {
				out = append(out, c)
			} else {
				out = append(out, p.view(c).base)
			}
		case fill:
			if s.stored[c] {
				out = append(out, c)
			}
		case broadcast:
			if s.stored[c] {
				out = append(out, c)
			} else {
				out = append(out, s.sources(p, c)...)
			}
		default:
			out = append(out, c)
		}
	}
	return out
}

// dropInternal takes the memory of group values that are read in their own group only.
func (s *schedule) dropInternal(p *ir) {
	outside := make([]bool, len(p.values))
	for _, o := range p.outputs {
		outside[p.alias(o)] = true
	}
	for _, st := range s.steps {
		for _, c := range st.reads {
			outside[c] = true
		}
	}
	// A reshape, broadcast or slice of a group's value is read from memory even inside the group.
	for _, v := range p.values {
		switch v.op.(type) {
		case reshape, broadcast, slice:
			if v.uses > 0 {
				outside[p.alias(v.in[0])] = true
			}
		}
	}
	for _, st := range s.steps {
		for _, i := range st.values {
			if !outside[i] {
				s.stored[i] = false
			}
		}
	}
	for k := range s.steps {
		s.bounds(p, &s.steps[k])
	}
}

// place gives each stored value its place: kept values outside, the others in scratch memory that
// is used again once a value's last reader has run.
func (s *schedule) place(p *ir) {
	s.dropInternal(p)
	last := make([]int, len(p.values))
	stage := make([]bool, len(p.values))
	isKept := make([]bool, len(p.values))
	for k, st := range s.steps {
		for _, w := range st.writes {
			last[w], stage[w] = k, st.varying
		}
		for _, c := range st.reads {
			last[c] = k
			if st.varying && !p.varying[c] && s.stored[c] {
				isKept[c] = true
			}
		}
	}
	hasVarying := slices.Contains(p.varying, true)
	for _, o := range p.outputs {
		a := p.alias(o)
		last[a] = len(s.steps)
		if hasVarying && !p.varying[a] && s.stored[a] {
			isKept[a] = true
		}
	}
	var mem arena
	for i := range s.offset {
		s.offset[i] = -1
		if isKept[i] {
			s.kept = append(s.kept, i)
		}
	}
	for k, st := range s.steps {
		for _, w := range st.writes {
			if !isKept[w] {
				s.offset[w] = mem.take(p.values[w].size)
			}
		}
		for i := range p.values {
			if last[i] == k && s.offset[i] >= 0 {
				mem.free(s.offset[i], p.values[i].size)
			}
		}
	}
	s.scratch = mem.top
}

// arena gives out ranges of one block of memory, best fit first, in units of 16 elements.
type arena struct {
	holes [][2]int // offset, length
	top   int
}

func roundUp(n int) int { return (n + 15) &^ 15 }

func (a *arena) take(n int) int {
	n = roundUp(n)
	best := -1
	for i, h := range a.holes {
		if h[1] >= n && (best < 0 || h[1] < a.holes[best][1]) {
			best = i
		}
	}
	if best < 0 {
		// a hole at the end can grow
		if k := len(a.holes) - 1; k >= 0 && a.holes[k][0]+a.holes[k][1] == a.top {
			at := a.holes[k][0]
			a.holes = a.holes[:k]
			a.top = at + n
			return at
		}
		at := a.top
		a.top += n
		return at
	}
	at := a.holes[best][0]
	if a.holes[best][1] == n {
		a.holes = slices.Delete(a.holes, best, best+1)
	} else {
		a.holes[best][0] += n
		a.holes[best][1] -= n
	}
	return at
}

func (a *arena) free(at, n int) {
	n = roundUp(n)
	i, _ := slices.BinarySearchFunc(a.holes, at, func(h [2]int, at int) int { return h[0] - at })
	a.holes = slices.Insert(a.holes, i, [2]int{at, n})
	if i+1 < len(a.holes) && a.holes[i][0]+a.holes[i][1] == a.holes[i+1][0] {
		a.holes[i][1] += a.holes[i+1][1]
		a.holes = slices.Delete(a.holes, i+1, i+2)
	}
	if i > 0 && a.holes[i-1][0]+a.holes[i-1][1] == a.holes[i][0] {
		a.holes[i-1][1] += a.holes[i][1]
		a.holes = slices.Delete(a.holes, i, i+1)
	}
}
