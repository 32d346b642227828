package unlearn

// Wrapper is an [Objective] that stands around another and computes the same: it counts calls, or
// logs them. [Meter] is one. An optional interface that the wrapper does not have itself is asked
// of the objective within; of several that have one the outermost counts, as with errors.As.
type Wrapper interface {
	Objective
	// Unwrap returns the objective within.
	Unwrap() Objective
}

// called returns what is to be called for an optional interface: the outermost objective that has
// it.
func called[T any](o Objective) (T, bool) {
	for {
		if t, ok := o.(T); ok {
			return t, true
		}
		w, ok := o.(Wrapper)
		if !ok {
			var none T
			return none, false
		}
		o = w.Unwrap()
	}
}

// offered is called for the question whether there is such an objective at all. Meters have every
// optional interface of the objective within, and errors for the others, so they are passed over.
func offered[T any](o Objective) (T, bool) {
	for {
		if _, meter := o.(*Meter); !meter {
			if t, ok := o.(T); ok {
				return t, true
			}
		}
		w, ok := o.(Wrapper)
		if !ok {
			var none T
			return none, false
		}
		o = w.Unwrap()
	}
}

// innermost is the objective within all wrappers.
func innermost(o Objective) Objective {
	for {
		w, ok := o.(Wrapper)
		if !ok {
			return o
		}
		o = w.Unwrap()
	}
}
