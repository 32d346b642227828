package main

import (
	"fmt"
	"runtime"

	"lethe/datasets"
	"lethe/experiments/bench"
	"lethe/graph"
)

type doctorCommand struct {
	Data string `help:"Folder of the data sets (default: LETHE_DATA)." placeholder:"DIR"`
}

// Run says what was found and fails when a derivative is wrong.
func (c *doctorCommand) Run(t *terminal) error {
	out := func(name, format string, args ...any) {
		fmt.Fprintf(t.stdout, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	out("cores", "%d (%s/%s, %s)", runtime.GOMAXPROCS(0), runtime.GOOS, runtime.GOARCH, runtime.Version())
	b, err := graph.BLAS()
	out("BLAS", "%s", b.Name)
	if b.Core != "" {
		out("", "kernels for the processor type %s", b.Core)
		out("", "%s", b.Library)
	}
	if err != nil {
		out("", "not the requested library: %v", err)
	}
	const n = 1024
	for _, cores := range []int{1, runtime.GOMAXPROCS(0)} {
		for _, precision := range []string{"float32", "float64"} {
			seconds := graph.BenchProduct(n, n, n, false, false, precision == "float32", cores)
			out("", "%.0f GFLOP/s in %s on %d core(s)", 2*n*n*n/seconds/1e9, precision, cores)
		}
		if runtime.GOMAXPROCS(0) == 1 {
			break
		}
	}
	for i, name := range datasets.Names() {
		title := "data"
		if i > 0 {
			title = ""
		}
		ok, how := datasets.Available(name, c.Data)
		state := "missing:"
		if ok {
			state = "available,"
		}
		for j, line := range wrap(fmt.Sprintf("%s %s %s", name, state, how), 66) {
			if j > 0 {
				line = "  " + line
			}
			out(title, "%s", line)
			title = ""
		}
	}
	wrong := 0
	for i, check := range bench.DerivativeChecks() {
		title := "derivatives"
		if i > 0 {
			title = ""
		}
		if err := t.ctx.Err(); err != nil {
			return err
		}
		if err := check.Run(); err != nil {
			wrong++
			out(title, "%s: WRONG\n%v", check.Name, err)
			continue
		}
		out(title, "%s: correct", check.Name)
	}
	if wrong > 0 {
		return fmt.Errorf("the derivatives of %d built-in networks are wrong on this machine: do not trust its results (try LETHE_BLAS=gonum)", wrong)
	}
	return nil
}
