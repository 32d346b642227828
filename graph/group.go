package graph

import (
	"math"

	"lethe/graph/internal/vec"
)

// blockLen is how many elements of a group of element-wise operations are worked on at a time: few
// enough for its registers to stay in the first-level cache.
const blockLen = 1024

// place of an operand of a group's operation.
type place struct {
	register bool
	i        int // number of the register, or of the stored value
}

// micro is one operation of a group.
type micro struct {
	op        operator // unary, binary, fill, broadcast or slice, or a sum of rows
	dst, a, b place
	spread    spreading // for broadcast and slice
	once      bool      // dst is a register of its own that is the same for every block
	wide      place     // of a sum: the register in which rows are added up side by side; none where they do not fill a block
}

// group is the lowered form of an element-wise step.
type group struct {
	ops       []micro
	size      int
	registers int
}

// planGroup gives the operations of a step their operands. Values that are read by their own group
// only live in registers.
func planGroup(p *ir, s *schedule, st *step) *group {
	g := &group{size: p.values[st.values[0]].size}
	at, once := map[int]place{}, map[int]place{} // where values are; those in once stay
	lastUse := map[int]int{}
	for _, i := range st.values {
		for _, c := range p.values[i].in {
			lastUse[c] = i
		}
	}
	var free []int
	own := func() place { // not to be used again
		g.registers++
		return place{register: true, i: g.registers - 1}
	}
	register := func() place {
		if k := len(free) - 1; k >= 0 {
			r := free[k]
			free = free[:k]
			return place{register: true, i: r}
		}
		return own()
	}
	operand := func(c int) place {
		if pl, ok := at[c]; ok {
			return pl
		}
		if pl, ok := once[c]; ok {
			return pl
		}
		v := p.values[c]
		switch v.op.(type) {
		case fill, broadcast:
			if !s.stored[c] {
				m := micro{op: v.op}
				if len(v.in) > 0 {
					m.a, m.spread = place{i: p.alias(v.in[0])}, planSpread(p.values[v.in[0]].shape, v.shape)
					m.once = m.spread.repeatsInBlock()
				}
				if m.once {
					m.dst = own()
					g.ops = append(g.ops, m)
					once[c] = m.dst
					return m.dst
				}
				m.dst = register()
				g.ops = append(g.ops, m)
				at[c] = m.dst
				return m.dst
			}
		}
		if root := p.alias(c); !s.stored[root] && p.isView(c) {
			w := p.view(c)
			m := micro{op: p.values[root].op, dst: register(), a: place{i: w.base}, spread: planView(w)}
			g.ops = append(g.ops, m)
			at[c] = m.dst
			return m.dst
		}
		return place{i: p.alias(c)}
	}
	for _, i := range st.values {
		v := p.values[i]
		m := micro{op: v.op}
		switch v.op.(type) {
		case fill:
		case broadcast:
			m.a, m.spread = place{i: p.alias(v.in[0])}, planSpread(p.values[v.in[0]].shape, v.shape)
		default:
			m.a = operand(v.in[0])
			if len(v.in) > 1 {
				m.b = operand(v.in[1])
			}
		}
		for _, c := range v.in {
			if pl, ok := at[c]; ok && pl.register && lastUse[c] == i {
				free = append(free, pl.i)
				delete(at, c)
			}
		}
		if _, ok := v.op.(sum); ok && blockLen%v.size == 0 && v.size < blockLen {
			m.wide = own()
		}
		if s.stored[i] {
			m.dst = place{i: i}
		} else {
			m.dst = register()
		}
		at[i] = m.dst
		g.ops = append(g.ops, m)
	}
	return g
}

func lowerGroup[T Float](g *group) kernel[T] {
	return func(m *machine[T]) {
		for lo := 0; lo < g.size; lo += blockLen {
			hi := min(lo+blockLen, g.size)
			for k := range g.ops {
				if lo == 0 || !g.ops[k].once {
					runMicro(m, &g.ops[k], lo, hi, hi == g.size)
				}
			}
		}
	}
}

