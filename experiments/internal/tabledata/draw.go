package tabledata

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"lethe/datasets"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// TuningDraw is the first draw that tuning uses; the measured draws count from 0 and stay below it.
const TuningDraw = 1 << 30

// SizeName is the setting that counts how much is changed: "features" for removed columns, "rows"
// for the rest.
func (s *Session) SizeName(set *Settings) string {
	if set.Request == "features" && s.Sparse {
		return "features"
	}
	return "rows"
}

// Sizes returns the sizes of the change, those above what there is brought down to it.
func (s *Session) Sizes(ctx context.Context, set *Settings) ([]int, error) {
	most, err := s.Most(ctx, set)
	if err != nil {
		return nil, err
	}
	wanted := set.Rows
	if s.SizeName(set) == "features" {
		wanted = set.Features
	}
	var out []int
	for _, k := range wanted {
		if k = min(k, most); !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	if len(out) == 0 || most == 0 {
		return nil, fmt.Errorf("experiments: nothing to change on %s: %s is empty, or the pool %s has no columns", s.Dataset, s.SizeName(set), set.Pool)
	}
	return out, nil
}

// Most returns the largest size of the change: all columns of the pool, all rows, or half of the
// samples.
func (s *Session) Most(ctx context.Context, set *Settings) (int, error) {
	if s.SizeName(set) == "rows" {
		n := s.Data(set).Train.Len()
		if set.Request == "samples" {
			n /= 2 // some must be left to train on
		}
		return n, nil
	}
	pool, err := s.Pool(ctx, set)
	return len(pool), err
}

// Request returns the change of a draw. The columns or rows of a smaller size are the first of
// those of a larger one.
//
//   - features, sparse set: the first size columns of a random order of the pool are removed;
//   - features, dense set: in the first size rows of a random order all sensitive columns take the
//     values that another random row has there (one donor a row, so that one-hot groups stay
//     consistent);
//   - labels: those rows get another class, the other one if there are two;
//   - samples: those rows are removed.
func (s *Session) Request(ctx context.Context, set *Settings, size, draw int) (unlearn.Request, error) {
	train := s.Data(set).Train
	if s.SizeName(set) == "features" {
		pool, err := s.Pool(ctx, set)
		if err != nil {
			return unlearn.Request{}, err
		}
		columns := make([]int, size)
		for i, j := range trial.Random(s.Seed, trial.StreamColumns, draw).Perm(len(pool))[:size] {
			columns[i] = pool[j]
		}
		return unlearn.RemoveFeatures(columns...), nil
	}
	rows := trial.Random(s.Seed, trial.StreamRows, draw).Perm(train.Len())[:size]
	switch set.Request {
	case "samples":
		return unlearn.RemoveSamples(rows...), nil
	case "labels":
		return unlearn.CorrectLabels(rows, OtherLabels(trial.Random(s.Seed, trial.StreamLabels, draw), train, rows)), nil
	}
	values, err := s.donated(train, rows, draw)
	if err != nil {
		return unlearn.Request{}, err
	}
	return unlearn.CorrectFeatures(rows, s.Sensitive, values), nil
}

// OtherLabels returns for each row a class that is not its own, every other class equally likely.
func OtherLabels(r *rand.Rand, d *datasets.Dataset, rows []int) []float64 {
	out := make([]float64, len(rows))
	for i, row := range rows {
		step := 1
		if d.Classes > 2 {
			step = 1 + r.IntN(d.Classes-1)
		}
		out[i] = float64((int(d.Y[row]) + step) % d.Classes)
	}
	return out
}

// donated returns the sensitive values of one random other row for each of the rows.
func (s *Session) donated(d *datasets.Dataset, rows []int, draw int) ([][]float64, error) {
	x, ok := d.X.(*datasets.Dense)
	if !ok || len(s.Sensitive) == 0 {
		return nil, fmt.Errorf("experiments: %s has no sensitive columns to replace in single rows; use request=labels or samples", s.Dataset)
	}
	r := trial.Random(s.Seed, trial.StreamDonors, draw)
	out := make([][]float64, len(rows))
	for i, row := range rows {
		donor := r.IntN(x.N - 1)
		if donor >= row {
			donor++
		}
		out[i] = make([]float64, len(s.Sensitive))
		for j, c := range s.Sensitive {
			out[i][j] = x.Data[donor*x.Cols+c]
		}
	}
	return out, nil
}
