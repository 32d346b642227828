package experiments

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
)

// Memory is what memorization is given besides its settings. The zero value takes the embedded text and canaries of random digits.
type Memory struct {
	Text        string `yaml:"text,omitempty"`        // file of the text; "" = the embedded one
	Prompt      string `yaml:"prompt,omitempty"`      // what stands before the secret
	Secret      string `yaml:"secret,omitempty"`      // "" = random digits, put into the text
	Replacement string `yaml:"replacement,omitempty"` // as long as the secret; "" = random characters of its kinds
	Checkpoint  string `yaml:"checkpoint,omitempty"`  // file of trained parameters; "" = train
	Loaded      string `yaml:"loaded,omitempty"`      // fingerprint of that file
}

// embeddedText is the name of the text that needs no file.
const embeddedText = "alice"

// flags returns the command line's words for what is given.
func (m *Memory) flags() []string {
	var words []string
	for _, f := range []struct{ flag, value string }{
		{"--text", m.Text}, {"--prompt", m.Prompt}, {"--secret", m.Secret}, {"--replace", m.Replacement}, {"--checkpoint", m.Checkpoint},
	} {
		switch {
		case strings.HasPrefix(f.value, "-"): // else it would be read as a flag
			words = append(words, f.flag+"="+quoted(f.value))
		case f.value != "":
			words = append(words, f.flag, quoted(f.value))
		}
	}
	return words
}

// check says what does not go together.
func (m *Memory) check(e *Experiment) error {
	if words := m.flags(); len(words) > 0 && !e.Text {
		return fmt.Errorf("%s is for memorization; %s works on tables", strings.SplitN(words[0], "=", 2)[0], e.ID)
	}
	secret, replacement := utf8.RuneCountInString(m.Secret), utf8.RuneCountInString(m.Replacement)
	switch {
	case m.Secret == "" && m.Prompt != "":
		return errors.New("--prompt goes with --secret, what is to be forgotten after it")
	case m.Secret == "" && m.Replacement != "":
		return errors.New("--replace goes with --secret; what random digits become is a setting, --set replace")
	case m.Secret != "" && m.Prompt == "":
		return errors.New("--secret goes with --prompt, the text that stands before it")
	case replacement > 0 && replacement != secret:
		return fmt.Errorf("--replace has %d characters and --secret %d: they have to be equally long, so that the text around keeps its place",
			replacement, secret)
	case m.Secret != "" && m.Replacement == m.Secret:
		return errors.New("--replace is the same as --secret, so that nothing would be forgotten: give another text of that length")
	case m.Replacement != "" && datasets.ReadAlike(m.Secret, m.Replacement):
		return fmt.Errorf("--replace %+q reads like --secret %+q, so that nothing would be forgotten: give another text of that length",
			m.Replacement, m.Secret)
	}
	for _, f := range []struct{ flag, value string }{{"--prompt", m.Prompt}, {"--secret", m.Secret}, {"--replace", m.Replacement}} {
		if !utf8.ValidString(f.value) {
			return fmt.Errorf("%s is not UTF-8", f.flag)
		}
	}
	return nil
}

// name is that of the text.
func (m *Memory) name() string {
	if m.Text == "" {
		return embeddedText
	}
	return strings.ToValidUTF8(filepath.Base(m.Text), "\uFFFD")
}

// read returns the text, and notes the fingerprint of the checkpoint.
func (m *Memory) read() (string, error) {
	if m.Checkpoint != "" {
		data, err := os.ReadFile(m.Checkpoint)
		if err != nil {
			return "", fmt.Errorf("experiments: --checkpoint: %w", err)
		}
		m.Loaded = shortSum(data)
	}
	if m.Text == "" {
		return datasets.Alice(), nil
	}
	return datasets.ReadText(m.Text)
}

// shortSum is 64 bits of the SHA-256.
func shortSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
