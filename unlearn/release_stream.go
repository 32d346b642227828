package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
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
// A request is in the ledger before its release is drawn. A kill between the two leaves a state
// without a release, which is drawn when the stream is opened again, so that no state has two. Not
// safe for concurrent use.
type ReleaseStream struct {
	m       OutputPerturbation
	d       exactDescent
	begun   *datasets.Dataset // the data that the stream began with
	p       *Problem          // on the data as they are now
	state   []float64
	ledger  *Ledger
	history *history
	latest  *Release
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
	if err := s.ledger.Append(Entry{Kind: entryTrain, Settings: s.settings()}, state); err != nil {
		return err
	}
	return s.accept(s.p, state, r)
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
	s.latest, err = readRelease(s.ledger.dir, len(entries)-1)
	if errors.Is(err, errNoRelease) {
		return s.publish(s.d.release(s.state))
	}
	return err
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
// After an error nothing is published; the message says whether the request is in the ledger. A
// request that changes nothing is not: the last release stands.
func (s *ReleaseStream) Unlearn(ctx context.Context, r Request) (*Update, error) {
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
	if err := s.ledger.Append(Entry{Kind: entryRequest, Changes: changes}, u.State); err != nil {
		return nil, err
	}
	if err := s.history.add(changes); err != nil {
		return nil, err
	}
	return u, s.accept(s.p.on(u.Data), u.State, u.Release)
}

// accept moves on.
func (s *ReleaseStream) accept(p *Problem, state []float64, r *Release) error {
	s.p, s.state = p, state
	return s.publish(r)
}

func (s *ReleaseStream) publish(r *Release) error {
	if err := writeRelease(s.ledger.dir, len(s.ledger.Entries())-1, r); err != nil {
		return fmt.Errorf("unlearn: the request is in the ledger, but its release could not be written: open the stream again (%w)", err)
	}
	s.latest = r
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
