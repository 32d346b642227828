package project

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lethe/datasets"
	"lethe/internal/build"
	"lethe/project/data"
	"lethe/project/network"
	"lethe/unlearn"
)

// Trainers are those of TrainOptions.
var Trainers = []string{"lbfgs", "newton", "adam", "sgd"}

// Schedules are those of TrainOptions.
var Schedules = []string{unlearn.Constant.String(), unlearn.OneCycle.String()}

// Outcome is a folder that was made.
type Outcome struct {
	Dir    string
	Record Record  // the new line of the history
	Scores *Scores // on the test data; nil without
	Notes  []string
}

// Train trains a model and makes its folder. A training by adam or sgd that was stopped leaves what
// it has done beside Out, for Resume.
func Train(ctx context.Context, o TrainOptions) (out *Outcome, err error) {
	t := &training{o: o, progress: heard(o.Progress)}
	if err := t.check(); err != nil {
		return nil, err
	}
	d, err := newDraft(o.Out, o.Force, o.Resume)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	out, err = t.run(ctx, d)
	var other *unlearn.OtherTrainingError
	if errors.As(err, &other) {
		return nil, otherTraining(other)
	}
	if err != nil && d.resumable() {
		err = &StoppedError{d.dir, err}
	}
	return out, err
}

// training is an order to train.
type training struct {
	o        TrainOptions
	progress Progress
	loaded   *data.Loaded
	test     *data.Loaded
	model    *Model
	problem  *unlearn.Problem
	draft    *draft
}

// check finds what is wrong with the options before anything is read.
func (t *training) check() error {
	o := &t.o
	switch {
	case o.Data == "":
		return usage("name the training data with --data")
	case o.Trainer != "" && !slices.Contains(Trainers, o.Trainer):
		return usage("there is no trainer %q: choose %s", o.Trainer, strings.Join(Trainers, ", "))
	case o.Schedule != "" && !slices.Contains(Schedules, o.Schedule):
		return usage("there is no schedule %q: choose %s", o.Schedule, strings.Join(Schedules, " or "))
	case o.Resume && o.Force:
		return usage("--resume and --force exclude each other")
	case o.Float32 && o.Float64:
		return usage("choose one precision")
	case o.Certify != nil && o.Float32:
		return usage("certificates need double precision")
	case o.Certify != nil && o.Trainer != "" && o.Trainer != "lbfgs":
		return usage("certified models are trained by lbfgs and Newton's method: leave out the trainer")
	case o.Epochs < 0 || o.Batch < 0 || o.Rate < 0 || math.IsNaN(o.Rate) || math.IsInf(o.Rate, 0):
		return usage("epochs, batch and rate are at least 0")
	case o.L2 != nil && (!(*o.L2 >= 0) || math.IsInf(*o.L2, 0)):
		return usage("L2 is a number of at least 0, not %g", *o.L2)
	}
	if err := checkTargets([]target{{"--out", o.Out}}, o.Data, o.Read.Labels, o.Test, o.TestLabels, networkFile(o.Network)); err != nil {
		return err
	}
	return o.Certify.check()
}

// networkFile returns the path of a network.yaml; "" = the network is given by its name.
func networkFile(spec string) string {
	if ext := filepath.Ext(spec); ext == ".yaml" || ext == ".yml" {
		return spec
	}
	return ""
}

func (b *Budget) check() error {
	if b != nil && !(b.Epsilon > 0 && !math.IsInf(b.Epsilon, 0) && b.Delta > 0 && b.Delta < 1) {
		return usage("a certificate needs epsilon above 0 and delta between 0 and 1, not %g,%g", b.Epsilon, b.Delta)
	}
	return nil
}

