package engine

import (
	"fmt"
	"path/filepath"
	"slices"

	"lethe/experiments/internal/records"
)

// Summary is what a run comes down to.
type Summary struct {
	Title       string
	Run         string       // profile and seed, in a sentence
	Conclusions []Conclusion // those that the draws refute first
	Open        string       // why there are no verdicts; "" = there are
}

// Conclusion is a sentence on what a run shows, with its verdict in a word.
type Conclusion struct{ Text, Verdict string }

// Count is how many conclusions have a verdict.
type Count struct {
	Verdict string
	N       int
}

// Counts returns the verdicts in the order of the conclusions.
func (s *Summary) Counts() []Count {
	var out []Count
	for _, c := range s.Conclusions {
		at := slices.IndexFunc(out, func(x Count) bool { return x.Verdict == c.Verdict })
		if at < 0 {
			at, out = len(out), append(out, Count{Verdict: c.Verdict})
		}
		out[at].N++
	}
	return out
}

// Summarize reads a run's folder and returns what it comes down to.
func Summarize(dir string) (*Summary, error) {
	c, err := ReadConfig(filepath.Join(dir, records.ConfigName))
	if err != nil {
		return nil, err
	}
	found, err := ReadRecords(dir)
	if err != nil {
		return nil, err
	}
	s := &Summary{Title: title(c), Run: fmt.Sprintf("Profile %s, seed %d.", c.Profile, c.Seed)}
	if c.Profile == Smoke {
		s.Open = "No verdicts: a smoke run shows that things run, not how good they are."
		return s, nil
	}
	var held []Conclusion
	for _, claim := range Claims(c, found) {
		text := claim.Text + ": " + claim.Measured
		if claim.Met {
			held = append(held, Conclusion{text, "yes"})
		} else {
			s.Conclusions = append(s.Conclusions, Conclusion{text + " (" + claim.Short + ")", "no"})
		}
	}
	s.Conclusions = append(s.Conclusions, held...)
	if len(s.Conclusions) == 0 {
		s.Open = "No verdicts: nothing is expected of this run."
	}
	return s, nil
}
