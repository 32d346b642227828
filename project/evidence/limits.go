package evidence

import (
	"fmt"
	"slices"
)

// limits says in plain words what the report does not show, from what is in it.
func (r *Report) limits() []string {
	out := append(r.proof(), r.comparisons()...)
	if r.has(RemoveSamples) {
		out = append(out, "Other samples of the same person, if the request does not name them, are still part of the training data.")
	}
	if r.has(ForgetColumns) {
		out = append(out, "Other columns may tell what the forgotten ones said. The model may have learned it from them.")
	}
	if r.has(ReplaceText) {
		out = append(out, "Only the text as the request gives it was looked for. The same said in other words is still there.")
	}
	if r.Outcome == Updated || r.Outcome == Certified {
		out = append(out, "Only this model was changed. Data files, copies, backups, earlier models and their answers still hold what was forgotten.")
	}
	return out
}

// proof says what is not proved.
func (r *Report) proof() []string {
	if r.Outcome == Planned || r.Outcome == Refused {
		return []string{"No model was changed. All figures are of a trial or an estimate."}
	}
	if c := r.Measured.Certificate; c != nil {
		return []string{fmt.Sprintf("The certificate is a statement about what an observer of the published parameters can tell: at most epsilon = %s more than from a model "+
			"that was trained again on the corrected data as the same data.yaml prepares them, but for a probability of %s. The preparation in data.yaml (scaling, categories) "+
			"was taken from the first training data, those to forget among them, and the certificate does not cover it. It is not a statement that nothing can be told.",
			number(c.Epsilon), number(c.Delta))}
	}
	out := []string{"There is no proof that the model has forgotten: it carries no certificate."}
	switch {
	case r.Done.ResidualAfter == nil:
		return append(out, "The gradient residual after the update was not measured.")
	case r.Done.Convex:
		out = append(out, "The gradient residual is small only at the optimum of the corrected data, which retraining would reach. "+
			"But parameters that are not exactly there may still tell something of what was forgotten.")
	default:
		out = append(out, "The gradient residual is measured, and it is no guarantee. In a model that is not convex, parameters with a small residual may still "+
			"depend on what was forgotten.")
	}
	if t := r.Done.ResidualTrained; t != nil && *r.Done.ResidualAfter > *t {
		out = append(out, fmt.Sprintf("The update left a larger residual (%s) than training had left (%s).", number(*r.Done.ResidualAfter), number(*t)))
	}
	return out
}

// comparisons says what was not compared.
func (r *Report) comparisons() []string {
	if r.Outcome == Planned {
		return nil
	}
	var out []string
	if !slices.ContainsFunc(r.Measured.Figures, func(f Figure) bool { return f.Test && f.After != nil }) {
		out = append(out, "How well the model answers on data that it was not trained on was not measured (--test).")
	}
	switch t := r.Measured.Retraining; {
	case t == nil:
		out = append(out, "The update was not compared with retraining on the corrected data (--compare retrain).")
	case !r.Done.Convex:
		out = append(out, "The comparison is with one retraining. Another seed would give another model, which agrees with this one less or more.")
	}
	return out
}

func (r *Report) has(kind string) bool {
	return slices.ContainsFunc(r.Asked.Changes, func(c Change) bool { return c.Kind == kind && c.Count > 0 })
}
