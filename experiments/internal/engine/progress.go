package engine

import "time"

// Progress is told how far a run is. Calls come from one goroutine.
type Progress interface {
	// Begin starts a run of so many units, some of them done before.
	Begin(title string, units, done int)
	// Unit says that a unit begins.
	Unit(name string)
	// Done says that the unit is finished and written.
	Done()
	// Training says how far a training within the unit is, after each of its steps.
	Training(t TrainingStatus)
	// Note is a sentence for the reader.
	Note(text string)
	// End ends what Begin started.
	End()
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

func (Quiet) Begin(string, int, int)  {}
func (Quiet) Unit(string)             {}
func (Quiet) Done()                   {}
func (Quiet) Training(TrainingStatus) {}
func (Quiet) Note(string)             {}
func (Quiet) End()                    {}
