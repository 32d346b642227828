package poisoning

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/trial"
	"lethe/nets"
	"lethe/unlearn"
)

// statedFor is the number of images that budgets are stated for, CIFAR-10's.
const statedFor = 50000

// poisonSubject is a network trained on labels of which some are wrong.
type poisonSubject struct {
	session *Session
	set     *Settings
	part    string // the experiment's name in records
	wrongSpec
	draw int

	labels           []float64         // the true ones
	rows             []int             // the wrong ones, in the order in which they become known
	truth            *datasets.Dataset // the training images with the true labels
	validation, test *datasets.Dataset
	harmed           *datasets.Dataset // test images on which the wrong labels do harm; nil in poisoning, where it is all of them
	model            *nets.Model
	problem          *unlearn.Problem // its training data are the poisoned ones
	start            []float64
	theta            []float64 // after training; nil before

	repairs map[float64]*repair // by the share that is known
}

// flips is how many of n labels a budget flips.
func flips(budget, n int) int { return int(math.Round(float64(budget) * float64(n) / statedFor)) }

// images returns the training images that the settings ask for.
func (s *Session) images(set *Settings) *datasets.Dataset {
	train := s.Named.Train
	if set.Images > 0 && set.Images < train.Len() {
		train = train.Slice(0, set.Images)
	}
	return train
}

// network returns the network for the images.
func network(d *datasets.Dataset, set *Settings) (nets.VGG, error) {
	x, ok := d.X.(*datasets.Images)
	if !ok {
		return nets.VGG{}, fmt.Errorf("experiments: %s holds no images", d.Name)
	}
	return nets.VGG{Height: x.Height, Width: x.Width, Channels: x.Channels, Blocks: set.Blocks, Dense: set.Dense, Classes: d.Classes,
		Dropout: set.BlockDropout}, nil
}

// poisonSubject returns the network of a budget of flips and a draw, untrained, from the second time
// on the same one.
func (s *Session) poisonSubject(part string, set *Settings, budget, draw int) (*poisonSubject, error) {
	return s.subjectOf(part, set, wrongSpec{wrongPairs, budget}, draw)
}

// subjectOf is the same for any kind of wrong labels.
func (s *Session) subjectOf(part string, set *Settings, w wrongSpec, draw int) (*poisonSubject, error) {
	key := fmt.Sprint(part, modelKey(set), w, draw)
	if sub, ok := s.poisoned[key]; ok {
		return sub, nil
	}
	wrong, err := s.mislabel(set, w, draw)
	if err != nil {
		return nil, err
	}
	clean, rows := wrong.truth, wrong.rows
	trial.Random(s.Seed, trial.StreamKnown, draw).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	net, err := network(clean, set)
	if err != nil {
		return nil, err
	}
	precision := nets.Float32()
	if set.Precision == "float64" {
		precision = nets.Float64()
	}
	m, err := nets.NewModel(net, nets.SoftmaxCrossEntropy, precision)
	if err != nil {
		return nil, err
	}
	sub := &poisonSubject{session: s, set: set, part: part, wrongSpec: w, draw: draw, labels: clean.Y, rows: rows, truth: clean, model: m,
		problem: &unlearn.Problem{Objective: m, Train: wrong.data}, start: m.Init(trial.Random(s.Seed, trial.StreamInit, draw).Uint64()),
		repairs: map[float64]*repair{}}
	if sub.validation, sub.test, err = datasets.Split(s.Named.Test, trial.Random(s.Seed, trial.StreamHalves, 0).Uint64(), 0.5); err != nil {
		return nil, err
	}
	if part == correctID {
		if sub.harmed, err = harmed(sub.test, w.kind, set); err != nil {
			return nil, err
		}
		if sub.validation, err = chosenOn(sub.validation, w.kind); err != nil {
			return nil, err
		}
	}
	s.poisoned[key] = sub
	return sub, nil
}

// trained returns the parameters after training on the poisoned labels.
func (sub *poisonSubject) trained(ctx context.Context) ([]float64, error) {
	if sub.theta != nil {
		return sub.theta, nil
	}
	theta, err := sub.fit(sub.trainName()).Train(ctx, sub.problem, sub.start)
	if err != nil {
		return nil, err
	}
	sub.theta = theta
	return theta, nil
}

// cleaned returns the parameters after training on the true labels from the same start in the same
// order: retraining on fully corrected labels gives the same parameters.
func (sub *poisonSubject) cleaned(ctx context.Context) ([]float64, error) {
	key := fmt.Sprint(modelKey(sub.set), sub.cleanName())
	if theta, ok := sub.session.clean[key]; ok {
		return theta, nil
	}
	theta, err := sub.fit(sub.cleanName()).Train(ctx, sub.problem.With(sub.truth), sub.start)
	if err != nil {
		return nil, err
	}
	sub.session.clean[key] = theta
	return theta, nil
}

