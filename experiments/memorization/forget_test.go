package memorization

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/tried"
)

// A secret of any characters becomes another text, whatever its characters are.
func TestASecretOfAnyCharactersIsReplacedByAnother(t *testing.T) {
	for _, secret := range []string{
		"秘密", "密", "7", "77", "---", "|`*", "£", "ß", "İ", "سر", "１２", "٣", "a\u0301b", "👍🏽", "ǅ", "$", "a", "Z9-", "Ⅷ", "-", "א",
	} {
		for seed := range uint64(30) {
			s := &Session{Session: &engine.Session{Seed: seed, Dataset: "d", Text: "Some words\n\nThe key is: " + secret + " .\n\n", Given: engine.Given{Prompt: "is: ", Secret: secret}}}
			set := &Settings{Window: 4, Times: 1}
			p, err := s.plant(set, secretKey{len([]rune(secret)), 0})
			require.NoError(t, err, "%q", secret)
			require.Empty(t, p.notes)
			tokens, err := s.replacementTokens(p, replacement{name: "random"})
			require.NoError(t, err, "%q", secret)
			got := p.vocabulary.Decode(tokens[0])
			require.NotEqual(t, secret, got)
			require.False(t, datasets.ReadAlike(secret, got), "%q becomes %q", secret, got)
			require.Len(t, []rune(got), len([]rune(secret)))
		}
	}
}

// The digits of a canary are never replaced by themselves: of one digit every tenth draw would be.
func TestRandomDigitsAreOthers(t *testing.T) {
	for seed := range uint64(100) {
		s := &Session{Session: &engine.Session{Seed: seed, Dataset: "d", Text: "one of the texts of this world\n\ntwo"}}
		p, err := s.plant(&Settings{Window: 4, Times: 1}, secretKey{1, 0})
		require.NoError(t, err)
		tokens, err := s.replacementTokens(p, replacement{name: "random-digits"})
		require.NoError(t, err)
		require.Regexp(t, "^[0-9]$", p.vocabulary.Decode(tokens[0]))
	}
}

// Forgetting another secret than the one in the text is refused, and so is one that changes
// nothing.
func TestTheSecretThatIsForgottenIsTheOneInTheText(t *testing.T) {
	long := strings.Repeat("Some words of a text\n\n", 30)
	for name, c := range map[string]struct {
		text, prompt, secret, want string
		characters                 int
	}{
		"Unicode form": {"The key is caf\u00e9.\n\n", "The key is ", "cafe\u0301", "in another Unicode form", 0},
		"full width":   {"The key is １２.\n\n", "The key is ", "12", "in another Unicode form", 0},
		"apostrophe":   {"The key is don’t.\n\n", "The key is ", "don't", "quotation marks", 0},
		"white space":  {"The key is ab\ncd.\n\n", "The key is ", "ab cd", "with other white space", 0},
		"case":         {"the key is xy7.\n\n", "the key is ", "Xy7", "in other case", 0},
		"other prompt": {"The code is Xy7.\n\n", "The key is ", "Xy7", `what stands before it there is "he code is "`, 0},
		"a slip":       {"The key is Xy7.\n\n", "The key is ", "Xz7", `"Xy7" follows it: give that as the secret`, 0},
		"cut off":      {long + "The key is Xy7.\n\n", "The key is ", "Xy7", "not within its first 200 characters: --set characters=0", 200},
		"white only":   {"The key is  .\n\n", "The key is", "  ", "give a replacement with --replace", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := &Session{Session: &engine.Session{Seed: 3, Dataset: "d", Text: c.text, Given: engine.Given{Prompt: c.prompt, Secret: c.secret, ShowSecret: true}}}
			p, err := s.plant(&Settings{Window: 4, Times: 1, Characters: c.characters}, secretKey{len([]rune(c.secret)), 0})
			if err == nil {
				_, err = s.replacementTokens(p, replacement{name: "random"})
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
	text := ownText(t, true)
	for _, c := range []struct{ replacement, want string }{
		{"Xy7-k", "--replace equals --secret, so nothing would be unlearned"},
		{"Xy7‐k", "--replace reads like --secret"},
		{"Ｘy7-k", "--replace reads like --secret"},
	} {
		tried.Refused(t, engine.Order{Experiment: "memorization", Given: engine.Given{Text: text, Prompt: "The key is ", Secret: "Xy7-k", Replacement: c.replacement}}, c.want)
	}
	tried.Refused(t, engine.Order{Experiment: "memorization", Given: engine.Given{Text: text, Prompt: "The key is ", Secret: "xy7-K"}}, "in other case")
}

// A replacement that makes the secret out of what stands beside it does not make it forgotten.
func TestTheSecretDoesNotComeBack(t *testing.T) {
	s := &Session{Session: &engine.Session{Seed: 3, Dataset: "d", Text: "Some words\n\nababa.", Given: engine.Given{Prompt: "a", Secret: "ba"}}}
	p, err := s.plant(&Settings{Window: 4, Times: 1}, secretKey{2, 0})
	require.NoError(t, err)
	require.Len(t, p.canary.Spans, 2)
	_, err = s.replacementTokens(p, replacement{"given", "ab"})
	assert.ErrorContains(t, err, "replacing the secret makes it appear again in the text")
}

// Outputs that are no numbers are no answers: not the first class, whose windows would all be
// right.
func TestOutputsThatAreNoNumbersAreRefused(t *testing.T) {
	s, set := memorySession(t)
	sub, err := s.secretSubject("memorization", set, secretKey{3, 0})
	require.NoError(t, err)
	theta := make([]float64, len(sub.start))
	theta[len(theta)-1] = math.NaN() // a bias of the output
	_, _, err = accuracyAndLoss(t.Context(), sub.model, theta, sub.train)
	assert.Error(t, err)
}
