package engine

import (
	"path/filepath"
	"reflect"
	"time"

	"lethe/datasets"
	"lethe/experiments/internal/records"
)

// Session is what the units of one run share. What the experiments of a package share beyond that
// they keep by [Own]. Everything in it is a function of the data, the seed and the settings, so a
// unit gives the same records whatever ran before it.
type Session struct {
	Experiment string // the run's, not the part's
	Dataset    string
	Model      string
	Profile    string
	Seed       uint64
	Progress   Progress

	Named           *datasets.Named   // nil for a text
	Text            string            // "" for a named data set
	Given           Given             // by the user
	Before          []records.Record  // of the units that are finished
	Dir             string            // the run's folder
	Stored          map[string]string // files of trainings that were made before the run, by the training's name
	own             map[reflect.Type]any
	units, finished int           // of the run, once it has begun
	once            time.Duration // that the current unit spent on what serves other units as well
}

// NewSession returns the session of a run; named is nil for a text, before are the records of its
// finished units.
func NewSession(c *Config, named *datasets.Named, before []records.Record, p Progress) *Session {
	return &Session{Experiment: c.Experiment, Dataset: c.Dataset, Model: c.Model, Profile: c.Profile, Seed: c.Seed, Progress: p, Named: named, Before: before,
		own: map[reflect.Type]any{}}
}

// Once does work that a unit happens to do for others as well, such as the training that all start
// from. The text says what it is. Its time does not count as the unit's: other units of its kind
// take no such time.
func (s *Session) Once(text string, work func() error) error {
	s.Progress.Step(text, 0, 0)
	began, before := time.Now(), s.once
	err := work()
	s.once = before + time.Since(began) // whatever the work itself did once is within it
	return err
}

// Own returns what a package keeps in a session, made by begin the first time.
func Own[T any](s *Session, begin func(*Session) *T) *T {
	key := reflect.TypeFor[T]()
	if v, ok := s.own[key]; ok {
		return v.(*T)
	}
	v := begin(s)
	if s.own == nil {
		s.own = map[reflect.Type]any{}
	}
	s.own[key] = v
	return v
}

// TrainedPath returns the file of the training of that name.
func (s *Session) TrainedPath(name string) string {
	if path, ok := s.Stored[name]; ok {
		return path
	}
	return filepath.Join(s.Dir, records.TrainedName, name+".safetensors")
}
