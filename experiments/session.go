package experiments

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"lethe/datasets"
)

// Session is what the units of one run share: the data, the trained models and what was already measured. Everything in it is a
// function of the data, the seed and the settings, so a unit gives the same records whatever ran before it.
type Session struct {
	Experiment string // the run's, not the part's
	Dataset    string
	Model      string
	Profile    string
	Seed       uint64
	Sensitive  []int
	Sparse     bool // rows are sparse: features are removed as whole columns
	Progress   Progress

	named    *datasets.Named // nil for a text
	before   []Record        // of the units that are finished
	dir      string          // the run's folder
	splits   map[float64]*data
	subjects map[string]*Subject
	pools    map[string][]int
	trials   map[string]trial
	tunings  map[string]*tuning
	short    map[*data]*data // rows of norm at most 1
	norms    map[*datasets.Dataset]float64

	text    string // of memorization, as is what follows
	memory  Memory
	secrets map[secretKey]*secretSubject

	poisoned map[string]*poisonSubject // of poisoning, by budget and draw
	clean    map[int][]float64         // what training on the true labels came to, by draw
	given    map[string]string         // files of networks that were trained before, by the training's name
}

// data is a training and a test set.
type data struct{ Train, Test *datasets.Dataset }

func newSession(c *Config, named *datasets.Named, before []Record, p Progress) *Session {
	s := &Session{
		Experiment: c.Experiment, Dataset: c.Dataset, Model: c.Model, Profile: c.Profile, Seed: c.Seed, Progress: p,
		named: named, before: before, splits: map[float64]*data{}, subjects: map[string]*Subject{}, pools: map[string][]int{},
		trials: map[string]trial{}, tunings: map[string]*tuning{}, secrets: map[secretKey]*secretSubject{},
		poisoned: map[string]*poisonSubject{}, clean: map[int][]float64{},
		short: map[*data]*data{}, norms: map[*datasets.Dataset]float64{},
	}
	if named != nil {
		s.Sensitive = named.Sensitive
		_, s.Sparse = named.Train.X.(*datasets.CSR)
	}
	return s
}

// data returns the training and test set; with test-share the two are thrown together and split anew by the run's seed.
func (s *Session) data(set *Settings) *data {
	if d, ok := s.splits[set.TestShare]; ok {
		return d
	}
	d := &data{Train: s.named.Train, Test: s.named.Test}
	if set.TestShare > 0 {
		d = resplit(d, s.Seed, set.TestShare)
	}
	s.splits[set.TestShare] = d
	return d
}

// resplit draws a new test set of the given share.
func resplit(d *data, seed uint64, share float64) *data {
	n := d.Train.Len()
	all := n + d.Test.Len()
	order := random(seed, streamSplit, 0).Perm(all)
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
	return &data{Train: join(order[cut:]), Test: join(order[:cut])}
}

// poolSize is how many of the largest weights the pool top400 looks at.
const poolSize = 400

// poolLambda is the regulariser of the model that ranks features for the pool top400 (PAPER.md section 2: 197 features on Drebin).
const poolLambda = 1000

// pool returns the columns that removed features are drawn from, ascending.
func (s *Session) pool(ctx context.Context, set *Settings) ([]int, error) {
	key := fmt.Sprint(set.Pool, set.TestShare)
	if p, ok := s.pools[key]; ok {
		return p, nil
	}
	pool := slices.Clone(s.Sensitive)
	var err error
	switch columns := s.data(set).Train.X.Shape()[0]; set.Pool {
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

// rankedPool returns the sensitive columns among the poolSize largest |theta| of a linear model fitted with poolLambda.
func (s *Session) rankedPool(ctx context.Context, set *Settings) ([]int, error) {
	ranking := *set
	ranking.Lambda, ranking.Sigma = poolLambda, 0
	linear := *s
	linear.Model = Models[0]
	sub, err := linear.train(ctx, &ranking)
	if err != nil {
		return nil, fmt.Errorf("experiments: ranking the features for pool=top400: %w", err)
	}
	columns := s.data(set).Train.X.Shape()[0]
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
