package project

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"lethe/audit"
	"lethe/datasets"
	"lethe/project/data"
	"lethe/project/request"
	"lethe/unlearn"
)

// folders asks the models of folders about the training data as they were, and about the test data.
func (o *AuditOptions) folders(ctx context.Context, p Progress) (*audited, error) {
	asked, err := request.Read(o.Request)
	if err != nil {
		return nil, err
	}
	if err := checkTargets([]target{{"--out", o.Out}}, asked.Files()...); err != nil {
		return nil, err
	}
	asked.Seed = o.Seed
	a := &folderAudit{o: o, asked: asked, progress: p, out: &audited{}, seen: map[string]string{}}
	m := &a.out.models
	for _, list := range []struct {
		role  role
		paths []string
		to    *[]*audit.Logits
	}{{before, o.Old, &m.Old}, {after, o.New, &m.Updated}, {again, o.Retrained, &m.Retrained}} {
		for _, path := range list.paths {
			z, err := a.model(ctx, path, list.role)
			if err != nil {
				return nil, err
			}
			*list.to = append(*list.to, z)
		}
	}
	return a.out, nil
}

// role is what a model of an audit was trained on.
type role int

const (
	before role = iota
	after
	again
)

// folderAudit gathers the logits of folders.
type folderAudit struct {
	o        *AuditOptions
	asked    *request.File
	progress Progress
	out      *audited
	first    *Model            // the first model before the update
	rows     []int             // of the file, of the samples of the training data
	seen     map[string]string // folder by the hash of its parameters
}

