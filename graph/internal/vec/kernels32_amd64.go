package vec

// The assembly kernels for float32, and their choice. A switch of direct calls keeps the arguments
// off the heap.

func unary32(o op, dst, x *float32, n int) bool {
	switch o {
	case opNeg:
		negF32(dst, x, n)
	case opAbs:
		absF32(dst, x, n)
	case opSign:
		signF32(dst, x, n)
	case opSqrt:
		sqrtF32(dst, x, n)
	case opRecip:
		recipF32(dst, x, n)
	case opReLU:
		reluF32(dst, x, n)
	case opExp:
		expF32(dst, x, n)
	case opLog:
		logF32(dst, x, n)
	case opTanh:
		tanhF32(dst, x, n)
	case opSigmoid:
		sigmoidF32(dst, x, n)
	case opSoftplus:
		softplusF32(dst, x, n)
	case opSigmoidSlope:
		sigmoidSlopeF32(dst, x, n)
	case opTanhSlope:
		tanhSlopeF32(dst, x, n)
	case opNormal:
		normalF32(dst, x, n)
	case opErf:
		erfF32(dst, x, n)
	default:
		return false
	}
	return true
}

//go:noescape
func negF32(dst, x *float32, n int)

//go:noescape
func absF32(dst, x *float32, n int)

//go:noescape
func signF32(dst, x *float32, n int)

//go:noescape
func sqrtF32(dst, x *float32, n int)

//go:noescape
func recipF32(dst, x *float32, n int)

//go:noescape
func reluF32(dst, x *float32, n int)

//go:noescape
func expF32(dst, x *float32, n int)

//go:noescape
func logF32(dst, x *float32, n int)

//go:noescape
func tanhF32(dst, x *float32, n int)

//go:noescape
func sigmoidF32(dst, x *float32, n int)

//go:noescape
func softplusF32(dst, x *float32, n int)

//go:noescape
func sigmoidSlopeF32(dst, x *float32, n int)

//go:noescape
func tanhSlopeF32(dst, x *float32, n int)

//go:noescape
func normalF32(dst, x *float32, n int)

//go:noescape
func erfF32(dst, x *float32, n int)

func binary32(o op, dst, x, y *float32, n int) bool {
	switch o {
	case opAdd:
		addF32(dst, x, y, n)
	case opSub:
		subF32(dst, x, y, n)
	case opMul:
		mulF32(dst, x, y, n)
	case opDiv:
		divF32(dst, x, y, n)
	case opMax:
		maxF32(dst, x, y, n)
	case opEq:
		eqF32(dst, x, y, n)
	case opGt:
		gtF32(dst, x, y, n)
	case opGe:
		geF32(dst, x, y, n)
	case opGate:
		gateF32(dst, x, y, n)
	case opOver:
		overF32(dst, x, y, n)
	case opShare:
		shareF32(dst, x, y, n)
	case opFade:
		fadeF32(dst, x, y, n)
	default:
		return false
	}
	return true
}

//go:noescape
func addF32(dst, x, y *float32, n int)

//go:noescape
func subF32(dst, x, y *float32, n int)

//go:noescape
func mulF32(dst, x, y *float32, n int)

//go:noescape
func divF32(dst, x, y *float32, n int)

//go:noescape
func maxF32(dst, x, y *float32, n int)

//go:noescape
func eqF32(dst, x, y *float32, n int)

//go:noescape
func gtF32(dst, x, y *float32, n int)

//go:noescape
func geF32(dst, x, y *float32, n int)

//go:noescape
func gateF32(dst, x, y *float32, n int)

//go:noescape
func overF32(dst, x, y *float32, n int)

//go:noescape
func shareF32(dst, x, y *float32, n int)

//go:noescape
func fadeF32(dst, x, y *float32, n int)

func scalar32(o op, dst, x *float32, n int, a float32) bool {
	switch o {
	case opAddS:
		addSF32(dst, x, n, a)
	case opMulS:
		mulSF32(dst, x, n, a)
	case opAxpy:
		axpyF32(dst, x, n, a)
	case opGauss:
		gaussF32(dst, x, n, a)
	default:
		return false
	}
	return true
}

//go:noescape
func addSF32(dst, x *float32, n int, a float32)

//go:noescape
func mulSF32(dst, x *float32, n int, a float32)

//go:noescape
func axpyF32(dst, x *float32, n int, a float32)

//go:noescape
func gaussF32(dst, x *float32, n int, a float32)

//go:noescape
func sumF32(x *float32, n int) float32

//go:noescape
func dotF32(x, y *float32, n int) float32

//go:noescape
func maxValueF32(x *float32, n int) float32

//go:noescape
func outerF32(dst, x, y *float32, m, n int)

// wide32 runs a kernel in vectors of 512 bits; false if there is none.
func wide32(o op, dst, x *float32, n int) bool {
	switch o {
	case opExp:
		expF32Wide(dst, x, n)
	case opTanh:
		tanhF32Wide(dst, x, n)
	case opSigmoid:
		sigmoidF32Wide(dst, x, n)
	case opSoftplus:
		softplusF32Wide(dst, x, n)
	case opSigmoidSlope:
		sigmoidSlopeF32Wide(dst, x, n)
	case opTanhSlope:
		tanhSlopeF32Wide(dst, x, n)
	default:
		return false
	}
	return true
}

//go:noescape
func expF32Wide(dst, x *float32, n int)

//go:noescape
func tanhF32Wide(dst, x *float32, n int)

//go:noescape
func sigmoidF32Wide(dst, x *float32, n int)

//go:noescape
func softplusF32Wide(dst, x *float32, n int)

//go:noescape
func sigmoidSlopeF32Wide(dst, x *float32, n int)

//go:noescape
func tanhSlopeF32Wide(dst, x *float32, n int)
