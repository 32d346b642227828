package datasets

import (
	"cmp"
	"fmt"
	"slices"
)

// Span is Len characters (tokens) of a text from position At on, counted from 0.
type Span struct{ At, Len int }

// SpanWindows returns which of the windows of a text, numbered as by [Windows], contain a character
// of a span or have one as their label, rising and without repeats. Window i touches the positions
// i ... i+length, the label's being the last, so a span away from the ends of the text touches
// length+Len windows.
func SpanWindows(spans []Span, length, windows int) []int {
	order := slices.Clone(spans)
	slices.SortFunc(order, func(a, b Span) int { return cmp.Compare(a.At, b.At) })
	var rows []int
	next := 0 // the first window that may not be in rows yet
	for _, s := range order {
		if s.Len < 1 {
			continue
		}
		end := windows
		if s.Len < windows-s.At { // their sum may be more than an int holds
			end = s.At + s.Len
		}
		for i := max(s.At-length, next); i < end; i++ {
			rows = append(rows, i)
		}
		next = max(next, end)
	}
	return rows
}

// ReplaceText returns the text with span k overwritten by replacement[k], which is as long as the
// span. Spans may come in any order but not overlap. A replacement that is what stands there
// already is an error.
func ReplaceText(text []int32, spans []Span, replacement [][]int32) ([]int32, error) {
	if err := checkSpans(text, spans, replacement); err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return overwritten(text, spans, replacement), nil
}

func overwritten(text []int32, spans []Span, replacement [][]int32) []int32 {
	out := slices.Clone(text)
	for k, s := range spans {
		copy(out[s.At:], replacement[k])
	}
	return out
}

// ReplaceSpans returns what becomes of the samples of d, a whole text cut by [Windows], when span k
// of the text is overwritten by replacement[k], which is as long as the span: the rows that touch a
// span (see [SpanWindows]) and, in the same order, these samples with their inputs and labels
// corrected. The correction of a whole text is a new text, so samples that were corrected before,
// or are a part of a text, are refused, and so is a replacement that is what stands there already.
func ReplaceSpans(d *Dataset, spans []Span, replacement [][]int32) (rows []int, to *Dataset, err error) {
	x, err := windowsOf(d)
	if err != nil {
		return nil, nil, err
	}
	if err := checkSpans(x.Text, spans, replacement); err != nil {
		return nil, nil, fmt.Errorf("datasets: %s: %w", d.title(), err)
	}
	for k, r := range replacement {
		if i := outside(r, x.Vocabulary); i >= 0 {
			return nil, nil, fmt.Errorf("datasets: %s: token %d at place %d of replacement %d is not in a vocabulary of %d",
				d.title(), r[i], i, k, x.Vocabulary)
		}
	}
	text := overwritten(x.Text, spans, replacement)
	rows = SpanWindows(spans, x.Length, d.Len())
	y := make([]float64, len(rows))
	for i, r := range rows {
		y[i] = float64(text[r+x.Length])
	}
	to = d.part(&Tokens{Length: x.Length, Vocabulary: x.Vocabulary, Text: text, Starts: slices.Clone(rows)}, rows)
	to.Y = y
	return rows, to, nil
}

// checkSpans says which span is not within a text, overlaps another, or has no replacement of its
// length that is another text.
func checkSpans(text []int32, spans []Span, replacement [][]int32) error {
	if len(replacement) != len(spans) {
		return fmt.Errorf("%d replacements for %d spans; give one for each", len(replacement), len(spans))
	}
	n, order := len(text), make([]int, len(spans))
	for k, s := range spans {
		if s.Len < 1 || s.At < 0 || s.Len > n || s.At > n-s.Len {
			return fmt.Errorf("span %d, %d tokens from position %d on, is not within the text of %d", k, s.Len, s.At, n)
		}
		if len(replacement[k]) != s.Len {
			return fmt.Errorf("span %d has %d tokens and its replacement %d; they have to be equally long", k, s.Len, len(replacement[k]))
		}
		if slices.Equal(replacement[k], text[s.At:s.At+s.Len]) {
			return fmt.Errorf("span %d, %d tokens from position %d on, would be replaced by itself, which changes nothing; give it another replacement",
				k, s.Len, s.At)
		}
		order[k] = k
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(spans[i].At, spans[j].At) })
	for i, k := range order[min(1, len(order)):] {
		if before := order[i]; spans[before].At+spans[before].Len > spans[k].At {
			return fmt.Errorf("span %d (%d tokens from position %d on) and span %d (%d from %d on) overlap",
				before, spans[before].Len, spans[before].At, k, spans[k].Len, spans[k].At)
		}
	}
	return nil
}
