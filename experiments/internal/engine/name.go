package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"lethe/experiments/internal/numbers"
)

// base is the name of the folder of a run with default settings.
func (c *Config) base() string {
	return fmt.Sprintf("%s-%s-%s-%d", c.Dataset, c.Model, c.Profile, c.Seed)
}

// Name returns the name of the run's folder: data set, model, profile and seed, then what the user
// calls the run, or six digits that stand for what differs from the defaults.
func (c *Config) Name() string {
	if c.Label != "" {
		return c.base() + "-" + c.Label
	}
	if digits := c.digits(); digits != "" {
		return c.base() + "-" + digits
	}
	return c.base()
}

// digits stand for the settings that differ from the defaults, and for what else the user gave; ""
// where nothing does. A secret, its prompt and its replacement are no part of them: the name of a
// folder must not help to guess them.
func (c *Config) digits() string {
	sum, differs := sha256.New(), false
	add := func(name, value string) {
		fmt.Fprintf(sum, "%q=%q\n", name, value)
		differs = true
	}
	for i := range c.Parts {
		p := &c.Parts[i]
		e, err := Find(p.Experiment)
		if err != nil {
			continue
		}
		for _, a := range c.changedSettings(e, p.Settings) {
			add(p.Experiment+"."+a.key, formerText(a.value))
		}
	}
	if g := c.Given; g != nil {
		if g.Secret != "" {
			add("secret", "given")
		}
		if g.Checkpoint != "" {
			add("checkpoint", g.Loaded)
		}
	}
	if c.Networks != "" {
		io.WriteString(sum, "networks") // which ones a folder with the name may say
		differs = true
	}
	if !differs {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))[:6]
}

// formerText writes the numbers of a setting as the names of older folders count them, so that a run
// finds the folder that it began.
func formerText(value string) string {
	parts := strings.Split(value, ",")
	for i, part := range parts {
		if v, err := strconv.ParseFloat(part, 64); err == nil && numbers.Shortest(v) == part {
			parts[i] = numbers.Former(v)
		}
	}
	return strings.Join(parts, ",")
}

// plainLabel is what the name of a folder may end in on any system.
var plainLabel = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// checkLabel refuses a name that cannot end the name of a folder.
func checkLabel(label string) error {
	if label != "" && !plainLabel.MatchString(label) {
		return errors.New("--name takes up to 64 letters, digits, points, hyphens and underscores, the first of them a letter or a digit")
	}
	return nil
}
