package audit

import (
	"context"
	"fmt"
	"slices"
)

// Models are the logits of the models of an audit, all for the same samples. Models of a list
// differ in nothing but the seed of their training.
type Models struct {
	Old       []*Logits // before the update; at least 1
	Updated   []*Logits // after it; at least 1
	Retrained []*Logits // trained without the forgotten data; at least 6
}

// Samples says what the samples are that the logits are of.
type Samples struct {
	Labels     []int // of each sample: the class that it had in training, before the update
	Forget     []int // indices of the samples to be forgotten; at least 1
	Retain     []int // of samples that stay; at least 1
	Validation []int // of samples that no model was trained on; none = not audited
	// Confused are two classes whose labels were confused in training, for interclass confusion on
	// the samples of Validation; none = not audited.
	Confused []int
}

// Options are settings of an audit. The zero value is a good choice.
type Options struct {
	Seed uint64 // of the divisions that are drawn
	// Relabelings is how many divisions of the models are drawn where there are more than 400; 0 =
	// 199.
	Relabelings int
}

// leastReferences is how many retrained models make a band.
const leastReferences = 5

// Run audits updated models. Of the retrained models the last ones are held out, as many as there
// are updated ones, at most half of all; from lists of updated models that are longer the first
// ones are taken. All sizes are said in the report. An audit that needs more models or samples is
// listed as not measured; a number that cannot be computed is an error.
func Run(ctx context.Context, m Models, s Samples, o Options) (*Report, error) {
	r, err := newRun(m, s, o)
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{r.klom, r.strata, r.attacks, r.accuracies, r.confusion, r.tugOfWar} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	first := &r.report.Findings[0]
	r.report.Verdict, r.report.Void = first.Verdict, first.Void
	return &r.report, nil
}

// run is an audit in the making. Models are named by their place in margins: those before the
// update, the updated and the retrained ones.
type run struct {
	models []*Logits
	labels []int
	// confused are two classes, or none.
	confused []int
	margins  [][]float64
	parts    []part
	// Indices of models.
	old, updated, heldOut, references []int
	options                           Options
	report                            Report
}

// part is a set of samples.
type part struct {
	name string
	rows []int
}

const (
	forgotten = iota
	retained
	unseen
)

func newRun(m Models, s Samples, o Options) (*run, error) {
	if o.Relabelings < 0 || o.Relabelings > 100_000 {
		return nil, fmt.Errorf("audit: Options.Relabelings is %d; give between 19 and 100,000, or 0 for 199", o.Relabelings)
	}
	if o.Relabelings == 0 {
		o.Relabelings = 199
	}
	if o.Relabelings < fewest-1 {
		return nil, fmt.Errorf("audit: Options.Relabelings is %d; fewer than 19 cannot reach the level of 5 %%", o.Relabelings)
	}
	n := len(m.Retrained)
	switch {
	case len(m.Old) < 1 || len(m.Updated) < 1:
		return nil, fmt.Errorf("audit: %d models before the update and %d after it; give at least 1 of both", len(m.Old), len(m.Updated))
	case len(s.Confused) != 0 && (len(s.Confused) != 2 || s.Confused[0] == s.Confused[1]):
		return nil, fmt.Errorf("audit: the confused classes %v; give two", s.Confused)
	case n < leastReferences+1:
		return nil, fmt.Errorf("audit: %d retrained models; give at least %d, of which one is held out", n, leastReferences+1)
	}
	r := &run{models: slices.Concat(m.Old, m.Updated, m.Retrained), labels: s.Labels, confused: s.Confused, options: o}
	group := min(len(m.Updated), max(n/2, 1), n-leastReferences)
	at := 0
	take := func(k int) (out []int) {
		for range k {
			out, at = append(out, at), at+1
		}
		return out
	}
	r.old, r.updated = take(len(m.Old)), take(len(m.Updated))[:group]
	r.references, r.heldOut = take(n-group), take(group)
	for _, z := range r.models {
		if z != nil && z.K != r.models[0].K {
			return nil, fmt.Errorf("audit: models of %d and %d outputs cannot be compared", r.models[0].K, z.K)
		}
		margins, err := Margins(z, s.Labels)
		if err != nil {
			return nil, err
		}
		r.margins = append(r.margins, margins)
	}
	r.parts = []part{{"removed samples", s.Forget}, {"kept samples", s.Retain}, {"unseen samples", s.Validation}}
	r.report = Report{Forget: len(s.Forget), Retain: len(s.Retain), Validation: len(s.Validation),
		Updated: group, HeldOut: group, References: len(r.references), Findings: []Finding{}, NotMeasured: []Omission{}}
	return r, r.checkParts()
}

