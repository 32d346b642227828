package experiments

// Progress hears how a run is getting on. Calls come from one goroutine.
type Progress interface {
	// Begin starts a run of so many units, some of them done before.
	Begin(title string, units, done int)
	// Unit says that a unit begins.
	Unit(name string)
	// Done says that the unit is finished and written.
	Done()
	// Note is a sentence for the reader.
	Note(text string)
	// End ends what Begin started.
	End()
}

// Quiet is a Progress that says nothing.
type Quiet struct{}

func (Quiet) Begin(string, int, int) {}
func (Quiet) Unit(string)            {}
func (Quiet) Done()                  {}
func (Quiet) Note(string)            {}
func (Quiet) End()                   {}
