package memorization

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/trial"
)

// canaryFormat is the authors' (docs/paper.md#unintended-memorization). What stands before the
// secret is as long as their windows, so that the model sees the same before it everywhere.
const canaryFormat = "`my telephone number is {secret}!' said alice.\n\n  "

// paperTexts are the replacements of docs/paper.md#unintended-memorization by their length.
var paperTexts = map[int][]string{5: {"taken"}, 10: {"not there ", "dry enough"}, 15: {"under the mouse"}, 20: {"the capital of paris"}}

// secretKey is which secret: that of so many characters in a draw.
type secretKey struct{ length, draw int }

// stream numbers the secret's random streams; that of the first draw is its length.
func (k secretKey) stream() int { return k.length + 10000*k.draw }

// file names the secret's files.
func (k secretKey) file() string {
	if k.draw == 0 {
		return fmt.Sprint(k.length)
	}
	return fmt.Sprintf("%d-draw%d", k.length, k.draw)
}

// planted is a text with a secret in it, as a model sees it.
type planted struct {
	secretKey
	vocabulary *datasets.Vocabulary
	train      *datasets.Dataset // all windows of the text
	choosing   *datasets.Dataset // windows of the held-out text on which settings are chosen; nil without one
	measured   *datasets.Dataset // those on which accuracy is measured then; nil without one
	canary     *datasets.Canary
	context    []int32 // the window before the secret, the prompt at its end
	secret     []int32
	inserted   bool     // the secret: it was not in the text
	notes      []string // what was not as the user may think
}

// digits reports whether the secret is a number.
func (p *planted) digits() bool { return strings.Trim(p.canary.Secret, "0123456789") == "" }

