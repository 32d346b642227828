package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"slices"
)

// Fingerprint returns the SHA-256, in hexadecimal, of what a model sees of d: the kind and shape of
// the samples, their values, the labels, the weights if there are any and the number of classes,
// but no names. Equal rows give equal fingerprints whether they are a copy or a slice of a larger
// set, and windows of tokens whatever text they are cut from.
func Fingerprint(d *Dataset) string {
	h := &hasher{sum: sha256.New(), buf: make([]byte, 0, 1<<15)}
	h.text(fmt.Sprintf("%T %v %d %d\n", d.X, d.X.Shape(), d.Len(), d.Classes))
	switch x := d.X.(type) {
	case *Dense:
		h.floats(x.Data[:x.N*x.Cols])
	case *CSR:
		lo, hi := x.Indptr[0], x.Indptr[x.N]
		for i := range x.N {
			h.word(uint64(x.Indptr[i+1] - x.Indptr[i]))
		}
		for _, c := range x.Indices[lo:hi] {
			h.word(uint64(c))
		}
		h.floats(x.Values[lo:hi])
	case *Images:
		h.text(fmt.Sprintf("%g %g\n", x.Mean, x.Scale))
		h.flush()
		h.sum.Write(x.Pixels)
	case *Tokens:
		h.word(uint64(x.Vocabulary))
		h.windows(x)
	case *Tensor:
		h.floats(x.Data)
	default:
		panic(fmt.Sprintf("datasets: fingerprint of unknown samples %T", d.X))
	}
	if d.Width() > 1 {
		h.text(fmt.Sprintf("targets %d\n", d.Targets))
	}
	h.floats(d.Y)
	if d.Weights != nil {
		h.text("weights\n")
		h.floats(d.Weights)
	}
	h.flush()
	return hex.EncodeToString(h.sum.Sum(nil))
}

// hasher gathers words so that the hash is fed large blocks.
type hasher struct {
	sum hash.Hash
	buf []byte
}

func (h *hasher) flush() {
	h.sum.Write(h.buf)
	h.buf = h.buf[:0]
}

func (h *hasher) text(s string) { h.buf = append(h.buf, s...) }

func (h *hasher) word(v uint64) {
	if len(h.buf)+8 > cap(h.buf) {
		h.flush()
	}
	h.buf = binary.LittleEndian.AppendUint64(h.buf, v)
}

// windows hashes what the windows hold, not where they lie. One that is the window before moved on
// by a token, as most are, is told by its last token, so that the cost is that of the text.
func (h *hasher) windows(x *Tokens) {
	const moved = 1 << 32
	var before []int32
	for _, s := range x.Starts {
		w := x.Text[s : s+x.Length]
		if last := len(w) - 1; last >= 0 && before != nil && slices.Equal(w[:last], before[1:]) {
			h.word(moved | uint64(uint32(w[last])))
		} else {
			for _, t := range w {
				h.word(uint64(uint32(t)))
			}
		}
		before = w
	}
}

func (h *hasher) floats(values []float64) {
	for len(values) > 0 {
		if len(h.buf)+8 > cap(h.buf) {
			h.flush()
		}
		n := min(len(values), (cap(h.buf)-len(h.buf))/8)
		out := h.buf[len(h.buf) : len(h.buf)+8*n]
		for i, v := range values[:n] {
			binary.LittleEndian.PutUint64(out[8*i:8*i+8], math.Float64bits(v))
		}
		h.buf, values = h.buf[:len(h.buf)+8*n], values[n:]
	}
}
