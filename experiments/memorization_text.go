package experiments

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lethe/datasets"
)

// canaryFormat is the authors' (PAPER.md section 3). What stands before the secret is as long as their windows, so that the model sees the
// same before it everywhere.
const canaryFormat = "`my telephone number is {secret}!' said alice.\n\n  "

// paperTexts are the replacements of PAPER.md section 3 by their length.
var paperTexts = map[int][]string{5: {"taken"}, 10: {"not there ", "dry enough"}, 15: {"under the mouse"}, 20: {"the capital of paris"}}

// planted is a text with a secret in it, as a model sees it.
type planted struct {
	length     int // of the secret
	vocabulary *datasets.Vocabulary
	train      *datasets.Dataset // all windows of the text
	canary     *datasets.Canary
	context    []int32 // the window before the secret, the prompt at its end
	secret     []int32
	notes      []string // what was not as the user may think
}

// digits reports whether the secret is a number.
func (p *planted) digits() bool { return strings.Trim(p.canary.Secret, "0123456789") == "" }

// secretLengths returns the lengths of the secrets that are asked for: the setting's, or that of the user's own.
func (s *Session) secretLengths(set *Settings) []int {
	if s.memory.Secret != "" {
		return []int{utf8.RuneCountInString(s.memory.Secret)}
	}
	var out []int
	for _, n := range set.Lengths {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// plant returns the text with a secret of that length in it.
func (s *Session) plant(set *Settings, length int) (*planted, error) {
	p := &planted{length: length}
	text := s.text
	if runes := []rune(text); set.Characters > 0 && set.Characters < len(runes) {
		text = string(runes[:set.Characters])
	}
	var err error
	if s.memory.Secret == "" {
		secret := datasets.RandomDigits(length, random(s.Seed, streamSecret, length))
		text, p.canary, err = datasets.InsertCanary(text, canaryFormat, secret, set.Times, random(s.Seed, streamPlaces, length).Uint64())
	} else {
		text, err = p.plantOwn(text, &s.memory, set.Times, random(s.Seed, streamPlaces, length).Uint64())
	}
	if err != nil {
		return nil, err
	}
	known := append([]string{text, s.memory.Replacement}, paperTexts[length]...)
	p.vocabulary = datasets.NewVocabulary(known...)
	tokens, err := p.vocabulary.Encode(text)
	if err != nil {
		return nil, err
	}
	if p.train, err = datasets.Windows(s.Dataset, tokens, set.Window, p.vocabulary.Size()); err != nil {
		return nil, err
	}
	return p, p.findContext(tokens, set.Window)
}

// plantOwn finds the user's own secret in the text, or puts it there if it does not follow its prompt anywhere. All places where the secret
// stands are to be forgotten.
func (p *planted) plantOwn(text string, m *Memory, times int, seed uint64) (string, error) {
	if !strings.Contains(text, m.Prompt+m.Secret) {
		// The paragraph ends after it, as before it.
		with, _, err := datasets.InsertCanary(text, m.Prompt+"{secret}\n\n", m.Secret, times, seed)
		if err != nil {
			return "", err
		}
		p.notes = append(p.notes, fmt.Sprintf("the secret does not stand after the prompt anywhere in the text: both are put in, %d times", times))
		text = with
	}
	var err error
	p.canary, err = datasets.FindSecret(text, m.Prompt, m.Secret)
	return text, err
}

// findContext takes what stands before the secret at the first place where it follows the prompt and a whole window precedes it.
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
	return fmt.Errorf("the secret %q stands within the first %d characters only, where there is no whole window before it: lower window",
		p.canary.Secret, window)
}

// replacement is what a secret becomes.
type replacement struct {
	name string // text1, text2, random-digits; given or random for the user's own secret
	text string // empty if it differs from place to place
}

// replacements returns what a secret of that length is to become.
func (s *Session) replacements(set *Settings, length int) ([]replacement, error) {
	if s.memory.Replacement != "" {
		return []replacement{{"given", s.memory.Replacement}}, nil
	}
	if s.memory.Secret != "" {
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

// replacementTokens returns what each place becomes; random characters are drawn anew for each.
func (s *Session) replacementTokens(p *planted, r replacement) ([][]int32, error) {
	rng := random(s.Seed, streamReplacement, p.length)
	out := make([][]int32, len(p.canary.Spans))
	for i := range out {
		text := r.text
		if text == "" {
			text = p.alike(rng)
		}
		var err error
		if out[i], err = p.vocabulary.Encode(text); err != nil {
			return nil, fmt.Errorf("the replacement %q: %w", text, err)
		}
	}
	return out, nil
}

// alike returns random characters of the kinds of the secret's: a digit for a digit, a letter of the text's for a letter, upper or lower
// case as it was; others stay.
func (p *planted) alike(rng *rand.Rand) string {
	kinds := []func(rune) bool{unicode.IsDigit, unicode.IsLower, unicode.IsUpper}
	out := []rune(p.canary.Secret)
	for i, c := range out {
		k := slices.IndexFunc(kinds, func(is func(rune) bool) bool { return is(c) })
		if k < 0 {
			continue
		}
		var same []rune
		for _, symbol := range p.vocabulary.Symbols() {
			if kinds[k](symbol) {
				same = append(same, symbol)
			}
		}
		out[i] = same[rng.IntN(len(same))]
	}
	return string(out)
}

// checkText refuses settings that the text cannot fulfil.
func (s *Session) checkText(set *Settings) error {
	if err := checkMethods("memorization", set, memoryMethodNames()); err != nil {
		return err
	}
	lengths := s.secretLengths(set)
	if s.memory.Checkpoint != "" && len(lengths) > 1 {
		return fmt.Errorf("--checkpoint holds the model of one secret, and length=%s asks for %d: give one length", set.Text("length"), len(lengths))
	}
	for key, v := range map[string]int{"products": set.MaxProducts, "epochs": set.Epochs} {
		if v == 0 {
			return fmt.Errorf("%s=0 is for other experiments: --set %s to at least 1", key, key)
		}
	}
	for _, length := range lengths {
		p, err := s.plant(set, length)
		if err != nil {
			return err
		}
		replacements, err := s.replacements(set, length)
		if err != nil {
			return err
		}
		for _, r := range replacements {
			if _, err := s.replacementTokens(p, r); err != nil {
				return err
			}
		}
		n := p.train.Len()
		for _, key := range []string{"train-batch", "batch", "sample", "tune-sample", "accuracy-sample"} {
			v := map[string]int{"train-batch": set.TrainBatch, "batch": set.Batch, "sample": set.Sample, "tune-sample": set.TuneSample,
				"accuracy-sample": set.Accuracy}[key]
			if v > n {
				return fmt.Errorf("%s=%d is more than the %d windows of the text: --set %s to at most that", key, v, n, key)
			}
		}
	}
	return nil
}
