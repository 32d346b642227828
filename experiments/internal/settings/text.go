package settings

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"lethe/experiments/internal/numbers"
)

// write returns a value as read takes it.
func write(v any) string {
	switch v := v.(type) {
	case []int:
		return join(v, strconv.Itoa)
	case []float64:
		return join(v, numbers.Shortest)
	case []string:
		return strings.Join(v, ",")
	case Auto:
		if v.Tuned {
			return "auto"
		}
		return numbers.Shortest(v.Value)
	case float64:
		return numbers.Shortest(v)
	default:
		return fmt.Sprint(v)
	}
}

func join[N any](list []N, text func(N) string) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = text(v)
	}
	return strings.Join(parts, ",")
}

// read reads a text as a value of the type of old.
func read(old any, text string) (any, error) {
	switch old.(type) {
	case string:
		return text, nil
	case bool:
		v, err := strconv.ParseBool(text)
		return v, notA("true or false", text, err)
	case int:
		return whole(text)
	case float64:
		return number(text)
	case Auto:
		if text == "auto" {
			return Auto{Tuned: true}, nil
		}
		v, err := number(text)
		return Auto{Value: v}, err
	case []int:
		return list(text, whole)
	case []float64:
		return list(text, number)
	case []string:
		return list(text, func(part string) (string, error) { return part, nil })
	}
	return nil, fmt.Errorf("a %T cannot be read", old)
}

// list reads what stands between commas.
func list[T any](text string, read func(string) (T, error)) ([]T, error) {
	var out []T
	for _, part := range strings.Split(text, ",") {
		v, err := read(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// number reads a number, and refuses one so small that it would be read as 0.
func number(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	digits, _, _ := strings.Cut(strings.ToLower(strings.TrimLeft(text, "+-")), "p")
	if !strings.HasPrefix(digits, "0x") {
		digits, _, _ = strings.Cut(digits, "e")
	}
	if err == nil && v == 0 && strings.Trim(digits, "0x._") != "" {
		return 0, fmt.Errorf("%q is too small to be distinguished from 0", text)
	}
	return v + 0, notA("a number", text, err) // -0 is 0
}

// notA says what a text should have been, without the words of the library that could not read it;
// nil where err is.
func notA(what, text string, err error) error {
	if n, ok := errors.AsType[*strconv.NumError](err); ok {
		if errors.Is(n.Err, strconv.ErrRange) {
			return fmt.Errorf("%q is too large", text)
		}
		return fmt.Errorf("%q is not %s", text, what)
	}
	return err
}

// whole reads 1000 and also 1e3.
func whole(text string) (int, error) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, nil
	}
	v, err := number(text)
	if err != nil || math.Abs(v) > 1<<53 || v != math.Trunc(v) {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	return int(v), nil
}
