package evidence

import (
	"fmt"
	"math"
	"reflect"
	"slices"
)

// fill computes what follows from other fields, and makes every list of a report one that JSON
// shows as a list.
func (r *Report) fill() {
	if r.Touched.Of > 0 {
		r.Touched.Share = float64(r.Touched.Rows) / float64(r.Touched.Of)
	}
	for i := range r.Measured.Figures {
		if f := &r.Measured.Figures[i]; f.Before != nil && f.After != nil {
			d := *f.After - *f.Before
			f.Difference = &d
		}
	}
	if t := r.Measured.Retraining; t != nil && t.Seconds > 0 {
		t.Ratio = r.Done.Seconds / t.Seconds
	}
	r.Made = r.Made.UTC()
	for i := range r.History {
		r.History[i].Time = r.History[i].Time.UTC()
	}
	noNil(reflect.ValueOf(r).Elem())
}

// noNil makes the lists of a struct that are nil empty.
func noNil(v reflect.Value) {
	for i := range v.NumField() {
		switch field := v.Field(i); {
		case !v.Type().Field(i).IsExported():
		case field.Kind() == reflect.Struct:
			noNil(field)
		case field.Kind() == reflect.Slice && field.IsNil() && v.Type().Field(i).Tag.Get("json") != "-":
			field.Set(reflect.MakeSlice(field.Type(), 0, 0))
		}
	}
}

// check says what makes r no report.
func (r *Report) check() error {
	outcomes := []Outcome{Updated, Certified, Refused, Planned}
	switch {
	case !slices.Contains(outcomes, r.Outcome):
		return fmt.Errorf("evidence: the outcome %q is none of %v", r.Outcome, outcomes)
	case r.Outcome == Certified && r.Measured.Certificate == nil:
		return fmt.Errorf("evidence: the outcome is %q, but there is no certificate", r.Outcome)
	case r.Touched.Rows > r.Touched.Of:
		return fmt.Errorf("evidence: %d samples of %d were touched", r.Touched.Rows, r.Touched.Of)
	}
	for _, c := range r.Asked.Changes {
		if _, known := changeWords[c.Kind]; !known {
			return fmt.Errorf("evidence: the kind of change %q is not known", c.Kind)
		}
	}
	return finite(reflect.ValueOf(*r), "report")
}

// finite names a number that is none: JSON has no word for it.
func finite(v reflect.Value, name string) error {
	switch v.Kind() {
	case reflect.Float64:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("evidence: %s is %v: leave out what was not measured", name, x)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return finite(v.Elem(), name)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := finite(v.Index(i), fmt.Sprintf("%s[%d]", name, i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				if err := finite(v.Field(i), name+"."+f.Name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
