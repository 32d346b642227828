package trial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"time"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/unlearn"
)

// StatusSamples bounds what the progress of a training costs at the end of an epoch.
const StatusSamples = 2000

// checkpointPause is how many seconds of a training a kill may cost.
const checkpointPause = 60

// Fitting is a training that keeps its state in the run's folder, and tells the progress how it
// goes.
type Fitting struct {
	Session    *engine.Session
	Name       string             // of its file
	Checkpoint unlearn.Checkpoint // but for its path
	// FormerLabel is the label that former versions gave a checkpoint of the same training. A file
	// that has it goes on with it.
	FormerLabel string
	Trainer     func(c unlearn.Checkpoint, callback func(unlearn.Progress) error) unlearn.Trainer
	// Measure returns what is shown at the end of an epoch; NaN = nothing.
	Measure func(ctx context.Context, theta []float64) (accuracy, exposure float64, err error)

	n                  int     // samples
	accuracy, exposure float64 // at the end of the last epoch
	first              int     // iteration before the first of this part of the training
	steps              int     // of this part
}

// Run trains from the start on the problem's data, or resumes where the file stopped.
func (f *Fitting) Run(ctx context.Context, p *unlearn.Problem, start []float64) ([]float64, error) {
	c := f.Checkpoint
	c.Path, c.Seconds = f.Session.TrainedPath(f.Name), checkpointPause
	if err := records.MakeFolder(filepath.Dir(c.Path)); err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	if former, err := f.labelled(c.Path); err != nil {
		return nil, err
	} else if former {
		c.Label = f.FormerLabel
	}
	clock, err := startClock(c.Path)
	if err != nil {
		return nil, err
	}
	f.n, f.accuracy, f.exposure = p.Train.Len(), math.NaN(), math.NaN()
	theta, err := f.Trainer(c, func(at unlearn.Progress) error {
		if at.EpochDone() {
			if err := clock.Keep(); err != nil {
				return err
			}
		}
		return f.step(ctx, at, clock)
	}).Train(ctx, p, start)
	if f.steps > 0 { // a finished training that is only read back takes no time worth counting
		err = errors.Join(err, clock.Keep())
	}
	return theta, err
}

// labelled reports whether there is a file of a former version.
func (f *Fitting) labelled(path string) (former bool, err error) {
	s, err := unlearn.ReadCheckpoint(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && s.Settings["label"] == f.FormerLabel, err
}

// step reports a step; at the end of an epoch it measures, unless nobody looks.
func (f *Fitting) step(ctx context.Context, at unlearn.Progress, clock *TrainingClock) error {
	progress := f.Session.Progress
	if f.steps++; f.steps == 1 {
		f.first = at.Iteration - 1
	}
	if _, quiet := progress.(engine.Quiet); quiet {
		return nil
	}
	if at.EpochDone() {
		err := clock.pause(func() (err error) { // what is only looked at is no cost of training
			f.accuracy, f.exposure, err = f.Measure(ctx, at.Theta)
			return err
		})
		if err != nil {
			return err
		}
	}
	left := at.Seconds / float64(at.Iteration-f.first) * float64(at.Epochs*at.Steps-at.Iteration)
	progress.Training(engine.TrainingStatus{Epoch: at.Epoch + 1, Epochs: at.Epochs, Step: at.Step, Steps: at.Steps, Loss: at.Loss / float64(f.n),
		Accuracy: f.accuracy, Exposure: f.exposure, Left: time.Duration(left * float64(time.Second))})
	return nil
}
