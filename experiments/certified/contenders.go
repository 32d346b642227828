package certified

import (
	"math/rand/v2"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// contender is a row of tables and a line of figures, with what each experiment carries out of it.
type contender struct {
	engine.Row
	// release is carried out on a single request by the experiment certified, releases on many by
	// budget, loss on a single one by loss-perturbation, and stream on many by loss-budget; nil =
	// it is not. release gives nil where the row is omitted in a draw.
	release  func(r *releasing) *trial.Contender
	releases func(set *tabledata.Settings) unlearn.OutputPerturbation
	loss     func(l *lossy) (trial.Contender, error)
	stream   func(st *streamed) (unlearn.Method, error)
}

// contenders say how the experiments on certificates carry out the rows of tables. The rows, their
// words and marks are those of the one list of package tabledata, in its order. The order in which
// a draw's methods are carried out is that of the rows, but for retrainings, which come first: the
// others are measured against the first of them. sigma is not among the experiments: it carries out
// no request, so it compares regularizers and noises, not methods.
var contenders = []contender{
	{Row: shared("none"), loss: (*lossy).none, stream: (*streamed).none},
	{Row: shared("fine-tune"), loss: (*lossy).fineTune},
	{Row: shared("first-order"), loss: (*lossy).firstOrder, stream: (*streamed).firstOrder},
	{Row: shared("second-order"), loss: (*lossy).secondOrder, stream: (*streamed).secondOrder},
	{Row: shared(released), release: (*releasing).mechanism, releases: mechanism},
	{Row: shared("retrain"), loss: (*lossy).retrain},
	{Row: shared(tabledata.WarmNewton), release: (*releasing).warm},
	{Row: shared("retrain, warm")}, // of older runs
	{Row: shared("retrain, cold"), release: (*releasing).cold},
	{Row: shared(majorityClass)}, // computed, in sigma too
	{Row: line("second-order, exact", 19)},
	{Row: line("second-order, bounds", 20)},
	{Row: line("budget", 22)},
	{Row: line("allowed", 23)},
}

// wordsOf are the words for --set methods of the contenders that take holds for. Retrainings are
// always carried out.
func wordsOf(take func(c contender) bool) []string {
	var out []string
	for _, c := range contenders {
		if c.Role != engine.RetrainingRow && take(c) {
			out = append(out, c.Label)
		}
	}
	return out
}

// The methods that the experiments compare.
func releaseMethods() []string  { return wordsOf(func(c contender) bool { return c.release != nil }) }
func releasesMethods() []string { return wordsOf(func(c contender) bool { return c.releases != nil }) }
func lossMethods() []string     { return wordsOf(func(c contender) bool { return c.loss != nil }) }
func streamMethods() []string   { return wordsOf(func(c contender) bool { return c.stream != nil }) }

// carried reports whether the row is carried out: a retraining, or a method that the settings ask
// for.
func (c contender) carried(set *tabledata.Settings) bool {
	return c.Role == engine.RetrainingRow || set.Wants(c.Label)
}

// shared is a row of the other experiments on tables.
func shared(label string) engine.Row {
	rows := tabledata.AllRows()
	return rows[slices.IndexFunc(rows, func(r engine.Row) bool { return r.Label == label })]
}

// line is a line of figures alone.
func line(label string, mark int) engine.Row {
	return engine.Row{Label: label, Mark: mark, Role: engine.LineRow}
}

// rows are those of tables and figures in their order; of some labels only those.
func rows(labels ...string) []engine.Row {
	var out []engine.Row
	for _, c := range contenders {
		if len(labels) == 0 || slices.Contains(labels, c.Label) {
			out = append(out, c.Row)
		}
	}
	return out
}

// retrainingsFirst are the contenders in the order in which they are carried out.
func retrainingsFirst() []contender {
	out := slices.Clone(contenders)
	slices.SortStableFunc(out, func(a, b contender) int { return before(a) - before(b) })
	return out
}

func before(c contender) int {
	if c.Role == engine.RetrainingRow {
		return 0
	}
	return 1
}

// releasing is what the methods of a draw of the experiment certified are made from.
type releasing struct {
	*tabledata.Session
	sub  *tabledata.Fitted
	set  *tabledata.Settings
	draw int
}

// contenders returns the methods of the draw, the reference first.
func (r *releasing) contenders() []trial.Contender {
	var out []trial.Contender
	for _, c := range retrainingsFirst() {
		if c.release == nil || !c.carried(r.set) {
			continue
		}
		if m := c.release(r); m != nil {
			out = append(out, *m)
		}
	}
	return out
}

func (r *releasing) mechanism() *trial.Contender {
	m := mechanism(r.set)
	m.Rand = rand.New(rand.NewPCG(r.Seed, trial.StreamRelease<<32|uint64(r.draw)))
	return &trial.Contender{Method: m}
}

// warm retrains from the model as it is, by Newton's method: the cheapest exact retraining.
func (r *releasing) warm() *trial.Contender {
	m := unlearn.Retrain{Trainer: tabledata.Patient{Trainer: toCertified(r.set).Newton()}}
	return &trial.Contender{Method: m, Tags: records.Tags{"start": "warm", "trainer": tabledata.NewtonTrainer}}
}

// cold retrains from the start, in the first draws.
func (r *releasing) cold() *trial.Contender {
	if r.draw >= r.set.ColdDraws {
		return nil
	}
	m := unlearn.Retrain{Trainer: tabledata.Patient{Trainer: r.Trainer(toCertified(r.set))}, Start: r.sub.Start}
	return &trial.Contender{Method: m, Tags: records.Tags{"start": "cold"}}
}

// lossy is what the methods of loss perturbation are made from.
type lossy struct {
	*tabledata.Session
	n   *noisy
	set *tabledata.Settings
}

// contenders returns the methods, the reference first, without those of the given rows.
func (l *lossy) contenders(without map[string]bool) ([]trial.Contender, error) {
	var out []trial.Contender
	for _, c := range retrainingsFirst() {
		if c.loss == nil || !c.carried(l.set) || without[c.Label] && c.Role != engine.RetrainingRow {
			continue
		}
		m, err := c.loss(l)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// none is noise alone, the paper's DP.
func (l *lossy) none() (trial.Contender, error) {
	return trial.Contender{Method: unlearn.None{}}, nil
}

func (l *lossy) fineTune() (trial.Contender, error) {
	return trial.Contender{Method: l.FineTune(l.set, l.set.TauFT.Value, l.set.Epochs), Tags: records.Tags{"tau-ft": l.set.TauFT.Value}}, nil
}

func (l *lossy) firstOrder() (trial.Contender, error) {
	return trial.Contender{Method: unlearn.FirstOrder{Tau: l.set.Tau.Value, Force: l.set.Force}, Tags: records.Tags{"tau": l.set.Tau.Value}}, nil
}

func (l *lossy) secondOrder() (trial.Contender, error) {
	m, err := tabledata.SecondOrder(l.set, l.set.Ridge.Value, l.Seed)
	return trial.Contender{Method: m, Tags: records.Tags{"steps": l.set.Steps}}, err
}

// retrain is warm: there is one optimum, wherever training starts.
func (l *lossy) retrain() (trial.Contender, error) {
	return trial.Contender{Method: unlearn.Retrain{Trainer: l.n.Trainer}, Tags: records.Tags{"start": "warm"}}, nil
}
