package tabledata

import (
	"context"
	"fmt"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
)

// DrawUnits lists one unit for each size and draw, after the one that decides what is to be tuned.
// A method that none of the metrics can be measured of is not carried out.
func (s *Session) DrawUnits(ctx context.Context, part string, set *Settings, metrics ...string) ([]engine.Unit, error) {
	sizes, err := s.Sizes(ctx, set)
	if err != nil {
		return nil, err
	}
	votes := slices.ContainsFunc(metrics, func(m string) bool { return slices.Contains(voteMetrics, m) })
	units := s.TuningUnits(part, set, sizes, Compared())
	for draw := range set.Draws {
		for _, size := range sizes {
			units = append(units, s.drawUnit(part, set, size, draw, votes, func(_ context.Context, t Trial) ([]records.Record, error) {
				return s.Records(part, s.SizeTags(set, size), draw, t.Outcomes, metrics...), nil
			}))
		}
	}
	return units, nil
}

// SizeTags are the tags of all records of a request.
func (s *Session) SizeTags(set *Settings, size int) records.Tags {
	return records.Tags{s.SizeName(set): size, "request": set.Request}
}

// Trial is what was carried out of a draw's request.
type Trial struct {
	Outcomes []trial.Outcome
	recorded map[string]bool
}

// Recorded reports whether the run has records of a row already, so that it need not be carried
// out.
func (t *Trial) Recorded(row string) bool { return t.recorded[row] }

// DrawUnit carries out the chosen methods on one draw's request; measured makes records of their
// outcomes. In a run that gets more methods it leaves out those that the run has records of.
// Retrainings are carried out again, since others are measured against them, but not recorded
// twice.
func (s *Session) DrawUnit(part string, set *Settings, size, draw int, measured func(context.Context, Trial) ([]records.Record, error)) engine.Unit {
	return s.drawUnit(part, set, size, draw, true, measured)
}

func (s *Session) drawUnit(
	part string, set *Settings, size, draw int, votes bool, measured func(context.Context, Trial) ([]records.Record, error),
) engine.Unit {
	name := fmt.Sprintf("%s=%d draw=%d%s", s.SizeName(set), size, draw, set.MethodsSuffix(Compared()))
	return engine.Unit{Name: name, Run: func(ctx context.Context) ([]records.Record, error) {
		t := Trial{recorded: s.recorded(part, set, size, draw)}
		rows := rowsOf(func(c *contender, word string) bool {
			return set.Wants(word) && (votes || !c.votes) && !t.recorded[c.Label]
		})
		var err error
		if t.Outcomes, err = s.withBand(ctx, set, size, draw, rows, t.recorded[OtherStarts]); err != nil {
			return nil, err
		}
		recs, err := measured(ctx, t)
		return slices.DeleteFunc(recs, func(r records.Record) bool { return t.recorded[Label(r)] }), err
	}}
}

// recorded returns the rows that finished units of the run have records of, on that draw's request.
func (s *Session) recorded(part string, set *Settings, size, draw int) map[string]bool {
	out := map[string]bool{}
	for _, r := range s.Before {
		if r.Experiment == part && r.Draw == draw && r.Number(s.SizeName(set)) == float64(size) {
			out[Label(r)] = true
		}
	}
	return out
}

// Recorded returns the rows that finished units of the run have records of in that draw, those of
// choices aside.
func (s *Session) Recorded(part string, draw int) map[string]bool {
	out := map[string]bool{}
	for _, r := range s.Before {
		if r.Experiment == part && r.Draw == draw && r.Settings[SizeTag] == nil {
			out[Label(r)] = true
		}
	}
	return out
}
