package memorization

import (
	"context"
	"errors"
	"slices"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tune"
	"lethe/unlearn"
)

// textTuner is a way of fine-tuning a language model: the rates that are tried, and the method of
// one.
type textTuner struct {
	rates  func(set *Settings) []float64
	open   func(set *Settings) bool // whether rates beyond an end of these may be tried
	method func(sub *secretSubject, rate float64, epochs int) unlearn.Method
}

// sgdTuner is the authors' rule: plain SGD.
var sgdTuner = textTuner{
	rates: func(set *Settings) []float64 { return tune.Grid(set.TauFT, set.RateGrid) },
	open:  func(set *Settings) bool { return set.TauFT.Tuned },
	method: func(sub *secretSubject, rate float64, epochs int) unlearn.Method {
		return unlearn.FineTune{Rate: rate, Batch: sub.set.Batch, Epochs: epochs, Share: true, Sample: sub.set.Sample, Seed: sub.sampleSeed()}
	},
}

// adamTuner continues with the trainer of the network.
var adamTuner = textTuner{
	rates: func(set *Settings) []float64 { return set.AdamRates },
	open:  func(*Settings) bool { return true },
	method: func(sub *secretSubject, rate float64, epochs int) unlearn.Method {
		return unlearn.Retrain{Trainer: unlearn.Adam{Rate: rate, Batch: sub.set.TrainBatch, Epochs: epochs, Seed: sub.sampleSeed()},
			Sample: sub.set.Sample, Seed: sub.sampleSeed()}
	},
}

func (sub *secretSubject) fineTune(ctx context.Context, c *correction) (*choice, error) {
	return sub.fineTuneBy(ctx, c, sgdTuner)
}

func (sub *secretSubject) fineTuneAdam(ctx context.Context, c *correction) (*choice, error) {
	return sub.fineTuneBy(ctx, c, adamTuner)
}

// fineTuneBy tries each number of passes at the rates of the grid, and beyond an end of it while
// the best is there. A single rate is meant as it is. The update of the best of all is kept.
func (sub *secretSubject) fineTuneBy(ctx context.Context, c *correction, f textTuner) (*choice, error) {
	ch := &choice{}
	var updates []*trial.Applied
	for _, epochs := range sub.set.FineEpochs {
		try := func(rate float64) (float64, error) {
			t, u, err := sub.fineTuneTry(ctx, c, f, rate, epochs)
			ch.tries, updates = append(ch.tries, t), append(updates, u)
			return sub.nearest().number(&t), err
		}
		rates := slices.Sorted(slices.Values(f.rates(sub.set)))
		if f.open(sub.set) && len(rates) > 1 {
			if _, err := tune.Decades(rates, try); err != nil {
				return nil, err
			}
			continue
		}
		for _, rate := range rates {
			if _, err := try(rate); err != nil {
				return nil, err
			}
		}
	}
	if i, _ := sub.nearest().best(ch.tries); i >= 0 {
		ch.update = updates[i]
	}
	ch.take(sub.nearest())
	return ch, nil
}

// fineTuneTry carries fine-tuning out and measures what it leads to.
func (sub *secretSubject) fineTuneTry(ctx context.Context, c *correction, f textTuner, rate float64, epochs int) (try, *trial.Applied, error) {
	tags := records.Tags{"tau-ft": rate, "epochs": epochs}
	u, err := sub.apply(ctx, c, f.method(sub, rate, epochs), tags)
	if err != nil {
		return try{}, nil, err
	}
	if u.Failed != nil {
		return try{tags: tags, failed: u.Failed}, u, nil
	}
	t, err := sub.try(ctx, c, u.Theta, tags)
	return t, u, err
}

// fineTuneExposure takes the best of all tries of fine-tuning at the loss that
// second-order-exposure may have.
func (sub *secretSubject) fineTuneExposure(_ context.Context, c *correction) (*choice, error) {
	ch := &choice{}
	var tuners []textTuner
	for _, way := range []struct {
		name  string
		tuner textTuner
	}{{"fine-tune", sgdTuner}, {"fine-tune-adam", adamTuner}} {
		for _, r := range sub.recorded(c, way.name, "try") {
			t := tryOf(r)
			t.tags = records.Tags{"tau-ft": r.Number("tau-ft"), "epochs": int(r.Number("epochs")), "by": way.name}
			ch.tries, tuners = append(ch.tries, t), append(tuners, way.tuner)
		}
	}
	if len(ch.tries) == 0 {
		return &choice{failed: errors.New("fine-tuning, whose best try it takes, failed or was omitted")}, nil
	}
	if i, _ := sub.hidden().best(ch.tries); i >= 0 {
		ch.method = tuners[i].method(sub, ch.tries[i].tags["tau-ft"].(float64), ch.tries[i].tags["epochs"].(int))
	}
	ch.take(sub.hidden())
	ch.tries = nil // they are in the records of fine-tuning
	return ch, nil
}
