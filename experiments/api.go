package experiments

import (
	"lethe/experiments/internal/compare"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/settings"
	"lethe/experiments/poisoning"
	"lethe/internal/suggest"
	"lethe/internal/wrap"
)

// What a program needs to run experiments and to show what they gave. The packages below internal
// hold the rest.
type (
	// Experiment is one table or figure of the paper.
	Experiment = engine.Experiment
	// Order asks for runs of one experiment.
	Order = engine.Order
	// Given is what the user gives a run besides its data set and settings.
	Given = engine.Given
	// Saved is a run as it was read from its folder.
	Saved = engine.Saved
	// Run is a finished run.
	Run = engine.Run
	// Stopped is an error that ended a run part of the way.
	Stopped = engine.Stopped
	// Missing is a data set that was skipped because it is not available.
	Missing = engine.Missing
	// UsageError is an order that cannot be understood.
	UsageError = engine.UsageError
	// Config is one run: everything that its records depend on.
	Config = engine.Config
	// Summary is what a run comes down to.
	Summary = engine.Summary
	// Conclusion is the answer to one question, in a summary.
	Conclusion = engine.Conclusion
	// Record is one measured number and everything that is needed to read it.
	Record = records.Record
	// Planned is a run that an order asks for.
	Planned = engine.Planned
	// Key is what the defaults of an experiment depend on.
	Key = engine.Key
	// Piece is a unit of a run, as its progress sees it.
	Piece = engine.Piece
	// Progress is told how far a run is.
	Progress = engine.Progress
	// TrainingStatus says where a training stands.
	TrainingStatus = engine.TrainingStatus
	// Field is a setting: its name, its meaning, and what it may be.
	Field = settings.Field
	// Comparison is what two runs say about each other, Choice which metrics are compared.
	Comparison = compare.Comparison
	Choice     = compare.Choice
	// Table is a table of a run or of several, with the experiment that it belongs to.
	Table = report.Exported
	// Quiet is a Progress that says nothing.
	Quiet = engine.Quiet
)

// What to do with a folder that holds a run already: see [records.Mode].
const (
	Fresh  = records.Fresh
	Resume = records.Resume
	Force  = records.Force
)

// Profiles lists the profiles.
var Profiles = engine.Profiles

// Functions of the packages that run and show experiments, and of poisoning, which keeps its
// networks.
var (
	Find          = engine.Find
	And           = report.And
	Columns       = wrap.Columns
	Wrap          = wrap.Lines
	Bound         = numbers.Bound
	WrapAt        = wrap.LinesAt
	Experiments   = engine.Experiments
	Keys          = engine.Keys
	Fields        = engine.Fields
	Prepare       = engine.Prepare
	Readers       = engine.Readers
	Unknown       = suggest.Unknown
	Defaults      = engine.Defaults
	ReadConfig    = engine.ReadConfig
	ReadRecords   = engine.ReadRecords
	Render        = engine.Render
	RenderTelling = engine.RenderTelling
	Summarize     = engine.Summarize
	RunFolders    = engine.RunFolders
	Text          = engine.Text
	Page          = compare.Page
	PageOf        = compare.PageOf
	Tables        = compare.Tables
	Free          = compare.Free
	WriteFile     = records.WriteFile
	ReadRun       = compare.Read
	Compare       = compare.Two
	TablesNamed   = report.TablesNamed
	CSV           = report.CSV
	LaTeX         = report.LaTeX
	JSON          = report.JSON
	SaveNetworks  = poisoning.SaveNetworks
)