// model returns the logits of the model of a folder, after it was made sure that it was trained on
// what an audit says it was.
func (a *folderAudit) model(ctx context.Context, path string, r role) (*audit.Logits, error) {
	m, err := Open(path)
	if err != nil {
		return nil, err
	}
	if m.classes() == 0 || m.Description.Length > 0 {
		return nil, usage("%s is no classifier of samples: lethe audit compares classifiers; the exposure of texts is measured by package audit", path)
	}
	train, err := m.load(ctx, source{path: a.o.Data, labels: a.o.DataLabels, unknown: a.o.Unknown, training: true}, a.progress)
	if err != nil {
		return nil, err
	}
	if err := a.checkModel(m, path, train, r); err != nil {
		return nil, err
	}
	if err := a.checkData(ctx, m, path, train, r); err != nil {
		return nil, err
	}
	if err := a.checkTwice(m, path); err != nil {
		return nil, err
	}
	d, err := m.Changes.unseen(train.Data)
	if err != nil {
		return nil, err
	}
	a.progress.Step("asking "+filepath.Base(path), 0, 0)
	z, err := audit.Evaluate(ctx, m.Objective, m.Theta, d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if a.o.Test == "" {
		return z, a.samples(train.Data, nil)
	}
	test, err := m.load(ctx, source{path: a.o.Test, labels: a.o.TestLabels, unknown: a.o.Unknown}, a.progress)
	if err != nil {
		return nil, err
	}
	if d, err = m.Changes.unseen(test.Data); err != nil {
		return nil, err
	}
	more, err := audit.Evaluate(ctx, m.Objective, m.Theta, d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	z.N, z.Data = z.N+more.N, append(z.Data, more.Data...)
	return z, a.samples(train.Data, test.Data)
}

// checkModel compares a model with the first one.
func (a *folderAudit) checkModel(m *Model, path string, train *data.Loaded, r role) error {
	if a.first == nil {
		a.first = m
		for i := range train.Data.Len() {
			a.rows = append(a.rows, train.Data.Row(i))
		}
	}
	for i, row := range a.rows {
		if train.Data.Len() != len(a.rows) || train.Data.Row(i) != row {
			return usage("%s reads %d samples of %s where the first model reads %d: give --unknown other, so that no row is left out", path, train.Data.Len(), a.o.Data, len(a.rows))
		}
	}
	if !slices.Equal(m.Description.Classes, a.first.Description.Classes) {
		return usage("%s has the classes %q, the first model %q: train it with --classes", path, m.Description.Classes, a.first.Description.Classes)
	}
	was, is := a.first.Training, m.Training
	if was.Seed, is.Seed = 0, 0; r == again && was != is {
		a.out.warnings = append(a.out.warnings, fmt.Sprintf("%s was trained with other settings than the model before the update (%+v, %+v)", filepath.Base(path), is, was))
	}
	if r == again && m.Network != nil && a.first.Network != nil && layersName(m.Network) != layersName(a.first.Network) {
		return usage("the network of %s is another than that of the model before the update: train it with the same --network", path)
	}
	return nil
}

// checkTwice refuses a model that was named before: it would show no spread of retraining.
func (a *folderAudit) checkTwice(m *Model, path string) error {
	parameters := m.files[m.parametersName()]
	if other, twice := a.seen[parameters]; twice {
		return &RefusedError{Reason: fmt.Sprintf("%s and %s have the same parameters, so that they show no spread of retraining", path, other),
			Next: "train with different --seed; a model whose training ends at the optimum, as lbfgs does, has no spread, and needs no audit but its gradient residual"}
	}
	a.seen[parameters] = path
	return nil
}

// checkData makes sure that a model knows the data that it should: before the update those of the
// file, later those that the request leaves of them.
func (a *folderAudit) checkData(ctx context.Context, m *Model, path string, train *data.Loaded, r role) error {
	found, err := a.asked.Resolve(ctx, train)
	if err != nil {
		return err
	}
	if len(found.Columns) > 0 {
		return usage("the request forgets columns, which answers do not show: plant noise in the columns before training, and use AuditGUS of package audit")
	}
	if found.Removed+found.Corrected+found.Relabelled == 0 {
		return usage("the request removes and corrects no samples of %s", a.o.Data)
	}
	if a.out.samples.Forget == nil {
		a.out.samples.Forget = found.Rows
		a.out.samples.Confused = confused(found.Request, train.Data)
	}
	d := train.Data
	if r != before {
		applied, err := found.Request.Apply(d)
		if err != nil {
			return err
		}
		d = applied.Data
	}
	if d, err = m.Changes.unseen(d); err != nil {
		return err
	}
	if datasets.Fingerprint(d) == m.now().Fingerprint {
		return nil
	}
	return &RefusedError{
		Reason: path + [...]string{" was trained on other data than " + a.o.Data, " is not what the request makes of the data", " was not trained on the data that the request leaves"}[r],
		Next: [...]string{"give the data as they were when it was trained; after earlier requests those of --write-data", "give the folder that lethe unlearn made by this request",
			"train it on what lethe unlearn --write-data wrote"}[r]}
}

// confused returns the two classes that a request takes for each other's wrong labels; nil if it
// corrects none, or labels of more classes.
func confused(r unlearn.Request, d *datasets.Dataset) []int {
	classes := map[int]bool{}
	for _, x := range r.Changes {
		if x.Kind != unlearn.LabelCorrection {
			continue
		}
		for k, row := range x.Rows {
			classes[int(d.Y[row])], classes[int(x.Labels[k])] = true, true
		}
	}
	if len(classes) != 2 {
		return nil
	}
	return slices.Sorted(maps.Keys(classes))
}

// samples takes labels and sets from the first model.
func (a *folderAudit) samples(train, test *datasets.Dataset) error {
	s := &a.out.samples
	if s.Labels != nil {
		return nil
	}
	n := train.Len()
	add := func(d *datasets.Dataset) {
		for _, y := range d.Y {
			s.Labels = append(s.Labels, int(y))
		}
	}
	add(train)
	s.Retain = others(n, s.Forget)
	if test != nil {
		add(test)
		for i := range test.Len() {
			s.Validation = append(s.Validation, n+i)
		}
	}
	return nil
}
