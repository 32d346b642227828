package project

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"unicode"

	"gonum.org/v1/gonum/floats"

	"lethe/graph"
	"lethe/internal/build"
	"lethe/project/evidence"
)

// report says what is known of an update.
func (o *order) report(dir string, x *done, r *Record) *evidence.Report {
	out := o.planned(r)
	out.Outcome = evidence.Updated
	if x.certificate != nil {
		out.Outcome = evidence.Certified
	}
	out.Done = o.describe(x)
	out.Measured = evidence.Measured{Figures: o.figures(x), Retraining: x.compared(), Certificate: x.certified()}
	out.NotShown = o.limits()
	out.Repeat.Files = append(out.Repeat.Files, o.written(dir)...)
	return out
}

// planned is the part of the report that is known before the update.
func (o *order) planned(r *Record) *evidence.Report {
	out := &evidence.Report{
		Model: filepath.Base(filepath.Clean(orElse(o.o.Out, o.o.Model))), From: filepath.Base(filepath.Clean(o.o.Model)), Made: r.Time, Outcome: evidence.Planned,
		Asked: o.askedFor(r), Touched: o.touches(), Repeat: o.repeat(), Warnings: append([]string{}, o.found.Warnings...),
		History: o.past(r), ShowIDs: o.o.ShowIDs, Salt: o.model.salt, SaltKept: saltName, Secrets: o.found.Secrets,
	}
	out.Warnings = append(append(out.Warnings, o.data.notes...), o.leftovers()...)
	return out
}

func (o *order) askedFor(r *Record) evidence.Asked {
	f := o.found
	out := evidence.Asked{File: filepath.Base(o.o.Request), Hash: r.Request.Hash}
	for _, c := range []evidence.Change{{Kind: evidence.RemoveSamples, Count: f.Removed}, {Kind: evidence.ForgetColumns, Count: len(f.Columns), Names: f.Columns},
		{Kind: evidence.CorrectCells, Count: f.Corrected}, {Kind: evidence.CorrectLabels, Count: f.Relabelled}, {Kind: evidence.ReplaceText, Count: f.Spans}} {
		if c.Count > 0 {
			out.Changes = append(out.Changes, c)
		}
	}
	for _, s := range f.Subjects {
		out.Subjects = append(out.Subjects, evidence.Subject{ID: s.ID, Row: s.Row, Change: s.Change})
	}
	return out
}

func (o *order) touches() evidence.Touched {
	f := o.found
	// Of a forgotten column the file counts the cells of removed samples too.
	cells := f.Cells - len(f.Columns)*(o.data.loaded.Data.Len()-o.data.train.Len())
	return evidence.Touched{Rows: len(o.applied.Rows), Of: o.data.train.Len(), Cells: cells, Columns: f.Columns, Spans: f.Spans}
}

func (o *order) describe(x *done) evidence.Done {
	u := x.update
	out := evidence.Done{Method: o.carriedOut(x), Seconds: x.seconds, Parameters: len(u.Theta), Notes: u.Notes,
		ResidualBefore: &u.Before, ResidualAfter: &u.After, Why: o.why(x), Convex: o.model.convex() == nil,
		L2: o.model.Training.L2, Regularized: o.regularized()}
	for _, s := range x.settings {
		out.Settings = append(out.Settings, evidence.Setting(s))
	}
	if size := floats.Norm(o.model.Theta, 2); size > 0 {
		change := floats.Distance(u.Theta, o.model.Theta, 2) / size
		out.Change = &change
	}
	if x.certificate == nil { // the noise of a release has a gradient of its own
		out.ResidualTrained = &x.trained
	}
	if o.model.Objective.Statistics() {
		out.Statistics = "estimated again on the corrected data"
	}
	return out
}

// regularized counts the parameters that the regularizer covers.
func (o *order) regularized() int { return o.model.regularized(o.problem.Penalty) }

// why says why this method was taken.
func (o *order) why(x *done) string {
	switch {
	case x.certificate != nil:
		return whyCertified
	case (o.o.Method == "" || o.o.Method == "auto") && o.model.convex() == nil:
		return "the model is convex, so Newton steps reach the optimum that retraining would reach"
	case o.o.Method == "" || o.o.Method == "auto":
		return "chosen by its results on a held-out part of the training data"
	}
	return "asked for with --method " + o.o.Method
}

