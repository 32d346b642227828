package project

// Progress hears how far an order is. A nil Progress hears nothing.
type Progress interface {
	// Step says what is going on, and how much of it is done; total 0 = not known.
	Step(text string, done, total int64)
	// Note says something that stays.
	Note(text string)
}

type silent struct{}

func (silent) Step(string, int64, int64) {}
func (silent) Note(string)               {}

func heard(p Progress) Progress {
	if p == nil {
		return silent{}
	}
	return p
}
