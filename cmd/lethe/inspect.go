package main

import (
	"fmt"
	"strings"

	"lethe/internal/cli"
	"lethe/project"
	"lethe/project/evidence"
)

type inspectCommand struct {
	Path string `arg:"" name:"path" help:"A model's folder, an ONNX file or a safetensors file."`
	JSON bool   `name:"json" help:"Print one JSON object and nothing else on standard output."`
}

// Run says what the model is.
func (c *inspectCommand) Run(t *terminal) error {
	info, err := project.Inspect(c.Path)
	if err != nil {
		return err
	}
	if c.JSON {
		return cli.WriteJSON(t.stdout, info)
	}
	say := func(name, format string, args ...any) {
		fmt.Fprintf(t.stdout, "%-11s %s\n", name, fmt.Sprintf(format, args...))
	}
	say(info.Kind, "%s", info.Path)
	if info.Network != "" {
		say("network", "%s", info.Network)
	}
	if info.Loss != "" {
		say("loss", "%s, %s", info.Loss, info.Precision)
	}
	say("parameters", "%d in %s", info.Parameters, evidence.Count(len(info.Tensors), "tensor", "tensors"))
	for _, x := range info.Tensors {
		fmt.Fprintf(t.stdout, "  %-30s %-16s %s\n", x.Name, shape(x.Shape), x.Type)
	}
	if info.Data != nil {
		say("data", "%s, %s, fingerprint %.12s", info.Format, evidence.Count(info.Data.Rows, "sample", "samples"), info.Data.Fingerprint)
		if info.Label != "" {
			say("label", "%s%s", info.Label, among(info.Classes))
		}
		if info.ID != "" {
			say("id", "%s", info.ID)
		}
	}
	for _, r := range info.History {
		say(fmt.Sprintf("%d %s", r.Number, r.Kind), "%s, %s%s", r.Time.Format("2006-01-02 15:04"), r.Method, asked(r))
	}
	for _, note := range info.Notes {
		t.note(note)
	}
	return nil
}

func shape(dims []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(dims), "[]"), " ", "x")
}

// among lists classes, if they are few.
func among(classes []string) string {
	if len(classes) == 0 || len(classes) > 12 {
		return ""
	}
	return " (" + strings.Join(classes, ", ") + ")"
}

// asked says what a line of the history was asked for.
func asked(r project.Record) string {
	if r.Request == nil {
		return ", " + evidence.Count(r.Data.Rows, "sample", "samples")
	}
	out := fmt.Sprintf(": %s, residual %.2g before and %.2g after", r.Request, r.Before, r.After)
	if k := r.Certificate; k != nil {
		out += fmt.Sprintf(", certified at (%g, %g), all %d releases together (%.3g, %g)", k.Epsilon, k.Delta, k.Releases, k.Together, k.Delta)
	}
	return out
}
