package unlearn

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"lethe/datasets"
)

// ReleaseStream carries out request after request by [OutputPerturbation] and keeps what happened
// in a folder: the releases, which may be published, in releases/ (see [ReadRelease]); the state
// without noise, which only the owner of the data may read; and a [Ledger], the append-only,
// hash-chained proof of what was asked for and in which order. Nothing in the ledger is a function
// of the data but their fingerprint: there is no budget to spend, since every release starts from a
// state that is within r/lambda of the optimum on the data as they are now.
//
// Rows of requests are counted in the data that the stream began with, whatever was removed since.
// A release is drawn with its state and kept beside it, in one file that is written whole or not at
// all, before it is published. Where a kill, a full disk or somebody's hand leaves no published
// file, the same bits are published when the stream is opened again, so that no state of a folder
// has two releases. A folder that is set back to an earlier copy of itself forgets the later
// states, and draws a second release of one that is asked for again: restore the newest copy only.
// The folder releases/ has to be on the file system of the stream's folder. Not safe for concurrent
// use.
type ReleaseStream struct {
	m       OutputPerturbation
	d       exactDescent
	begun   *datasets.Dataset // the data that the stream began with
	p       *Problem          // on the data as they are now
	state   []float64
	ledger  *Ledger
	history *history
	latest  *Release // that was published
	waiting bool     // the release of the state is kept and could not be published
}

// Open opens the stream of a folder. A new one trains on p, from start; one that is gone on with
// takes its state from the folder, carries out on p's data what was asked for, and compares:
// another p or other settings are an error, and so is a state whose residual is above r. p is the
// problem as it was at the beginning.
func (m OutputPerturbation) Open(ctx context.Context, p *Problem, start []float64, dir string) (*ReleaseStream, error) {
	p, d, err := m.examine(p)
	if err != nil {
		return nil, err
	}
	ledger, err := OpenLedger(dir)
	if err != nil {
		return nil, err
	}
	s := &ReleaseStream{m: m, d: d, begun: p.Train, p: p, ledger: ledger, history: newHistory()}
	if len(ledger.Entries()) == 0 {
		err = s.begin(ctx, start)
	} else {
		err = s.resume(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, ledger.Close())
	}
	return s, nil
}

func (s *ReleaseStream) begin(ctx context.Context, start []float64) error {
	state, r, err := s.m.Train(ctx, s.p, start)
	if err != nil {
		return err
	}
	if err := s.keep(Entry{Kind: entryTrain, Settings: s.settings()}, state, r); err != nil {
		return err
	}
	s.state = state
	return s.publish(r)
}

// keep acknowledges an entry: line, state and release are on disk.
func (s *ReleaseStream) keep(e Entry, state []float64, r *Release) error {
	data, err := encodeRelease(len(s.ledger.Entries()), r)
	if err != nil {
		return err
	}
	return s.ledger.append(e, state, data)
}

func (s *ReleaseStream) resume(ctx context.Context) error {
	entries := s.ledger.Entries()
	if err := s.ledger.checkSettings(s.settings()); err != nil {
		return err
	}
	for _, e := range entries {
		if err := s.history.add(e.Changes); err != nil {
			return err
		}
	}
	applied, err := s.history.request().apply(s.p.Train)
	if err != nil {
		return fmt.Errorf("unlearn: the ledger %s cannot be carried out on this data: %w", s.ledger.dir, err)
	}
	s.p, s.state = s.p.on(applied.Data), slices.Clone(s.ledger.Theta())
	residual, err := s.p.Residual(ctx, s.state)
	if err != nil {
		return err
	}
	rounding, err := s.d.rounding(ctx, s.p, s.state)
	if err != nil {
		return err
	}
	if !(residual <= s.d.Residual+rounding) { // rows may be added up in another order now
		return fmt.Errorf("unlearn: the state in %s has a gradient residual above the %.3g that its releases rest on: the data or the model "+
			"is another than it was", s.ledger.dir, s.d.Residual)
	}
	return s.republish()
}

