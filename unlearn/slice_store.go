package unlearn

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"lethe/datasets"
	"lethe/safetensors"
)

// keptSlice is what a [Sharded] remembers of a slice that a store holds.
type keptSlice struct{ key, sum string }

// save keeps the parameters after a slice; part is what they were trained on.
func (s *Sharded) save(i, slice int, part *Problem, theta []float64) error {
	sh := &s.shards[i]
	if s.m.Store == nil {
		sh.after[slice] = theta
		return nil
	}
	kept := keptSlice{s.key(i, slice, part, theta), vectorFingerprint(theta)}
	var err error
	if store, keyed := s.m.Store.(KeyedStore); keyed {
		err = store.SaveKeyed(i, slice, kept.key, theta)
	} else {
		err = s.m.Store.Save(i, slice, theta)
	}
	sh.kept[slice] = kept
	return err
}

// key tells parameters that were trained on other samples, or otherwise, from these: a hash of the
// settings, the samples and the parameters themselves.
func (s *Sharded) key(i, slice int, part *Problem, theta []float64) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d of %d shards, %d of %d slices, seed %d, %T, %T, start %s, l2 %s, penalty %s, tilt %s, data %s\n", i, len(s.shards), slice,
		s.m.Slices, s.m.Seed, s.m.Trainer, innermost(part.Objective), vectorFingerprint(s.m.Start), exactly(part.L2), vectorFingerprint(part.Penalty),
		vectorFingerprint(part.Tilt), datasets.Fingerprint(part.Train))
	h.Write(safetensors.AppendFloat64(nil, theta))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// load returns the parameters after a slice, nil where a store that knows no keys holds others by
// now.
func (s *Sharded) load(i, slice int) ([]float64, error) {
	sh := &s.shards[i]
	if s.m.Store == nil {
		return sh.after[slice], nil
	}
	kept := sh.kept[slice]
	store, keyed := s.m.Store.(KeyedStore)
	var theta []float64
	var err error
	if keyed {
		theta, err = store.LoadKeyed(i, slice, kept.key)
	} else {
		theta, err = s.m.Store.Load(i, slice)
	}
	switch {
	case err != nil:
		return nil, err
	case len(theta) != s.p.Dim():
		return nil, fmt.Errorf("unlearn: SISA.Store returned %d numbers for slice %d of shard %d, not %d", len(theta), slice, i, s.p.Dim())
	case vectorFingerprint(theta) == kept.sum:
		return theta, nil
	case keyed:
		return nil, fmt.Errorf("unlearn: SISA.Store returned other parameters for slice %d of shard %d than were kept: train SISA again", slice, i)
	}
	return nil, nil
}
