package evidence

import (
	"fmt"
	"strings"
)

// facts drops those without a value.
func facts(all ...fact) []fact {
	var out []fact
	for _, f := range all {
		if f.Value != "" || f.Hash != "" {
			out = append(out, f)
		}
	}
	return out
}

func (r *Report) askedFacts() []fact {
	var out []fact
	for _, c := range r.Asked.Changes {
		if c.Count > 0 {
			out = append(out, fact{Name: c.Kind, Value: c.Words()})
		}
	}
	return append(out, facts(fact{"request", r.Asked.File, r.Asked.Hash})...)
}

func (r *Report) touchedFacts() []fact {
	t := &r.Touched
	out := []fact{{Name: "samples", Value: fmt.Sprintf("%s of %s, %s", count(t.Rows), count(t.Of), percent(t.Share))}}
	if t.Cells > 0 {
		out = append(out, fact{Name: "cells", Value: count(t.Cells) + " in samples that stay"})
	}
	if t.Spans > 0 {
		out = append(out, fact{Name: "text", Value: Count(t.Spans, "place", "places")})
	}
	return append(out, facts(fact{Name: "columns", Value: strings.Join(t.Columns, ", ")})...)
}

func (r *Report) doneFacts() []fact {
	d := &r.Done
	out := facts(fact{Name: "method", Value: d.Method}, fact{Name: "why", Value: d.Why}, fact{Name: "settings", Value: d.settings()},
		fact{Name: "residual", Value: d.residuals()})
	if d.Change != nil {
		out = append(out, fact{Name: "size of the change", Value: number(*d.Change) + " of the parameters' norm"})
	}
	out = append(out, facts(fact{Name: "running statistics", Value: d.Statistics})...)
	if d.Parameters > 0 {
		out = append(out, fact{Name: "model", Value: Count(d.Parameters, "parameter", "parameters") + ", " + d.optima()},
			fact{Name: "regularizer", Value: d.regularizer()})
	}
	return append(out, fact{Name: "time", Value: d.took()})
}

func (r *Report) comparedFacts() []fact {
	out := []fact{{Name: "retraining", Value: "not compared"}, {Name: "certificate", Value: "none"}}
	if t := r.Measured.Retraining; t != nil {
		out[0].Value = t.words()
	}
	if c := r.Measured.Certificate; c != nil {
		out[1].Value = c.words()
	}
	return out
}

func (r *Report) madeFacts() []fact {
	p := &r.Repeat
	version := strings.TrimSpace(p.Version)
	if p.Commit != "" {
		version = strings.TrimPrefix(version+", commit "+p.Commit, ", ")
	}
	var machine []string
	for _, part := range []string{p.System, p.Go, p.BLAS} {
		if part != "" {
			machine = append(machine, part)
		}
	}
	if p.Cores > 0 {
		machine = append(machine, Count(p.Cores, "core", "cores"))
	}
	return facts(fact{Name: "made", Value: r.Made.Format("2 January 2006, 15:04 UTC")}, fact{Name: "program", Value: version},
		fact{Name: "seed", Value: fmt.Sprint(p.Seed)}, fact{Name: "machine", Value: strings.Join(machine, ", ")})
}

func (r *Report) fileFacts() []fact {
	var out []fact
	for _, f := range r.Repeat.Files {
		value := f.Name
		if f.Bytes > 0 {
			value += ", " + count(int(f.Bytes)) + " bytes"
		}
		out = append(out, fact{f.Role, value, f.SHA256})
	}
	return out
}

func (p *Past) view() pastView {
	v := pastView{What: fmt.Sprintf("%d. %s", p.Number, p.Kind), When: p.Time.Format("2006-01-02 15:04"), Method: p.Method, Residual: "–"}
	if p.Changes != "" {
		v.What += ": " + p.Changes
	}
	if p.Residual != nil {
		v.Residual = number(*p.Residual)
	}
	return v
}

// optima says how many optima the objective has. Without a regularizer on every parameter a convex
// one may be flat in a direction, as softmax is along one that adds the same to all intercepts.
func (d *Done) optima() string {
	switch {
	case !d.Convex:
		return "not convex: the objective may have many optima"
	case d.Regularized == d.Parameters:
		return "convex: the objective has one optimum"
	}
	return "convex: every optimum has the same loss, and there may be several, since the regularizer leaves out " +
		Count(d.Parameters-d.Regularized, "parameter", "parameters")
}

// regularizer says which parameters the regularizer covers.
func (d *Done) regularizer() string {
	switch {
	case d.L2 == 0 || d.Regularized == 0:
		return "none"
	case d.Regularized == d.Parameters:
		return fmt.Sprintf("L2 %g on all parameters, intercepts and biases too", d.L2)
	}
	return fmt.Sprintf("L2 %g on %s of %s parameters", d.L2, count(d.Regularized), count(d.Parameters))
}