func (pl place) block(lo, hi int) (int, int) {
	if pl.register {
		return pl.i * blockLen, pl.i*blockLen + hi - lo
	}
	return lo, hi
}

func at[T Float](m *machine[T], pl place, lo, hi int) []T {
	lo, hi = pl.block(lo, hi)
	if pl.register {
		return m.block[lo:hi:hi]
	}
	return m.vals[pl.i][lo:hi:hi]
}

// runMicro computes elements lo to hi-1; last says that none come behind them.
func runMicro[T Float](m *machine[T], u *micro, lo, hi int, last bool) {
	var dst []T
	if _, ok := u.op.(sum); !ok {
		dst = at(m, u.dst, lo, hi)
	}
	switch o := u.op.(type) {
	case fill:
		fillWith(dst, T(o.c))
	case broadcast, slice:
		spread(dst, m.vals[u.a.i], &u.spread, lo)
	case sum:
		if u.wide.register {
			addWide(m, u, lo, hi, last)
		} else {
			addRows(m.vals[u.dst.i], at(m, u.a, lo, hi), lo)
		}
	case unary:
		runUnary(o, dst, at(m, u.a, lo, hi))
	case binary:
		runBinary(o, dst, at(m, u.a, lo, hi), at(m, u.b, lo, hi))
	}
}

// addWide adds rows up side by side in a register, block by block, and those to one behind the last
// block.
func addWide[T Float](m *machine[T], u *micro, lo, hi int, last bool) {
	wide, x := at(m, u.wide, 0, blockLen), at(m, u.a, lo, hi)
	if lo == 0 {
		n := copy(wide, x)
		clear(wide[n:])
	} else {
		vec.AddTo(wide[:len(x)], x)
	}
	if last {
		addRows(m.vals[u.dst.i], wide, 0)
	}
}

// addRows adds elements lo, lo+1, ... of rows to their sum.
func addRows[T Float](sum, x []T, lo int) {
	if lo == 0 {
		clear(sum)
	}
	for col := lo % len(sum); len(x) > 0; col = 0 {
		n := min(len(sum)-col, len(x))
		vec.AddTo(sum[col:col+n], x[:n])
		x = x[n:]
	}
}

// fillWith returns dst, with c in all places.
func fillWith[T Float](dst []T, c T) []T {
	for i := range dst {
		dst[i] = c
	}
	return dst
}

func runUnary[T Float](u unary, dst, x []T) {
	switch u.kind {
	case kNeg:
		vec.Neg(dst, x)
	case kExp:
		vec.Exp(dst, x)
	case kLog:
		vec.Log(dst, x)
	case kSqrt:
		vec.Sqrt(dst, x)
	case kSquare:
		vec.Mul(dst, x, x)
	case kAbs:
		vec.Abs(dst, x)
	case kSign:
		vec.Sign(dst, x)
	case kTanh:
		vec.Tanh(dst, x)
	case kSigmoid:
		vec.Sigmoid(dst, x)
	case kSoftplus:
		vec.Softplus(dst, x)
	case kReLU:
		vec.ReLU(dst, x)
	case kErf:
		vec.Erf(dst, x)
	case kRecip:
		vec.Recip(dst, x)
	case kNormal:
		vec.Normal(dst, x)
	case kSigmoidSlope:
		vec.SigmoidSlope(dst, x)
	case kTanhSlope:
		vec.TanhSlope(dst, x)
	case kExpm1:
		each(dst, x, math.Expm1)
	case kSin:
		each(dst, x, math.Sin)
	case kCos:
		each(dst, x, math.Cos)
	case kFloor:
		each(dst, x, math.Floor)
	case kCeil:
		each(dst, x, math.Ceil)
	case kRound:
		each(dst, x, math.RoundToEven)
	case kLeaky:
		leakyGate(dst, x, x, T(u.c))
	case kScale:
		vec.MulS(dst, x, T(u.c))
	case kShift:
		vec.AddS(dst, x, T(u.c))
	case kPowC:
		vec.PowS(dst, x, u.c)
	case kGauss:
		vec.Gauss(dst, x, T(u.c))
	case kClip:
		clip(dst, x, T(u.c))
	case kScaledSquare:
		for i, v := range x {
			dst[i] = T(u.c) * v * v
		}
	}
}

