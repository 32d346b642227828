package engine

import (
	"slices"
	"strings"
	"time"
)

// Progress is told how far a run is. Calls come from one goroutine.
type Progress interface {
	// Begin starts a run of these pieces of work, which are done in their order.
	Begin(title string, pieces []Piece)
	// Unit says that the piece of that name begins.
	Unit(name string)
	// Step says what is being done: within the unit, or before and after all units. It is step
	// number done+1 of total; a total of 0 means that the number is unknown.
	Step(text string, done, total int)
	// Done says that the unit is finished and written. The seconds leave out what it did for other
	// units as well: see [Session.Once].
	Done(seconds float64)
	// Training says how far a training within the unit is, after each of its steps.
	Training(t TrainingStatus)
	// Note is a sentence for the reader.
	Note(text string)
	// End ends what Begin started.
	End()
}

// Piece is a unit of a run, as its progress sees it.
type Piece struct {
	Part    string  // the experiment that it belongs to
	Name    string  // the part and the unit: "residual rows=10 draw=3"
	Kind    string  // pieces of one kind take about as long: the name without the draw
	Done    bool    // before the run began, or rather went on
	Seconds float64 // that it took then; 0 = unknown
}

// pieceOf describes a unit of a part.
func pieceOf(part, unit string) Piece {
	name := part + " " + unit
	words := slices.DeleteFunc(strings.Fields(name), func(w string) bool { return strings.HasPrefix(w, "draw=") })
	return Piece{Part: part, Name: name, Kind: strings.Join(words, " ")}
}

// TrainingStatus says where a training stands. What is not known yet is NaN.
type TrainingStatus struct {
	Epoch, Epochs int           // the current epoch, from 1
	Step, Steps   int           // within it, from 1
	Loss          float64       // mean loss of a sample in this epoch so far, nat, regularizer included
	Accuracy      float64       // on training samples at the end of the last epoch, 0 to 1
	Exposure      float64       // of the secret at the end of the last epoch, bits
	Left          time.Duration // at the speed so far
}

// Quiet is a Progress that says nothing.
type Quiet struct{}

func (Quiet) Begin(string, []Piece)   {}
func (Quiet) Unit(string)             {}
func (Quiet) Step(string, int, int)   {}
func (Quiet) Done(float64)            {}
func (Quiet) Training(TrainingStatus) {}
func (Quiet) Note(string)             {}
func (Quiet) End()                    {}
