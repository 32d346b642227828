package project

import (
	"context"
	"crypto/rand"
	"math"
	"path/filepath"
	"reflect"
	"slices"

	"lethe/project/data"
	"lethe/project/request"
	"lethe/unlearn"
)

// order is a request that was found in the data, ready to be carried out.
type order struct {
	o        UnlearnOptions
	progress Progress
	model    *Model
	data     *current
	asked    *request.File
	found    *request.Resolved
	request  unlearn.Request // in the rows of the data as they are now
	base     unlearn.Request // in those of Changes.Base
	problem  *unlearn.Problem
	applied  *unlearn.Applied
	changes  *Changes     // after the request
	after    func() State // of the data; it is found once
	test     *data.Loaded
	cells    map[int]map[string]string // for --write-data: corrected cells by row of Base and column
}

// check finds what is wrong with the options before anything is read.
func (o *UnlearnOptions) check() error {
	switch {
	case o.Model == "":
		return usage("name the model's folder with --model")
	case o.Data == "":
		return usage("name the training data with --data")
	case o.Request == "":
		return usage("name the request with --request")
	case o.Compare != "" && o.Compare != "retrain":
		return usage("--compare takes retrain, not %q", o.Compare)
	case o.MaxLoss != nil && (!(*o.MaxLoss >= 0) || *o.MaxLoss > 100):
		return usage("--max-loss is a number of percentage points between 0 and 100")
	case !(o.Rate >= 0) || math.IsInf(o.Rate, 0) || !(o.Ridge >= 0) || math.IsInf(o.Ridge, 0) || o.Epochs < 0:
		return usage("rate, ridge and epochs are at least 0")
	case o.Certify != nil && o.Method != "" && o.Method != "auto" && o.Method != "newton":
		return usage("a certified update is made by Newton's method: leave --method %s out", o.Method)
	case foreign(o.Model) == "" && (o.Network != "" || o.Output != "" || o.L2 != 0 || !reflect.ValueOf(o.Read).IsZero()):
		return usage("the model's folder says how data are read and what its network is: leave out the flags that say so")
	case o.TrustData && o.Certify != nil:
		return usage("a certificate is about the data that the model was trained on: leave --trust-data out")
	}
	if err := o.Certify.check(); err != nil {
		return err
	}
	return o.checkMethod()
}

// checkTargets looks at where the new folder and the data are written. files are those that the
// request names.
func (o *UnlearnOptions) checkTargets(files ...string) error {
	return checkTargets([]target{{"--out", o.Out}, {"--write-data", o.WriteData}},
		append(files, o.Data, o.Labels, o.Request, o.Test, o.TestLabels, o.Model, o.Network)...)
}

func (o *order) maxLoss() float64 {
	if o.o.MaxLoss == nil {
		return 1
	}
	return *o.o.MaxLoss
}

// prepare reads everything and finds the request in the data. Nothing is written.
func prepare(ctx context.Context, options UnlearnOptions) (o *order, err error) {
	if err := options.check(); err != nil {
		return nil, err
	}
	o = &order{o: options, progress: heard(options.Progress)}
	if o.model, err = o.open(ctx); err != nil {
		return nil, err
	}
	if err := o.checkCertificate(); err != nil {
		return nil, err
	}
	if o.asked, err = request.Read(options.Request); err != nil {
		return nil, err
	}
	if err := options.checkTargets(o.asked.Files()...); err != nil {
		return nil, err
	}
	o.asked.Seed = options.Seed
	if o.data, err = o.model.current(ctx, source{path: options.Data, labels: options.Labels, unknown: options.Unknown}, options.TrustData, o.progress); err != nil {
		return nil, err
	}
	if options.Test != "" {
		if o.test, err = o.model.load(ctx, source{path: options.Test, labels: options.TestLabels, unknown: options.Unknown}, o.progress); err != nil {
			return nil, err
		}
	}
	return o, o.resolve(ctx)
}

// resolve finds the request in the data.
func (o *order) resolve(ctx context.Context) (err error) {
	o.progress.Step("finding the request in the data", 0, 0)
	if o.found, err = o.asked.Resolve(ctx, o.data.loaded); err != nil {
		return err
	}
	if o.request, o.base, err = o.data.translate(o.found.Request, o.byValue()); err != nil {
		return err
	}
	if err := o.checkForgotten(); err != nil {
		return err
	}
	if o.problem, err = o.model.problem(o.data.train); err != nil {
		return err
	}
	if len(o.request.Changes) > 0 && o.request.Empty() {
		return &RefusedError{Reason: "earlier requests removed all samples that this one names", Next: "there is nothing left to do"}
	}
	if o.applied, err = o.request.Apply(o.data.train); err != nil {
		return err
	}
	o.after = stateOf(o.applied.Data)
	if why := o.applied.Nothing(); why != "" {
		return &RefusedError{Reason: "the request changes nothing in the loss: " + why, Next: "look at the request and the data"}
	}
	if o.changes, err = o.model.Changes.with(o.base, o.data.loaded.Data, o.data.written(o.found.Written), o.found.Places...); err != nil {
		return err
	}
	o.changes.remember(o.model.Changes, o.data, o.model.salt)
	return o.checkWriteData()
}

// checkForgotten refuses corrections in columns that the model is no longer to see.
func (o *order) checkForgotten() error {
	for _, x := range o.request.Changes {
		for _, feature := range x.Columns {
			if _, is := slices.BinarySearch(o.model.Changes.Features, feature); is && x.Kind == unlearn.FeatureCorrection {
				return &RefusedError{Reason: "a column that the request corrects was forgotten by an earlier request", Next: "leave its corrections out"}
			}
		}
	}
	return nil
}

// open opens the model's folder, or takes a file from elsewhere as if it had just been imported.
func (o *order) open(ctx context.Context) (*Model, error) {
	if foreign(o.o.Model) == "" {
		return Open(o.o.Model)
	}
	from := ImportOptions{Model: o.o.Model, Network: o.o.Network, Output: o.o.Output, Data: o.o.Data, Read: o.o.Read, L2: o.o.L2}
	from.Read.Labels = o.o.Labels
	if err := from.check(); err != nil {
		return nil, err
	}
	m, loaded, _, err := from.model(ctx, o.progress)
	if err != nil {
		return nil, err
	}
	record, err := m.imported(ctx, loaded, o.o.Model)
	if err != nil {
		return nil, err
	}
	m.Dir, m.salt, m.files = filepath.Dir(o.o.Model), make([]byte, 32), record.Was
	if _, err := rand.Read(m.salt); err != nil {
		return nil, err
	}
	record.Files = record.Was
	m.history = &history{}
	if err := m.history.add(*record); err != nil {
		return nil, err
	}
	m.Records = m.history.records
	return m, nil
}

// byValue reports whether the request names the samples to remove by a value only.
func (o *order) byValue() bool {
	for _, x := range o.asked.Remove {
		if x.Where == nil {
			return false
		}
	}
	return true
}
