package engine

import (
	"cmp"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lethe/experiments/internal/records"
)

// Files of a run hold [Mask] in place of a secret of the user's own, its prompt and its
// replacement. Whether a later command means the same ones is told by their seal: a hash that takes
// a fifth of a second to compute and begins with a random salt. The salt lies in a file of its own,
// so that who has the configuration alone, as from a report, cannot try out short secrets. Who has
// the salt as well can try five a second; but beside it lies a model that knows the secret.

// Mask stands in files for what they do not say.
const Mask = "[masked]"

// sealRounds is how often the hash is repeated, as advised for passwords.
const sealRounds = 600_000

// masks reports whether the files of a run leave out what is given.
func (g *Given) masks() bool { return g.Secret != "" && !g.ShowSecret }

// private reports whether a run works on what is nobody else's business.
func (g *Given) private() bool { return g.Text != "" || g.Secret != "" }

// Masked reports whether the run's files leave out its secret, so that its configuration alone does
// not repeat it.
func (c *Config) Masked() bool { return c.Given != nil && c.Given.Seal != "" }

// Private reports whether the run's files are for their owner only: it worked on a text or a secret
// of the user's own.
func (c *Config) Private() bool { return c.Given != nil && c.Given.private() }

// sealOf is the hash of what is masked.
func (g *Given) sealOf(salt []byte) string {
	what, err := json.Marshal([]string{g.Prompt, g.Secret, g.Replacement})
	if err != nil {
		panic(err) // texts always encode
	}
	sum, err := pbkdf2.Key(sha256.New, string(what), salt, sealRounds, 16)
	if err != nil {
		panic(err) // only of lengths that FIPS 140 forbids
	}
	return hex.EncodeToString(sum)
}

// sealedData is the fingerprint of a text that holds a masked secret. Without the salt nobody who
// knows the rest of the text can try out secrets by it.
func sealedData(fingerprint string, salt []byte) string {
	h := hmac.New(sha256.New, salt)
	h.Write([]byte(fingerprint))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// conceal puts seals into the configuration of a run that masks its secret: with the salt of the
// run that it repeats or resumes, or with a new one.
func (o *Order) conceal(c *Config, dir string) error {
	if c.Given == nil || !c.Given.masks() {
		return nil
	}
	g := *c.Given // each run has a salt of its own
	switch {
	case o.Repeat != nil && o.Repeat.Masked():
		g.salt = o.Repeat.Given.salt
	case o.Mode == records.Resume:
		var err error
		if g.salt, err = readSalt(dir); err != nil {
			return err
		}
		if old, err := ReadConfig(filepath.Join(dir, records.ConfigName)); g.salt == nil && err == nil && old.Masked() {
			return fmt.Errorf("%s is not in %s, so nobody can tell whether the secret is the same: restore the file, or start again with --force",
				records.SaltName, dir)
		}
	}
	if g.salt == nil {
		random := make([]byte, 32)
		_, _ = rand.Read(random) // it never fails
		g.salt = []byte(hex.EncodeToString(random) + "\n")
	}
	*c = *c.sealedBy(&g)
	return nil
}

// sealedBy returns the configuration as it is written: with the seal and the sealed fingerprint
// that belong to the salt of g.
func (c *Config) sealedBy(g *Given) *Config {
	out, sealed := *c, *c.Given
	sealed.salt = g.salt
	sealed.Seal = sealed.sealOf(g.salt)
	out.fingerprint = cmp.Or(c.fingerprint, c.Data)
	out.Given, out.Data = &sealed, sealedData(out.fingerprint, g.salt)
	return &out
}

// comparedWith returns the configuration of a run that is asked for as it can be compared with one
// that is there: two runs of one secret have different seals unless their salt is the same.
func (c *Config) comparedWith(there *Config) *Config {
	if c.Given == nil || !c.Given.masks() || c.Given.Secret == Mask || !there.Masked() || there.Given.salt == nil {
		return c
	}
	return c.sealedBy(there.Given)
}

// readSalt reads the salt of a run's folder; nil if there is none.
func readSalt(dir string) ([]byte, error) {
	salt, err := os.ReadFile(filepath.Join(dir, records.SaltName))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return salt, err
}

// checkSealed refuses to repeat a run with another secret than its own, which its files do not say.
func (o *Order) checkSealed() error {
	if o.Repeat == nil || !o.Repeat.Masked() {
		return nil
	}
	old := o.Repeat.Given
	switch {
	case o.Secret == "":
		return errors.New("the run's prompt and secret are masked in its configuration: give --prompt and --secret again, and --replace if it had one")
	case old.salt == nil:
		return fmt.Errorf("%s does not lie beside the configuration, so nobody can tell whether the secret is the same: copy it from the run's folder, "+
			"or make a new run", records.SaltName)
	case o.sealOf(old.salt) != old.Seal:
		return errors.New("the prompt, the secret or the replacement differs from those of the run to repeat (they are masked in its files)")
	}
	return nil
}

// otherSecret says in what two runs' secrets differ; "" = in nothing that can be told by seals.
func otherSecret(run, requested *Given) string {
	a, b := &Given{}, &Given{}
	if run != nil {
		a = run
	}
	if requested != nil {
		b = requested
	}
	switch {
	case a.Seal == b.Seal:
		return ""
	case a.Seal == "" && a.Secret != "":
		return "show-secret (the run's files show its secret: add --show-secret)"
	case b.Seal == "" && b.Secret != "":
		return "show-secret (the run's files mask its secret: omit --show-secret)"
	}
	return "prompt, secret or replacement (they are masked)"
}

// MaskedText is a text of the user's own as files show it.
func (s *Session) MaskedText(text string) string {
	if s.Given.masks() {
		return Mask
	}
	return text
}

// TellsText reports whether the run's files may say what a model writes: of a text of the user's
// own that is what it remembers of it.
func (s *Session) TellsText() bool { return s.Given.ShowSecret || !s.Given.private() }
