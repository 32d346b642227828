package experiments

import (
	"context"
	"fmt"
	"slices"

	"lethe/unlearn"
)

// sigmaExperiment asks what the noise of a certificate costs before anything is forgotten: test accuracy against sigma and lambda.
func sigmaExperiment() *Experiment {
	const id = "sigma"
	return tableExperiment{
		ID: id, Title: "Accuracy against the noise of a certificate", Convex: true,
		Question: "how much noise does a model bear, and how does the regulariser change that?",
		Defaults: func(s *tableSettings, k Key) { s.Sigmas = append([]float64{0}, s.Sigmas...) },
		Describe: func(s *tableSettings) (string, []string) {
			return "lambdas " + s.Text("lambdas") + ", sigmas " + s.Text("sigmas") + ", " + trainingLine(s),
				[]string{"lambdas", "sigmas", "train-tolerance", "train-steps"}
		},
		Units: func(_ context.Context, s *tableSession, set *tableSettings) ([]Unit, error) {
			var units []Unit
			for _, lambda := range set.Lambdas {
				for draw := range set.Draws {
					units = append(units, Unit{fmt.Sprintf("lambda=%g draw=%d", lambda, draw), func(ctx context.Context) ([]Record, error) {
						return s.sigmaRecords(ctx, id, set, lambda, draw)
					}})
				}
			}
			return units, nil
		},
		Own: []string{"sigmas", "lambdas"}, Rows: certifiedRows,
		Idle: func(_ *tableSession, _ *tableSettings, key string) string {
			return unless(!slices.Contains([]string{"request", "features", "rows", "pool"}, key), "sigma forgets nothing")
		},
		Tables: func(r *Results) []Table {
			return []Table{sigmaTable(r, "Test accuracy, %", "test-accuracy", percent), sigmaTable(r, "Macro F1", "macro-f1", style{1, 3})}
		},
		Figures: func(r *Results) []Figure { return []Figure{sigmaFigure(r)} },
	}.engineExperiment()
}

// sigmaRecords trains with one draw's noise in every strength.
func (s *tableSession) sigmaRecords(ctx context.Context, part string, set *tableSettings, lambda float64, draw int) ([]Record, error) {
	with := *set
	with.Lambda = lambda
	var out []Record
	for _, sigma := range set.Sigmas {
		n, err := s.trainNoisy(ctx, &with, sigma, draw)
		if err != nil {
			return nil, err
		}
		classes, err := n.Model.Classes(ctx, n.Theta, n.Test)
		if err != nil {
			return nil, err
		}
		f1, err := unlearn.MacroF1(classes, n.Test.Y, n.Test.Classes)
		if err != nil {
			return nil, err
		}
		tags := Tags{"lambda": lambda, "sigma": sigma}
		out = append(out, s.record(part, "none", metric{"test-accuracy", "share", share(classes, n.Test)}, draw, tags),
			s.record(part, "none", metric{"macro-f1", "1", f1}, draw, tags))
		if draw == 0 && sigma == set.Sigmas[0] && lambda == set.Lambdas[0] {
			majority, err := n.majority()
			if err != nil {
				return nil, err
			}
			out = append(out, s.records(part, nil, draw, []outcome{majority}, "test-accuracy", "macro-f1")...)
		}
	}
	return out, nil
}

// sigmaTable marks what is no better than the majority class in its title too, which a terminal shows without the note.
func sigmaTable(r *Results, title, metric string, f style) Table {
	majority := r.where(metric, "method", majorityClass)
	t := Table{Title: fmt.Sprintf("%s (* = no better than the majority class, %s)", title, f.one(majority.mean)), Header: []string{"sigma"},
		Note: r.drawsNote() + " Whatever is certified with noise that leaves a model no better than always answering the majority class is worth nothing."}
	lambdas := r.Numbers("lambda")
	for _, lambda := range lambdas {
		t.Header = append(t.Header, "lambda "+formatNumber(lambda))
	}
	for _, sigma := range r.Numbers("sigma") {
		row := []string{formatNumber(sigma)}
		for _, lambda := range lambdas {
			at := r.where(metric, "method", "none", "lambda", lambda, "sigma", sigma)
			cell := f.ends(r.between(metric, "method", "none", "lambda", lambda, "sigma", sigma))
			if at.n > 0 && at.mean <= majority.mean {
				cell += " *"
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func sigmaFigure(r *Results) Figure {
	f := Figure{Name: "sigma", Caption: "Test accuracy of models trained with noise, " + drawsCaption,
		X: "sigma", Y: "test accuracy", LogX: true}
	for _, lambda := range r.Numbers("lambda") {
		s := Series{Label: "lambda " + formatNumber(lambda)}
		for _, sigma := range r.Numbers("sigma") {
			if at := r.between("test-accuracy", "method", "none", "lambda", lambda, "sigma", sigma); sigma > 0 && at.n > 0 {
				s.Add(sigma, at.exported())
			}
		}
		f.Series = append(f.Series, s)
	}
	majority := Series{Label: majorityClass, Bare: true, Dashed: true}
	for _, sigma := range r.Numbers("sigma") {
		if sigma > 0 {
			majority.X, majority.Y = append(majority.X, sigma), append(majority.Y, r.where("test-accuracy", "method", majorityClass).mean)
		}
	}
	f.Series = append(f.Series, majority)
	return f
}
