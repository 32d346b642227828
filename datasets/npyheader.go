package datasets

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// npyHeader is what stands before the numbers of a NumPy file
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
type npyHeader struct {
	descr   string // NumPy's name of the type: "<f8"
	fortran bool   // the first index varies fastest
	shape   []int
}

// maxHeader bounds the header, which NumPy itself keeps below 64 kB but for structured types.
const maxHeader = 1 << 20

// readNPYHeader reads the header of version 1, 2 or 3.
func readNPYHeader(r io.Reader) (npyHeader, error) {
	var start [8]byte
	if _, err := io.ReadFull(r, start[:]); err != nil || string(start[:6]) != "\x93NUMPY" {
		return npyHeader{}, errors.Join(errors.New("not a NumPy file"), readFault(err))
	}
	var length [4]byte
	size := length[:4]
	switch start[6] {
	case 1:
		size = length[:2]
	case 2, 3:
	default:
		return npyHeader{}, fmt.Errorf("version %d.%d of the NumPy format is not known; 1 to 3 are", start[6], start[7])
	}
	cut := errors.New("the NumPy header is cut off")
	if _, err := io.ReadFull(r, size); err != nil {
		return npyHeader{}, errors.Join(cut, readFault(err))
	}
	n := binary.LittleEndian.Uint32(length[:])
	if n > maxHeader {
		return npyHeader{}, fmt.Errorf("the NumPy header is cut off or damaged: it claims %d bytes, more than %d", n, maxHeader)
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil {
		return npyHeader{}, err
	}
	if len(text) < int(n) {
		return npyHeader{}, cut
	}
	h, err := parseNPYHeader(string(text))
	if err != nil {
		return npyHeader{}, fmt.Errorf("the NumPy header is damaged: %w", err)
	}
	return h, nil
}

// readFault returns err unless it says no more than that the file ends.
func readFault(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// literal reads a Python literal, as far as headers have them.
type literal struct{ rest string }

// parseNPYHeader reads a dictionary of exactly descr, fortran_order and shape, in any order.
func parseNPYHeader(text string) (h npyHeader, err error) {
	l := &literal{text}
	if !l.take("{") {
		return h, errors.New("it is no dictionary")
	}
	seen := map[string]bool{}
	for !l.take("}") {
		key, err := l.str()
		if err != nil {
			return h, fmt.Errorf("a key %w", err)
		}
		if seen[key] {
			return h, fmt.Errorf("%s is in it twice", key)
		}
		seen[key] = true
		if !l.take(":") {
			return h, fmt.Errorf("no colon after %s", key)
		}
		switch key {
		case "descr":
			h.descr, err = l.typeName()
		case "fortran_order":
			h.fortran, err = l.boolean()
		case "shape":
			h.shape, err = l.tuple()
		default:
			return h, fmt.Errorf("%q is none of descr, fortran_order and shape", key)
		}
		if err != nil {
			return h, fmt.Errorf("%s %w", key, err)
		}
		if !l.take(",") && !strings.HasPrefix(l.skip(), "}") {
			return h, fmt.Errorf("no comma after %s", key)
		}
	}
	if l.skip() != "" {
		return h, fmt.Errorf("%.20q stands after it", l.rest)
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, fmt.Errorf("%s is missing", key)
		}
	}
	return h, nil
}

// skip passes over space and returns what is left.
func (l *literal) skip() string {
	l.rest = strings.TrimLeft(l.rest, " \t\r\n\f\x00")
	return l.rest
}

func (l *literal) take(mark string) bool {
	rest, ok := strings.CutPrefix(l.skip(), mark)
	if ok {
		l.rest = rest
	}
	return ok
}

// str reads 'x' or "x", which Python 2 may begin with u or b. None of the words that occur has an
// escape.
func (l *literal) str() (string, error) {
	s := l.skip()
	if len(s) > 0 && strings.ContainsRune("ubUB", rune(s[0])) {
		s = s[1:]
	}
	if s == "" || s[0] != '\'' && s[0] != '"' {
		return "", errors.New("is no string in quotes")
	}
	end := strings.IndexByte(s[1:], s[0])
	if end < 0 {
		return "", errors.New("is a string that does not end")
	}
	text := s[1 : 1+end]
	if strings.ContainsAny(text, "\\\n") || !utf8.ValidString(text) {
		return "", errors.New("is a string with signs that no header has")
	}
	l.rest = s[2+end:]
	return text, nil
}

func (l *literal) typeName() (string, error) {
	if strings.HasPrefix(l.skip(), "[") {
		return "", errors.New("is a list: records of several fields are not read; save each field as an array of its own")
	}
	return l.str()
}

func (l *literal) boolean() (bool, error) {
	for _, word := range []string{"True", "False"} {
		if rest, ok := strings.CutPrefix(l.skip(), word); ok && (rest == "" || strings.ContainsRune(" \t\r\n,}", rune(rest[0]))) {
			l.rest = rest
			return word == "True", nil
		}
	}
	return false, errors.New("is neither True nor False")
}

// tuple reads the lengths of the axes: (), (3,), (2, 3), with an L behind a number as Python 2
// writes it.
func (l *literal) tuple() ([]int, error) {
	if !l.take("(") {
		return nil, errors.New("is no tuple")
	}
	shape := []int{}
	comma := true
	for !l.take(")") {
		if !comma {
			return nil, errors.New("lacks a comma")
		}
		s := l.skip()
		end := 0
		for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && (s[end] == '-' || s[end] == '+')) {
			end++
		}
		n, err := strconv.ParseInt(s[:end], 10, 64)
		if err != nil || n > math.MaxInt {
			return nil, fmt.Errorf("has %.20q where the length of an axis should stand", s)
		}
		l.rest = s[end:]
		if !l.take("L") {
			l.take("l")
		}
		shape = append(shape, int(n))
		comma = l.take(",")
	}
	if len(shape) == 1 && !comma {
		return nil, errors.New("is a number, not a tuple")
	}
	if len(shape) > 32 {
		return nil, fmt.Errorf("has %d axes; NumPy knows up to 64, 32 are read", len(shape))
	}
	return shape, nil
}

// bufferedReader returns r, buffered if it is not yet.
func bufferedReader(r io.Reader) *bufio.Reader {
	if b, ok := r.(*bufio.Reader); ok {
		return b
	}
	return bufio.NewReaderSize(r, 1<<16)
}
