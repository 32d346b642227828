package auditpage

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/audit"
)

func somePage() *Page {
	before, floor, low := 13.35, 1.7, -1.96
	return &Page{Old: []string{"old"}, New: []string{"<new>"}, Retrained: []string{"r-1", "r-2"}, Warnings: []string{}, Report: &audit.Report{
		Verdict: audit.Inside, Forget: 150, Retain: 2850, Updated: 1, HeldOut: 1, References: 19,
		Findings: []audit.Finding{
			{Audit: "KLOM", On: "removed samples", Samples: 150, Updated: 1.793, Untouched: &before, HeldOut: 1.371, Floor: &floor, High: 2.534, Verdict: audit.Inside},
			{Audit: "GUS", On: "samples with noise", Samples: 9, Updated: -7, HeldOut: 3, Low: &low, High: 1.96, Verdict: audit.UnderForgotten, Void: "it fails"},
		},
		NotMeasured: []audit.Omission{{Audit: "U-LiRA", Why: "it needs more models"}},
	}}
}

// Everything that an audit found stands in all three; names are text, not tags.
func TestAllThreeSayTheSame(t *testing.T) {
	p, dir := somePage(), filepath.Join(t.TempDir(), "new", "audit")
	require.NoError(t, Write(dir, p))
	html, err := os.ReadFile(filepath.Join(dir, PageName))
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(dir, JSONName))
	require.NoError(t, err)
	var summary strings.Builder
	require.NoError(t, p.Summary(&summary, 400, false))
	for _, want := range []string{"1.793", "13.35", "1.371", "2.534", "U-LiRA", "it needs more models", "it fails"} {
		assert.Contains(t, string(html), want)
		assert.Contains(t, string(text), want)
		assert.Contains(t, summary.String(), want)
	}
	assert.Contains(t, string(html), "&lt;new&gt;")
	assert.NotContains(t, string(html), "<script")
	assert.Contains(t, summary.String(), "before the update not measured")
	for _, line := range strings.Split(narrowSummary(t, p), "\n") {
		assert.LessOrEqual(t, len(line), 40, line)
	}
}

func narrowSummary(t *testing.T, p *Page) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, p.Summary(&b, 40, false))
	return b.String()
}

func TestHeadlines(t *testing.T) {
	p := somePage()
	for _, c := range []struct {
		verdict audit.Verdict
		void    string
		want    string
		class   string
	}{{audit.Inside, "", "Inside the band", "inside"}, {audit.UnderForgotten, "", "Under-forgotten", "outside"}, {audit.OverForgotten, "", "Over-forgotten", "outside"},
		{audit.Inside, "it fails", "The audit is void: it fails.", "outside"}} {
		p.Report.Verdict, p.Report.Void = c.verdict, c.void
		assert.Contains(t, p.Headline(), c.want)
		assert.Equal(t, c.class, p.class())
	}
}

// A number that is none writes nothing.
func TestNothingIsHalfWritten(t *testing.T) {
	p, dir := somePage(), filepath.Join(t.TempDir(), "audit")
	p.Report.Findings[0].Updated = math.NaN()
	require.ErrorContains(t, Write(dir, p), "NaN")
	assert.NoDirExists(t, dir)
}
