package unlearn

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
)

// SISA is the baseline of sharded, isolated, sliced and aggregated training (Bourtoule et al.
// 2021): the samples are divided at random into shards, a model is trained on each alone, and the
// models vote. A request retrains only the shards that hold affected samples, each from the last
// checkpoint before the first slice that does.
//
// An objective that holds parameters fixed (nets.Model.Select) is an error: they may have seen what
// is to be forgotten.
//
// The models are trained before the request: [SISA.Train] does it and returns a [Sharded], which
// carries out request after request. SISA itself is a [Method] too, which trains first, outside the
// cost of the update.
type SISA struct {
	Shards int // models; 0 = 20, as in the paper
	// Slices are the parts of a shard: its model is trained on the first, then on the first two,
	// and so on, each time from where it was. 0 = 1.
	Slices int
	// MeanOutputs answers with the mean of the models' outputs (logits); otherwise the majority of
	// their classes, ties to the lowest. A regression is always answered with the mean.
	MeanOutputs bool
	Trainer     Trainer // of each shard; nil = LBFGS{}
	// Start is where each training starts (p), parameters that have seen no sample; nil = Init of
	// an [Initializer] by Seed, or zeros. Zeros from which a network does not move are an error.
	Start []float64
	Seed  uint64 // of the division, and of Init
	// WholeL2 lets L2 and the tilt count whole in each of k shards, the paper's rule. By default
	// each shard takes a k-th of both, as it has a k-th of the samples: the losses of the shards
	// then add up to L, and lambda weighs as much against a sample as in one model. With the whole
	// lambda every shard is regularized k times as much.
	WholeL2 bool
	// Store keeps what the slices of a shard left, [SliceFolder] for instance; nil = memory.
	Store SliceStore
}

// SliceStore keeps the parameters that a shard's training had reached at the end of a slice, where
// they should not all be in memory. A store that is no [KeyedStore] holds the slices of one
// [Sharded]: what another one has written over is found out, and is an error.
type SliceStore interface {
	Save(shard, slice int, theta []float64) error
	Load(shard, slice int) ([]float64, error)
}

// KeyedStore is a [SliceStore] that keeps apart what was trained on other samples or came out
// otherwise, by a key that follows from both. So several trainings, and the models before and after
// a request, share it.
type KeyedStore interface {
	SaveKeyed(shard, slice int, key string, theta []float64) error
	LoadKeyed(shard, slice int, key string) ([]float64, error)
}

// Name returns "sisa".
func (SISA) Name() string { return "sisa" }

// Train divides the training data of p and trains a model on each shard, with L2/Shards and
// tilt/Shards unless WholeL2 is set; this share stays what it was when requests take samples away,
// so that a shard that a request does not touch need not be trained again. A shard whose samples
// all have weight 0 has no model and no vote.
func (m SISA) Train(ctx context.Context, p *Problem) (*Sharded, error) {
	m.Shards, m.Slices = cmp.Or(m.Shards, 20), cmp.Or(m.Slices, 1)
	p, err := p.sound()
	if err != nil {
		return nil, err
	}
	if err := checkSettings("SISA", count("Shards", m.Shards, "the default 20"), count("Slices", m.Slices, "1"), numbers("Start", m.Start)); err != nil {
		return nil, err
	}
	n := p.Train.Len()
	switch {
	case m.Shards < 1 || m.Slices < 1:
		return nil, fmt.Errorf("unlearn: SISA with %d shards of %d slices: ask for 1 or more of each", m.Shards, m.Slices)
	case m.Shards > n || m.Slices > n/m.Shards:
		return nil, fmt.Errorf("unlearn: SISA with %d shards of %d slices on %d samples: each slice needs one", m.Shards, m.Slices, n)
	}
	if _, _, err := p.predictor(p.Train); err != nil {
		return nil, fmt.Errorf("unlearn: SISA: %w", err)
	}
	if err := p.heldFixed("SISA"); err != nil {
		return nil, err
	}
	if m.Start, err = p.dataFree(ctx, "SISA", m.Start, m.Seed); err != nil {
		return nil, err
	}
	order := rand.New(rand.NewPCG(m.Seed, 0x515a)).Perm(n)
	s := &Sharded{m: m, p: p, shards: make([]shard, m.Shards)}
	parts := m.Shards * m.Slices
	for k := range parts {
		rows := slices.Clone(order[k*n/parts : (k+1)*n/parts])
		slices.Sort(rows)
		s.shards[k/m.Slices].slices = append(s.shards[k/m.Slices].slices, rows)
	}
	for i := range s.shards {
		s.shards[i].after = make([][]float64, m.Slices)
		if err := s.train(ctx, p, i, 0); err != nil {
			return nil, err
		}
	}
	if s.voters() == 0 {
		return nil, noVoter(p)
	}
	return s, nil
}

func noVoter(p *Problem) error {
	return fmt.Errorf("unlearn: SISA: no shard of %s has a sample of a weight above 0, so there is no model to answer", nameOf(p.Train))
}

// Unlearn implements [Method]: it trains on p first, which the update's cost leaves out. theta,
// which has seen what is to be forgotten, is not looked at.
func (m SISA) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	return trainThenUnlearn(ctx, p, theta, r, m.Train)
}