// figures are the numbers before and after.
func (o *order) figures(x *done) (out []evidence.Figure) {
	add := func(name, unit string, samples int, test bool, before, after, retrained *float64) {
		if before != nil {
			out = append(out, evidence.Figure{Name: name, Unit: unit, Before: before, After: after, Retrained: retrained, Samples: samples, Test: test})
		}
	}
	var again, keptAgain, touchedAgain *Scores
	if r := x.retraining; r != nil {
		again, keptAgain, touchedAgain = r.test, r.kept, r.touched
	}
	for _, on := range []struct {
		name                 string
		test                 bool
		before, after, again *Scores
	}{{"test data", true, x.test[0], x.test[1], again}, {"samples that stay", false, x.kept[0], x.kept[1], keptAgain}, {"samples that the request touches, as they were", false, x.touched[0], x.touched[1], touchedAgain}} {
		if on.before == nil {
			continue
		}
		of := func(get func(*Scores) *float64) *float64 {
			if on.again == nil {
				return nil
			}
			return get(on.again)
		}
		accuracy, rmse, loss := func(s *Scores) *float64 { return s.Accuracy }, func(s *Scores) *float64 { return s.RMSE }, func(s *Scores) *float64 { return &s.Loss }
		add("accuracy on the "+on.name, evidence.Share, on.before.Samples, on.test, accuracy(on.before), accuracy(on.after), of(accuracy))
		add("root mean square error on the "+on.name, "", on.before.Samples, on.test, rmse(on.before), rmse(on.after), of(rmse))
		add("mean loss on the "+on.name, "", on.before.Samples, on.test, loss(on.before), loss(on.after), of(loss))
	}
	if c := x.completed; c[0] != nil {
		var share, bits *float64
		if c[2] != nil {
			share, bits = &c[2].share, &c[2].bits
		}
		add("share of a replaced text that the model completes", evidence.Share, c[0].places, false, &c[0].share, &c[1].share, share)
		add("bits that the model needs for a replaced text", "", c[0].places, false, &c[0].bits, &c[1].bits, bits)
	}
	return out
}

func (x *done) compared() *evidence.Retraining {
	r := x.retraining
	if r == nil {
		return nil
	}
	return &evidence.Retraining{Agreement: r.agreement, Apart: r.apart, Samples: r.scores.Samples, Distance: &r.distance, Seconds: r.seconds}
}

func (x *done) certified() *evidence.Certificate {
	c := x.certificate
	if c == nil {
		return nil
	}
	return &evidence.Certificate{Epsilon: c.Epsilon, Delta: c.Delta, Noise: c.Noise, Releases: c.Releases, Together: c.Together, Against: c.Against}
}

func (o *order) repeat() evidence.Repeat {
	library, _ := graph.BLAS()
	return evidence.Repeat{Command: o.command(), Version: build.Version, Commit: build.Commit(build.Info()), Seed: o.o.Seed, Go: strings.TrimPrefix(runtime.Version(), "go"),
		System: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.GOMAXPROCS(0), BLAS: strings.TrimSpace(library.Name + " " + library.Core), Files: o.readFiles()}
}

// command is the command line that makes the same update again, with names of files only.
func (o *order) command() string {
	u := &o.o
	words := []string{"lethe", "unlearn", "--model", base(u.Model), "--data", base(u.Data), "--request", base(u.Request), "--out", base(u.Out)}
	add := func(flag, value string) {
		if value != "" {
			words = append(words, flag, value)
		}
	}
	add("--labels", base(u.Labels))
	add("--test", base(u.Test))
	add("--test-labels", base(u.TestLabels))
	add("--method", u.Method)
	add("--compare", u.Compare)
	if u.Certify != nil {
		add("--certify", fmt.Sprintf("%g,%g", u.Certify.Epsilon, u.Certify.Delta))
	}
	if u.MaxLoss != nil {
		add("--max-loss", number(*u.MaxLoss))
	}
	if u.Rate != 0 {
		add("--rate", number(u.Rate))
	}
	if u.Ridge != 0 {
		add("--ridge", number(u.Ridge))
	}
	if u.Epochs != 0 {
		add("--epochs", strconv.Itoa(u.Epochs))
	}
	add("--seed", strconv.FormatUint(u.Seed, 10))
	add("--unknown", u.Unknown)
	if u.TrustData {
		words = append(words, "--trust-data")
	}
	add("--write-data", base(u.WriteData))
	if u.ShowIDs {
		words = append(words, "--show-ids")
	}
	words = append(words, o.elsewhere()...)
	for i, word := range words {
		words[i] = quoted(word)
	}
	return strings.Join(words, " ")
}