// Names of the trainings' files in the run's folder. Trainings on the true labels are the same for
// all kinds of wrong labels that leave the images as they are.
func (sub *poisonSubject) trainName() string { return trainName(sub.wrongSpec, sub.draw) }
func (sub *poisonSubject) cleanName() string { return cleanName(sub.wrongSpec, sub.draw) }

func trainName(w wrongSpec, draw int) string { return fmt.Sprintf("train-%s-%d", w.name(), draw) }

func cleanName(w wrongSpec, draw int) string { return fmt.Sprintf("clean-%s%d", w.images(), draw) }

// name names the wrong labels in file names; flips between pairs are their budget alone.
func (w wrongSpec) name() string {
	if w.kind == wrongPairs {
		return fmt.Sprint(w.budget)
	}
	return fmt.Sprintf("%s-%d", w.kind, w.budget)
}

// images names the training images there; empty for those that are as they were.
func (w wrongSpec) images() string {
	if w.kind != wrongTrigger {
		return ""
	}
	return w.name() + "-"
}

// fitted trains and then takes the statistics of all the samples.
func (sub *poisonSubject) fitted(t *storedTraining) unlearn.Trainer {
	return unlearn.StatisticsTrainer{Trainer: t, Samples: math.MaxInt}
}

// fit is the training of that name.
func (sub *poisonSubject) fit(name string) unlearn.Trainer {
	return sub.fitted(&storedTraining{sub: sub, name: name})
}

// storedTraining is a training whose state lies in the run's folder, or many trainings on different
// data.
type storedTraining struct {
	sub    *poisonSubject
	name   string
	band   int              // which of the trainings with other seeds, from 1; 0 = with the draw's own
	many   bool             // the name is followed by the fingerprint of the data
	effort []engine.Finding // of the trainings so far
}

// Train implements [unlearn.Trainer].
func (t *storedTraining) Train(ctx context.Context, p *unlearn.Problem, theta []float64) ([]float64, error) {
	name := t.name
	if t.many {
		name += "-" + datasets.Fingerprint(p.Train)[:16]
	}
	out, err := t.fit(ctx, name, p, theta)
	if err != nil {
		return out, err
	}
	effort, err := t.sub.effort(name, p.Train.Len())
	t.effort = added(t.effort, effort)
	return out, err
}

// fit trains, or resumes.
func (t *storedTraining) fit(ctx context.Context, name string, p *unlearn.Problem, theta []float64) ([]float64, error) {
	sub, set := t.sub, t.sub.set
	sample := trial.Sampled(p.Train, trial.StatusSamples, sub.session.Seed, trial.StreamTuning, sub.draw)
	f := &trial.Fitting{
		Session: sub.session.Session, Name: name,
		Checkpoint: unlearn.Checkpoint{Label: sub.label(), Tensors: sub.model.Tensors(), Metadata: sub.metadata(p.Train)}, FormerLabel: sub.formerLabel(),
		Trainer: func(c unlearn.Checkpoint, callback func(unlearn.Progress) error) unlearn.Trainer {
			schedule := unlearn.Constant
			if set.Schedule == "one-cycle" {
				schedule = unlearn.OneCycle
			}
			return unlearn.Adam{
				Rate: set.TrainRate, Schedule: schedule, AMSGrad: set.AMSGrad, Batch: set.TrainBatch, Epochs: set.TrainEpochs,
				Seed: t.order(), Checkpoint: c, Callback: callback,
			}
		},
		Measure: func(ctx context.Context, theta []float64) (accuracy, exposure float64, err error) {
			// The statistics are not those of the parameters at hand until somebody looks for them.
			if theta, err = sub.model.EstimateStatistics(ctx, theta, sample); err != nil {
				return math.NaN(), math.NaN(), err
			}
			accuracy, err = sub.model.Accuracy(ctx, theta, sample)
			return accuracy, math.NaN(), err
		},
	}
	return f.Run(ctx, p, theta)
}

// modelKey is what a training depends on besides the labels and the draw.
func modelKey(set *Settings) string { return form.Key(set, "network", "model") }

// label is what else a checkpoint has to agree in, besides data, settings of the trainer and start.
func (sub *poisonSubject) label() string { return "vgg " + form.Key(sub.set, "network") }

// formerLabel is what checkpoints of former versions have in place of label.
func (sub *poisonSubject) formerLabel() string {
	s := sub.set
	return fmt.Sprintf("vgg blocks %s dense %d dropout %s precision %s", s.Text("blocks"), s.Dense, s.Text("block-dropout"), s.Precision)
}

// metadata says what the parameters are, for those who read the file.
func (sub *poisonSubject) metadata(d *datasets.Dataset) map[string]string {
	return map[string]string{nets.MetaNetwork: sub.label(), nets.MetaData: datasets.Fingerprint(d)[:16],
		nets.MetaSeed: strconv.FormatUint(sub.session.Seed, 10)}
}
