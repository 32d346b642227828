package memorization

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"lethe/datasets"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/trial"
	"lethe/nets"
	"lethe/unlearn"
)

// fit trains from the subject's start on the problem's data, or resumes from the file of that name
// in the run's folder.
func (sub *secretSubject) fit(ctx context.Context, name string, p *unlearn.Problem) ([]float64, error) {
	sample := trial.Sampled(p.Train, trial.StatusSamples, sub.session.Seed, trial.StreamTuning, sub.stream())
	f := &trial.Fitting{
		Session: sub.session.Session, Name: name,
		Checkpoint: unlearn.Checkpoint{Label: sub.label(), Tensors: sub.model.Tensors(), Metadata: sub.metadata(p.Train)}, FormerLabel: sub.formerLabel(),
		Trainer: func(c unlearn.Checkpoint, callback func(unlearn.Progress) error) unlearn.Trainer {
			return unlearn.Adam{
				Rate: sub.set.TrainRate, Batch: sub.set.TrainBatch, Epochs: sub.set.TrainEpochs,
				Seed: trial.Random(sub.session.Seed, trial.StreamOrder, sub.stream()).Uint64(), Checkpoint: c, Callback: callback,
			}
		},
		Measure: func(ctx context.Context, theta []float64) (accuracy, exposure float64, err error) {
			if accuracy, err = sub.model.Accuracy(ctx, theta, sample); err != nil {
				return accuracy, math.NaN(), err
			}
			e, err := sub.probe.Exposure(ctx, theta, sub.spaces[0], sub.spend(tryStrings))
			if err != nil {
				return accuracy, math.NaN(), err
			}
			if e.Extrapolated() { // what is certain
				return accuracy, e.Fit.AtLeast, nil
			}
			return accuracy, e.Bits, nil
		},
	}
	return f.Run(ctx, p, sub.start)
}

// label is what else a checkpoint has to agree in, besides data, settings of the trainer and start.
func (sub *secretSubject) label() string {
	return fmt.Sprintf("lstm vocabulary %q %s", sub.vocabulary.Symbols(), form.Key(sub.set, "network"))
}

// formerLabel is what checkpoints of former versions have in place of label.
func (sub *secretSubject) formerLabel() string {
	s := sub.set
	return fmt.Sprintf("lstm vocabulary %q embedding %d units %d layers %d dropout %s precision %s", sub.vocabulary.Symbols(), s.Embedding, s.Units,
		s.Layers, numbers.Shortest(s.Dropout), s.Precision)
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

// load reads trained parameters instead of training. What the file says of vocabulary and text has
// to fit; a file of another program may say nothing of them.
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
			sub.session.Progress.Note(fmt.Sprintf("%s does not state its %s: assumed to be that of this run", path, c.what))
		case is != own[c.key]:
			return nil, fmt.Errorf("experiments: --checkpoint %s has the %s %q, but this run has %q: %s", path, c.what, is, own[c.key], c.remedy)
		}
	}
	return theta, nil
}
