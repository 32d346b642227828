package project

import (
	"context"
	"slices"

	"lethe/datasets"
	"lethe/exposure"
)

// completed is how much of the replaced texts a model completes from what stands before them.
type completed struct {
	places int     // of the texts that have enough before them
	share  float64 // of the characters of a text, before the first wrong one; the mean over the places
	bits   float64 // log-perplexity of a text, the mean
}

// completes asks a model for the texts that the request replaces; nil where there are none.
func (o *order) completes(ctx context.Context, theta []float64) (*completed, error) {
	x, ok := o.data.train.X.(*datasets.Tokens)
	if !ok || len(o.asked.ReplaceText) == 0 {
		return nil, nil
	}
	vocabulary, err := datasets.VocabularyOf(o.model.Description.Vocabulary)
	if err != nil {
		return nil, err
	}
	c := &completed{}
	for _, r := range o.asked.ReplaceText {
		secret, err := vocabulary.Encode(r.Find)
		if err != nil {
			return nil, err
		}
		for _, at := range occurrences(x.Text, secret) {
			if at < x.Length {
				continue
			}
			p := exposure.Probe{Model: o.model.Objective, Length: x.Length, Vocabulary: x.Vocabulary, Prompt: x.Text[at-x.Length : at], Secret: secret}
			said, err := p.Complete(ctx, theta, len(secret))
			if err != nil {
				return nil, err
			}
			bits, err := p.LogPerplexity(ctx, theta, [][]int32{secret})
			if err != nil {
				return nil, err
			}
			c.places++
			c.share += float64(p.Match(said)) / float64(len(secret))
			c.bits += bits[0]
		}
	}
	if c.places == 0 {
		return nil, nil
	}
	c.share, c.bits = c.share/float64(c.places), c.bits/float64(c.places)
	return c, nil
}

// occurrences returns where a text stands in another, without overlaps.
func occurrences(text, part []int32) (out []int) {
	for i := 0; i+len(part) <= len(text) && len(part) > 0; {
		if slices.Equal(text[i:i+len(part)], part) {
			out = append(out, i)
			i += len(part)
		} else {
			i++
		}
	}
	return out
}
