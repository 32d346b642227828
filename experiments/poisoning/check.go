package poisoning

import (
	"errors"
	"fmt"
	"slices"

	"lethe/experiments/internal/numbers"
)

// checkNetwork refuses settings of the network and of the methods that the images cannot fulfil.
func (s *Session) checkNetwork(set *Settings) error {
	if set.Reestimate == 0 && !slices.Contains(set.Statistics, kept) {
		return fmt.Errorf("statistics=%s with reestimate=0 leaves no images to estimate them on: set reestimate above 0, or statistics=kept",
			set.Text("statistics"))
	}
	d := s.images(set)
	n := d.Len()
	net, err := network(d, set)
	if err != nil {
		return err
	}
	for i, side := 0, min(net.Height, net.Width); i < len(set.Blocks); i++ {
		if side /= 2; side == 0 {
			return fmt.Errorf("blocks=%s: images of %d x %d can be halved only %d times: lower the number of blocks by --set blocks", set.Text("blocks"),
				net.Height, net.Width, i)
		}
	}
	if len(set.BlockDropout) > len(set.Blocks) {
		return fmt.Errorf("block-dropout=%s has more values than blocks=%s", set.Text("block-dropout"), set.Text("blocks"))
	}
	for _, key := range []string{"train-batch", "batch", "sample", "images"} {
		v := map[string]int{"train-batch": set.TrainBatch, "batch": set.Batch, "sample": set.Sample, "images": set.Images}[key]
		if v > n {
			return fmt.Errorf("%s=%d is more than the %d training images of %s: lower it by --set %s", key, v, n, s.Dataset, key)
		}
	}
	for _, shards := range set.Shards {
		if shards > n {
			return fmt.Errorf("shards=%d is more than the %d training images of %s", shards, n, s.Dataset)
		}
	}
	if s.Named.Test.Len() < 2 {
		return errors.New("a test set of fewer than two images cannot be halved")
	}
	return nil
}

// checkImages refuses settings of poisoning that the images cannot fulfil.
func (s *Session) checkImages(set *Settings) error {
	if err := s.checkNetwork(set); err != nil {
		return err
	}
	n := s.images(set).Len()
	for _, budget := range set.Budgets {
		if flips(budget, n) == 0 {
			return fmt.Errorf("budget=%d flips no label of %d images: raise it by --set budget", budget, n)
		}
		for draw := range set.Draws {
			if _, err := s.mislabel(set, wrongSpec{wrongPairs, budget}, draw); err != nil {
				return err
			}
		}
		for _, known := range set.Known {
			if knownFlips(known, flips(budget, n)) == 0 {
				return fmt.Errorf("known=%s of %d flipped labels is none: raise it by --set known", numbers.Shortest(known), flips(budget, n))
			}
		}
	}
	return nil
}

// checkWrong refuses settings of correct that the images cannot fulfil.
func (s *Session) checkWrong(set *Settings) error {
	if err := s.checkNetwork(set); err != nil {
		return err
	}
	d := s.images(set)
	if len(set.Confused) != 2 || set.Confused[0] == set.Confused[1] || max(set.Confused[0], set.Confused[1]) >= d.Classes {
		return fmt.Errorf("confused=%s must name two of the %d classes, counted from 0: set it by --set confused", form.Text(set, "confused"), d.Classes)
	}
	if set.Target >= d.Classes {
		return fmt.Errorf("target=%d is none of the %d classes, counted from 0: lower it by --set target", set.Target, d.Classes)
	}
	for _, w := range set.wrongSpecs() {
		n := flips(w.budget, d.Len())
		for draw := range set.Draws {
			if _, err := s.mislabel(set, w, draw); err != nil {
				return err
			}
		}
		if n == 0 {
			return fmt.Errorf("%s-labels=%d is no label of %d images: raise it by --set %s-labels", w.kind, w.budget, d.Len(), w.kind)
		}
		for _, known := range set.Known {
			if knownFlips(known, n) == 0 {
				return fmt.Errorf("known=%s of %d wrong labels (%s) is none: raise it by --set known", numbers.Shortest(known), n, w.kind)
			}
		}
	}
	return nil
}