func runBinary[T Float](b binary, dst, x, y []T) {
	switch b.kind {
	case kAdd:
		vec.Add(dst, x, y)
	case kSub:
		vec.Sub(dst, x, y)
	case kMul:
		vec.Mul(dst, x, y)
	case kDiv:
		vec.Div(dst, x, y)
	case kPow:
		for i := range dst {
			dst[i] = T(math.Pow(float64(x[i]), float64(y[i])))
		}
	case kEq:
		vec.Eq(dst, x, y)
	case kGt:
		vec.Gt(dst, x, y)
	case kGe:
		vec.Ge(dst, x, y)
	case kGate:
		vec.Gate(dst, x, y)
	case kOver:
		vec.Over(dst, x, y)
	case kShare:
		vec.Share(dst, x, y)
	case kFade:
		vec.Fade(dst, x, y)
	case kLogistic:
		logisticLosses(dst, x, y)
	case kLogisticSlope:
		logisticSlopes(dst, x, y)
	case kLeakyGate:
		leakyGate(dst, x, y, T(b.c))
	}
}

// each computes in float64 for both types.
func each[T Float](dst, x []T, f func(float64) float64) {
	for i, v := range x {
		dst[i] = T(f(float64(v)))
	}
}

func clip[T Float](dst, x []T, c T) {
	for i, v := range x {
		dst[i] = max(-c, min(c, v))
	}
}

func leakyGate[T Float](dst, x, y []T, c T) {
	for i, a := range x {
		if a > 0 {
			dst[i] = y[i]
		} else {
			dst[i] = c * y[i]
		}
	}
}

// spreading says how a broadcast or a slice reads its input: the result is units of run*repeat
// elements; in a unit, run neighbors of the input are copied, or one is repeated. The dimensions in
// front of a unit are walked with the input's strides, 0 where it repeats.
type spreading struct {
	offset        int // of the first element in the input
	lead, strides []int
	run, repeat   int
}

func planSpread(from, into []int) spreading {
	n := len(into)
	strides := make([]int, n)
	w := 1
	for i := n - 1; i >= 0; i-- {
		if j := i - n + len(from); j >= 0 && from[j] != 1 {
			strides[i] = w
			w *= from[j]
		}
	}
	return newSpreading(into, strides)
}

// repeatsInBlock says whether every block of the result is the same: it repeats a vector whose
// length divides that of a block.
func (s *spreading) repeatsInBlock() bool {
	for _, stride := range s.strides {
		if stride != 0 {
			return false
		}
	}
	return s.repeat == 1 && blockLen%s.run == 0
}

func planView(w view) spreading {
	s := newSpreading(w.shape, w.strides)
	s.offset = w.offset
	return s
}

func newSpreading(into, strides []int) spreading {
	s := spreading{run: 1, repeat: 1}
	d := len(into) // into[d:] lies in one piece in the input
	for d > 0 && (into[d-1] == 1 || strides[d-1] == s.run) {
		d--
		s.run *= into[d]
	}
	if s.run == 1 { // the innermost dimensions repeat one element
		for d > 0 && strides[d-1] == 0 {
			d--
			s.repeat *= into[d]
		}
	}
	s.lead, s.strides = into[:d], strides[:d]
	return s
}

// spread writes elements lo, lo+1, ... of the broadcast of x.
func spread[T Float](dst, x []T, s *spreading, lo int) {
	if len(x) == 1 {
		fillWith(dst, x[0])
		return
	}
	unit := s.run * s.repeat
	for k := 0; k < len(dst); {
		pos := lo + k
		u, in := pos/unit, pos%unit
		at := s.offset
		for i := len(s.lead) - 1; i >= 0; i-- {
			at += u % s.lead[i] * s.strides[i]
			u /= s.lead[i]
		}
		c := min(unit-in, len(dst)-k)
		if s.repeat > 1 {
			fillWith(dst[k:k+c], x[at])
		} else {
			copy(dst[k:k+c], x[at+in:])
		}
		k += c
	}
}