func (t *training) run(ctx context.Context, d *draft) (*Outcome, error) {
	t.draft = d
	if err := t.prepare(ctx); err != nil {
		return nil, err
	}
	began := time.Now()
	theta, certificate, err := t.train(ctx)
	if err != nil {
		return nil, err
	}
	took := time.Since(began).Seconds()
	after, err := t.problem.Residual(ctx, theta)
	if err != nil {
		return nil, err
	}
	if certificate != nil { // the noise of a release has a gradient of its own
		after = certificate.Residual
	}
	t.model.Theta = theta
	record := Record{Kind: "train", Time: time.Now().UTC().Truncate(time.Second), Version: build.Version, Data: t.model.Changes.Base, Training: &t.model.Training,
		Method: t.model.Training.Trainer, Seed: t.o.Seed, After: after, Seconds: took, Certificate: certificate}
	out := &Outcome{Dir: t.o.Out, Notes: append(slices.Clone(t.loaded.Notes), certificate.drowned(theta)...)}
	if t.test != nil {
		if out.Scores, err = t.model.score(ctx, theta, t.test.Data); err != nil {
			return nil, err
		}
	}
	if err := t.model.create(d, &record); err != nil {
		return nil, err
	}
	out.Record = record
	return out, d.commit()
}

// prepare reads the data and builds the network.
func (t *training) prepare(ctx context.Context) (err error) {
	o := &t.o
	read := o.Read
	read.Progress = reading(t.progress, o.Data)
	if t.loaded, err = data.Load(ctx, o.Data, read); err != nil {
		return err
	}
	if err := t.loaded.Learnable(); err != nil {
		return err
	}
	for _, note := range t.loaded.Notes {
		t.progress.Note(note)
	}
	d := t.loaded.Data
	file, err := network.Parse(t.spec(), shapeOf(d), d.Classes)
	if err != nil {
		return err
	}
	t.model = &Model{Dir: t.draft.dir, Description: t.loaded.Description, Network: file,
		Changes: &Changes{Base: State{t.loaded.Fingerprint(), d.Len()}}}
	t.model.Description.Fingerprint, t.model.Description.Rows = t.model.Changes.Base.Fingerprint, d.Len()
	if err := t.settle(file); err != nil {
		return err
	}
	if t.model.Objective, err = file.Model(); err != nil {
		return err
	}
	if err := t.model.Objective.Check(d); err != nil {
		return err
	}
	if t.problem, err = t.model.problem(d); err != nil {
		return err
	}
	if o.Test != "" {
		t.test, err = t.model.load(ctx, source{path: o.Test, labels: o.TestLabels, unknown: o.Unknown}, t.progress)
	}
	return err
}

// spec returns the network asked for, or what suits the samples.
func (t *training) spec() string {
	if t.o.Network != "" {
		return t.o.Network
	}
	switch t.loaded.Data.X.(type) {
	case *datasets.Tokens:
		return "lstm:64"
	case *datasets.Images:
		return "cnn:16,32"
	}
	return "linear"
}

// shapeOf returns what a network is given.
func shapeOf(d *datasets.Dataset) network.Shape {
	s := network.Shape{Sample: d.X.Shape(), Targets: d.Targets}
	if x, ok := d.X.(*datasets.Tokens); ok {
		s.Vocabulary = x.Vocabulary
	}
	return s
}

// settle fills in the settings that were left open.
func (t *training) settle(file *network.File) error {
	o := &t.o
	linear := len(file.Layers) == 1 && file.Layers[0].Kind == "linear"
	switch {
	case o.Float32:
		file.Precision = "float32"
	case o.Float64 || linear || file.Precision == "":
		file.Precision = "float64"
	}
	if o.L2 != nil {
		file.L2 = *o.L2
	}
	s := Training{Trainer: o.Trainer, L2: file.L2, Seed: o.Seed, Precision: file.Precision}
	if s.Trainer == "" {
		s.Trainer = "adam"
		if linear {
			s.Trainer = "lbfgs"
		}
	}
	if s.Trainer == "adam" || s.Trainer == "sgd" {
		s.Epochs, s.Batch, s.Rate = orElse(o.Epochs, 20), orElse(o.Batch, 32), orElse(o.Rate, 1e-3)
		if o.Schedule == unlearn.OneCycle.String() {
			s.Schedule = o.Schedule
		}
	} else if o.Epochs > 0 || o.Batch > 0 || o.Rate > 0 || o.Schedule != "" {
		return usage("epochs, batch, rate and schedule are settings of adam and sgd; %s trains until the gradient is 0", s.Trainer)
	}
	t.model.Training = s
	return nil
}

