package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lethe/datasets"
	"lethe/nets"
	"lethe/project/data"
	"lethe/project/network"
	"lethe/unlearn"
)

// Model is a model's folder that was opened.
type Model struct {
	Dir         string
	Description *data.Description
	Records     []Record // the history
	Changes     *Changes // of the training data since the beginning
	Training    Training
	Network     *network.File // nil of a model in ONNX
	ONNX        Graph         // nil of a model in safetensors
	Objective   *nets.Model
	Theta       []float64 // the parameters; of a certified model those of its release

	stateDict string // the file of a PyTorch state dict that the parameters were in; "" = none
	history   *history
	files     map[string]string // hashes
	salt      []byte
}

// Training says how a model is trained, so that it can be trained again.
type Training struct {
	Trainer   string  `json:"trainer,omitempty"` // "" = it was trained elsewhere
	L2        float64 `json:"l2"`                // see unlearn.Problem
	Epochs    int     `json:"epochs,omitempty"`
	Batch     int     `json:"batch,omitempty"`
	Rate      float64 `json:"rate,omitempty"`
	Schedule  string  `json:"schedule,omitempty"` // "" = constant
	Seed      uint64  `json:"seed"`
	Precision string  `json:"precision"` // "float64" or "float32"
	Output    string  `json:"output,omitempty"`
}

