package experiments

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"lethe/datasets"
	"lethe/nets"
	"lethe/unlearn"
)

// statusSamples bounds what the progress of a training costs at the end of an epoch.
const statusSamples = 2000

// checkpointPause is how many seconds of a training a kill may cost.
const checkpointPause = 60

// fit trains from the subject's start on the problem's data, or goes on where the file of that name in the run's folder stopped.
func (sub *secretSubject) fit(ctx context.Context, name string, p *unlearn.Problem) ([]float64, error) {
	path := sub.session.trainedPath(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	clock, err := startClock(path)
	if err != nil {
		return nil, err
	}
	show := sub.show(p.Train)
	trainer := unlearn.Adam{
		Rate: sub.set.TrainRate, Batch: sub.set.TrainBatch, Epochs: sub.set.TrainEpochs,
		Seed: random(sub.session.Seed, streamOrder, sub.length).Uint64(),
		Checkpoint: unlearn.Checkpoint{
			Path: path, Seconds: checkpointPause, Label: sub.label(), Tensors: sub.model.Tensors(), Metadata: sub.metadata(p.Train),
		},
		Callback: func(at unlearn.Progress) error {
			if at.EpochDone() {
				if err := clock.keep(); err != nil {
					return err
				}
			}
			return show.step(ctx, at)
		},
	}
	theta, err := trainer.Train(ctx, p, sub.start)
	if show.steps > 0 { // a finished training that is only read back takes no time worth counting
		err = errors.Join(err, clock.keep())
	}
	return theta, err
}

// label is what else a checkpoint has to agree in, besides data, settings of the trainer and start.
func (sub *secretSubject) label() string {
	s := sub.set
	return fmt.Sprintf("lstm vocabulary %q embedding %d units %d layers %d dropout %s precision %s", sub.vocabulary.Symbols(), s.Embedding, s.Units,
		s.Layers, formatNumber(s.Dropout), s.Precision)
}

// metadata says what the parameters are, for those who read the file.
func (sub *secretSubject) metadata(d *datasets.Dataset) map[string]string {
	s := sub.set
	return map[string]string{
		nets.MetaNetwork:    fmt.Sprintf("lstm, embedding %d, units %d, layers %d, window %d", s.Embedding, s.Units, s.Layers, s.Window),
		nets.MetaVocabulary: sub.vocabulary.Symbols(), nets.MetaData: datasets.Fingerprint(d)[:16],
		nets.MetaSeed: strconv.FormatUint(sub.session.Seed, 10),
	}
}

// load reads trained parameters instead of training. What the file says of vocabulary and text has to fit; a file of another program may say
// nothing of them.
func (sub *secretSubject) load(path string) ([]float64, error) {
	theta, meta, err := sub.model.Load(path)
	if err != nil {
		return nil, fmt.Errorf("experiments: --checkpoint: %w", err)
	}
	own := sub.metadata(sub.train)
	for _, c := range []struct{ key, what, remedy string }{
		{nets.MetaVocabulary, "vocabulary", "give the text that it was trained on"},
		{nets.MetaData, "training text", "give its --text, --secret, --seed and settings length, times, window and characters"},
	} {
		switch is := meta[c.key]; {
		case is == "":
			sub.session.Progress.Note(fmt.Sprintf("%s does not say its %s: taken to be that of this run", path, c.what))
		case is != own[c.key]:
			return nil, fmt.Errorf("experiments: --checkpoint %s has another %s, %q, than this run, %q: %s", path, c.what, is, own[c.key], c.remedy)
		}
	}
	return theta, nil
}

// trainingClock adds up the seconds of a training over its interruptions, in a file beside the checkpoint.
type trainingClock struct {
	path   string
	before float64
	began  time.Time
}

func secondsPath(checkpoint string) string {
	return strings.TrimSuffix(checkpoint, filepath.Ext(checkpoint)) + ".seconds"
}

// readSeconds returns what a training has taken so far.
func readSeconds(checkpoint string) (float64, error) {
	data, err := os.ReadFile(secondsPath(checkpoint))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("experiments: %w", err)
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(string(data)), 64)
	if err != nil {
		return 0, fmt.Errorf("experiments: %s does not hold a number of seconds: remove it, which only loses the time", secondsPath(checkpoint))
	}
	return seconds, nil
}

func startClock(checkpoint string) (*trainingClock, error) {
	before, err := readSeconds(checkpoint)
	return &trainingClock{path: secondsPath(checkpoint), before: before, began: time.Now()}, err
}

// keep writes the sum so far.
func (c *trainingClock) keep() error {
	return writeFile(c.path, []byte(strconv.FormatFloat(c.before+time.Since(c.began).Seconds(), 'f', 3, 64)+"\n"))
}

// trainingShow tells the progress how a training goes.
type trainingShow struct {
	sub                *secretSubject
	n                  int               // windows
	sample             *datasets.Dataset // for the accuracy
	accuracy, exposure float64           // at the end of the last epoch
	first              int               // iteration before the first of this part of the training
	steps              int               // of this part
}

func (sub *secretSubject) show(d *datasets.Dataset) *trainingShow {
	return &trainingShow{sub: sub, n: d.Len(), accuracy: math.NaN(), exposure: math.NaN(),
		sample: sampled(d, statusSamples, sub.session.Seed, streamTuning, sub.length)}
}

// step reports a step; at the end of an epoch it measures, unless nobody looks.
func (s *trainingShow) step(ctx context.Context, at unlearn.Progress) error {
	progress := s.sub.session.Progress
	if s.steps++; s.steps == 1 {
		s.first = at.Iteration - 1
	}
	if _, quiet := progress.(Quiet); quiet {
		return nil
	}
	if at.EpochDone() {
		if err := s.measure(ctx, at.Theta); err != nil {
			return err
		}
	}
	left := at.Seconds / float64(at.Iteration-s.first) * float64(at.Epochs*at.Steps-at.Iteration)
	progress.Training(TrainingStatus{Epoch: at.Epoch + 1, Epochs: at.Epochs, Step: at.Step, Steps: at.Steps, Loss: at.Loss / float64(s.n),
		Accuracy: s.accuracy, Exposure: s.exposure, Left: time.Duration(left * float64(time.Second))})
	return nil
}

func (s *trainingShow) measure(ctx context.Context, theta []float64) error {
	var err error
	if s.accuracy, err = s.sub.model.Accuracy(ctx, theta, s.sample); err != nil {
		return err
	}
	e, err := s.sub.probe.Exposure(ctx, theta, s.sub.spaces[0], s.sub.spend(tryStrings))
	if err == nil {
		s.exposure = e.Bits
	}
	return err
}

// sampledRows draws rows without putting back and sorts them.
func sampledRows(n, count int, seed, stream uint64, draw int) []int {
	rows := random(seed, stream, draw).Perm(n)[:count]
	slices.Sort(rows)
	return rows
}
