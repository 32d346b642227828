package project

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"lethe/datasets"
	"lethe/internal/build"
	"lethe/project/evidence"
	"lethe/unlearn"
)

// Unlearned is a request that was carried out.
type Unlearned struct {
	Dir    string           // the new folder
	Record Record           // the new line of its history
	Report *evidence.Report // as in report.json
	// Warnings are those of the report, with ids: for the terminal only.
	Warnings []string
}

// Unlearn carries out a request and makes the folder of the new model, with the evidence. The old
// folder stays as it is. An update that a check refuses is a RefusedError, and nothing is written.
func Unlearn(ctx context.Context, options UnlearnOptions) (out *Unlearned, err error) {
	if err := options.check(); err != nil {
		return nil, err
	}
	if options.Out != "" && within(options.Out, options.Model) {
		return nil, usage("--out %s is the old model's folder, or in it: name another one, since the old model is never changed", options.Out)
	}
	if err := options.checkTargets(); err != nil {
		return nil, err
	}
	if err := clearPending(options.WriteData); err != nil {
		return nil, err
	}
	if err := checkOut(options.Out, options.Force); err != nil {
		return nil, err
	}
	if options.WriteData != "" {
		if err := checkFile(options.WriteData, options.Force); err != nil {
			return nil, err
		}
	}
	o, err := prepare(ctx, options)
	if err != nil {
		return nil, err
	}
	d, err := newDraft(options.Out, options.Force, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	return o.run(ctx, d)
}

// done is an update with all that is known of it.
type done struct {
	update      *unlearn.Update
	method      string // as asked for: one of Methods
	settings    []Setting
	certificate *Certificate
	seconds     float64
	trained     float64    // residual that training left on the data before
	test        [2]*Scores // on the test data, before and after; nil without
	kept        [2]*Scores // on the samples that stay, before and after
	touched     [2]*Scores // on those that the request touches, as they were
	retraining  *retrained
	completed   [3]*completed // before, after and retrained, of replaced texts
}

func (o *order) run(ctx context.Context, d *draft) (*Unlearned, error) {
	x := &done{}
	go o.after() // it is needed at the end, and takes as long as some passes over the data
	if err := o.update(ctx, d, x); err != nil {
		return nil, refusal(err, o.model.Training.Trainer == "")
	}
	if err := o.measure(ctx, x); err != nil {
		return nil, err
	}
	if err := o.check(x); err != nil {
		return nil, err
	}
	if o.o.Compare != "" {
		if err := o.compare(ctx, x); err != nil {
			return nil, err
		}
	}
	return o.write(ctx, d, x)
}

// update computes the new parameters.
func (o *order) update(ctx context.Context, d *draft, x *done) (err error) {
	began := time.Now()
	if x.trained, err = o.problem.Residual(ctx, o.model.Theta); err != nil {
		return err
	}
	if _, _, seconds := o.plan(time.Since(began).Seconds()); o.dear(seconds) != "" {
		o.progress.Note(o.dear(seconds))
	}
	o.progress.Step("updating the model", 0, 0)
	began = time.Now()
	if b := o.budget(); b != nil {
		x.method, x.settings = "newton", []Setting{{"certificate", "output perturbation"}}
		x.update, x.certificate, err = o.certify(ctx, d, *b)
	} else {
		x.method = orElse(o.o.Method, "auto")
		var m unlearn.Method
		if m, x.settings, err = o.method(); err != nil {
			return err
		}
		x.update, err = m.Unlearn(ctx, o.problem, o.model.Theta, o.request)
	}
	x.seconds = time.Since(began).Seconds()
	if err == nil && x.update.Theta == nil {
		err = errors.New("the update has no parameters")
	}
	if err == nil && x.update.Data != nil {
		o.applied.Data = x.update.Data // equal, and the model has looked at it already
	}
	return err
}

// refusal makes of the error of an update that a check of package unlearn refused one of this
// package. A model that was trained elsewhere cannot be trained again here.
func refusal(err error, elsewhere bool) error {
	again := "(--method retrain)"
	if elsewhere {
		again = "in the program that trained it"
	}
	next := "choose --method auto, raise --ridge, or train again on the corrected data " + again
	flagged := strings.NewReplacer("MaxLoss", "--max-loss", "(Retrain)", again)
	var refused *unlearn.RefusedError
	if errors.As(err, &refused) {
		return &RefusedError{Reason: flagged.Replace(refused.Reason), Next: flagged.Replace(refused.Next), err: err}
	}
	var worse *unlearn.WorseError
	if errors.As(err, &worse) {
		return &RefusedError{Reason: fmt.Sprintf("%s made the gradient residual on the corrected data larger: from %.4g to %.4g", worse.Method, worse.Before, worse.After),
			Next: next, err: err}
	}
	var diverged *unlearn.DivergedError
	var indefinite *unlearn.IndefiniteError
	var open *unlearn.NotConvergedError
	if errors.As(err, &diverged) || errors.As(err, &indefinite) || errors.As(err, &open) {
		return &RefusedError{Reason: "the equations of the update were not solved", Next: next + " (" + err.Error() + ")", err: err}
	}
	return err
}

// measure compares the model before and after on the data at hand.
func (o *order) measure(ctx context.Context, x *done) error {
	o.progress.Step("measuring the model before and after", 0, 0)
	seen, err := o.keptAsSeen()
	if err != nil {
		return err
	}
	for i, theta := range [][]float64{o.model.Theta, x.update.Theta} {
		changes, kept := o.changes, o.applied.Data
		if i == 0 {
			changes, kept = o.model.Changes, seen
		}
		on, err := o.measured(ctx, theta, changes, kept)
		if err != nil {
			return err
		}
		x.test[i], x.kept[i], x.touched[i], x.completed[i] = on.test, on.kept, on.touched, on.completed
	}
	return nil
}

// measured is what a model was measured on.
type measured struct {
	test, kept, touched *Scores // nil where there are no such samples
	completed           *completed
}

// keptAsSeen returns the samples that stay as the model before sees them: with the columns that the
// request takes from the next one.
func (o *order) keptAsSeen() (*datasets.Dataset, error) {
	if len(o.applied.Columns) == 0 {
		return o.applied.Data, nil
	}
	rest := unlearn.Request{}
	for _, x := range o.request.Changes {
		if x.Kind != unlearn.FeatureRemoval {
			rest.Changes = append(rest.Changes, x)
		}
	}
	if rest.Empty() {
		return o.data.train, nil
	}
	applied, err := rest.Apply(o.data.train)
	if err != nil {
		return nil, err
	}
	return applied.Data, nil
}

// measured measures parameters on the test data, the samples that stay and those that the request
// touches, as they were; but for features that the model is not to see.
func (o *order) measured(ctx context.Context, theta []float64, c *Changes, kept *datasets.Dataset) (out measured, err error) {
	if out.kept, err = o.model.score(ctx, theta, kept); err != nil {
		return out, err
	}
	if out.completed, err = o.completes(ctx, theta); err != nil {
		return out, err
	}
	if o.applied.Old.Len() > 0 {
		if out.touched, err = o.scoreUnseen(ctx, theta, c, o.applied.Old); err != nil {
			return out, err
		}
	}
	if o.test != nil {
		out.test, err = o.scoreUnseen(ctx, theta, c, o.test.Data)
	}
	return out, err
}

func (o *order) scoreUnseen(ctx context.Context, theta []float64, c *Changes, d *datasets.Dataset) (*Scores, error) {
	d, err := c.unseen(d)
	if err != nil {
		return nil, err
	}
	return o.model.score(ctx, theta, d)
}

// write writes the new folder.
func (o *order) write(ctx context.Context, d *draft, x *done) (*Unlearned, error) {
	if err := o.model.parameters(d.dir, x.update.Theta, o.after().Fingerprint); err != nil {
		return nil, err
	}
	if o.model.Network != nil {
		if err := o.model.Network.Write(d.path(networkName)); err != nil {
			return nil, err
		}
	}
	r := o.record(x)
	report := o.report(d.dir, x, r)
	if err := evidence.Write(d.dir, report); err != nil {
		return nil, err
	}
	next := *o.model
	next.Dir, next.Changes = d.dir, o.changes
	if err := next.finish(d, r); err != nil {
		return nil, err
	}
	kept, err := o.writeData(ctx)
	if err != nil {
		return nil, err
	}
	if kept != nil {
		defer func() { _ = kept.cleanup() }() // does nothing to a file that is in its place
	}
	if err := d.commit(); err != nil {
		return nil, err
	}
	if kept != nil {
		if err := kept.commit(); err != nil {
			return nil, fmt.Errorf("%s is complete, but %s could not be written: %w", o.o.Out, o.o.WriteData, err)
		}
	}
	return &Unlearned{Dir: filepath.Clean(o.o.Out), Record: *r, Report: report, Warnings: append(o.warnings(), x.certificate.drowned(x.update.Theta)...)}, nil
}

// record is the new line of the history.
func (o *order) record(x *done) *Record {
	return &Record{
		Kind: "unlearn", Time: time.Now().UTC().Truncate(time.Second), Version: build.Version,
		Data:    o.after(),
		Request: o.ask(),
		Method:  o.carriedOut(x), Settings: x.settings, Seed: o.o.Seed, Before: x.update.Before, After: x.update.After, Seconds: x.seconds,
		Certificate: x.certificate, Trusted: o.o.TrustData, Was: o.model.files,
	}
}

// stateOf names data, when it is first asked.
func stateOf(d *datasets.Dataset) func() State {
	return sync.OnceValue(func() State { return State{datasets.Fingerprint(d), d.Len()} })
}

// carriedOut names what was done, in the words of plan: of auto the method that it took.
func (o *order) carriedOut(x *done) string {
	switch {
	case x.certificate != nil:
		return certifiedMethod
	case x.method != "auto":
		return x.method
	case slices.Equal(x.update.Theta, o.model.Theta):
		return "none"
	}
	for _, t := range x.update.Tried {
		if t.Chosen {
			return t.Name
		}
	}
	return "newton"
}

// certifiedMethod is how certified requests are carried out: Newton steps, and then noise.
const certifiedMethod = "output-perturbation"

// ask is the request without its values.
func (o *order) ask() *Asked {
	f := o.found
	return &Asked{Hash: o.asked.Salted(o.model.salt), Removed: f.Removed, Corrected: f.Corrected, Relabelled: f.Relabelled, Spans: f.Spans,
		Columns: f.Columns, Affected: len(o.applied.Rows), Share: float64(len(o.applied.Rows)) / float64(o.data.train.Len())}
}
