package compare

import "lethe/experiments/internal/report"

// The form of [Comparison.JSON]. Numbers are those of the records, in the unit that is named; null
// where there is none.
type (
	jsonComparison struct {
		A           string           `json:"a"`
		B           string           `json:"b"`
		Differences []jsonDifference `json:"differences"`
		Paired      bool             `json:"paired"`
		Pairing     string           `json:"pairing"`
		Smoke       bool             `json:"smoke"`
		Comparisons []jsonRow        `json:"comparisons"`
		OnlyA       []string         `json:"only_a"`
		OnlyB       []string         `json:"only_b"`
	}
	jsonDifference struct {
		Name string `json:"name"`
		A    string `json:"a"`
		B    string `json:"b"`
	}
	jsonRow struct {
		Experiment string   `json:"experiment"`
		Metric     string   `json:"metric"`
		Unit       string   `json:"unit"`
		Better     string   `json:"better"`
		Method     string   `json:"method"`
		At         string   `json:"at"`
		A          jsonSide `json:"a"`
		B          jsonSide `json:"b"`
		Paired     bool     `json:"paired"`
		Draws      int      `json:"draws"`
		By         string   `json:"by"`
		Estimate   *float64 `json:"estimate"`
		Low        *float64 `json:"low"`
		High       *float64 `json:"high"`
		Confidence float64  `json:"confidence"`
		Verdict    string   `json:"verdict"`
		Note       string   `json:"note,omitempty"`
	}
	jsonSide struct {
		Median   *float64 `json:"median"`
		Smallest *float64 `json:"smallest"`
		Largest  *float64 `json:"largest"`
		Draws    int      `json:"draws"`
		Failed   int      `json:"failed"`
	}
)

// JSON writes the comparison as one object.
func (c *Comparison) JSON() ([]byte, error) {
	out := jsonComparison{A: c.A.Dir, B: c.B.Dir, Paired: c.Paired, Pairing: c.Pairing, Smoke: c.Smoke, Differences: []jsonDifference{}, Comparisons: []jsonRow{},
		OnlyA: append([]string{}, c.OnlyA...), OnlyB: append([]string{}, c.OnlyB...)}
	for _, d := range c.Differ {
		out.Differences = append(out.Differences, jsonDifference{d.Title, d.Values[0], d.Values[1]})
	}
	for _, r := range c.Rows {
		by := "difference"
		if r.Ratio {
			by = "ratio"
		}
		word := map[Word]string{Undecided: "undecided", Equal: "equal"}[r.Verdict]
		if word == "" {
			word = string(r.Verdict)
		}
		out.Comparisons = append(out.Comparisons, jsonRow{
			Experiment: r.Experiment, Metric: r.Metric.Name, Unit: r.Unit, Better: r.Metric.Better.String(), Method: r.Method, At: r.At, A: jsonSideOf(r.A), B: jsonSideOf(r.B),
			Paired: r.Paired, Draws: r.N, By: by, Estimate: report.Number(r.Estimate), Low: report.Number(r.Low), High: report.Number(r.High), Confidence: r.Confidence,
			Verdict: word, Note: r.Note,
		})
	}
	return report.EncodeJSON(out)
}

func jsonSideOf(s Side) jsonSide {
	return jsonSide{report.Number(s.Median), report.Number(s.Low), report.Number(s.High), s.N, s.Failed}
}