// elsewhere are the flags that say how a model from elsewhere and its data are read.
func (o *order) elsewhere() (words []string) {
	u, r := &o.o, &o.o.Read
	for _, x := range []struct{ flag, value string }{
		{"--network", base(u.Network)}, {"--output", u.Output}, {"--label", r.Label}, {"--id", r.ID}, {"--format", r.Format}, {"--drop", strings.Join(r.Drop, ",")},
		{"--categorical", strings.Join(r.Categorical, ",")}, {"--scaling", string(r.Scaling)}, {"--missing", r.Missing}, {"--classes", strings.Join(r.Classes, ",")},
	} {
		if x.value != "" {
			words = append(words, x.flag, x.value)
		}
	}
	if u.L2 != 0 {
		words = append(words, "--l2", number(u.L2))
	}
	if r.Length != 0 {
		words = append(words, "--length", strconv.Itoa(r.Length))
	}
	if r.Regression {
		words = append(words, "--regression")
	}
	if r.UnitRows {
		words = append(words, "--unit-rows")
	}
	return words
}

// quoted writes a word as a shell reads it.
func quoted(word string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_./,:=+@%", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// base is the name of a path without its folders; "" of none.
func base(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(filepath.Clean(path))
}

// readFiles are the files that the update read.
func (o *order) readFiles() []evidence.File {
	out := []evidence.File{fileOf("training data", o.o.Data)}
	if o.test != nil {
		out = append(out, fileOf("test data", o.o.Test))
	}
	request := fileOf("request", o.o.Request)
	request.SHA256 = o.asked.Salted(o.model.salt)
	return append(out, request, fileOf("model before", o.before()))
}

// written are the files that the update wrote and that say what it is.
func (o *order) written(dir string) []evidence.File {
	return []evidence.File{fileOf("model after", filepath.Join(dir, o.model.parametersName()))}
}

// fileOf hashes a file. Of a folder, and of what cannot be read, only the name is known.
func fileOf(role, path string) evidence.File {
	out := evidence.File{Role: role, Name: base(path)}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return out
	}
	if hash, err := hashFile(path); err == nil {
		out.SHA256, out.Bytes = hash, info.Size()
	}
	return out
}

// past are the commands that made the model, this one last.
func (o *order) past(r *Record) (out []evidence.Past) {
	for _, x := range append(append([]Record{}, o.model.Records...), *r) {
		p := evidence.Past{Number: len(out), Time: x.Time, Kind: x.Kind, Method: x.Method}
		if x.Kind != "" {
			after := x.After
			p.Residual = &after
		}
		if x.Request != nil {
			p.Request, p.Changes = x.Request.Hash, x.Request.String()
		}
		out = append(out, p)
	}
	return out
}

// String says what was asked for.
func (a *Asked) String() string {
	var out []string
	add := func(n int, one, many string) {
		if n == 1 {
			out = append(out, "1 "+one)
		} else if n > 1 {
			out = append(out, fmt.Sprintf("%d %s", n, many))
		}
	}
	add(a.Removed, "sample removed", "samples removed")
	add(len(a.Columns), "column forgotten", "columns forgotten")
	add(a.Corrected, "cell corrected", "cells corrected")
	add(a.Relabelled, "label corrected", "labels corrected")
	add(a.Spans, "place of the text replaced", "places of the text replaced")
	return strings.Join(out, ", ")
}

// before is the file of the parameters before the update.
func (o *order) before() string {
	if foreign(o.o.Model) != "" {
		return o.o.Model
	}
	return o.model.path(o.model.parametersName())
}
