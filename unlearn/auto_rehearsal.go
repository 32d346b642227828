package unlearn

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// rehearsal is the request on the training data without the samples that are held out.
type rehearsal struct {
	a       *autoRun
	p       *Problem // without them
	r       Request  // which names the same samples as the request does
	methods []Candidate
	steps   map[int]spaceStep // by the index of the candidate, of those in a Krylov space
	where   string            // what candidates are compared on, in words

	held    *datasets.Dataset // the samples held out, as the request makes them
	before  *datasets.Dataset // and as they were
	special *datasets.Dataset // the samples that the request corrects, as it makes them; they are not held out
	scale   float64           // how many samples each of those held out stands for

	old   *answered // what the old parameters answer to before; nil = not asked yet
	space *Krylov   // of the steps
	slope []float64 // of the criterion at the old parameters, less what the losses' change has
	base  float64   // the losses at the old parameters

	following *following // nil where there are no statistics
}

// fewest is how many samples there have to be that the request has nothing to do with, so that some
// are held out.
const fewest = 10

// rehearsal holds a part of the samples out: of those that the request does not touch, or, where it
// touches all, as the removal of a feature may, of those that it does not name.
func (a *autoRun) rehearsal(ctx context.Context) (*rehearsal, error) {
	n := a.old.Train.Len()
	stays, at := a.stays()
	touched, named := make([]bool, n), make([]bool, n)
	mark(touched, a.applied.Rows)
	for i := range a.request.Changes {
		mark(named, a.request.Changes[i].Rows)
	}
	for _, special := range [][]bool{touched, named} {
		pool := slices.DeleteFunc(slices.Clone(stays), func(i int) bool { return special[i] })
		if len(pool) >= fewest {
			return a.holdOut(ctx, pool, special, stays, at)
		}
	}
	h := &rehearsal{a: a, steps: map[int]spaceStep{}, p: a.old, r: a.request, held: a.update.Data, before: a.old.Train.Subset(stays), special: a.update.Data.Subset(nil), scale: 1,
		where: fmt.Sprintf("all %d samples: too few are left to hold any out", len(stays))}
	return h, h.begin(ctx)
}

// holdOut draws the samples from the pool. special marks those that count by themselves.
func (a *autoRun) holdOut(ctx context.Context, pool []int, special []bool, stays []int, at map[int]int) (*rehearsal, error) {
	size := min(max(int(math.Round(a.Holdout*float64(len(pool)))), 1), len(pool)-1)
	rows := make([]int, size)
	for k, i := range rand.New(rand.NewPCG(a.Seed, 0xa07)).Perm(len(pool))[:size] {
		rows[k] = pool[i]
	}
	slices.Sort(rows)
	others := slices.DeleteFunc(slices.Clone(stays), func(i int) bool { return !special[i] })
	rest, err := datasets.Without(a.old.Train, rows)
	if err != nil {
		return nil, err
	}
	chunks := []Request{RemoveSamples(rows...), {Changes: slices.Clone(a.request.Changes)}}
	renumber(chunks)
	h := &rehearsal{a: a, steps: map[int]spaceStep{}, p: a.old.on(rest), r: chunks[1], scale: float64(len(pool)) / float64(size),
		held: a.update.Data.Subset(moved(rows, at)), before: a.old.Train.Subset(rows), special: a.update.Data.Subset(moved(others, at)),
		where: fmt.Sprintf("%d of the %d samples that stay, held out", size, len(stays))}
	return h, h.begin(ctx)
}

// stays are the rows of D that the request does not remove, and where each is in D'.
func (a *autoRun) stays() (rows []int, at map[int]int) {
	gone := make([]bool, a.old.Train.Len())
	mark(gone, a.request.removed())
	at = map[int]int{}
	for i, is := range gone {
		if !is {
			at[i] = len(rows)
			rows = append(rows, i)
		}
	}
	return rows, at
}

// moved are the places of rows in D'.
func moved(rows []int, at map[int]int) []int {
	out := make([]int, len(rows))
	for k, i := range rows {
		out[k] = at[i]
	}
	return out
}

// begin finds what the criterion needs of the old parameters.
func (h *rehearsal) begin(ctx context.Context) (err error) {
	theta := h.a.theta
	h.slope = slices.Clone(h.a.g)
	g := make([]float64, len(theta))
	for _, part := range h.parts() {
		if err := h.a.p.Objective.Gradient(ctx, g, theta, part.d); err != nil {
			return err
		}
		floats.AddScaled(h.slope, -part.scale, g)
	}
	if h.base, err = h.losses(ctx, theta); err != nil || !holdsStatistics(h.p.Objective) {
		return err
	}
	return h.beginFollowing(ctx)
}

// heldPart is samples each of which stands for so many.
type heldPart struct {
	d     *datasets.Dataset
	scale float64
}

