package datasets

import "strings"

// mode returns the most frequent text that is not missing, of equally frequent ones the first in
// order. Of numbers 1, 1.0 and 1e0 are one value, written as the first of them in order.
func (c *cells) mode(missing string, number bool) string {
	counts := make(map[string]int, len(c.texts))
	plain := true // so that different texts are different numbers
	for k, text := range c.texts {
		if !isMissing(text, missing) {
			counts[text] = c.counts[k]
			plain = plain && isPlain(text)
		}
	}
	if number && !plain {
		counts = byNumber(counts)
	}
	most := ""
	for value, n := range counts {
		if m := counts[most]; n > m || n == m && value < most {
			most = value
		}
	}
	return most
}

// isPlain says whether a text is a number of few digits as it is usually written, as 12, -0.5 or 0:
// no other such text is the same number.
func isPlain(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	whole, part, point := strings.Cut(digits, ".")
	switch {
	case len(digits) == 0 || len(digits) > 15 || text == "-0": // 15 digits always differ as numbers of 64 bits
		return false
	case whole == "" || whole[0] == '0' && len(whole) > 1:
		return false
	case point && (part == "" || part[len(part)-1] == '0'):
		return false
	}
	for i := range len(digits) {
		if c := digits[i]; (c < '0' || c > '9') && i != len(whole) {
			return false
		}
	}
	return true
}

// byNumber adds up the counts of texts that are the same number.
func byNumber(counts map[string]int) map[string]int {
	name := make(map[float64]string, len(counts)) // the first text in order of each number
	sums := make(map[string]int, len(counts))
	for text, n := range counts {
		v, err := parseFinite([]byte(text))
		known, twice := name[v]
		switch {
		case err != nil:
			sums[text] = n
			continue
		case twice && known < text:
			text, n = known, n+sums[known]
		case twice:
			n += sums[known]
			delete(sums, known)
		}
		name[v], sums[text] = text, n
	}
	return sums
}
