package tabledata

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/trial"
)

// Session is what the experiments on tables share within a run: the data, the trained models and
// what was already measured.
type Session struct {
	*engine.Session
	Sensitive []int
	Sparse    bool // rows are sparse: features are removed as whole columns

	splits   map[float64]*Data
	subjects map[string]*Fitted
	pools    map[string][]int
	trials   map[string][]*measuredDraw
	bands    map[string][]trial.Outcome
	Tunings  map[string]*Tuning
}

// Data is a training and a test set.
type Data struct{ Train, Test *datasets.Dataset }

// OnTables returns what the experiments on tables share in a session.
func OnTables(s *engine.Session) *Session { return engine.Own(s, newSession) }

func newSession(s *engine.Session) *Session {
	_, sparse := s.Named.Train.X.(*datasets.CSR)
	return &Session{Session: s, Sensitive: s.Named.Sensitive, Sparse: sparse, splits: map[float64]*Data{}, subjects: map[string]*Fitted{},
		pools: map[string][]int{}, trials: map[string][]*measuredDraw{}, bands: map[string][]trial.Outcome{}, Tunings: map[string]*Tuning{}}
}

// Data returns the training and test set; with test-share the two are merged and split again by the
// run's seed.
func (s *Session) Data(set *Settings) *Data {
	if d, ok := s.splits[set.TestShare]; ok {
		return d
	}
	d := &Data{Train: s.Named.Train, Test: s.Named.Test}
	if set.TestShare > 0 {
		d = resplit(d, s.Seed, set.TestShare)
	}
	s.splits[set.TestShare] = d
	return d
}

// resplit draws a new test set of the given share.
func resplit(d *Data, seed uint64, share float64) *Data {
	n := d.Train.Len()
	all := n + d.Test.Len()
	order := trial.Random(seed, trial.StreamSplit, 0).Perm(all)
	cut := min(max(int(math.Round(share*float64(all))), 1), all-1)
	join := func(rows []int) *datasets.Dataset {
		sort.Ints(rows)
		at := sort.SearchInts(rows, n)
		test := slices.Clone(rows[at:])
		for i := range test {
			test[i] -= n
		}
		joined, err := datasets.Concat(d.Train.Subset(rows[:at]), d.Test.Subset(test))
		if err != nil {
			panic(fmt.Errorf("experiments: training and test set do not fit together: %w", err))
		}
		return joined
	}
	return &Data{Train: join(order[cut:]), Test: join(order[:cut])}
}

// poolSize is how many of the largest weights the pool top400 looks at.
const poolSize = 400

// poolLambda is the regularizer of the model that ranks features for the pool top400
// (docs/paper.md#linear-models: 197 features on Drebin).
const poolLambda = 1000

// Pool returns the columns that removed features are drawn from, ascending.
func (s *Session) Pool(ctx context.Context, set *Settings) ([]int, error) {
	key := fmt.Sprint(set.Pool, Form.Key(ranking(set), "model"))
	if p, ok := s.pools[key]; ok {
		return p, nil
	}
	pool := slices.Clone(s.Sensitive)
	var err error
	switch columns := s.Data(set).Train.X.Shape()[0]; set.Pool {
	case "all":
		pool = make([]int, columns)
		for i := range pool {
			pool[i] = i
		}
	case "top400":
		pool, err = s.rankedPool(ctx, set)
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(pool)
	s.pools[key] = pool
	return pool, nil
}

// ranking are the settings of the model that ranks features.
func ranking(set *Settings) *Settings {
	out := *set
	out.Lambda, out.Sigma = poolLambda, 0
	return &out
}

// rankedPool returns the sensitive columns among the poolSize largest |theta| of a linear model
// fitted with poolLambda.
func (s *Session) rankedPool(ctx context.Context, set *Settings) ([]int, error) {
	base := *s.Session
	base.Model = Models[0]
	linear := *s
	linear.Session = &base
	var sub *Fitted
	err := s.Once("ranking the features", func() (err error) {
		sub, err = linear.train(ctx, ranking(set))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("experiments: ranking the features for pool=top400: %w", err)
	}
	columns := s.Data(set).Train.X.Shape()[0]
	size := func(c int) float64 { // of the column's weights, over the outputs
		sum := 0.0
		for _, w := range sub.Theta[c*len(sub.Theta)/columns : (c+1)*len(sub.Theta)/columns] {
			sum += w * w
		}
		return sum
	}
	order := make([]int, columns)
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return size(order[a]) > size(order[b]) })
	var pool []int
	for _, c := range order[:min(poolSize, columns)] {
		if slices.Contains(s.Sensitive, c) {
			pool = append(pool, c)
		}
	}
	return pool, nil
}
