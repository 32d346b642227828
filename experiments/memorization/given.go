package memorization

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/internal/suggest"
)

// EmbeddedText is the name of the text that needs no file.
const EmbeddedText = "alice"

// checkGivenText says what of the given text and secret does not go together.
func checkGivenText(m *engine.Given) error {
	secret, replacement := utf8.RuneCountInString(m.Secret), utf8.RuneCountInString(m.Replacement)
	switch {
	case m.Secret == "" && m.Prompt != "":
		return errors.New("--prompt needs --secret, the text to unlearn after it")
	case m.Secret == "" && m.Replacement != "":
		return errors.New("--replace needs --secret; the replacement of random digits is a setting, --set replace")
	case m.Secret == "" && m.Insert:
		return errors.New("--insert needs --prompt and --secret, which it puts into the text")
	case m.Secret == "" && m.Text == "" && m.ShowSecret:
		return errors.New("--show-secret is for a --text or a --secret of your own: nothing else is masked")
	case m.Secret != "" && m.Prompt == "":
		return errors.New("--secret needs --prompt, the text before it")
	case replacement > 0 && replacement != secret:
		return fmt.Errorf("--replace has %d characters and --secret %d: they must have the same length, so that the surrounding text keeps its place",
			replacement, secret)
	case m.Secret != "" && m.Replacement == m.Secret:
		return errors.New("--replace equals --secret, so nothing would be unlearned: give another text of that length")
	case m.Replacement != "" && datasets.ReadAlike(m.Secret, m.Replacement):
		return errors.New("--replace reads like --secret, so nothing would be unlearned: give another text of that length")
	}
	for _, f := range []struct{ flag, value string }{{"--prompt", m.Prompt}, {"--secret", m.Secret}, {"--replace", m.Replacement}} {
		if !utf8.ValidString(f.value) {
			return fmt.Errorf("%s is not UTF-8", f.flag)
		}
	}
	return nil
}

// chooseText returns the name of the text.
func chooseText(o *engine.Order) ([]string, error) {
	switch {
	case o.Repeat != nil || o.Dataset == "":
		if o.Text == "" {
			return []string{EmbeddedText}, nil
		}
		return []string{strings.ToValidUTF8(filepath.Base(o.Text), "\uFFFD")}, nil
	case o.Text != "":
		return nil, errors.New("--text and --dataset exclude each other: the text is the data set")
	case o.Dataset != EmbeddedText:
		return nil, fmt.Errorf("unknown data set %q; memorization knows %s, and any text by --text FILE.%s", o.Dataset, EmbeddedText,
			suggest.DidYouMean(o.Dataset, []string{EmbeddedText}))
	}
	return []string{EmbeddedText}, nil
}

// readText returns the text with its fingerprint, and notes the fingerprint of the checkpoint.
func readText(o *engine.Order) (text, fingerprint string, err error) {
	if o.Checkpoint != "" {
		data, err := os.ReadFile(o.Checkpoint)
		if err != nil {
			return "", "", fmt.Errorf("experiments: --checkpoint: %w", err)
		}
		o.Loaded = shortSum(data)
	}
	if o.Text == "" {
		text = datasets.Alice()
	} else if text, err = datasets.ReadText(o.Text); err != nil {
		return "", "", err
	}
	return text, shortSum([]byte(text)), nil
}

// shortSum is 64 bits of the SHA-256.
func shortSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