// republish publishes the release that is kept with the state, unless it is published already.
func (s *ReleaseStream) republish() error {
	number := len(s.ledger.Entries()) - 1
	path := releasePath(s.ledger.dir, number)
	if s.ledger.release == nil { // by a version that kept none: what was published is all that there is
		r, err := ReadRelease(path)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("unlearn: %s is missing, and its release was not kept beside the state: it may have been given away, and a second one of the "+
				"same state would have less noise: put the file back, or train in another folder", path)
		}
		s.latest = r
		return err
	}
	r, err := decodeRelease(s.ledger.release, filepath.Join(s.ledger.dir, modelName))
	if err != nil {
		return err
	}
	return s.publish(r)
}

// settings is what has to be the same when a stream is gone on with.
func (s *ReleaseStream) settings() map[string]string {
	lambda, _ := s.p.penaltyRange()
	return map[string]string{
		"mechanism": s.m.Name(), "epsilon": exactly(s.m.Epsilon), "delta": exactly(s.m.Delta), "residual": exactly(s.d.Residual),
		"against": s.m.Against.String(), "lambda": exactly(lambda), "l2": exactly(s.p.L2), "parameters": strconv.Itoa(s.p.Dim()),
		"samples": strconv.Itoa(s.p.Train.Len()), "data": datasets.Fingerprint(s.p.Train)[:16],
	}
}

// String returns "exact optimum" or "same mechanism".
func (c Comparison) String() string {
	if c == SameMechanism {
		return "same mechanism"
	}
	return "exact optimum"
}

// Unlearn carries out a request and publishes the release, which is on disk before Unlearn returns.
// After an error nothing is published, and an update beside it has neither Theta nor Release. The
// message says whether the request is in the ledger; the release of one that is was drawn, and the
// next request or opening the stream again publishes it. A request that changes nothing is not in
// the ledger: the last release stands.
func (s *ReleaseStream) Unlearn(ctx context.Context, r Request) (*Update, error) {
	if s.waiting {
		if err := s.republish(); err != nil {
			return nil, err
		}
	}
	changes, err := s.history.changes(r)
	if err != nil {
		return nil, err
	}
	if err := r.checkChanges(s.begun); err != nil { // in the rows that the caller counts
		return nil, err
	}
	if r, err = s.history.now(r); err != nil {
		return nil, err
	}
	u, err := s.m.Unlearn(ctx, s.p, s.state, r)
	if err != nil || u.Unchanged {
		return u, err
	}
	if err := s.keep(Entry{Kind: entryRequest, Changes: changes}, u.State, u.Release); err != nil {
		return nil, err
	}
	if err := s.history.add(changes); err != nil {
		return nil, err
	}
	s.p, s.state = s.p.on(u.Data), u.State
	if err := s.publish(u.Release); err != nil {
		u.Theta, u.Release = nil, nil
		return u, err
	}
	return u, nil
}

// publish publishes the release of the state, as the ledger keeps it.
func (s *ReleaseStream) publish(r *Release) error {
	s.waiting = true
	if err := publishRelease(s.ledger.dir, len(s.ledger.Entries())-1, s.ledger.release); err != nil {
		return fmt.Errorf("unlearn: the request is in the ledger and its release is kept, but it could not be published: make %s writable, "+
			"and open the stream again (%w)", filepath.Join(s.ledger.dir, releaseFolder), err)
	}
	s.latest, s.waiting = r, false
	return nil
}

// Latest returns the last release.
func (s *ReleaseStream) Latest() *Release { return s.latest }

// Releases returns how many releases there have been, the first training's among them.
func (s *ReleaseStream) Releases() int { return len(s.ledger.Entries()) }

// Together returns the epsilon of all releases so far taken together; see
// [OutputPerturbation.Together].
func (s *ReleaseStream) Together() float64 { return s.m.Together(s.Releases()) }

// Problem returns the problem on the data as they are now.
func (s *ReleaseStream) Problem() *Problem { return s.p }

// State returns the parameters without noise, which are secret.
func (s *ReleaseStream) State() []float64 { return s.state }

// Ledger returns the proof of what was asked for.
func (s *ReleaseStream) Ledger() *Ledger { return s.ledger }

// String says where the stream stands.
func (s *ReleaseStream) String() string {
	return fmt.Sprintf("%d requests carried out; each release is (%g, %g)-certified, all %d together (%.3g, %g)", s.ledger.Requests(),
		s.m.Epsilon, s.m.Delta, s.Releases(), math.Ceil(1000*s.Together())/1000, s.m.Delta)
}

// Close lets the folder go.
func (s *ReleaseStream) Close() error { return s.ledger.Close() }
