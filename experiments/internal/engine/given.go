package engine

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// Given is what the user gives a run besides its data set and settings. Which experiments take it
// their domain says. The zero value is nothing.
type Given struct {
	Text        string `yaml:"text,omitempty"`        // file of the text that is worked on
	Prompt      string `yaml:"prompt,omitempty"`      // what stands before the secret
	Secret      string `yaml:"secret,omitempty"`      // what is to be forgotten
	Replacement string `yaml:"replacement,omitempty"` // what it becomes
	Checkpoint  string `yaml:"checkpoint,omitempty"`  // file of trained parameters; "" = train
	Loaded      string `yaml:"loaded,omitempty"`      // fingerprint of that file
	Insert      bool   `yaml:"insert,omitempty"`      // put prompt and secret into a text that holds neither
	ShowSecret  bool   `yaml:"-"`                     // write prompt, secret and replacement into the run's files
	Seal        string `yaml:"seal,omitempty"`        // hash of the three where they are masked; "" elsewhere

	salt []byte // of the seal; nil = unknown
}

// given reports whether there is anything.
func (g *Given) given() bool { return len(g.Flags()) > 0 || g.Loaded != "" }

// givenFlag is a flag of the command line with its value, and the variable of the shell that stands
// for a masked one; "" = it is never masked.
type givenFlag struct{ flag, value, variable string }

// secrets are the flags whose values are masked.
func (g *Given) secrets() []givenFlag {
	return []givenFlag{{"--prompt", g.Prompt, "$PROMPT"}, {"--secret", g.Secret, "$SECRET"}, {"--replace", g.Replacement, "$REPLACEMENT"}}
}

// masked is the flag with the variable in place of its value.
func (f givenFlag) masked() string { return f.flag + `="` + f.variable + `"` }

// Flags returns the command line's words for what is given. What is masked stands in variables of
// the shell.
func (g *Given) Flags() []string {
	var words []string
	for _, f := range slices.Concat([]givenFlag{{"--text", g.Text, ""}}, g.secrets(), []givenFlag{{"--checkpoint", g.Checkpoint, ""}}) {
		switch {
		case f.value != "" && f.variable != "" && g.masks():
			words = append(words, f.masked())
		case strings.HasPrefix(f.value, "-"): // else it would be read as a flag
			words = append(words, f.flag+"="+Quoted(f.value))
		case f.value != "":
			words = append(words, f.flag, Quoted(f.value))
		}
	}
	if g.Insert {
		words = append(words, "--insert")
	}
	if g.ShowSecret {
		words = append(words, "--show-secret")
	}
	return words
}

// node is what is given, without what is not.
func (g *Given) node() *yaml.Node {
	out := records.Mapping()
	shown := *g
	if g.Seal != "" {
		for _, what := range []*string{&shown.Prompt, &shown.Secret, &shown.Replacement} {
			if *what != "" {
				*what = Mask
			}
		}
	}
	g = &shown
	for _, f := range []struct{ key, value string }{
		{"text", g.Text}, {"prompt", g.Prompt}, {"secret", g.Secret}, {"replacement", g.Replacement}, {"checkpoint", g.Checkpoint}, {"loaded", g.Loaded},
	} {
		if f.value != "" {
			out.Content = append(out.Content, records.Scalar(f.key), records.TextNode(f.value))
		}
	}
	if g.Insert {
		out.Content = append(out.Content, records.Scalar("insert"), records.Scalar("true"))
	}
	if g.Seal != "" {
		out.Content = append(out.Content, records.Scalar("seal"), records.TextNode(g.Seal))
	}
	if len(out.Content) == 0 {
		out.Style = yaml.FlowStyle
	}
	return out
}

// checkGiven refuses what only other experiments take, and what does not go together.
func (o *Order) checkGiven(e *Experiment) error {
	for _, word := range o.Flags() {
		flag := strings.SplitN(word, "=", 2)[0]
		if strings.HasPrefix(flag, "--") && !slices.Contains(e.Domain.Flags, flag) {
			return fmt.Errorf("%s is for %s; %s uses %s", flag, takers(flag), e.ID, e.Domain.Holds)
		}
	}
	if err := o.checkSealed(); err != nil {
		return err
	}
	if e.Domain.CheckGiven != nil {
		if err := e.Domain.CheckGiven(&o.Given); err != nil {
			return err
		}
	}
	if o.Networks != "" && e.Domain.TakeNetworks == nil {
		return fmt.Errorf("--networks is for %s; %s trains no networks that can be saved", takers("--networks"), e.ID)
	}
	return nil
}

// takers names the experiments that take a flag.
func takers(flag string) string {
	var out []string
	for _, e := range all {
		if slices.Contains(e.Domain.Flags, flag) {
			out = append(out, e.ID)
		}
	}
	return report.And(out)
}