func (h *rehearsal) parts() []heldPart {
	return slices.DeleteFunc([]heldPart{{h.held, h.scale}, {h.special, 1}}, func(w heldPart) bool { return w.d.Len() == 0 })
}

func (h *rehearsal) losses(ctx context.Context, theta []float64) (sum float64, err error) {
	for _, part := range h.parts() {
		loss, err := h.a.p.Objective.Loss(ctx, theta, part.d)
		if err != nil {
			return 0, err
		}
		sum += part.scale * loss
	}
	return sum, nil
}

// criterion is C of [Auto].
func (h *rehearsal) criterion(ctx context.Context, theta []float64) (float64, error) {
	loss, err := h.losses(ctx, theta)
	if err != nil {
		return 0, err
	}
	c := loss - h.base
	for j, v := range theta {
		d := v - h.a.theta[j]
		c += h.a.p.l2(j) * d * d / 2
		if h.following == nil {
			c += h.slope[j] * d
		}
	}
	if h.following == nil {
		return c, nil
	}
	slope, err := h.slopeFollowing(ctx, theta)
	return c + slope, err
}

// mostForEigenvalue is on how many samples the largest eigenvalue is looked for.
const mostForEigenvalue = 4000

// largest is the largest eigenvalue of the curvature on p, as far as a few products along g show
// it.
func (h *rehearsal) largest(ctx context.Context, p *Problem, theta, g []float64) (float64, error) {
	some := someOf(p.Train, mostForEigenvalue, h.a.Seed)
	q := p.on(some)
	share := float64(p.Train.Len()) / float64(some.Len())
	q = q.share(1 / share)
	a, err := q.Hessian(ctx, theta, curvatureOf(p.Objective))
	if err != nil {
		return 0, err
	}
	space, err := NewKrylov(ctx, a, g, 10)
	if err != nil {
		return 0, err
	}
	v, err := space.Largest()
	if err == nil && !positive(v) {
		err = flatError(v)
	}
	return share * v, err
}

func flatError(largest float64) error {
	return fmt.Errorf("unlearn: auto: the largest eigenvalue of the curvature is %v: the loss is flat around the parameters", largest)
}

// kept are the samples on which an update may not cost accuracy, as they are and as they were:
// those that the request does not touch, or all that stay if it touches every one.
func (a *autoRun) kept() (now, before *datasets.Dataset, err error) {
	stays, at := a.stays()
	touched := make([]bool, a.old.Train.Len())
	mark(touched, a.applied.Rows)
	rows := slices.DeleteFunc(slices.Clone(stays), func(i int) bool { return touched[i] })
	if len(rows) == 0 {
		return a.update.Data, a.old.Train.Subset(stays), nil
	}
	now = a.update.Data
	if len(rows) < now.Len() {
		now = now.Subset(moved(rows, at))
	}
	return now, now, nil // what the request does not touch is as it was
}

// change is how new parameters answer where the old ones did.
type change struct {
	fall  float64 // of the accuracy, as a share; NaN in a regression, and where the objective does not predict
	error float64 // its standard error, from the samples on which one of the two is right
	one   float64 // what one sample is of it
}

// change compares the answers of new parameters to now with those of the old ones to before. The
// latter are asked for where old has none.
func (a *autoRun) change(ctx context.Context, theta []float64, before, now *datasets.Dataset, old **answered) (change, error) {
	if _, ok := offered[Predictor](a.p.Objective); !ok || now.Classes < 2 || now.Len() == 0 {
		return change{fall: math.NaN()}, nil
	}
	var err error
	if *old == nil {
		if *old, err = a.answers(ctx, a.theta, before); err != nil {
			return change{}, err
		}
	}
	was := *old
	is, err := a.answers(ctx, theta, now)
	if err != nil {
		return change{}, err
	}
	differ := 0
	for i := range was.right {
		if was.right[i] != is.right[i] {
			differ++
		}
	}
	return change{was.share - is.share, math.Sqrt(float64(differ)) / float64(len(was.right)), 1 / float64(now.Len())}, nil
}

// answered is how parameters answer to samples.
type answered struct {
	share float64 // of right answers
	right []bool
}

// answers asks parameters.
func (a *autoRun) answers(ctx context.Context, theta []float64, d *datasets.Dataset) (*answered, error) {
	o, k, err := a.p.predictor(d)
	if err != nil {
		return nil, err
	}
	classes, err := a.p.classesAt(ctx, o, k, make([]float64, d.Len()*k), theta, d)
	if err != nil {
		return nil, err
	}
	out := &answered{}
	for i, c := range classes {
		out.right = append(out.right, c == d.Y[i])
	}
	if out.share, err = datasets.Accuracy(classes, d); err != nil {
		return nil, fmt.Errorf("unlearn: %w", err)
	}
	return out, nil
}
