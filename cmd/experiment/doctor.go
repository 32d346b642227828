package main

import (
	"fmt"
	"runtime"

	"lethe/datasets"
	"lethe/experiments/bench"
	"lethe/graph"
	"lethe/internal/cli"
)

type doctorCommand struct {
	Data string `help:"Folder of the data sets (default: LETHE_DATA)." placeholder:"DIR"`
	JSON bool   `name:"json" help:"Print one JSON object."`
}

// diagnosis is what doctor found, as it is printed with --json.
type diagnosis struct {
	Cores        int                `json:"cores"`
	Platform     string             `json:"platform"`
	Go           string             `json:"go"`
	BLAS         blasObject         `json:"blas"`
	Speed        []speedObject      `json:"speed"`
	Convolutions string             `json:"convolutions"` // in single precision: direct, or by columns
	Datasets     []datasetObject    `json:"datasets"`
	Derivatives  []derivativeObject `json:"derivatives"`
}

type (
	blasObject struct {
		Name    string `json:"name"`
		Core    string `json:"core,omitempty"` // the processor type that its kernels are for
		Library string `json:"library,omitempty"`
		Error   string `json:"error,omitempty"` // why it is not the requested library
	}
	speedObject struct {
		Precision string  `json:"precision"`
		Cores     int     `json:"cores"`
		GFLOPS    float64 `json:"gflops"`
	}
	derivativeObject struct {
		Name    string `json:"name"`
		Correct bool   `json:"correct"`
		Error   string `json:"error,omitempty"`
	}
)

// Run says what was found and fails when a derivative is wrong.
func (c *doctorCommand) Run(t *terminal) error {
	shown, progress := newDisplay(t.stderr, false, 0)
	defer shown.close()
	out := func(name, format string, args ...any) {
		shown.rest()
		if !c.JSON {
			fmt.Fprintf(t.stdout, "%-12s %s\n", name, fmt.Sprintf(format, args...))
		}
	}
	d := &diagnosis{Cores: runtime.GOMAXPROCS(0), Platform: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
	out("cores", "%d (%s, %s)", d.Cores, d.Platform, d.Go)
	b, err := graph.BLAS()
	d.BLAS = blasObject{Name: b.Name, Core: b.Core}
	out("BLAS", "%s", b.Name)
	if b.Core != "" {
		d.BLAS.Library = b.Library
		out("", "kernels for the processor type %s", b.Core)
		out("", "%s", b.Library)
	}
	if err != nil {
		d.BLAS.Error = err.Error()
		out("", "not the requested library: %v", err)
	}
	const n = 1024
	for _, cores := range []int{1, d.Cores} {
		for _, precision := range []string{"float32", "float64"} {
			progress.Step("timing matrix products", 0, 0)
			seconds := graph.BenchProduct(n, n, n, false, false, precision == "float32", cores)
			speed := speedObject{precision, cores, 2 * n * n * n / seconds / 1e9}
			d.Speed = append(d.Speed, speed)
			out("", "%.0f GFLOP/s in %s on %d core(s)", speed.GFLOPS, precision, cores)
		}
		if d.Cores == 1 {
			break
		}
	}
	d.Convolutions = "columns"
	if graph.DirectConvolutions() {
		d.Convolutions = "direct"
		out("convolutions", "in float32 straight from the images, by AVX-512")
	} else {
		out("convolutions", "by products of columns: the processor has no AVX-512")
	}
	progress.Step("looking for data sets", 0, 0)
	for i, name := range datasets.Names() {
		title := "data"
		if i > 0 {
			title = ""
		}
		ok, how := datasets.Available(name, c.Data)
		d.Datasets = append(d.Datasets, datasetObject{Name: name, Available: ok, Where: how})
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
		progress.Step("checking the derivatives: "+check.Name, 0, 0)
		found := derivativeObject{Name: check.Name, Correct: true}
		if err := check.Run(); err != nil {
			wrong++
			found.Correct, found.Error = false, err.Error()
			out(title, "%s: WRONG\n%v", check.Name, err)
		} else {
			out(title, "%s: correct", check.Name)
		}
		d.Derivatives = append(d.Derivatives, found)
	}
	shown.rest()
	if c.JSON {
		if err := cli.WriteJSON(t.stdout, d); err != nil {
			return err
		}
	}
	if wrong > 0 {
		return fmt.Errorf("the derivatives of %d built-in networks are wrong on this machine: do not trust its results (try LETHE_BLAS=gonum)", wrong)
	}
	return nil
}
