package memorization

import (
	"context"
	"fmt"

	"lethe/datasets"
	"lethe/experiments/internal/trial"
	"lethe/exposure"
	"lethe/nets"
	"lethe/unlearn"
)

// secretSubject is a language model with a secret in its training text.
type secretSubject struct {
	*planted
	session *Session
	set     *Settings
	part    string // the experiment's name in records
	model   *nets.Model
	problem *unlearn.Problem // its training data are the text with the secret
	start   []float64
	theta   []float64 // after training; nil before
	probe   *exposure.Probe
	spaces  []exposure.Space

	corrections map[string]*correction // by the name of the replacement
}

// correction is a request to make the secret something else, and what it leads to.
type correction struct {
	replacement
	request  unlearn.Request
	applied  *unlearn.Applied
	data     *datasets.Dataset // the corrected windows
	choosing *judge            // of settings
	measured *judge            // of what they lead to
	theta    []float64         // after retraining; nil before
	target   float64           // log2-perplexity of the secret after retraining: for measuring, never for choosing
}

// secretSubject returns the model of a secret, untrained, from the second time on the same one.
func (s *Session) secretSubject(part string, set *Settings, key secretKey) (*secretSubject, error) {
	own := subjectKey{key, form.Key(set, "network", "model")}
	if sub, ok := s.secrets[own]; ok {
		return sub, nil
	}
	p, err := s.plant(set, key)
	if err != nil {
		return nil, err
	}
	for _, note := range p.notes {
		s.Progress.Note(note)
	}
	precision := nets.Float32()
	if set.Precision == "float64" {
		precision = nets.Float64()
	}
	net := nets.LSTM{Vocabulary: p.vocabulary.Size(), Embedding: set.Embedding, Units: set.Units, Layers: set.Layers, Dropout: set.Dropout}
	m, err := nets.NewModel(net, nets.SoftmaxCrossEntropy, precision)
	if err != nil {
		return nil, err
	}
	sub := &secretSubject{planted: p, session: s, set: set, part: part, model: m, start: m.Init(trial.Random(s.Seed, trial.StreamInit, key.stream()).Uint64()),
		corrections: map[string]*correction{}}
	penalty, err := m.Penalty("lstm*/*") // not embedding and output, as the authors have it
	if err != nil {
		return nil, err
	}
	// The authors' l2 ||w||^2 beside the mean loss is (2 l2 n)/2 ||w||^2 beside the sum.
	sub.problem = &unlearn.Problem{Objective: m, Train: p.train, L2: 2 * set.L2 * float64(p.train.Len()), Penalty: penalty}
	sub.probe = &exposure.Probe{Model: m, Length: set.Window, Vocabulary: p.vocabulary.Size(), Prompt: p.context, Secret: p.secret}
	sub.spaces = p.spaces()
	s.secrets[own] = sub
	return sub, nil
}

// spaces returns what exposure is measured in, the narrower space first: an attacker may know that
// the secret is a number.
func (p *planted) spaces() []exposure.Space {
	all := exposure.Space{Name: "all"}
	for id := range p.vocabulary.Size() {
		all.Alphabet = append(all.Alphabet, int32(id))
	}
	if !p.digits() || len(p.vocabulary.Digits()) < 2 {
		return []exposure.Space{all}
	}
	return []exposure.Space{{Name: "digits", Alphabet: p.vocabulary.Digits()}, all}
}

// windowText is the training text, in tokens.
func (sub *secretSubject) windowText() []int32 { return sub.train.X.(*datasets.Tokens).Text }

// correction returns the request of one replacement.
func (sub *secretSubject) correction(r replacement) (*correction, error) {
	if c, ok := sub.corrections[r.name]; ok {
		return c, nil
	}
	tokens, err := sub.session.replacementTokens(sub.planted, r)
	if err != nil {
		return nil, err
	}
	c := &correction{replacement: r}
	if c.request, err = unlearn.CorrectSpans(sub.train, sub.canary.Spans, tokens); err != nil {
		return nil, err
	}
	if c.applied, err = c.request.Apply(sub.train); err != nil {
		return nil, err
	}
	c.data = c.applied.Data
	c.choosing, c.measured = sub.judges(c.data)
	sub.corrections[r.name] = c
	return c, nil
}

// trained returns the parameters after training, from --checkpoint, or from the run's folder, where
// an unfinished training resumes.
func (sub *secretSubject) trained(ctx context.Context) ([]float64, error) {
	if sub.theta != nil {
		return sub.theta, nil
	}
	load := func() ([]float64, error) { return sub.fit(ctx, sub.trainName(), sub.problem) }
	if path := sub.session.Given.Checkpoint; path != "" {
		load = func() ([]float64, error) { return sub.load(path) }
	}
	theta, err := load()
	if err != nil {
		return nil, err
	}
	sub.theta = theta
	return theta, nil
}

// retrained returns the parameters after training on the corrected text from the same start.
func (sub *secretSubject) retrained(ctx context.Context, c *correction) ([]float64, error) {
	if c.theta != nil {
		return c.theta, nil
	}
	theta, err := sub.fit(ctx, sub.retrainName(c), sub.problem.With(c.data))
	if err != nil {
		return nil, err
	}
	if c.target, err = sub.perplexity(ctx, theta); err != nil {
		return nil, err
	}
	c.theta = theta
	return theta, nil
}

// perplexity returns the log2-perplexity of the secret.
func (sub *secretSubject) perplexity(ctx context.Context, theta []float64) (float64, error) {
	bits, err := sub.probe.LogPerplexity(ctx, theta, [][]int32{sub.secret})
	if err != nil {
		return 0, err
	}
	return bits[0], nil
}

// Names of the trainings' files in the run's folder.
func (sub *secretSubject) trainName() string { return "train-" + sub.file() }
func (sub *secretSubject) retrainName(c *correction) string {
	return fmt.Sprintf("retrain-%s-%s", sub.file(), c.name)
}
