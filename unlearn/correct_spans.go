package unlearn

import (
	"fmt"

	"lethe/datasets"
)

// CorrectSpans asks that span k of the text of d, a data set made by [datasets.Windows], have read
// replacement[k], which is as long as the span: every sample that contains a character of a span or
// has one as its label is corrected, as in [CorrectSamples]. Applied to d it gives the samples of
// the corrected text. Spans must not overlap.
func CorrectSpans(d *datasets.Dataset, spans []datasets.Span, replacement [][]int32) (Request, error) {
	rows, to, err := datasets.ReplaceSpans(d, spans, replacement)
	if err != nil {
		return Request{}, fmt.Errorf("unlearn: correct spans: %w", err)
	}
	return CorrectSamples(rows, to), nil
}
