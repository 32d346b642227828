package main

import (
	"cmp"
	"slices"
	"strings"
)

const (
	minMails     = 30 // a word must stand in so many mails
	minNameMails = 10 // a personal name in so many
	minWord      = 2  // letters
	maxWord      = 20
)

// tokens splits text into its runs of the letters a to z, in the case in which they stand.
func tokens(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
}

// countWords fills in each mail's words and returns in how many mails each word stands.
func countWords(mails []*mailText) map[string]int {
	counts := map[string]int{}
	for _, m := range mails {
		for _, w := range tokens(m.text) {
			if len(w) >= minWord && len(w) <= maxWord {
				m.words = append(m.words, strings.ToLower(w))
			}
		}
		slices.Sort(m.words)
		m.words = slices.Compact(m.words)
		for _, w := range m.words {
			counts[w]++
		}
	}
	return counts
}

// vocabulary returns the words and names that enough mails contain, the most frequent first and
// equally frequent ones by spelling, and the names among them, sorted.
func vocabulary(mails []*mailText) (words, names []string) {
	counts := countWords(mails)
	isName := nameTest(mails)
	for w, n := range counts {
		name := n >= minNameMails && isName(w)
		if name {
			names = append(names, w)
		}
		if name || n >= minMails {
			words = append(words, w)
		}
	}
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	slices.Sort(names)
	return words, names
}
