package experiments

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"lethe/unlearn"
)

// statusSamples bounds what the progress of a training costs at the end of an epoch.
const statusSamples = 2000

// checkpointPause is how many seconds of a training a kill may cost.
const checkpointPause = 60

// fitting is a training that keeps its state in the run's folder, and tells the progress how it goes.
type fitting struct {
	session    *Session
	name       string             // of its file
	checkpoint unlearn.Checkpoint // but for its path
	trainer    func(c unlearn.Checkpoint, callback func(unlearn.Progress) error) unlearn.Trainer
	// measure returns what is shown at the end of an epoch; NaN = nothing.
	measure func(ctx context.Context, theta []float64) (accuracy, exposure float64, err error)

	n                  int     // samples
	accuracy, exposure float64 // at the end of the last epoch
	first              int     // iteration before the first of this part of the training
	steps              int     // of this part
}

// run trains from the start on the problem's data, or goes on where the file stopped.
func (f *fitting) run(ctx context.Context, p *unlearn.Problem, start []float64) ([]float64, error) {
	c := f.checkpoint
	c.Path, c.Seconds = f.session.trainedPath(f.name), checkpointPause
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o755); err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	clock, err := startClock(c.Path)
	if err != nil {
		return nil, err
	}
	f.n, f.accuracy, f.exposure = p.Train.Len(), math.NaN(), math.NaN()
	theta, err := f.trainer(c, func(at unlearn.Progress) error {
		if at.EpochDone() {
			if err := clock.keep(); err != nil {
				return err
			}
		}
		return f.step(ctx, at, clock)
	}).Train(ctx, p, start)
	if f.steps > 0 { // a finished training that is only read back takes no time worth counting
		err = errors.Join(err, clock.keep())
	}
	return theta, err
}

// step reports a step; at the end of an epoch it measures, unless nobody looks.
func (f *fitting) step(ctx context.Context, at unlearn.Progress, clock *trainingClock) error {
	progress := f.session.Progress
	if f.steps++; f.steps == 1 {
		f.first = at.Iteration - 1
	}
	if _, quiet := progress.(Quiet); quiet {
		return nil
	}
	if at.EpochDone() {
		err := clock.pause(func() (err error) { // what is only looked at is no cost of training
			f.accuracy, f.exposure, err = f.measure(ctx, at.Theta)
			return err
		})
		if err != nil {
			return err
		}
	}
	left := at.Seconds / float64(at.Iteration-f.first) * float64(at.Epochs*at.Steps-at.Iteration)
	progress.Training(TrainingStatus{Epoch: at.Epoch + 1, Epochs: at.Epochs, Step: at.Step, Steps: at.Steps, Loss: at.Loss / float64(f.n),
		Accuracy: f.accuracy, Exposure: f.exposure, Left: time.Duration(left * float64(time.Second))})
	return nil
}
