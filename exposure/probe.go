package exposure

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"lethe/datasets"
)

// Predictor gives what a model answers at parameters theta: one row of Outputs logits a sample,
// written to dst.
type Predictor interface {
	Outputs(d *datasets.Dataset) (int, error)
	Predict(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
}

// Probe asks a model of the next token how well it remembers a secret behind a prompt (Carlini et
// al. 2019, The Secret Sharer: Evaluating and Testing Unintended Memorization in Neural Networks).
//
// The model answers a window of Length tokens, a row of [datasets.Tokens], with Vocabulary logits.
// The window before a token is the Length tokens before it, of the prompt and of what follows it,
// so the prompt has at least Length tokens.
type Probe struct {
	Model      Predictor
	Length     int // tokens in a window
	Vocabulary int
	Prompt     []int32
	Secret     []int32 // what followed the prompt in training
	Batch      int     // the largest number of windows a call of Predict; 0 = 4,096
}

// LogPerplexity returns for each sequence behind the prompt the sum over its tokens of -log2
// p(token | the Length tokens before it), in bits (Carlini et al., log-perplexity): 0 for one that
// is certain. The sequence's own tokens are fed back, whatever the model would have said. Sequences
// may differ in length. Windows that sequences have in common at a position are evaluated once.
func (p *Probe) LogPerplexity(ctx context.Context, theta []float64, sequences [][]int32) ([]float64, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	for i, s := range sequences {
		if err := p.checkTokens(fmt.Sprintf("sequence %d", i), s); err != nil {
			return nil, err
		}
	}
	return (&scorer{Probe: p, theta: theta}).logPerplexity(ctx, sequences)
}

// Complete returns the n tokens that the model finds likeliest one after the other behind the
// prompt, each fed back for the next; of equally likely ones the first of the vocabulary.
func (p *Probe) Complete(ctx context.Context, theta []float64, n int) ([]int32, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	s := &scorer{Probe: p, theta: theta}
	completion := make([]int32, 0, max(0, n))
	for range n {
		var next int32
		err := s.each(ctx, 1, func(int) []int32 { return completion }, func(_ int, bits []float64) error {
			for token, b := range bits {
				if b < bits[next] {
					next = int32(token)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		completion = append(completion, next)
	}
	return completion, nil
}

// Match returns how many tokens of the secret a completion gives before its first wrong one:
// whoever completes the prompt greedily is on another path from there on. Divided by len(Secret) it
// is the share of the secret that is given away.
func (p *Probe) Match(completion []int32) int {
	for i, token := range p.Secret {
		if i == len(completion) || completion[i] != token {
			return i
		}
	}
	return len(p.Secret)
}

func (p *Probe) check() error {
	switch {
	case p.Batch < 0:
		return fmt.Errorf("exposure: Probe.Batch is %d; give a positive number, or 0 for the default 4,096", p.Batch)
	case p.Model == nil:
		return errors.New("exposure: a Probe needs a Model")
	case p.Length < 1 || p.Vocabulary < 1:
		return fmt.Errorf("exposure: a probe with windows of %d tokens of a vocabulary of %d; give the Length and Vocabulary of the model's windows",
			p.Length, p.Vocabulary)
	case len(p.Prompt) < p.Length:
		return fmt.Errorf("exposure: the prompt has %d tokens, a window of the model %d: give a prompt of at least %d tokens",
			len(p.Prompt), p.Length, p.Length)
	}
	if err := p.checkTokens("the prompt", p.Prompt); err != nil {
		return err
	}
	if err := p.checkTokens("the secret", p.Secret); err != nil {
		return err
	}
	outputs, err := p.Model.Outputs(p.windows(p.Prompt[:p.Length]))
	if err != nil {
		return err
	}
	if outputs != p.Vocabulary {
		return fmt.Errorf("exposure: the model gives %d logits, the probe's vocabulary has %d tokens", outputs, p.Vocabulary)
	}
	return nil
}

func (p *Probe) checkTokens(what string, tokens []int32) error {
	i := slices.IndexFunc(tokens, func(t int32) bool { return t < 0 || int(t) >= p.Vocabulary })
	if i < 0 {
		return nil
	}
	return fmt.Errorf("exposure: token %d of %s is %d; the vocabulary has 0 to %d", i, what, tokens[i], p.Vocabulary-1)
}

// windows returns the samples whose windows stand one behind the other in text. Their labels are 0:
// nobody asks for the loss.
func (p *Probe) windows(text []int32) *datasets.Dataset {
	starts := make([]int, len(text)/p.Length)
	for i := range starts {
		starts[i] = i * p.Length
	}
	x := &datasets.Tokens{Length: p.Length, Vocabulary: p.Vocabulary, Text: text, Starts: starts}
	return &datasets.Dataset{Name: "probe", X: x, Y: make([]float64, len(starts)), Classes: p.Vocabulary}
}
