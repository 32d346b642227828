package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"lethe/experiments/bench"
	"lethe/graph"
)

type benchCommand struct {
	Works []string `arg:"" optional:"" name:"work" help:"Workloads to time (default: all whose data is available)."`
	Data  string   `help:"Folder of the data sets (default: LETHE_DATA)." placeholder:"DIR"`
	JSON  bool     `name:"json" help:"Print one JSON object per line."`
}

// Run times the workloads and prints each result at once.
func (c *benchCommand) Run(t *terminal) error {
	works, err := bench.FindWorks(c.Works)
	if err != nil {
		return usageError{err}
	}
	if _, err := graph.BLAS(); err != nil {
		return usageError{err}
	}
	if !c.JSON {
		fmt.Fprintf(t.stdout, "%s\n\n%-14s %5s  %-26s %9s %9s %6s  %s\n", bench.MachineLine(), "work", "batch", "what", "seconds", "bound", "ratio", "bound is")
	}
	encoder := json.NewEncoder(t.stdout)
	shown, progress := newDisplay(t.stderr, false, 0)
	defer shown.close()
	for i, w := range works {
		timing := func() { progress.Step("timing "+w.Name, i, len(works)) }
		timing()
		err := w.Run(t.ctx, c.Data, func(m bench.Timing) error {
			shown.rest()
			defer timing()
			if c.JSON {
				return encoder.Encode(m)
			}
			_, err := fmt.Fprintf(t.stdout, "%-14s %5d  %-26s %9.4f %9.4f %6.2f  %s%s\n", m.Work, m.Batch, m.What, m.Seconds, m.BoundSeconds, m.Ratio, m.Bound, m.Verdict())
			return err
		})
		shown.rest()
		var some *bench.LeftOut
		if errors.As(err, &some) {
			fmt.Fprintf(t.stderr, "%s, skipped: %s; %s\n", w.Name, some.What, bench.Absent(err))
			continue
		}
		if skip := bench.Absent(err); skip != "" && len(c.Works) == 0 {
			fmt.Fprintf(t.stderr, "%s skipped: %s\n", w.Name, skip)
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w.Name, err)
		}
	}
	return nil
}
