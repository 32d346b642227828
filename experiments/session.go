package experiments

import (
	"path/filepath"
	"reflect"

	"lethe/datasets"
)

// Session is what the units of one run share. What the experiments of a package share beyond that they keep by [Own]. Everything in it is a
// function of the data, the seed and the settings, so a unit gives the same records whatever ran before it.
type Session struct {
	Experiment string // the run's, not the part's
	Dataset    string
	Model      string
	Profile    string
	Seed       uint64
	Progress   Progress

	named  *datasets.Named   // nil for a text
	text   string            // "" for a named data set
	given  Given             // by the user
	before []Record          // of the units that are finished
	dir    string            // the run's folder
	stored map[string]string // files of trainings that were made before the run, by the training's name
	own    map[reflect.Type]any
}

func newSession(c *Config, named *datasets.Named, before []Record, p Progress) *Session {
	return &Session{Experiment: c.Experiment, Dataset: c.Dataset, Model: c.Model, Profile: c.Profile, Seed: c.Seed, Progress: p, named: named, before: before,
		own: map[reflect.Type]any{}}
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

// trainedPath returns the file of the training of that name.
func (s *Session) trainedPath(name string) string {
	if path, ok := s.stored[name]; ok {
		return path
	}
	return filepath.Join(s.dir, trainedName, name+".safetensors")
}
