package safetensors_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/safetensors"
)

// ieee is the value of a number of 16 bits by the definition of IEEE 754: (-1)^s 2^(e-bias) 1.f,
// subnormal (-1)^s 2^(1-bias) 0.f.
func ieee(bits uint16, exponentBits int) float64 {
	fractionBits := 15 - exponentBits
	bias := 1<<(exponentBits-1) - 1
	exponent, fraction := int(bits>>fractionBits)&(1<<exponentBits-1), math.Ldexp(float64(bits&(1<<fractionBits-1)), -fractionBits)
	sign := 1 - 2*float64(bits>>15)
	switch {
	case exponent == 1<<exponentBits-1 && fraction == 0:
		return math.Inf(int(sign))
	case exponent == 1<<exponentBits-1:
		return math.NaN()
	case exponent == 0:
		return math.Copysign(math.Ldexp(fraction, 1-bias), sign)
	}
	return sign * math.Ldexp(1+fraction, exponent-bias)
}

func TestAll16BitNumbers(t *testing.T) {
	var data []byte
	for i := range 1 << 16 {
		data = binary.LittleEndian.AppendUint16(data, uint16(i))
	}
	for dtype, exponentBits := range map[safetensors.DType]int{safetensors.F16: 5, safetensors.BF16: 8} {
		x, err := safetensors.Tensor{DType: dtype, Shape: []int{1 << 16}, Data: data}.Float64()
		require.NoError(t, err)
		require.Len(t, x, 1<<16)
		for i, got := range x {
			want := ieee(uint16(i), exponentBits)
			if math.IsNaN(want) {
				require.True(t, math.IsNaN(got), "%s %04x", dtype, i)
				continue
			}
			require.Equal(t, math.Float64bits(want), math.Float64bits(got), "%s %04x", dtype, i)
		}
	}
}

func TestNumbersKeepTheirBits(t *testing.T) {
	double := []float64{0, math.Copysign(0, -1), 0.1, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(-1)}
	data := safetensors.AppendFloat64([]byte{9}, double)
	require.Equal(t, byte(9), data[0])
	tensor := safetensors.Tensor{Name: "x", DType: safetensors.F64, Shape: []int{6}, Data: data[1:]}
	got, err := tensor.Float64()
	require.NoError(t, err)
	for i := range double {
		require.Equal(t, math.Float64bits(double[i]), math.Float64bits(got[i]))
	}
	_, err = tensor.Float32()
	require.ErrorContains(t, err, `"x" is F64, more than single precision holds`)

	single := []float32{0.1, math.MaxFloat32, math.SmallestNonzeroFloat32}
	tensor = safetensors.Tensor{DType: safetensors.F32, Shape: []int{3}, Data: safetensors.AppendFloat32(nil, single)}
	same, err := tensor.Float32()
	require.NoError(t, err)
	require.Equal(t, single, same)
	wide, err := tensor.Float64()
	require.NoError(t, err)
	require.Equal(t, []float64{0.10000000149011612, math.MaxFloat32, math.SmallestNonzeroFloat32}, wide)
}
