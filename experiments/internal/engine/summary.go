package engine

import (
	"fmt"
	"slices"

	"lethe/experiments/internal/report"
	"lethe/experiments/internal/verdict"
)

// Summary is what a run comes down to.
type Summary struct {
	Title       string
	Run         string // profile and seed, in a sentence
	Conclusions []Conclusion
	Counts      []Count // of the verdicts on two methods, without those that never came
	Targets     Met
	Open        string // why there are no verdicts; "" = there are, or nothing is compared
}

// Conclusion is the answer to one question, with its verdict in a word; "" = nothing is compared.
type Conclusion struct{ Text, Verdict string }

// Count is how many comparisons have a verdict.
type Count struct {
	Verdict string
	N       int
}

// Met is how many targets a run has, and how many it meets.
type Met struct{ N, Of int }

// The verdicts on an answer whose comparisons differ, and on one that has too few draws.
const (
	mixed = "mixed"
	open  = "open"
)

// runLine says in a sentence how the run was asked for.
func runLine(c *Config) string { return fmt.Sprintf("Profile %s, seed %d.", c.Profile, c.Seed) }

// Summary returns what the run comes down to.
func (r *Saved) Summary() *Summary {
	c := r.Config
	s := &Summary{Title: title(c), Run: runLine(c)}
	if c.Profile == Smoke {
		s.Open = "No verdicts: a smoke run shows that things run, not how good they are."
		return s
	}
	answers := Answers(c, r.Records)
	none := ""
	for i := range answers {
		a := &answers[i]
		s.Conclusions = append(s.Conclusions, Conclusion{a.Text, inAWord(a)})
		for _, compared := range a.Compared {
			if none == "" {
				none = compared.None
			}
		}
	}
	tally := report.Tally(answers)
	for _, v := range []verdict.Verdict{verdict.Better, verdict.Worse, verdict.Undecided} {
		if n := tally[v]; n > 0 {
			s.Counts = append(s.Counts, Count{string(v), n})
		}
	}
	for _, t := range report.Targets(answers) {
		if s.Targets.Of++; t.Met {
			s.Targets.N++
		}
	}
	if len(s.Counts) == 0 && none != "" {
		s.Open = "No verdicts: " + none + "."
	}
	return s
}

// inAWord is the verdict on an answer.
func inAWord(a *report.Answer) string {
	var words []string
	for i := range a.Compared {
		word := string(a.Compared[i].Verdict)
		if word == "" {
			word = open
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return mixed
}
