package vec

// The assembly kernels for float64, and their choice. A switch of direct calls keeps the arguments
// off the heap.

func unary64(o op, dst, x *float64, n int) bool {
	switch o {
	case opNeg:
		negF64(dst, x, n)
	case opAbs:
		absF64(dst, x, n)
	case opSign:
		signF64(dst, x, n)
	case opSqrt:
		sqrtF64(dst, x, n)
	case opRecip:
		recipF64(dst, x, n)
	case opReLU:
		reluF64(dst, x, n)
	case opExp:
		expF64(dst, x, n)
	case opLog:
		logF64(dst, x, n)
	case opTanh:
		tanhF64(dst, x, n)
	case opSigmoid:
		sigmoidF64(dst, x, n)
	case opSoftplus:
		softplusF64(dst, x, n)
	case opSigmoidSlope:
		sigmoidSlopeF64(dst, x, n)
	case opTanhSlope:
		tanhSlopeF64(dst, x, n)
	default:
		return false
	}
	return true
}

//go:noescape
func negF64(dst, x *float64, n int)

//go:noescape
func absF64(dst, x *float64, n int)

//go:noescape
func signF64(dst, x *float64, n int)

//go:noescape
func sqrtF64(dst, x *float64, n int)

//go:noescape
func recipF64(dst, x *float64, n int)

//go:noescape
func reluF64(dst, x *float64, n int)

//go:noescape
func expF64(dst, x *float64, n int)

//go:noescape
func logF64(dst, x *float64, n int)

//go:noescape
func tanhF64(dst, x *float64, n int)

//go:noescape
func sigmoidF64(dst, x *float64, n int)

//go:noescape
func softplusF64(dst, x *float64, n int)

//go:noescape
func sigmoidSlopeF64(dst, x *float64, n int)

//go:noescape
func tanhSlopeF64(dst, x *float64, n int)

func binary64(o op, dst, x, y *float64, n int) bool {
	switch o {
	case opAdd:
		addF64(dst, x, y, n)
	case opSub:
		subF64(dst, x, y, n)
	case opMul:
		mulF64(dst, x, y, n)
	case opDiv:
		divF64(dst, x, y, n)
	case opMax:
		maxF64(dst, x, y, n)
	case opEq:
		eqF64(dst, x, y, n)
	case opGt:
		gtF64(dst, x, y, n)
	case opGe:
		geF64(dst, x, y, n)
	case opGate:
		gateF64(dst, x, y, n)
	case opOver:
		overF64(dst, x, y, n)
	case opShare:
		shareF64(dst, x, y, n)
	case opFade:
		fadeF64(dst, x, y, n)
	default:
		return false
	}
	return true
}

//go:noescape
func addF64(dst, x, y *float64, n int)

//go:noescape
func subF64(dst, x, y *float64, n int)

//go:noescape
func mulF64(dst, x, y *float64, n int)

//go:noescape
func divF64(dst, x, y *float64, n int)

//go:noescape
func maxF64(dst, x, y *float64, n int)

//go:noescape
func eqF64(dst, x, y *float64, n int)

//go:noescape
func gtF64(dst, x, y *float64, n int)

//go:noescape
func geF64(dst, x, y *float64, n int)

//go:noescape
func gateF64(dst, x, y *float64, n int)

//go:noescape
func overF64(dst, x, y *float64, n int)

//go:noescape
func shareF64(dst, x, y *float64, n int)

//go:noescape
func fadeF64(dst, x, y *float64, n int)

func scalar64(o op, dst, x *float64, n int, a float64) bool {
	switch o {
	case opAddS:
		addSF64(dst, x, n, a)
	case opMulS:
		mulSF64(dst, x, n, a)
	case opAxpy:
		axpyF64(dst, x, n, a)
	case opGauss:
		gaussF64(dst, x, n, a)
	default:
		return false
	}
	return true
}

//go:noescape
func addSF64(dst, x *float64, n int, a float64)

//go:noescape
func mulSF64(dst, x *float64, n int, a float64)

//go:noescape
func axpyF64(dst, x *float64, n int, a float64)

//go:noescape
func gaussF64(dst, x *float64, n int, a float64)

//go:noescape
func sumF64(x *float64, n int) float64

//go:noescape
func dotF64(x, y *float64, n int) float64

//go:noescape
func maxValueF64(x *float64, n int) float64

//go:noescape
func outerF64(dst, x, y *float64, m, n int)

// wide64 runs a kernel in vectors of 512 bits; false if there is none.
func wide64(o op, dst, x *float64, n int) bool {
	switch o {
	case opExp:
		expF64Wide(dst, x, n)
	case opTanh:
		tanhF64Wide(dst, x, n)
	case opSigmoid:
		sigmoidF64Wide(dst, x, n)
	case opSoftplus:
		softplusF64Wide(dst, x, n)
	case opSigmoidSlope:
		sigmoidSlopeF64Wide(dst, x, n)
	case opTanhSlope:
		tanhSlopeF64Wide(dst, x, n)
	default:
		return false
	}
	return true
}

//go:noescape
func expF64Wide(dst, x *float64, n int)

//go:noescape
func tanhF64Wide(dst, x *float64, n int)

//go:noescape
func sigmoidF64Wide(dst, x *float64, n int)

//go:noescape
func softplusF64Wide(dst, x *float64, n int)

//go:noescape
func sigmoidSlopeF64Wide(dst, x *float64, n int)

//go:noescape
func tanhSlopeF64Wide(dst, x *float64, n int)

//go:noescape
func widen(dst *float64, x *float32, n int)

//go:noescape
func addWide(dst *float64, x *float32, n int)

//go:noescape
func narrow(dst *float32, x *float64, n int)
