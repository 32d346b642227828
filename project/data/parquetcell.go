package data

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// writer appends a value, which is not null, as the text that a CSV file would have.
type writer = func(dst []byte, v parquet.Value) ([]byte, error)

// writerOf returns the writer of a type.
func writerOf(t parquet.Type) (writer, error) {
	var logical format.LogicalTypeValue
	if l := t.LogicalType(); l != nil {
		logical = l.Value
	}
	switch l := logical.(type) {
	case *format.DecimalType:
		return decimalWriter(t.Kind(), int(l.Scale))
	case *format.DateType:
		return func(dst []byte, v parquet.Value) ([]byte, error) {
			return time.Unix(int64(v.Int32())*86400, 0).UTC().AppendFormat(dst, time.DateOnly), nil
		}, nil
	case *format.TimestampType:
		return timestampWriter(&l.Unit)
	case *format.IntType:
		if !l.IsSigned {
			return unsignedWriter(t.Kind())
		}
	case *format.UUIDType:
		return func(dst []byte, v parquet.Value) ([]byte, error) {
			b := v.ByteArray()
			if len(b) != 16 {
				return dst, fmt.Errorf("a UUID of %d bytes", len(b))
			}
			return fmt.Appendf(dst, "%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
		}, nil
	case *format.StringType, *format.EnumType, *format.JsonType, nil:
	default:
		return nil, fmt.Errorf("values of the type %s cannot be read", t)
	}
	return plainWriter(t)
}

// plainWriter returns the writer of a physical type.
func plainWriter(t parquet.Type) (writer, error) {
	switch t.Kind() {
	case parquet.Boolean:
		return func(dst []byte, v parquet.Value) ([]byte, error) { return strconv.AppendBool(dst, v.Boolean()), nil }, nil
	case parquet.Int32:
		return func(dst []byte, v parquet.Value) ([]byte, error) {
			return strconv.AppendInt(dst, int64(v.Int32()), 10), nil
		}, nil
	case parquet.Int64:
		return func(dst []byte, v parquet.Value) ([]byte, error) { return strconv.AppendInt(dst, v.Int64(), 10), nil }, nil
	case parquet.Float:
		return func(dst []byte, v parquet.Value) ([]byte, error) { return appendFloat(dst, float64(v.Float())), nil }, nil
	case parquet.Double:
		return func(dst []byte, v parquet.Value) ([]byte, error) { return appendFloat(dst, v.Double()), nil }, nil
	case parquet.ByteArray:
		return func(dst []byte, v parquet.Value) ([]byte, error) { return append(dst, v.ByteArray()...), nil }, nil
	case parquet.FixedLenByteArray:
		return func(dst []byte, v parquet.Value) ([]byte, error) { return hex.AppendEncode(dst, v.ByteArray()), nil }, nil
	}
	return nil, fmt.Errorf("values of the type %s cannot be read", t)
}

// appendFloat writes a number so that it is read as the same bits. Whole numbers have no exponent
// up to 2^53, since they may be ids.
func appendFloat(dst []byte, v float64) []byte {
	if v == math.Trunc(v) && math.Abs(v) <= 1<<53 {
		return strconv.AppendFloat(dst, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, v, 'g', -1, 64)
}

func unsignedWriter(k parquet.Kind) (writer, error) {
	if k == parquet.Int32 {
		return func(dst []byte, v parquet.Value) ([]byte, error) {
			return strconv.AppendUint(dst, uint64(v.Uint32()), 10), nil
		}, nil
	}
	return func(dst []byte, v parquet.Value) ([]byte, error) { return strconv.AppendUint(dst, v.Uint64(), 10), nil }, nil
}

// decimalWriter writes a whole number with a decimal point before its last digits.
func decimalWriter(k parquet.Kind, scale int) (writer, error) {
	if scale < 0 || scale > 100 {
		return nil, fmt.Errorf("decimals of %d places cannot be read", scale)
	}
	return func(dst []byte, v parquet.Value) ([]byte, error) {
		whole := new(big.Int)
		switch k {
		case parquet.Int32:
			whole.SetInt64(int64(v.Int32()))
		case parquet.Int64:
			whole.SetInt64(v.Int64())
		default:
			setTwosComplement(whole, v.ByteArray())
		}
		negative := whole.Sign() < 0
		digits := whole.Abs(whole).String()
		for len(digits) <= scale {
			digits = "0" + digits
		}
		if negative {
			dst = append(dst, '-')
		}
		dst = append(dst, digits[:len(digits)-scale]...)
		if scale > 0 {
			dst = append(append(dst, '.'), digits[len(digits)-scale:]...)
		}
		return dst, nil
	}, nil
}

// setTwosComplement reads a big-endian number whose first bit is the sign.
func setTwosComplement(to *big.Int, b []byte) {
	to.SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		to.Sub(to, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
}

// timestampWriter writes a moment as RFC 3339 has it, in UTC.
func timestampWriter(unit *format.TimeUnit) (writer, error) {
	var at func(n int64) time.Time
	switch unit.Value.(type) {
	case *format.MilliSeconds:
		at = time.UnixMilli
	case *format.MicroSeconds:
		at = time.UnixMicro
	case *format.NanoSeconds:
		at = func(n int64) time.Time { return time.Unix(0, n) }
	default:
		return nil, fmt.Errorf("timestamps of the unit %s cannot be read", unit)
	}
	return func(dst []byte, v parquet.Value) ([]byte, error) {
		return at(v.Int64()).UTC().AppendFormat(dst, time.RFC3339Nano), nil
	}, nil
}
