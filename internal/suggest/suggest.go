// Package suggest finds the word that was meant by one that nobody knows.
package suggest

import (
	"fmt"
	"strings"
)

// Nearest returns the known words that differ least from the given one, in their order; none where
// all of them differ by more than a slip of the keyboard. Capitals count as small letters. Of a
// word of three to five letters one may be wrong, of a longer one two, and three from nine on; a
// word of at least three letters also stands for the known words that begin with it.
func Nearest(word string, known []string) []string {
	word = strings.ToLower(word)
	n := len([]rune(word))
	if n < 2 {
		return nil
	}
	allowed := 1 + min(n/6, 1) + min(n/9, 1)
	if n < 3 {
		allowed = 0
	}
	var near, longer []string
	for _, k := range known {
		d := Distance(word, strings.ToLower(k))
		if d < allowed {
			near, allowed = nil, d
		}
		if d <= allowed {
			near = append(near, k)
		}
		if n >= 3 && strings.HasPrefix(strings.ToLower(k), word) {
			longer = append(longer, k)
		}
	}
	if near == nil {
		return longer
	}
	return near
}

// Distance returns how many letters have to be inserted, left out, changed or swapped with their
// neighbor to make one word of the other, none of them twice (optimal string alignment).
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	last, row := make([]int, len(y)+1), make([]int, len(y)+1) // of the two letters of x before
	for j := range row {
		row[j] = j
	}
	for i := range x {
		next := make([]int, len(y)+1)
		next[0] = i + 1
		for j := range y {
			change := row[j]
			if x[i] != y[j] {
				change++
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, change)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				next[j+1] = min(next[j+1], last[j-1]+1)
			}
		}
		last, row = row, next
	}
	return row[len(y)]
}

// DidYouMean asks for the words that were meant, after a space; "" where none is near.
func DidYouMean(word string, known []string) string {
	near := Nearest(word, known)
	if len(near) == 0 {
		return ""
	}
	return " Did you mean " + strings.Join(near, " or ") + "?"
}

// Unknown says that no thing of that kind has the name, and which was meant, or where none is near
// which there are.
func Unknown(kind, word string, known []string) error {
	if near := Nearest(word, known); len(near) > 0 {
		return fmt.Errorf("unknown %s %q: did you mean %s?", kind, word, strings.Join(near, " or "))
	}
	return fmt.Errorf("unknown %s %q; known: %s", kind, word, strings.Join(known, ", "))
}
