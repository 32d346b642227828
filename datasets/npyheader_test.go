package datasets

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// versioned writes a file by hand, with a header of that version.
func versioned(version byte, header string, payload []byte) []byte {
	b := []byte{0x93, 'N', 'U', 'M', 'P', 'Y', version, 0}
	if version == 1 {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	} else {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(header)))
	}
	return append(append(b, header...), payload...)
}

// Headers are Python literals: what NumPy reads is read, as it reads it.
func TestNPYHeaders(t *testing.T) {
	six := []byte{1, 2, 3, 4, 5, 6}
	for _, c := range []struct {
		version byte
		header  string
		want    *Array
	}{
		{1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }   \n", &Array{[]int{2, 3}, []float64{1, 2, 3, 4, 5, 6}}},
		{2, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", &Array{[]int{2, 3}, []float64{1, 3, 5, 2, 4, 6}}},
		{3, "{'descr': '|u1', 'fortran_order': False, 'shape': (6,), }\n", &Array{[]int{6}, []float64{1, 2, 3, 4, 5, 6}}},
		{1, "{'shape': (2L, 3L), 'fortran_order': False, 'descr': '|u1'}", &Array{[]int{2, 3}, []float64{1, 2, 3, 4, 5, 6}}},
		{1, "{\"fortran_order\":True,\"descr\":\"<i2\",\"shape\":(3L,)}", &Array{[]int{3}, []float64{513, 1027, 1541}}},
		{1, "\t{ 'fortran_order' :\n True , 'shape' : ( 3 , 1 , ) , u'descr' : b'>u2' , }\x00\n", &Array{[]int{3, 1}, []float64{258, 772, 1286}}},
		{1, "{'descr': 'i2', 'fortran_order': False, 'shape': (3,1,)}", &Array{[]int{3, 1}, []float64{513, 1027, 1541}}},
		{1, "{'descr': '=u2', 'fortran_order': False, 'shape': (+3,)}", &Array{[]int{3}, []float64{513, 1027, 1541}}},
		{1, "{'descr': '<b1', 'fortran_order': False, 'shape': (6,)}", &Array{[]int{6}, []float64{1, 1, 1, 1, 1, 1}}},
	} {
		a, err := ReadNPY(bytes.NewReader(versioned(c.version, c.header, six)), "f")
		require.NoError(t, err, c.header)
		require.Equal(t, c.want, a, c.header)
	}
	one, err := ReadNPY(bytes.NewReader(versioned(1, "{'descr': '|i1', 'fortran_order': False, 'shape': (), }", []byte{0xff})), "f")
	require.NoError(t, err)
	require.Equal(t, &Array{[]int{}, []float64{-1}}, one)
	_, err = one.Dense()
	require.ErrorContains(t, err, "a single number is not a table")
}

func TestNPYHeadersRefused(t *testing.T) {
	for header, want := range map[string]string{
		"":    "it is no dictionary",
		"[1]": "it is no dictionary",
		"{'descr': '|u1', 'fortran_order': False, }":                                     "shape is missing",
		"{'descr': '|u1', 'shape': (1,), }":                                              "fortran_order is missing",
		"{'shape': (1,), 'fortran_order': False}":                                        "descr is missing",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'x': 1}":                `"x" is none of descr`,
		"{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}":        "descr is in it twice",
		"{'descr': [('a', '<f8'), ('b', '<i4')], 'fortran_order': False, 'shape': (1,)}": "records of several fields are not read",
		"{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}":                            "neither True nor False",
		"{'descr': '|u1', 'fortran_order': Falsehood, 'shape': (1,)}":                    "neither True nor False",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (1)}":                         "is a number, not a tuple",
		"{'descr': '|u1', 'fortran_order': False, 'shape': 1}":                           "is no tuple",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (np.int64(1),)}":              "where the length of an axis should stand",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (1 1)}":                       "lacks a comma",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (1.0,)}":                      "lacks a comma",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}":     "where the length of an axis",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} x":                      "stands after it",
		"{'descr': '|u1' 'fortran_order': False, 'shape': (1,)}":                         "no comma after descr",
		"{'descr' '|u1', 'fortran_order': False, 'shape': (1,)}":                         "no colon after descr",
		"{descr: '|u1', 'fortran_order': False, 'shape': (1,)}":                          "is no string in quotes",
		"{'descr': '|u1, 'fortran_order': False, 'shape': (1,)}":                         "no comma after descr",
		"{'descr': '|u1": "a string that does not end",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (1,":                          "where the length of an axis",
		"{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}":                       "cannot read NumPy type '<c16'",
		"{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}":                       "cannot read NumPy type '<f16'",
		"{'descr': '|f8', 'fortran_order': False, 'shape': (1,)}":                        "cannot read NumPy type '|f8'",
		"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,)}":                    "cannot read NumPy type",
		"{'descr': '<U3', 'fortran_order': False, 'shape': (1,)}":                        "cannot read NumPy type '<U3'",
		"{'descr': '', 'fortran_order': False, 'shape': (1,)}":                           "cannot read NumPy type ''",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (0, 4611686018427387904, 4)}": "does not fit",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}":    "does not fit",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}":                       "does not fit",
		"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,)}":               "needs 8000000000 bytes, the file has 1",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (0,)}":                        "needs 0 bytes, the file has 1",
	} {
		for _, version := range []byte{1, 2, 3} {
			_, err := ReadNPY(bytes.NewReader(versioned(version, header, []byte{7})), "f")
			require.ErrorContains(t, err, want, header)
		}
	}
	_, err := ReadNPY(bytes.NewReader(versioned(4, "{}", nil)), "f")
	require.ErrorContains(t, err, "version 4.0 of the NumPy format is not known")
}

// All numbers of 16 bits, by the definition: sign, exponent with a bias of 15, fraction of 10 bits.
func TestHalf(t *testing.T) {
	for bits := range 1 << 16 {
		exponent, fraction := bits>>10&31, float64(bits&1023)/1024
		want := math.Pow(2, float64(exponent-15)) * (1 + fraction)
		switch {
		case exponent == 0:
			want = math.Pow(2, -14) * fraction
		case exponent == 31 && fraction == 0:
			want = math.Inf(1)
		case exponent == 31:
			want = math.NaN()
		}
		want = math.Copysign(want, 1-2*float64(bits>>15))
		got := half(uint16(bits))
		if math.IsNaN(want) {
			require.True(t, math.IsNaN(got))
		} else {
			require.Equal(t, math.Float64bits(want), math.Float64bits(got), bits)
		}
	}
	a, err := ReadNPY(bytes.NewReader(versioned(1, "{'descr': '>f2', 'fortran_order': False, 'shape': (2,)}", []byte{0x3c, 0, 0xc1, 0})), "f")
	require.NoError(t, err)
	require.Equal(t, []float64{1, -2.5}, a.Data)
}
