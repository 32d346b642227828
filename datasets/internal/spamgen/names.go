package main

import (
	"slices"
	"strings"
)

// minCapital is the least share of capitalized occurrences, words all in capitals aside, that a
// name has.
const minCapital = 0.8

// nameTest tells personal names: words that are nearly always capitalized and are either in
// commonNames or part of a display name of two or three words in a ham mail; less notNames.
func nameTest(mails []*mailText) func(word string) bool {
	display := displayWords(mails)
	capital, total := capitalized(mails)
	common, not := strings.Fields(commonNames), strings.Fields(notNames)
	return func(w string) bool {
		return len(w) >= 3 && (display[w] || slices.Contains(common, w)) && !slices.Contains(not, w) &&
			float64(capital[w]) >= minCapital*float64(total[w])
	}
}

// displayWords returns the words of display names in ham that look like a person's.
func displayWords(mails []*mailText) map[string]bool {
	found := map[string]bool{}
	for _, m := range mails {
		if m.spam {
			continue
		}
		for _, name := range m.senders {
			parts := strings.Fields(name)
			if len(parts) < 2 || len(parts) > 3 || !slices.ContainsFunc(parts, isCapitalized) {
				continue
			}
			for _, p := range parts {
				found[strings.ToLower(p)] = true
			}
		}
	}
	return found
}

// isCapitalized says whether a word is an upper-case letter and then lower-case ones.
func isCapitalized(w string) bool {
	return len(w) > 1 && w[0] >= 'A' && w[0] <= 'Z' && strings.ToLower(w[1:]) == w[1:]
}

// capitalized counts how often a word stands in all mails, not all in capitals, and how often of
// these it is capitalized.
func capitalized(mails []*mailText) (capital, total map[string]int) {
	capital, total = map[string]int{}, map[string]int{}
	for _, m := range mails {
		for _, w := range tokens(m.text) {
			if len(w) > 1 && w == strings.ToUpper(w) {
				continue
			}
			lower := strings.ToLower(w)
			total[lower]++
			if isCapitalized(w) {
				capital[lower]++
			}
		}
	}
	return capital, total
}
