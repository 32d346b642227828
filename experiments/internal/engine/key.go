package engine

// The profiles: smoke is for tests, quick for a first look, paper repeats the paper's settings.
const (
	Smoke = "smoke"
	Quick = "quick"
	Paper = "paper"
)

// Profiles lists the profiles.
var Profiles = []string{Smoke, Quick, Paper}

// Key is what the defaults of an experiment depend on.
type Key struct{ Dataset, Model, Profile string }
