package poisoning

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// A network of poisoning that was trained before stands in a folder as NAME.safetensors, its
// parameters with the fingerprint of its training, and NAME.seconds, what the training took. NAME
// is that of the run's own checkpoints.

// SaveNetworks writes the trained networks of a run of poisoning or correct, on wrong and on true
// labels, to a folder: the parameters alone, in single precision. A training that has not ended is an error,
// as is an existing file; nothing is written then. It returns the paths of the networks.
func SaveNetworks(run, to string) ([]string, error) {
	c, err := engine.ReadConfig(filepath.Join(run, records.ConfigName))
	if err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	part := slices.IndexFunc(c.Parts, func(p engine.Part) bool { return p.Experiment == poisoningID || p.Experiment == correctID })
	if part < 0 {
		return nil, fmt.Errorf("experiments: %s is a run of %s, which trains no networks that can be saved: name a run of poisoning or correct", run, c.Experiment)
	}
	networks := map[string]*unlearn.Snapshot{}
	var names []string
	for _, name := range networkNames(c.Parts[part].Experiment, c.Parts[part].Settings.(*Settings)) {
		path := networkFile(filepath.Join(run, records.TrainedName), name)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if networks[name], err = finished(path, c.Parts[part].Settings.(*Settings).TrainEpochs); err != nil {
			return nil, err
		}
		for _, path := range []string{networkFile(to, name), trial.SecondsPath(networkFile(to, name))} {
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				return nil, cmp.Or(err, fmt.Errorf("experiments: %s already exists: remove it, or name another folder", path))
			}
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("experiments: %s holds no trained networks", filepath.Join(run, records.TrainedName))
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	var out []string
	for _, name := range names {
		path := networkFile(to, name)
		seconds, err := os.ReadFile(trial.SecondsPath(networkFile(filepath.Join(run, records.TrainedName), name)))
		if err != nil {
			return out, fmt.Errorf("experiments: %w", err)
		}
		if err := records.WriteFile(trial.SecondsPath(path), seconds); err != nil { // before the network, so that this never comes without
			return out, fmt.Errorf("experiments: %w", err)
		}
		if err := networks[name].SaveParameters(path); err != nil {
			return out, err
		}
		out = append(out, path)
	}
	return out, nil
}

// networkNames are those of the trainings, on wrong and on true labels, that a run consists of.
func networkNames(part string, set *Settings) []string {
	var out []string
	for draw := range set.Draws {
		var clean []string
		for _, w := range specs(part, set) {
			out = append(out, trainName(w, draw))
			own := []string{cleanName(w, draw)}
			for _, number := range bandNumbers(part, set) {
				own = append(own, bandName(w, draw, number))
			}
			for _, name := range own { // kinds of wrong labels that leave the images alone share them
				if !slices.Contains(clean, name) {
					clean = append(clean, name)
				}
			}
		}
		out = append(out, clean...)
	}
	return out
}

// bandNumbers are those of the trainings of the band; poisoning has none.
func bandNumbers(part string, set *Settings) []int {
	var out []int
	for number := 1; part == correctID && number <= set.Band; number++ {
		out = append(out, number)
	}
	return out
}

// specs are the wrong labels that an experiment is about.
func specs(part string, set *Settings) []wrongSpec {
	if part == correctID {
		return set.wrongSpecs()
	}
	var out []wrongSpec
	for _, budget := range set.Budgets {
		out = append(out, wrongSpec{wrongPairs, budget})
	}
	return out
}

func networkFile(dir, name string) string { return filepath.Join(dir, name+".safetensors") }

// finished reads a training of so many epochs, and refuses one that has not ended.
func finished(path string, epochs int) (*unlearn.Snapshot, error) {
	s, err := unlearn.ReadCheckpoint(path)
	if err != nil {
		return nil, err
	}
	if s.Epoch != epochs || s.Step != 0 {
		return nil, fmt.Errorf("experiments: %s holds a training after %d epochs and %d steps, not a finished one of %d epochs", path,
			s.Epoch, s.Step, epochs)
	}
	return s, nil
}

// takeNetworks makes the networks in the folder stand for the trainings of the run, and returns the
// fingerprint of their files. It refuses a folder that holds none of them, and a network that was
// trained in another way, on other images or labels or from another start.
func (s *Session) takeNetworks(ctx context.Context, dir string, parts []engine.Part) (string, error) {
	sum := sha256.New()
	given := map[string]string{}
	for i := range parts {
		set := parts[i].Settings.(*Settings)
		for _, name := range networkNames(parts[i].Experiment, set) {
			path := networkFile(dir, name)
			data, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return "", fmt.Errorf("--networks: %w", err)
			}
			if _, err := finished(path, set.TrainEpochs); err != nil {
				return "", fmt.Errorf("--networks: %w", err)
			}
			if _, err := os.Stat(trial.SecondsPath(path)); err != nil {
				return "", fmt.Errorf("--networks: the training time must be stored beside the network: %w", err)
			}
			fmt.Fprintf(sum, "%s %d\n", name, len(data))
			sum.Write(data)
			given[name] = path
		}
		if len(given) == 0 {
			return "", fmt.Errorf("--networks: %s holds none of the networks of this run: %s", dir, strings.Join(networkNames(parts[i].Experiment, set), ", "))
		}
	}
	s.Stored = given
	for i := range parts {
		if err := s.checkNetworks(ctx, parts[i].Experiment, parts[i].Settings.(*Settings)); err != nil {
			return "", fmt.Errorf("--networks: %w", err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// checkNetworks lets the trainers read the networks that are given: a training that has ended is
// compared with its settings, and makes no step.
func (s *Session) checkNetworks(ctx context.Context, part string, set *Settings) error {
	for draw := range set.Draws {
		read := map[string]bool{}
		for _, w := range specs(part, set) {
			sub, err := s.subjectOf(part, set, w, draw)
			if err != nil {
				return err
			}
			check := func(t *storedTraining, data *datasets.Dataset, start []float64) error {
				if _, ok := s.Stored[t.name]; !ok || read[t.name] {
					return nil
				}
				read[t.name] = true
				_, err := t.fit(ctx, t.name, sub.problem.With(data), start)
				return err
			}
			if err := check(&storedTraining{sub: sub, name: sub.trainName()}, sub.problem.Train, sub.start); err != nil {
				return err
			}
			if err := check(&storedTraining{sub: sub, name: sub.cleanName()}, sub.truth, sub.start); err != nil {
				return err
			}
			for _, number := range bandNumbers(part, set) {
				t, start := sub.bandTraining(number)
				if err := check(t, sub.truth, start); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