func (r *run) checkParts() error {
	in := map[int]string{}
	for k, p := range r.parts {
		if len(p.rows) == 0 {
			if k != unseen {
				return fmt.Errorf("audit: there are no %s", p.name)
			}
			r.omit("all on unseen samples", "it needs samples that no model was trained on")
		}
		for _, i := range p.rows {
			switch other, twice := in[i]; {
			case i < 0 || i >= len(r.labels):
				return fmt.Errorf("audit: sample %d among the %s; the logits are of %d samples, counted from 0", i, p.name, len(r.labels))
			case twice:
				return fmt.Errorf("audit: sample %d is named twice: among the %s and the %s", i, other, p.name)
			}
			in[i] = p.name
		}
	}
	return nil
}

func (r *run) omit(audit, why string) {
	r.report.NotMeasured = append(r.report.NotMeasured, Omission{audit, why})
}

// of returns the margins of models on some samples.
func (r *run) of(models, rows []int) [][]float64 {
	out := make([][]float64, len(models))
	for k, m := range models {
		out[k] = make([]float64, len(rows))
		for j, i := range rows {
			out[k][j] = r.margins[m][i]
		}
	}
	return out
}

// measure is an audit that compares groups of models.
type measure struct {
	name, on string
	rows     []int
	// distance of a group from references; larger = farther. Where the number that is shown is larger
	// where it is better, shown is the number of a distance.
	distance func(group, references []int) (float64, error)
	shown    func(distance float64) float64
	single   bool // it can be measured on one model beside several
	note     string
}

// compare judges the updated and the held-out models by a measure.
func (r *run) compare(ctx context.Context, m measure) error {
	c := comparison{distance: m.distance, seed: r.options.Seed, drawn: r.options.Relabelings}
	updated, err := c.judge(ctx, r.updated, r.references)
	if err != nil {
		return fmt.Errorf("%s on %s: %w", m.name, m.on, err)
	}
	heldOut, err := c.judge(ctx, r.heldOut, r.references)
	if err != nil {
		return fmt.Errorf("%s on %s, held-out models: %w", m.name, m.on, err)
	}
	floor, err := r.floor(ctx, c)
	if err != nil {
		return fmt.Errorf("%s on %s, retrained models: %w", m.name, m.on, err)
	}
	shown := m.shown
	if shown == nil {
		shown = func(d float64) float64 { return d }
	}
	f := Finding{Audit: m.name, On: m.on, Samples: len(m.rows), Updated: shown(updated.Value), HeldOut: shown(heldOut.Value), Floor: new(shown(floor)),
		High: shown(updated.Limit), P: updated.P, HeldOutP: heldOut.P, Verdict: Inside, Note: m.note}
	if m.shown != nil { // the band lies above its limit
		f.Low, f.High = new(f.High), 1
	}
	if updated.Value > updated.Limit {
		f.Verdict = r.lean(m.rows)
	}
	if heldOut.Value > heldOut.Limit {
		f.Void = heldOutFails
	}
	if err := r.untouched(&f, m, shown); err != nil {
		return err
	}
	r.report.Findings = append(r.report.Findings, f)
	return nil
}

// untouched measures the models before the update.
func (r *run) untouched(f *Finding, m measure, shown func(float64) float64) error {
	group := r.old[:1]
	if len(r.old) >= len(r.updated) {
		group = r.old[:len(r.updated)]
	} else if !m.single {
		return nil
	}
	d, err := m.distance(group, r.references)
	if err != nil {
		return fmt.Errorf("%s on %s, before the update: %w", m.name, m.on, err)
	}
	f.Untouched = new(shown(d))
	return nil
}

// floor is the mean distance of retrained models from retrained ones, over divisions of all of
// them.
func (r *run) floor(ctx context.Context, c comparison) (float64, error) {
	others, err := c.others(ctx, r.heldOut, r.references)
	if err != nil {
		return 0, err
	}
	d, err := c.distance(r.heldOut, r.references)
	return mean(append(others, d)), err
}

// lean says to which side the updated models left the band: towards the models before the update,
// or away from them. It is the sign of <m_u - m_o, m_old - m_o> over the samples' mean margins.
func (r *run) lean(rows []int) Verdict {
	u, o, before := r.of(r.updated, rows), r.of(r.references, rows), r.of(r.old, rows)
	sum := 0.0
	for i := range rows {
		at := meanOf(o, i)
		sum += (meanOf(u, i) - at) * (meanOf(before, i) - at)
	}
	if sum > 0 {
		return UnderForgotten
	}
	return OverForgotten
}
