package project

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lethe/internal/build"
	"lethe/project/data"
	"lethe/project/network"
)

// Import makes a folder of a model from elsewhere: an ONNX file, or a PyTorch state dict in
// safetensors with its network.yaml.
func Import(ctx context.Context, o ImportOptions) (out *Outcome, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := checkTargets([]target{{"--out", o.Out}}, o.Model, o.Network, o.Data, o.Read.Labels); err != nil {
		return nil, err
	}
	d, err := newDraft(o.Out, o.Force, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	m, loaded, notes, err := o.model(ctx, heard(o.Progress))
	if err != nil {
		return nil, err
	}
	record, err := m.imported(ctx, loaded, o.Model)
	if err != nil {
		return nil, err
	}
	m.Dir = d.dir
	scores, err := m.score(ctx, m.Theta, loaded.Data)
	if err != nil {
		return nil, err
	}
	notes = append(notes, fmt.Sprintf("On the training data: %s.", scores))
	if err := m.create(d, record); err != nil {
		return nil, err
	}
	return &Outcome{Dir: o.Out, Record: *record, Notes: append(notes, loaded.Notes...)}, d.commit()
}

func (o *ImportOptions) check() error {
	switch {
	case o.Model == "":
		return usage("name the model's file with --model")
	case o.Data == "":
		return usage("name the data that the model was trained on with --data")
	case !(o.L2 >= 0) || math.IsInf(o.L2, 0):
		return usage("L2 is a number of at least 0, not %g", o.L2)
	}
	switch foreign(o.Model) {
	case "onnx":
		if o.Network != "" {
			return usage("an ONNX file holds its network: leave --network out")
		}
	case "safetensors":
		if o.Network == "" {
			if dir := filepath.Dir(o.Model); isFile(filepath.Join(dir, historyName)) {
				return usage("%s is a file of the model's folder %s: name the folder", o.Model, dir)
			}
			return usage("a state dict holds no network: describe it with --network network.yaml")
		}
	default:
		return usage("%s is neither an .onnx nor a .safetensors file", o.Model)
	}
	return nil
}

// foreign returns the kind of a file of a model from elsewhere, by its name; "" = it is none.
func foreign(path string) string {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".onnx", ".safetensors":
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return ""
		}
		return ext[1:]
	}
	return ""
}

// model reads a model from elsewhere, and the data it was trained on.
func (o *ImportOptions) model(ctx context.Context, p Progress) (m *Model, loaded *data.Loaded, notes []string, err error) {
	if _, err := os.Stat(o.Model); err != nil {
		return nil, nil, nil, fmt.Errorf("the model cannot be read: %w", err)
	}
	m = &Model{Training: Training{L2: o.L2, Precision: "float64", Output: o.Output}}
	read := o.Read
	read.Progress = reading(p, o.Data)
	if foreign(o.Model) == "onnx" {
		if err := m.readONNX(o.Model); err != nil {
			return nil, nil, nil, err
		}
		if notes = m.ONNX.Notes(); read.Classes == nil {
			read.Classes = m.ONNX.Classes()
		}
	}
	if loaded, err = data.Load(ctx, o.Data, read); err != nil {
		return nil, nil, nil, err
	}
	if err := loaded.Learnable(); err != nil {
		return nil, nil, nil, err
	}
	m.Description = loaded.Description
	m.Changes = &Changes{Base: State{loaded.Fingerprint(), loaded.Data.Len()}}
	m.Description.Fingerprint, m.Description.Rows = m.Changes.Base.Fingerprint, loaded.Data.Len()
	if m.ONNX == nil {
		more, err := m.readStateDict(o, loaded)
		if err != nil {
			return nil, nil, nil, err
		}
		notes = more
	}
	if err := m.Objective.Check(loaded.Data); err != nil {
		return nil, nil, nil, fmt.Errorf("the model does not fit the data (if classes are missing in the data, name all in their order with --classes): %w", err)
	}
	return m, loaded, notes, nil
}

// readStateDict fills a network with the tensors of another program.
func (m *Model) readStateDict(o *ImportOptions, loaded *data.Loaded) ([]string, error) {
	file, err := network.Parse(o.Network, shapeOf(loaded.Data), loaded.Data.Classes)
	if err != nil {
		return nil, err
	}
	if o.L2 > 0 {
		file.L2 = o.L2
	}
	from, err := network.Import(o.Model, file)
	if err != nil {
		return nil, err
	}
	m.Network, m.Theta = from.File, from.Theta
	if m.stateDict = o.Model; !from.Whole {
		m.stateDict = ""
		from.Notes = append(from.Notes, "no "+stateDictName+" is written: the state dict lacks tensors that the network has, so that it could not hold the updated parameters")
	}
	m.Training.L2, m.Training.Precision = from.File.L2, from.File.Precision
	m.Objective, err = from.File.Model()
	return from.Notes, err
}

// imported is the first line of the history of a model from elsewhere.
func (m *Model) imported(ctx context.Context, loaded *data.Loaded, path string) (*Record, error) {
	p, err := m.problem(loaded.Data)
	if err != nil {
		return nil, err
	}
	residual, err := p.Residual(ctx, m.Theta)
	if err != nil {
		return nil, err
	}
	hash, err := hashFile(path)
	if err != nil {
		return nil, err
	}
	return &Record{Kind: "import", Time: time.Now().UTC().Truncate(time.Second), Version: build.Version, Data: m.Changes.Base, Training: &m.Training,
		Method: "import", After: residual, Was: map[string]string{filepath.Base(path): hash}}, nil
}
