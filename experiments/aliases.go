package experiments

import (
	"io"

	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/settings"
)

// Names that code of this package still uses for what has moved into the packages below internal. They go as that code moves.

// Auto is a number, or the wish to have it chosen: written "auto".
type Auto = settings.Auto

// Record is one measured number and everything that is needed to read it: one line of records.jsonl.
type Record = records.Record

// DamagedError reports a line that is no record.
type DamagedError = records.DamagedError

// Folder is a run's folder while the run is going on.
type Folder = records.Folder

// Mode says what to do with a folder that holds a run already.
type Mode = records.Mode

// See [records.Mode].
const (
	Fresh  = records.Fresh
	Resume = records.Resume
	Force  = records.Force
)

// See [records.ErrExists] and [records.ErrLocked].
var (
	ErrExists = records.ErrExists
	ErrLocked = records.ErrLocked
)

const (
	configName   = records.ConfigName
	recordsName  = records.RecordsName
	progressName = records.ProgressName
	tablesName   = records.TablesName
	reportName   = records.ReportName
	trainedName  = records.TrainedName
	fileMode     = records.FileMode
)

var (
	encodeRecords = records.Encode
	values        = records.Values
	writeFile     = records.WriteFile
	formatNumber  = numbers.Shortest
	fixed         = numbers.Fixed
	significant   = numbers.Significant
	shown         = report.Shown
	atMost        = report.AtMost
)

// DecodeRecords reads JSON lines. A line that is no record is a [DamagedError].
func DecodeRecords(r io.Reader) ([]Record, error) { return records.Decode(r) }

// ReadRecords reads the records of a run's folder; what former versions called otherwise has its present name.
func ReadRecords(dir string) ([]Record, error) {
	all, err := records.Read(dir)
	renameRecords(all)
	return all, err
}

// OpenFolder makes or opens a run's folder and locks it. On Resume the run's own settings must equal c's; the error names the ones that differ.
func OpenFolder(dir string, c *Config, mode Mode) (*Folder, error) {
	return records.OpenFolder(dir, configured{c}, mode)
}

// configured is a configuration as a folder takes it.
type configured struct{ *Config }

func (c configured) Unit(name string) string { return renameUnit(name) }

func (c configured) Encode() []byte { return c.encode() }

func (c configured) Continues(path string) error {
	old, err := ReadConfig(path)
	if err != nil {
		return err
	}
	return old.sameRun(c.Config)
}

// Tags are the settings of one record.
type Tags map[string]any

func (t Tags) with(more Tags) Tags { return Tags(records.Tags(t).With(records.Tags(more))) }

func matching(all []Record, part, method, metric string, draw int, tags Tags) []Record {
	return records.Matching(all, part, method, metric, draw, records.Tags(tags))
}

// spread is the mean and the standard deviation of n draws.
type spread struct {
	n        int
	mean, sd float64
}

func spreadOf(values []float64) spread { return ofSpread(records.SpreadOf(values)) }

func ofSpread(s records.Spread) spread { return spread{s.N, s.Mean, s.SD} }

func (r *Results) part(metric string, pairs ...any) []Record { return r.query().Part(metric, pairs...) }

func (r *Results) where(metric string, pairs ...any) spread {
	return ofSpread(r.query().Where(metric, pairs...))
}

// middle is the median of n draws with the smallest and the largest.
type middle struct {
	n                 int
	median, low, high float64
}

func middleOf(values []float64) middle { return ofMiddle(records.MiddleOf(values)) }

func ofMiddle(m records.Middle) middle { return middle{m.N, m.Median, m.Low, m.High} }

func (r *Results) between(metric string, pairs ...any) middle {
	return ofMiddle(r.query().Between(metric, pairs...))
}

func (r *Results) numbers(setting string) []float64 { return r.query().Numbers(setting) }

func (r *Results) draws() int { return r.query().Draws() }

// See package report.
type (
	Table  = report.Table
	Figure = report.Figure
	Series = report.Series
	Matrix = report.Matrix
	Claim  = report.Claim
)

// style says how a quantity is written.
type style struct {
	factor float64
	places int
}

var (
	plain   = style{report.Plain.Factor, report.Plain.Places}
	percent = style{report.Percent.Factor, report.Percent.Places}
)

func (f style) exported() report.Style { return report.Style{Factor: f.factor, Places: f.places} }

func (f style) one(v float64) string { return f.exported().One(v) }

func (f style) text(s spread) string {
	return f.exported().Text(records.Spread{N: s.n, Mean: s.mean, SD: s.sd})
}

func (m middle) exported() records.Middle {
	return records.Middle{N: m.n, Median: m.median, Low: m.low, High: m.high}
}

func (f style) ends(m middle) string { return f.exported().Ends(m.exported()) }

func within(text string, measured, target, distance float64, f style, unit string) Claim {
	return report.Within(text, measured, target, distance, f.exported(), unit)
}

func atLeast(text string, measured, target float64, f style, unit string) Claim {
	return report.AtLeast(text, measured, target, f.exported(), unit)
}
