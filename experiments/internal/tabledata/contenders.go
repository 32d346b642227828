package tabledata

import (
	"context"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// stage says when a contender is carried out.
type stage int

const (
	ideal     stage = iota // first: what the others are measured against
	reference              // the other retrainings
	update
	baseline // last: its models are trained before the request
)

// contender is a row of tables and figures with the method whose records it shows.
type contender struct {
	engine.Row
	// word names it in --set methods; empty = its label does. Retrainings are always carried out,
	// and a row without a method and a word of its own belongs to another one: neither has a word.
	word string
	// uses is what auto may choose for the method: tau, ridge or tau-ft; "" = nothing.
	uses  string
	stage stage
	votes bool // several models answer, so that there is no loss and no gradient to measure
	// certificate marks a row that only the experiments on certificates have.
	certificate bool
	// notebook is the method of the authors' notebook whose settings it has; empty = there is none.
	notebook string
	// method returns what is carried out, nil where the row is omitted on this model or by these
	// settings.
	method func(c *comparison) (*trial.Contender, error)
}

// comparison is what the methods of a request are made from.
type comparison struct {
	*Session
	ctx context.Context
	sub *Fitted
	set *Settings
	steps
}

// contenders are the rows of all experiments on tables, in the order of tables, figures and their
// legends. A new method is a line here. The certificates have the rows, words and marks of this
// list too; how they carry a method out stands in package certified.
//
// Retraining comes cold (from the same initial parameters) and warm (from theta). A linear model is
// retrained warm by Newton's method, the cheapest exact way from there; the first, cold one is the
// reference. On the MLP the reference is the warm one, and the iterative variants are left out.
var contenders = []contender{
	{Row: row("none", 3), stage: update, notebook: "none", method: func(*comparison) (*trial.Contender, error) { return untimed(unlearn.None{}) }},
	{Row: row("dp", 8), stage: baseline, method: (*comparison).noisy},
	{Row: row("occlusion", 10), stage: update, method: (*comparison).occlusion},
	{Row: row("fine-tune", 4), uses: "tau-ft", stage: update, method: (*comparison).fineTune},
	{Row: row(PaperFine, 13), word: "fine-tune-paper", stage: update, notebook: "fine-tune", method: (*comparison).paperFineTune},
	{Row: row("first-order", 0), uses: "tau", stage: update, method: (*comparison).firstOrder},
	{Row: row(PaperFirst, 12), word: "first-order-paper", stage: update, notebook: "first-order", method: (*comparison).paperFirstOrder},
	{Row: row("first-order-iterative", 5), uses: "tau", stage: update, method: (*comparison).firstOrderIterative},
	{Row: own("second-order", 1), uses: "ridge", stage: update, notebook: "second-order", method: (*comparison).secondOrder},
	{Row: own(FactorStored, 11), stage: update}, // of runtime alone
	{Row: own("second-order-iterative", 6), uses: "ridge", stage: update, method: (*comparison).secondOrderIterative},
	{Row: row("sisa", 9), stage: baseline, votes: true, method: (*comparison).sisa},
	{Row: row(OutputPerturbation, 15), word: OutputPerturbation, stage: update, certificate: true},
	{Row: retraining("retrain", 2), stage: ideal, method: (*comparison).retrainLinear},
	{Row: retraining(WarmNewton, 17), stage: reference, method: (*comparison).retrainNewton},
	{Row: retraining("retrain, warm", 14), stage: ideal, method: (*comparison).retrainWarm},
	{Row: retraining("retrain, cold", 7), stage: reference, method: (*comparison).retrainCold},
	{Row: retraining(OtherStarts, 16), stage: update},               // of the band
	{Row: row(MajorityClass, 18), stage: update, certificate: true}, // computed
}

func row(label string, mark int) engine.Row { return engine.Row{Label: label, Mark: mark} }

func own(label string, mark int) engine.Row {
	return engine.Row{Label: label, Mark: mark, Role: engine.OwnRow}
}

func retraining(label string, mark int) engine.Row {
	return engine.Row{Label: label, Mark: mark, Role: engine.RetrainingRow}
}

// NotebookMethod is the method of the authors' notebook that a row has the settings of, "" if there
// is none. The notebook's fine-tuning and first order have the paper's rate and tau.
func NotebookMethod(label string) string {
	for i := range contenders {
		if contenders[i].Label == label {
			return contenders[i].notebook
		}
	}
	return ""
}

// Rows are the rows of tables and the lines of figures, in their order, without those that only
// certificates have.
func Rows() []engine.Row { return rowsThat(func(c contender) bool { return !c.certificate }) }

// AllRows are those of certificates, too.
func AllRows() []engine.Row { return rowsThat(func(contender) bool { return true }) }

func rowsThat(take func(c contender) bool) []engine.Row {
	var out []engine.Row
	for _, c := range contenders {
		if take(c) {
			out = append(out, c.Row)
		}
	}
	return out
}

// contenders returns the methods of these rows, in the order in which they are carried out.
func (s *Session) contenders(ctx context.Context, sub *Fitted, set *Settings, st steps, rows []string) ([]rowMethod, error) {
	c := &comparison{s, ctx, sub, set, st}
	order := slices.Clone(contenders)
	slices.SortStableFunc(order, func(a, b contender) int { return int(a.stage - b.stage) })
	var out []rowMethod
	for _, x := range order {
		if x.method == nil || !slices.Contains(rows, x.Label) {
			continue
		}
		m, err := x.method(c)
		if err != nil {
			return nil, err
		}
		if m != nil {
			out = append(out, rowMethod{x.Label, *m})
		}
	}
	return out, nil
}

// rowMethod is a method with the label of its row.
type rowMethod struct {
	row string
	trial.Contender
}

// Ideals are the rows of the retrainings that the others are measured against.
func Ideals() []string {
	var out []string
	for _, c := range contenders {
		if c.stage == ideal {
			out = append(out, c.Label)
		}
	}
	return out
}

// untimed is a contender whose time is not worth comparing.
func untimed(m unlearn.Method) (*trial.Contender, error) {
	return &trial.Contender{Method: m, Untimed: true}, nil
}

// tuned is a contender with a setting that was chosen for it.
func tuned(m unlearn.Method, tags records.Tags) (*trial.Contender, error) {
	return &trial.Contender{Method: m, Tags: tags, Tuned: m.Name()}, nil
}

func with(m unlearn.Method, tags records.Tags) (*trial.Contender, error) {
	return &trial.Contender{Method: m, Tags: tags}, nil
}

func (c *comparison) retrainLinear() (*trial.Contender, error) {
	if !c.Convex() {
		return nil, nil
	}
	return with(unlearn.Retrain{Trainer: c.sub.Trainer, Start: c.sub.Start}, records.Tags{"start": "cold"})
}

func (c *comparison) retrainNewton() (*trial.Contender, error) {
	if !c.Convex() {
		return nil, nil
	}
	return with(unlearn.Retrain{Trainer: Patient{c.set.Newton()}}, records.Tags{"start": "warm", "trainer": NewtonTrainer})
}

func (c *comparison) retrainWarm() (*trial.Contender, error) {
	if c.Convex() {
		return nil, nil
	}
	return with(unlearn.Retrain{Trainer: c.sub.Trainer}, records.Tags{"start": "warm"})
}

func (c *comparison) retrainCold() (*trial.Contender, error) {
	if c.Convex() {
		return nil, nil
	}
	return with(unlearn.Retrain{Trainer: c.sub.Trainer, Start: c.sub.Start}, records.Tags{"start": "cold"})
}

// occlusion sets weights to zero, for columns that are removed whole.
func (c *comparison) occlusion() (*trial.Contender, error) {
	if c.SizeName(c.set) != "features" {
		return nil, nil
	}
	return untimed(unlearn.Occlusion{})
}

func (c *comparison) fineTune() (*trial.Contender, error) {
	return tuned(c.FineTune(c.set, c.TauFT, c.Epochs), records.Tags{"tau-ft": c.TauFT, "epochs": c.Epochs})
}

// paperFineTune is fine-tuning as the paper has it: its rate, one pass, and the whole regularizer
// at each batch.
func (c *comparison) paperFineTune() (*trial.Contender, error) {
	if c.set.PaperTauFT == 0 || !c.Convex() {
		return nil, nil
	}
	m := unlearn.FineTune{Rate: c.set.PaperTauFT, Batch: c.set.Batch, Epochs: 1, Seed: c.Seed}
	return with(m, records.Tags{"tau-ft": c.set.PaperTauFT, "epochs": 1, "settings": PaperSettings})
}

func (c *comparison) firstOrder() (*trial.Contender, error) {
	return tuned(unlearn.FirstOrder{Tau: c.Tau, Force: c.set.Force}, records.Tags{"tau": c.Tau})
}

// paperFirstOrder is first order with the paper's tau.
func (c *comparison) paperFirstOrder() (*trial.Contender, error) {
	if c.set.PaperTau == 0 || !c.Convex() {
		return nil, nil
	}
	return with(unlearn.FirstOrder{Tau: c.set.PaperTau, Force: c.set.Force}, records.Tags{"tau": c.set.PaperTau, "settings": PaperSettings})
}

func (c *comparison) firstOrderIterative() (*trial.Contender, error) {
	return c.iterative(c.firstOrder())
}

func (c *comparison) secondOrder() (*trial.Contender, error) {
	m, err := SecondOrder(c.set, c.Ridge, c.Seed)
	if err != nil {
		return nil, err
	}
	return tuned(m, records.Tags{"ridge": c.Ridge, "solver": c.set.Solver, "curvature": c.set.Curvature, "steps": c.set.Steps})
}

func (c *comparison) secondOrderIterative() (*trial.Contender, error) {
	return c.iterative(c.secondOrder())
}

// iterative applies the request in chunks, on linear models.
func (c *comparison) iterative(m *trial.Contender, err error) (*trial.Contender, error) {
	if err != nil || !c.Convex() {
		return nil, err
	}
	return &trial.Contender{Method: unlearn.Iterative{Method: m.Method, Chunks: c.set.Chunks}, Tags: m.Tags.With(records.Tags{"chunks": c.set.Chunks}), Tuned: m.Tuned}, nil
}
