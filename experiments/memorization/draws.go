package memorization

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/exposure"
)

// overDraws writes the median of values with their least and largest in brackets, alone where all
// are written alike, and a dash for none.
func overDraws(values []float64, write func(float64) string) string {
	values = slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	slices.Sort(values)
	if len(values) == 0 {
		return "-"
	}
	least, largest := write(values[0]), write(values[len(values)-1])
	if least == largest {
		return least
	}
	return fmt.Sprintf("%s (%s to %s)", write(records.MiddleOf(values).Median), least, largest)
}

// decimals writes numbers with so many places after the point.
func decimals(places int) func(float64) string {
	return func(v float64) string { return numbers.Fixed(v, places) }
}

// drawsText says over how many draws the numbers of a table are, and what is written of them.
func drawsText(r *engine.Results) string {
	if n := r.Draws(); n > 1 {
		return fmt.Sprintf(" Median over %d draws (smallest to largest); a single number where all agree.", n)
	}
	return " One draw."
}

// over returns a metric of a method in a case, one value a draw.
func over(r *engine.Results, c memoryCase, method, metric string, pairs ...any) []float64 {
	return records.Values(of(r, c, method, metric, pairs...))
}

// byDraw returns a metric of a method in a case by draw.
func byDraw(r *engine.Results, c memoryCase, method, metric string, pairs ...any) map[int]float64 {
	out := map[int]float64{}
	for _, rec := range of(r, c, method, metric, pairs...) {
		out[rec.Draw] = rec.Value
	}
	return out
}

// exposureText writes exposures of several draws, of each kind apart, since they cannot be
// compared: exact ones as they are, those that a fit gives within its samples with ≈, and those
// beyond all samples as what these prove.
func exposureText(records []records.Record) string {
	if len(records) == 0 {
		return ""
	}
	var parts []string
	for _, kind := range []string{byRank, byFit, byExtrapolation} {
		var bits, atLeast []float64
		for _, rec := range records {
			if kindOf(rec) == kind {
				bits, atLeast = append(bits, rec.Value), append(atLeast, leastBits(rec))
			}
		}
		if len(bits) == 0 {
			continue
		}
		text := overDraws(bits, decimals(1))
		switch kind {
		case byFit:
			text = "≈" + text
		case byExtrapolation:
			text = "at least " + numbers.Fixed(slices.Min(atLeast), 1) + ", extrapolated ≈" + text
		}
		if len(bits) < len(records) {
			text = fmt.Sprintf("%d ×: %s", len(bits), text)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// exposureValue is the number behind that text: none where exposures are known in different ways, or
// by extrapolation, which is no measurement.
func exposureValue(recs []records.Record) report.Value {
	var bits []float64
	for _, rec := range recs {
		if kindOf(rec) == byExtrapolation || kindOf(rec) != kindOf(recs[0]) {
			return report.Value{}
		}
		bits = append(bits, rec.Value)
	}
	return endsOf(report.Style{Factor: 1, Places: 1}, bits)
}

// kindOf is how the exposure in a record is known. Older records do not say whether the fit was
// asked beyond its samples.
func kindOf(rec records.Record) string {
	if by := rec.Text("by"); by != byFit || math.IsNaN(rec.Number("strings-below")) || rec.Number("strings-below") > 0 {
		return by
	}
	return byExtrapolation
}

// leastBits is the exposure that is certain: by the rank, or what the samples prove.
func leastBits(rec records.Record) float64 {
	if kindOf(rec) == byRank {
		return rec.Value
	}
	if v := rec.Number("at-least"); !math.IsNaN(v) {
		return v
	}
	return exposure.ProvenBits(int(rec.Number("strings-below")), int(rec.Number("fit-strings")), rec.Number("space-bits"))
}
