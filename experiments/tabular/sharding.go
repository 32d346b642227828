package tabular

import (
	"context"
	"fmt"
	"math"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
)

// Sharding asks when sharding (SISA) stops to pay: once the affected points hit every shard, all
// must be retrained.
func Sharding() *engine.Experiment {
	const id = "sharding"
	return tabledata.Experiment{
		ID: id, Title: "Probability that every shard is affected", DataOnly: true,
		Question: "for how many affected points must every shard be retrained?",
		Describe: func(s *tabledata.Settings) (string, []string) {
			return "shards " + s.Text("shards") + ", affected points " + s.Text("points") + ", " + s.Text("trials") + " random assignments",
				[]string{"shards", "points", "trials"}
		},
		Units: func(_ context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			var units []engine.Unit
			for i, shards := range set.Shards {
				units = append(units, engine.Unit{Name: fmt.Sprintf("shards=%d", shards), Run: func(ctx context.Context) ([]records.Record, error) {
					return shardingRecords(ctx, s, id, set, shards, i)
				}})
			}
			return units, nil
		},
		Reads:   []string{"shards", "points", "trials", "test-share"},
		Answers: shardingAnswers,
		Tables:  shardingTables,
		Figures: func(r *engine.Results) []report.Figure { return []report.Figure{tabledata.ShardingFigure(r)} },
	}.Runnable()
}

func shardingRecords(ctx context.Context, s *tabledata.Session, part string, set *tabledata.Settings, shards, draw int) ([]records.Record, error) {
	var out []records.Record
	add := func(source string, points int, p float64) {
		out = append(out, s.Record(part, "sisa", engine.Metric{Name: "all-shards-hit", Unit: "share", Value: p}, draw, records.Tags{"source": source, "shards": shards, "points": points}))
	}
	n := s.Data(set).Train.Len()
	for _, points := range set.Points {
		points = min(points, n)
		add("formula", points, AllShardsHit(shards, points))
		p, err := simulateHits(ctx, s.Seed, n, shards, points, set.Trials)
		if err != nil {
			return nil, err
		}
		add("simulation", points, p)
	}
	return out, nil
}

// AllShardsHit returns the probability that points, each assigned to one of the shards at random,
// affect every shard, by inclusion and exclusion:
//
//	P = sum_{j=0}^{S} (-1)^j C(S, j) (1 - j/S)^m
//
// for S shards and m points. The alternating sum loses about S/3 digits, so beyond 40 shards the
// equal recurrence over points is used.
func AllShardsHit(shards, points int) float64 {
	if shards < 1 || points < shards {
		return 0
	}
	if shards > 40 {
		return allShardsHitByRecurrence(shards, points)
	}
	sum, binomial := 0.0, 1.0
	for j := 0; j <= shards; j++ {
		sum += binomial * math.Pow(1-float64(j)/float64(shards), float64(points))
		binomial *= -float64(shards-j) / float64(j+1)
	}
	return min(max(sum, 0), 1)
}

// allShardsHitByRecurrence follows the number of shards hit so far: from h shards the next point
// hits a new one with probability (S-h)/S.
func allShardsHitByRecurrence(shards, points int) float64 {
	p := make([]float64, shards+1)
	p[0] = 1
	for range points {
		for h := shards; h >= 0; h-- {
			p[h] *= float64(h) / float64(shards)
			if h > 0 {
				p[h] += p[h-1] * float64(shards-h+1) / float64(shards)
			}
		}
	}
	return p[shards]
}

// simulateHits splits n samples into equal shards at random and returns the share of trials in
// which points distinct samples hit every shard. Samples are drawn without replacement, so a small
// data set lies a little above the formula.
func simulateHits(ctx context.Context, seed uint64, n, shards, points, trials int) (float64, error) {
	r := trial.Random(seed, trial.StreamShards, shards<<16|points)
	hits := 0
	for trial := range trials {
		if trial%1000 == 0 {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
		}
		left := make([]int, shards) // places that remain in each shard
		for i := range left {
			left[i] = (n + i) / shards
		}
		full := left[:len(left):len(left)]
		before := append([]int(nil), full...)
		for k := range points {
			at := r.IntN(n - k)
			for i := range left {
				if at < left[i] {
					left[i]--
					break
				}
				at -= left[i]
			}
		}
		all := true
		for i := range left {
			all = all && left[i] < before[i]
		}
		if all {
			hits++
		}
	}
	return float64(hits) / float64(trials), nil
}

func shardingTables(r *engine.Results) []report.Table {
	t := report.Table{Title: "Probability that every shard is affected", Header: []string{"affected points"},
		Note: "Formula: each point falls into each shard with equal probability. Simulation: samples of this data set, drawn without replacement, in shards of equal size."}
	shards, points := r.Numbers("shards"), r.Numbers("points")
	for _, s := range shards {
		t.Header = append(t.Header, fmt.Sprintf("%g shards", s), fmt.Sprintf("%g shards, simulated", s))
	}
	for _, m := range points {
		row := new(report.Row).Exactly(m)
		for _, s := range shards {
			for _, source := range []string{"formula", "simulation"} {
				row.One(report.Style{Factor: 1, Places: 3}, r.Where("all-shards-hit", "shards", s, "points", m, "source", source).Mean)
			}
		}
		t.Append(row)
	}
	return []report.Table{t}
}
