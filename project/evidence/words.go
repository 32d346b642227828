package evidence

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// changeWords say what was asked: of one, of several.
var changeWords = map[string][2]string{
	RemoveSamples: {"1 sample removed", "%s samples removed"},
	ForgetColumns: {"1 column forgotten", "%s columns forgotten"},
	CorrectCells:  {"1 cell corrected", "%s cells corrected"},
	CorrectLabels: {"1 label corrected", "%s labels corrected"},
	ReplaceText:   {"text replaced at 1 place", "text replaced at %s places"},
}

// Words says a change in words: "100 samples removed", "2 columns forgotten (race, sex)".
func (c Change) Words() string {
	words := changeWords[c.Kind]
	text := words[0]
	if c.Count != 1 {
		text = fmt.Sprintf(words[1], count(c.Count))
	}
	if len(c.Names) > 0 {
		text += " (" + strings.Join(c.Names, ", ") + ")"
	}
	return text
}

// Words says what was asked in words.
func (a Asked) Words() string {
	var parts []string
	for _, c := range a.Changes {
		if c.Count > 0 {
			parts = append(parts, c.Words())
		}
	}
	return and(parts)
}

// and joins parts with commas and an "and".
func and(parts []string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, "")
}

// headline says how the update ended, in a sentence.
func (r *Report) headline() string {
	switch r.Outcome {
	case Certified:
		return fmt.Sprintf("Done and certified: %s is the new model.", r.Model)
	case Refused:
		return "Refused: no model was written."
	case Planned:
		return "A dry run: no model was written."
	}
	return fmt.Sprintf("Done, without a certificate: %s is the new model.", r.Model)
}

// count writes a whole number with commas.
func count(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// number writes a number with three digits that count.
func number(x float64) string {
	if a := math.Abs(x); a != 0 && (a >= 1e5 || a < 1e-3) {
		return strconv.FormatFloat(x, 'e', 2, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// percent writes a share. One that is not exactly all or nothing is not rounded to that.
func percent(x float64) string {
	text := strconv.FormatFloat(100*x, 'f', 2, 64)
	switch {
	case x == 0 || x == 1:
		text = strings.TrimSuffix(text, ".00")
	case text == "100.00":
		text = "more than 99.99"
	case text == "0.00":
		text = "less than 0.01"
	}
	return text + " %"
}

// Count writes how many things there are: "1 sample", "2,000 samples".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// samples writes a number of samples.
func samples(n int) string { return Count(n, "sample", "samples") }

// seconds writes a time.
func seconds(x float64) string {
	switch {
	case x < 0.01:
		return number(1000*x) + " ms"
	case x < 120:
		return number(x) + " s"
	case x < 7200:
		return number(x/60) + " min"
	}
	return number(x/3600) + " h"
}

// value writes a number of a figure; a dash where it was not measured.
func (f *Figure) value(x *float64) string {
	switch {
	case x == nil:
		return "–"
	case f.Unit == Share:
		return percent(*x)
	case f.Unit == Seconds:
		return seconds(*x)
	}
	return number(*x)
}

// change writes the difference with its sign.
func (f *Figure) change() string {
	switch x := f.Difference; {
	case x == nil:
		return "–"
	case f.Unit == Share:
		return strings.Replace(fmt.Sprintf("%+.2f points", 100**x), "-0.00", "+0.00", 1)
	case *x < 0:
		return "-" + f.value(ptr(-*x))
	default:
		return "+" + f.value(x)
	}
}

func ptr(x float64) *float64 { return &x }

// touched says how much of the data changes.
func (r *Report) touched() string {
	t := &r.Touched
	text := fmt.Sprintf("%s of %s (%s)", count(t.Rows), samples(t.Of), percent(t.Share))
	if t.Cells > 0 {
		text += ", " + Count(t.Cells, "cell", "cells") + " in samples that stay"
	}
	if t.Spans > 0 {
		text += ", " + Count(t.Spans, "place", "places") + " of the text"
	}
	return text
}

// residuals says what the residual was and is; "" where it was not measured.
func (d *Done) residuals() string {
	var parts []string
	for _, x := range []struct {
		of   *float64
		when string
	}{{d.ResidualBefore, "before the update"}, {d.ResidualAfter, "after it"}, {d.ResidualTrained, "left by training on the old data"}} {
		if x.of != nil {
			parts = append(parts, number(*x.of)+" "+x.when)
		}
	}
	return strings.Join(parts, ", ")
}

// words says what the comparison with retraining showed.
func (t *Retraining) words() string {
	var parts []string
	if t.Agreement != nil {
		parts = append(parts, fmt.Sprintf("%s of %s get the same answer", percent(*t.Agreement), samples(t.Samples)))
	}
	if t.Apart != nil {
		parts = append(parts, fmt.Sprintf("the answers to %s differ by %s of their standard deviation (root mean square)", samples(t.Samples), percent(*t.Apart)))
	}
	if t.Distance != nil {
		parts = append(parts, fmt.Sprintf("the parameters are at %s of the distance that they had without an update", percent(*t.Distance)))
	}
	if t.Seconds > 0 {
		parts = append(parts, fmt.Sprintf("the update took %s of the time of retraining (%s)", percent(t.Ratio), seconds(t.Seconds)))
	}
	return strings.Join(parts, "; ")
}

// words says what the certificate guarantees.
func (c *Certificate) words() string {
	text := fmt.Sprintf("epsilon = %s, delta = %s against the %s; noise of %s in each parameter", number(c.Epsilon), number(c.Delta), c.Against, number(c.Noise))
	if c.Releases > 1 {
		text += fmt.Sprintf("; all %d releases of this model together: epsilon = %s", c.Releases, number(c.Together))
	}
	return text
}

// settings writes settings in a line.
func (d *Done) settings() string {
	parts := make([]string, len(d.Settings))
	for i, s := range d.Settings {
		parts[i] = s.Name + " = " + s.Value
	}
	return strings.Join(parts, ", ")
}

// took says how long the update took, or is expected to take.
func (d *Done) took() string {
	if d.Estimated {
		return "about " + seconds(d.Seconds) + " expected"
	}
	return seconds(d.Seconds)
}