// Open opens a model's folder after Verify found nothing wrong with it.
func Open(dir string) (*Model, error) {
	v, err := Verify(dir)
	if err != nil {
		return nil, err
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	m := &Model{Dir: dir}
	if err := m.read(); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Model) read() (err error) {
	if m.history, err = readHistory(m.Dir); err != nil {
		return err
	}
	m.Records = m.history.records
	for _, r := range m.Records {
		if r.Training != nil {
			m.Training = *r.Training
		}
	}
	m.files = m.last().Files
	if m.Description, err = data.Read(m.path(dataName)); err != nil {
		return err
	}
	if m.Changes, err = readChanges(m.Dir); err != nil {
		return err
	}
	if m.salt, err = os.ReadFile(m.path(saltName)); err != nil {
		return err
	}
	if _, isONNX := m.files[onnxName]; isONNX {
		return m.readONNX(m.path(onnxName))
	}
	if m.Network, err = network.Parse(m.path(networkName), network.Shape{}, 0); err != nil {
		return err
	}
	if m.Objective, err = m.Network.Model(); err != nil {
		return fmt.Errorf("%s: %w", m.path(networkName), err)
	}
	if _, has := m.files[stateDictName]; has {
		m.stateDict = m.path(stateDictName)
	}
	m.Theta, _, err = m.Objective.Load(m.path(tensorsName))
	return err
}

func (m *Model) readONNX(path string) (err error) {
	if m.ONNX, err = loadGraph(path, m.Training.Output); err != nil {
		return err
	}
	m.Theta = m.ONNX.Theta()
	m.Objective, err = onnxObjective(m.ONNX, m.Training.Precision)
	return err
}

// onnxObjective returns the objective of an ONNX file.
func onnxObjective(x Graph, precision string) (*nets.Model, error) {
	var options []nets.Option
	if precision == "float32" {
		options = append(options, nets.Float32())
	}
	return nets.NewModel(x.Network(), x.Loss(), options...)
}

func (m *Model) path(name string) string { return filepath.Join(m.Dir, name) }

func (m *Model) last() *Record { return &m.Records[len(m.Records)-1] }

// now is the training data as they are now.
func (m *Model) now() State { return m.last().Data }

// certified reports whether the folder keeps a ledger of certified releases.
func (m *Model) certified() bool { return m.last().Certificate != nil }

// problem is what the model is trained on. Running statistics have no regularizer, nor have the
// intercepts of scikit-learn.
func (m *Model) problem(d *datasets.Dataset) (*unlearn.Problem, error) {
	p := &unlearn.Problem{Objective: m.Objective, Train: d, L2: m.Training.L2}
	if m.ONNX != nil {
		p.Penalty = m.ONNX.Penalty()
	}
	if !m.Objective.Statistics() || p.Penalty != nil {
		return p, nil
	}
	var err error
	p.Penalty, err = m.Objective.Penalty()
	return p, err
}

// convex says why the objective is not convex; nil = it is.
func (m *Model) convex() error {
	if err := m.Objective.ConvexInParameters(); err != nil {
		return err
	}
	if !(m.Training.L2 > 0) {
		return errors.New("its regularizer L2 is 0")
	}
	return nil
}

// parametersName is the file of the parameters.
func (m *Model) parametersName() string {
	if m.ONNX != nil {
		return onnxName
	}
	return tensorsName
}

// parameters writes parameters to a folder, in the model's own format; of a PyTorch state dict in
// PyTorch's too.
func (m *Model) parameters(dir string, theta []float64, fingerprint string) error {
	if m.ONNX != nil {
		return m.ONNX.Save(filepath.Join(dir, onnxName), theta)
	}
	if m.stateDict != "" {
		if err := network.Export(m.stateDict, filepath.Join(dir, stateDictName), m.Network, theta); err != nil {
			return err
		}
	}
	return m.Objective.Save(filepath.Join(dir, tensorsName), theta, map[string]string{nets.MetaData: fingerprint, nets.MetaSeed: fmt.Sprint(m.Training.Seed)})
}

// source is a file of data.
type source struct {
	path, labels, unknown string
	unlabelled            bool
	training              bool // forgotten columns are read where they are there
}

// regularized counts the parameters that the regularizer covers. penalty is that of
// unlearn.Problem.
func (m *Model) regularized(penalty []float64) int {
	switch {
	case m.Training.L2 == 0:
		return 0
	case penalty == nil:
		return len(m.Theta)
	}
	n := 0
	for _, factor := range penalty {
		if factor > 0 {
			n++
		}
	}
	return n
}

// load reads data as the training data were read.
func (m *Model) load(ctx context.Context, from source, p Progress) (*data.Loaded, error) {
	if from.path == "" {
		return nil, usage("name the data with --data")
	}
	return data.Load(ctx, from.path, data.Options{Like: m.Description, Labels: from.labels, Unknown: from.unknown, Unlabelled: from.unlabelled,
		Forgotten: m.Changes.forgotten(m.Description), ReadForgotten: from.training,
		Progress: reading(p, from.path)})
}

// reading is the progress of a file that is read.
func reading(p Progress, path string) func(done, total int64) {
	return func(done, total int64) { p.Step("reading "+filepath.Base(path), done, total) }
}

// trainer returns what trains the model as it was trained; nil = it was trained elsewhere.
func (t Training) trainer(m *nets.Model, check unlearn.Checkpoint, p Progress) unlearn.Trainer {
	heardOf := func(x unlearn.Progress) error {
		if x.Epochs > 0 {
			p.Step(fmt.Sprintf("training, epoch %d of %d, loss %.4g", x.Epoch+1, x.Epochs, x.Loss), int64(x.Epoch*x.Steps+x.Step), int64(x.Epochs*x.Steps))
		} else {
			p.Step(fmt.Sprintf("training, gradient norm %.2g", x.GradientNorm), 0, 0)
		}
		return nil
	}
	var out unlearn.Trainer
	schedule := unlearn.Constant
	if t.Schedule == unlearn.OneCycle.String() {
		schedule = unlearn.OneCycle
	}
	switch t.Trainer {
	case "lbfgs":
		return unlearn.LBFGS{Callback: heardOf}
	case "newton":
		return unlearn.Newton{Callback: heardOf}
	case "adam":
		out = unlearn.Adam{Rate: t.Rate, Schedule: schedule, Epochs: t.Epochs, Batch: t.Batch, Seed: t.Seed, Checkpoint: check, Callback: heardOf}
	case "sgd":
		out = unlearn.SGD{Rate: t.Rate, Schedule: schedule, Epochs: t.Epochs, Batch: t.Batch, Seed: t.Seed, Checkpoint: check, Callback: heardOf}
	default:
		return nil
	}
	if m.Statistics() {
		out = unlearn.StatisticsTrainer{Trainer: out, Seed: t.Seed}
	}
	return out
}