// secretLengths returns the lengths of the secrets that are asked for: the setting's, or that of
// the user's own.
func (s *Session) secretLengths(set *Settings) []int {
	if s.Given.Secret != "" {
		return []int{utf8.RuneCountInString(s.Given.Secret)}
	}
	var out []int
	for _, n := range set.Lengths {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// secretKeys returns the secrets that are asked for: one of each length in each draw. A secret of
// the user's own is the same in all draws.
func (s *Session) secretKeys(set *Settings) []secretKey {
	var out []secretKey
	for _, length := range s.secretLengths(set) {
		for draw := range max(1, set.Draws) {
			out = append(out, secretKey{length, draw})
		}
	}
	return out
}

// parts returns the text that is trained on, and the one held out, which follows it.
func (s *Session) parts(set *Settings) (train, heldOut string) {
	runes := []rune(s.Text)
	n, end := int(float64(len(runes))/(1+set.HeldOut)), len(runes)
	if set.Characters > 0 && set.Characters < n {
		n, end = set.Characters, set.Characters+int(set.HeldOut*float64(set.Characters))
	}
	return string(runes[:n]), string(runes[n:end])
}

// plant returns the text with a secret of that length in it.
func (s *Session) plant(set *Settings, key secretKey) (*planted, error) {
	p, length := &planted{secretKey: key}, key.length
	text, heldOut := s.parts(set)
	var err error
	if s.Given.Secret == "" {
		p.inserted = true
		secret := datasets.RandomDigits(length, trial.Random(s.Seed, trial.StreamSecret, key.stream()))
		text, p.canary, err = datasets.InsertCanary(text, canaryFormat, secret, set.Times, trial.Random(s.Seed, trial.StreamPlaces, key.stream()).Uint64())
	} else {
		text, err = s.plantOwn(p, text, set)
	}
	if err != nil {
		return nil, err
	}
	known := append([]string{text, heldOut, s.Given.Replacement}, paperTexts[length]...)
	p.vocabulary = datasets.NewVocabulary(known...)
	tokens, err := p.vocabulary.Encode(text)
	if err != nil {
		return nil, err
	}
	if p.train, err = datasets.Windows(s.Dataset, tokens, set.Window, p.vocabulary.Size()); err != nil {
		return nil, err
	}
	if err := s.holdOut(p, heldOut, set.Window); err != nil {
		return nil, err
	}
	return p, p.findContext(tokens, set.Window)
}

// holdOut makes windows of the two halves of the held-out text, without those that a secret stands
// in or behind.
func (s *Session) holdOut(p *planted, text string, window int) error {
	if text == "" {
		return nil
	}
	tokens, err := p.vocabulary.Encode(text)
	if err != nil {
		return err
	}
	secret, err := p.vocabulary.Encode(p.canary.Secret)
	if err != nil {
		return err
	}
	half := len(tokens) / 2
	for i, part := range [][]int32{tokens[:half], tokens[half:]} {
		d, err := datasets.Windows(s.Dataset+", held out", part, window, p.vocabulary.Size())
		if err != nil {
			return fmt.Errorf("half of the held-out text: %w; or --set held-out=0, which chooses and measures on the training text", err)
		}
		var keep []int
		for at := range d.Len() { // with its label the window is part[at : at+window+1]
			if !overlaps(part, secret, at, at+window+1) {
				keep = append(keep, at)
			}
		}
		if len(keep) == 0 {
			return errors.New("the secret stands in every window of the held-out text: --set held-out=0")
		}
		if i == 0 {
			p.choosing = d.Subset(keep)
		} else {
			p.measured = d.Subset(keep)
		}
	}
	return nil
}

// overlaps reports whether the word stands in text with a token in [from, to).
func overlaps(text, word []int32, from, to int) bool {
	for at := max(0, from-len(word)+1); at < min(to, len(text)-len(word)+1); at++ {
		if slices.Equal(text[at:at+len(word)], word) {
			return true
		}
	}
	return false
}

// plantOwn finds the user's own secret in that much of the text, or puts it there if the whole text
// holds neither it nor its prompt. All places where the secret stands are to be forgotten.
func (s *Session) plantOwn(p *planted, text string, set *Settings) (string, error) {
	m := &s.Given
	var err error
	p.canary, err = datasets.FindSecret(text, m.Prompt, m.Secret)
	if err == nil && m.Insert {
		p.notes = append(p.notes, fmt.Sprintf("--insert has no effect: the secret stands in the text already, at %s", placesText(len(p.canary.Spans))))
	}
	if !errors.Is(err, datasets.ErrNoSecret) {
		return text, s.withoutQuotes(err)
	}
	if text != s.Text {
		if _, err := datasets.FindSecret(s.Text, m.Prompt, m.Secret); !errors.Is(err, datasets.ErrNoSecret) {
			return "", fmt.Errorf("the secret or its prompt is in the text, but not within its first %d characters: --set characters=0 --set held-out=0 uses all of it",
				utf8.RuneCountInString(text))
		}
	}
	if !m.Insert {
		return "", fmt.Errorf("neither the prompt nor the secret is in the text: give them as they stand there, or --insert to put both into it at %s (--set times)",
			placesText(set.Times))
	}
	// The paragraph ends after it, as before it.
	seed := trial.Random(s.Seed, trial.StreamPlaces, p.stream()).Uint64()
	with, _, err := datasets.InsertCanary(text, m.Prompt+"{secret}\n\n", m.Secret, set.Times, seed)
	if err != nil {
		return "", s.withoutQuotes(err)
	}
	p.inserted = true
	p.notes = append(p.notes, fmt.Sprintf("the text holds neither the prompt nor the secret: both are inserted, at %s", placesText(set.Times)))
	p.canary, err = datasets.FindSecret(with, m.Prompt, m.Secret)
	return with, s.withoutQuotes(err)
}

// placesText counts places.
func placesText(n int) string {
	if n == 1 {
		return "1 place"
	}
	return fmt.Sprintf("%d places", n)
}

// withoutQuotes masks what an error quotes of the text, the prompt and the secret.
func (s *Session) withoutQuotes(err error) error {
	var quoting *datasets.QuotingError
	if s.Given.ShowSecret || !errors.As(err, &quoting) {
		return err
	}
	return errors.New(quoting.Masked() + " (--show-secret shows what is masked)")
}

// findContext takes what stands before the secret at the first place where it follows the prompt
// and a whole window precedes it.
func (p *planted) findContext(tokens []int32, window int) error {
	prompt, err := p.vocabulary.Encode(p.canary.Prompt)
	if err != nil {
		return err
	}
	for _, span := range p.canary.Spans {
		if span.At >= max(window, len(prompt)) && slices.Equal(tokens[span.At-len(prompt):span.At], prompt) {
			p.context = tokens[span.At-window : span.At]
			p.secret = tokens[span.At : span.At+span.Len]
			return nil
		}
	}
	return fmt.Errorf("the secret is only within the first %d characters, without a whole window before it: lower window", window)
}

// replacement is what a secret becomes.
type replacement struct {
	name string // text1, text2, random-digits; given or random for the user's own secret
	text string // empty if it differs from place to place
}

// replacements returns what a secret of that length is to become.
func (s *Session) replacements(set *Settings, length int) ([]replacement, error) {
	if s.Given.Replacement != "" {
		return []replacement{{"given", s.Given.Replacement}}, nil
	}
	if s.Given.Secret != "" {
		return []replacement{{"random", ""}}, nil
	}
	wanted := set.Replace
	if slices.Contains(wanted, "all") {
		wanted = []string{"text1", "text2", "random-digits"}
	}
	var out []replacement
	for _, name := range wanted {
		r := replacement{name: name}
		if name != "random-digits" {
			texts := paperTexts[length]
			if k := int(name[len(name)-1] - '1'); k < len(texts) {
				r.text = texts[k]
			} else {
				continue
			}
		}
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("length=%d: the paper has no %s of that length (it has texts of 5, 10, 15 and 20 characters, a second one of 10): "+
			"--set replace=random-digits", length, strings.Join(set.Replace, " or "))
	}
	return out, nil
}

// replacementTokens returns what each place becomes; random characters are drawn again for each.
func (s *Session) replacementTokens(p *planted, r replacement) ([][]int32, error) {
	rng := trial.Random(s.Seed, trial.StreamReplacement, p.stream())
	out := make([][]int32, len(p.canary.Spans))
	for i := range out {
		text, err := r.text, error(nil)
		if text == "" {
			text, err = p.alike(rng)
		}
		if err != nil {
			return nil, err
		}
		if out[i], err = p.vocabulary.Encode(text); err != nil {
			return nil, fmt.Errorf("the replacement: %w", err)
		}
	}
	return out, p.checkGone(out)
}

// checkGone refuses replacements after which the secret still stands behind its prompt.
func (p *planted) checkGone(replacement [][]int32) error {
	text, err := datasets.ReplaceText(p.train.X.(*datasets.Tokens).Text, p.canary.Spans, replacement)
	if err != nil {
		return err
	}
	corrected := p.vocabulary.Decode(text)
	if at := strings.Index(corrected, p.canary.Prompt+p.canary.Secret); at >= 0 {
		return fmt.Errorf("replacing the secret makes it appear again in the text, at character %d, together with what follows: give another replacement",
			utf8.RuneCountInString(corrected[:at]))
	}
	return nil
}

// cut lists the settings that ask for more text than there is.
func (s *Session) cut(set *Settings) []engine.Cut {
	whole := *set
	whole.Characters = 0
	train, _ := s.parts(&whole)
	n := utf8.RuneCountInString(train)
	if set.Characters <= n {
		return nil
	}
	return []engine.Cut{{Key: "characters", Used: strconv.Itoa(n), Why: fmt.Sprintf("the training text has %d characters", n)}}
}

// checkText refuses settings that the text cannot fulfil.
func (s *Session) checkText(set *Settings) error {
	keys := s.secretKeys(set)
	if s.Given.Checkpoint != "" && len(keys) > 1 {
		return fmt.Errorf("--checkpoint holds one model, and length=%s with draws=%d asks for %d: give one length, and --set draws=1",
			set.Text("length"), set.Draws, len(keys))
	}
	if set.MaxProducts == 0 {
		return errors.New("memorization needs products >= 1")
	}
	for _, key := range keys {
		p, err := s.plant(set, key)
		if err != nil {
			return err
		}
		replacements, err := s.replacements(set, key.length)
		if err != nil {
			return err
		}
		for _, r := range replacements {
			if _, err := s.replacementTokens(p, r); err != nil {
				return err
			}
		}
		n := p.train.Len()
		if h := p.choosing; h != nil && set.TuneSample > h.Len() {
			return fmt.Errorf("tune-sample=%d is more than the %d windows in half of the held-out text: lower it by --set tune-sample",
				set.TuneSample, h.Len())
		}
		for _, key := range []string{"train-batch", "batch", "sample", "tune-sample", "accuracy-sample"} {
			v := map[string]int{"train-batch": set.TrainBatch, "batch": set.Batch, "sample": set.Sample, "tune-sample": set.TuneSample,
				"accuracy-sample": set.Accuracy}[key]
			if v > n {
				return fmt.Errorf("%s=%d is more than the %d windows of the text: lower it by --set %s", key, v, n, key)
			}
		}
	}
	return nil
}
