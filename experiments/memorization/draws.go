package memorization

import (
	"fmt"
	"math"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/exposure"
)

// drawsText says over how many draws the numbers of a table are, and what is written of them.
func drawsText(r *engine.Results) string {
	if n := r.Draws(); n > 1 {
		return fmt.Sprintf(" Median over %d draws, with the smallest and the largest.", n)
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

// exposureColumns are the columns of a case in a table of exposures, those of each kind apart,
// since they cannot be compared: exact ones as they are, those that a fit gives within its samples
// with ≈, and of those beyond all samples what these prove.
func exposureColumns(r *engine.Results, c memoryCase, space string) []caseColumn {
	column := func(kind, title, before string) caseColumn {
		return caseColumn{title, func(c memoryCase, m string) report.Cell {
			all := of(r, c, m, "exposure", "space", space)
			recs := ofKind(all, kind)
			cell := decimalCell(records.Values(recs), 1)
			cell.Before = before
			if len(recs) > 0 && len(recs) < len(all) {
				cell.Remark = fmt.Sprintf("%d of %d draws", len(recs), len(all))
			}
			return cell
		}}
	}
	var out []caseColumn
	recs := r.Part("exposure", "space", space, "length", c.length, "replace", c.replace)
	if len(ofKind(recs, byRank)) > 0 {
		out = append(out, column(byRank, "by rank", ""))
	}
	if len(ofKind(recs, byFit)) > 0 {
		out = append(out, column(byFit, "fitted", "≈"))
	}
	if len(ofKind(recs, byExtrapolation)) > 0 {
		out = append(out, caseColumn{"proven, at least", func(c memoryCase, m string) report.Cell { return provenCell(of(r, c, m, "exposure", "space", space)) }},
			column(byExtrapolation, "extrapolated", "≈"))
	}
	switch len(out) {
	case 0:
		out = append(out, column(byRank, "", ""))
	case 1:
		out[0].title = ""
	}
	return out
}

// ofKind are the exposures that are known in one way.
func ofKind(recs []records.Record, kind string) []records.Record {
	return slices.DeleteFunc(slices.Clone(recs), func(rec records.Record) bool { return kindOf(rec) != kind })
}

// provenCell is the exposure that all draws prove of those that were extrapolated.
func provenCell(recs []records.Record) report.Cell {
	var bits []float64
	for _, rec := range ofKind(recs, byExtrapolation) {
		bits = append(bits, leastBits(rec))
	}
	if len(bits) == 0 {
		return report.Cell{State: report.Missing}
	}
	return report.CellOf(report.Style{Factor: 1, Places: 1}.OneValue(slices.Min(bits)))
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
