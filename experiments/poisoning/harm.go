package poisoning

import (
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
)

// harm measures what is left of the harm that the wrong labels did: the accuracy on the test images
// that they harm, and what is special to their kind.
//
//   - confusion: how many test images of one of the two classes are taken for the other (Goel et al.
//     2022, Towards Adversarial Evaluations for Inexact Machine Unlearning, arXiv 2201.06640: Fgt);
//   - trigger: the share of the images with the patch that get the target label.
func (sub *poisonSubject) harm(classes func(d *datasets.Dataset) ([]float64, error)) ([]engine.Finding, error) {
	said, err := classes(sub.harmed)
	if err != nil {
		return nil, err
	}
	accuracy, err := datasets.Accuracy(said, sub.harmed)
	if err != nil {
		return nil, err
	}
	tags := records.Tags{"images": sub.harmed.Len()}
	finding := func(name, unit string, v float64, tags records.Tags) engine.Finding {
		return engine.Finding{Metric: engine.Metric{Name: name, Unit: unit, Value: v}, Tags: tags}
	}
	out := []engine.Finding{finding("harmed-accuracy", "share", accuracy, tags.With(records.Tags{"right": rightBits(said, sub.harmed)}))}
	if share, ok := sub.recovered(accuracy); ok {
		out = append(out, finding("recovered-share", "share", share, nil))
	}
	switch sub.kind {
	case wrongConfusion:
		out = append(out, finding("confused", "images", float64(confusedCount(said, sub.harmed.Y, sub.set.Confused)), tags))
	case wrongTrigger:
		out = append(out, finding("trigger-success", "share", float64(count(said, sub.set.Target))/float64(len(said)), tags))
	}
	return out, nil
}

// confusedCount is how many images of one of two classes are taken for the other.
func confusedCount(said, truth []float64, classes []int) int {
	n := 0
	for i, c := range said {
		if c != truth[i] && slices.Contains(classes, int(c)) && slices.Contains(classes, int(truth[i])) {
			n++
		}
	}
	return n
}

func count(said []float64, class int) int {
	n := 0
	for _, c := range said {
		if int(c) == class {
			n++
		}
	}
	return n
}

// recovered is the recovered accuracy on the harmed images as a share of what the wrong labels cost
// there: 0 is the network before, 1 the mean of the band. It does not exist before both are
// recorded, nor where the wrong labels cost nothing.
func (sub *poisonSubject) recovered(accuracy float64) (float64, bool) {
	at := func(method, stage string) []float64 {
		return records.Values(records.Matching(sub.session.Before, sub.part, method, "harmed-accuracy", sub.draw, sub.stage(stage)))
	}
	before, all := at("none", "before"), at("retrain", "band")
	if len(before) == 0 || len(all) == 0 {
		return 0, false
	}
	mean := floats.Sum(all) / float64(len(all))
	return (accuracy - before[0]) / (mean - before[0]), mean > before[0]
}
