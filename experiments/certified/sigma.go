package certified

import (
	"context"
	"fmt"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// Sigma asks what the noise of a certificate costs before anything is forgotten: test accuracy
// against sigma and lambda.
func Sigma() *engine.Experiment {
	const id = "sigma"
	return tabledata.Experiment{
		ID: id, Title: "Accuracy versus the noise of a certificate", Convex: true,
		Question: "how much noise does a model tolerate, and how does the regularizer change that?",
		Defaults: func(s *tabledata.Settings, k engine.Key) { s.Sigmas = append([]float64{0}, s.Sigmas...) },
		Describe: func(s *tabledata.Settings) (string, []string) {
			return "lambdas " + s.Text("lambdas") + ", sigmas " + s.Text("sigmas") + ", " + tabledata.TrainingLine(s),
				[]string{"lambdas", "sigmas", "train-tolerance", "train-steps"}
		},
		Units: func(_ context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			var units []engine.Unit
			for _, lambda := range set.Lambdas {
				for draw := range set.Draws {
					units = append(units, engine.Unit{Name: fmt.Sprintf("lambda=%g draw=%d", lambda, draw), Run: func(ctx context.Context) ([]records.Record, error) {
						return sigmaRecords(ctx, s, id, set, lambda, draw)
					}})
				}
			}
			return units, nil
		},
		Reads: []string{"draws", "test-share", "train-tolerance", "train-steps", "sigmas", "lambdas"}, Rows: rows(majorityClass), Answers: sigmaAnswers,
		Tables: func(r *engine.Results) []report.Table {
			return []report.Table{sigmaTable(r, "Test accuracy, %", "test-accuracy", report.Percent), sigmaTable(r, "Macro F1", "macro-f1", report.Style{Factor: 1, Places: 3})}
		},
		Figures: func(r *engine.Results) []report.Figure { return []report.Figure{sigmaFigure(r)} },
	}.Runnable()
}

// sigmaRecords trains with one draw's noise in every strength.
func sigmaRecords(ctx context.Context, s *tabledata.Session, part string, set *tabledata.Settings, lambda float64, draw int) ([]records.Record, error) {
	with := *set
	with.Lambda = lambda
	var out []records.Record
	for i, sigma := range set.Sigmas {
		s.Progress.Step("training with sigma "+numbers.Shortest(sigma), i, len(set.Sigmas))
		n, err := trainNoisy(ctx, s, &with, sigma, draw)
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
		accuracy, err := datasets.Accuracy(classes, n.Test)
		if err != nil {
			return nil, err
		}
		tags := records.Tags{"lambda": lambda, "sigma": sigma}
		out = append(out, s.Record(part, "none", engine.Metric{Name: "test-accuracy", Unit: "share", Value: accuracy}, draw, tags),
			s.Record(part, "none", engine.Metric{Name: "macro-f1", Unit: "1", Value: f1}, draw, tags))
		if draw == 0 && sigma == set.Sigmas[0] && lambda == set.Lambdas[0] {
			majority, err := n.majority()
			if err != nil {
				return nil, err
			}
			out = append(out, s.Records(part, nil, draw, []trial.Outcome{majority}, "test-accuracy", "macro-f1")...)
		}
	}
	return out, nil
}

// sigmaTable marks what is no better than the majority class.
func sigmaTable(r *engine.Results, title, metric string, f report.Style) report.Table {
	majority := r.Where(metric, "method", majorityClass)
	majorityText := f.One(majority.Mean)
	if metric == "test-accuracy" {
		majorityText += " %"
	}
	t := report.Table{Title: title, Header: []string{"sigma"},
		Note: fmt.Sprintf("%s Always predicting the majority class reaches %s. A certificate is worth nothing where the noise leaves a model no better than that.",
			tabledata.DrawsNote(r), majorityText)}
	lambdas := r.Numbers("lambda")
	for _, lambda := range lambdas {
		t.Header = append(t.Header, "lambda "+numbers.Shortest(lambda))
	}
	for _, sigma := range r.Numbers("sigma") {
		row := new(report.Row).Setting(sigma)
		for _, lambda := range lambdas {
			at := r.Where(metric, "method", "none", "lambda", lambda, "sigma", sigma)
			row.Ends(f, r.Between(metric, "method", "none", "lambda", lambda, "sigma", sigma))
			if at.N > 0 && at.Mean <= majority.Mean {
				row.Remark("no better than the majority class")
			}
		}
		t.Append(row)
	}
	return t
}

func sigmaFigure(r *engine.Results) report.Figure {
	f := report.Figure{Name: "sigma", Title: "Test accuracy of models trained with noise", Caption: tabledata.DrawsCaption,
		X: "sigma, standard deviation of the noise", Y: "test accuracy, %", LogX: true}
	for _, lambda := range r.Numbers("lambda") {
		s := report.Series{Label: "lambda " + numbers.Shortest(lambda)}
		for _, sigma := range r.Numbers("sigma") {
			if at := r.Between("test-accuracy", "method", "none", "lambda", lambda, "sigma", sigma); sigma > 0 && at.N > 0 {
				s.Add(sigma, at, report.Percent)
			}
		}
		f.Series = append(f.Series, s)
	}
	majority := report.Series{Label: majorityClass, Bare: true, Dashed: true}
	for _, sigma := range r.Numbers("sigma") {
		if sigma > 0 {
			majority.X, majority.Y = append(majority.X, sigma), append(majority.Y, 100*r.Where("test-accuracy", "method", majorityClass).Mean)
		}
	}
	f.Series = append(f.Series, majority)
	return f
}