func orElse[T comparable](x, otherwise T) T {
	var zero T
	if x == zero {
		return otherwise
	}
	return x
}

// train returns the parameters, and what is certified of them.
func (t *training) train(ctx context.Context) ([]float64, *Certificate, error) {
	start := t.model.Objective.Init(t.o.Seed)
	if t.o.Certify != nil {
		return t.model.openStream(ctx, t.draft, *t.o.Certify, t.problem, start)
	}
	check := unlearn.Checkpoint{}
	if s := t.model.Training; s.Epochs > 0 {
		check = unlearn.Checkpoint{Path: t.draft.path(checkpointName), Seconds: 30, Label: layersName(t.model.Network), Tensors: t.model.Objective.Tensors()}
		t.draft.keeps = checkpointName
	}
	theta, err := t.model.Training.trainer(t.model.Objective, check, t.progress).Train(ctx, t.problem, start)
	return theta, nil, err
}

// layersName tells the layers of networks apart in a checkpoint.
func layersName(f *network.File) string {
	text, err := json.Marshal(f.Layers)
	if err != nil {
		panic(err) // layers are names and finite numbers
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))[:12]
}

// otherTraining says what a training that is to be gone on with has otherwise.
func otherTraining(e *unlearn.OtherTrainingError) error {
	var differences []string
	for _, d := range e.Differences {
		switch setting, _, _ := strings.Cut(d, " "); setting {
		case "label", "tensors":
			d = "the layers of the network are others"
		case "data":
			d = "the data are others, or are read in another way"
		case "start", "parameters", "samples": // which follow from those, or from the seed
			continue
		}
		if !slices.Contains(differences, d) {
			differences = append(differences, d)
		}
	}
	if len(differences) == 0 {
		differences = e.Differences
	}
	return &RefusedError{Reason: "the training that was stopped had other settings (" + strings.Join(differences, "; ") + ")",
		Next: "repeat its own command with --resume, or begin again with --force in place of --resume", err: e}
}

// create writes the files of a model that has no folder yet, and its record.
func (m *Model) create(d *draft, r *Record) error {
	if err := os.RemoveAll(d.path(checkpointName)); err != nil {
		return err
	}
	m.salt = make([]byte, 32)
	if _, err := rand.Read(m.salt); err != nil {
		return err
	}
	m.history = &history{}
	m.Records = []Record{*r}
	if m.Network != nil {
		if err := m.Network.Write(d.path(networkName)); err != nil {
			return err
		}
	}
	if err := m.parameters(d.dir, m.Theta, m.Changes.Base.Fingerprint); err != nil {
		return err
	}
	return m.finish(d, r)
}

// finish writes what every folder has, and last its history with the record.
func (m *Model) finish(d *draft, r *Record) error {
	if err := d.write(saltName, m.salt, 0o600); err != nil {
		return err
	}
	if err := m.Description.Write(d.path(dataName)); err != nil {
		return err
	}
	text, err := m.Changes.encode()
	if err != nil {
		return err
	}
	if err := d.write(changesName, text, 0o600); err != nil {
		return err
	}
	files, strange, err := hashes(d.dir)
	if err != nil {
		return err
	}
	if len(strange) > 0 {
		return fmt.Errorf("%s holds what is no file: %s", d.dir, strings.Join(strange, ", "))
	}
	delete(files, lockName)
	r.Files = files
	if err := m.history.add(*r); err != nil {
		return err
	}
	r.Number = len(m.history.records) - 1
	return d.write(historyName, m.history.text, 0o644)
}
