package report

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kitchen is a document with one of everything, whose texts mean something to Markdown and HTML.
func kitchen() *Document {
	return &Document{
		Title: "Title *a* <b>", Summary: "Profile p, seed 1.", Command: "run `x`", Facts: []string{"fact <1>", "fact 2"},
		Claims: ClaimsTable([]Claim{{Text: "holds", Measured: "1", Target: "2", Met: true}, {Text: "fails", Measured: "3", Target: "2", Short: "1 short"}}),
		Sections: []Section{{
			ID: "pots", Title: "Pots", Question: "how many?", Settings: "all of them.",
			Tables: []Table{
				{Title: "Pots | pans", Header: []string{"method", "n"}, Rows: [][]string{{"a|b", "1"}}, Note: "A note."},
				{Title: "How n was chosen", Header: []string{"n", "loss"}, Rows: [][]string{{"1", "2"}}, Tuning: true},
			},
			Figures: []Figure{
				{Name: "pots", Caption: `A "figure"`, X: "x", Y: "y", Series: []Series{{Label: "b", X: []float64{1, 2, 3}, Y: []float64{1, 2, 3}}}, Marks: map[string]int{"b": 2}},
				{Name: "counts", Caption: "Counts", Matrix: &Matrix{Rows: []string{"r"}, Columns: []string{"c"}, Counts: [][]float64{{3}}}},
				{Name: "empty", Caption: "Nothing to show", Series: []Series{{Label: "b"}}},
			},
		}},
	}
}

func TestDocumentAsMarkdown(t *testing.T) {
	assert.Equal(t, "# Title \\*a\\* \\<b\\>\n\nProfile p, seed 1. Made by `` run `x` ``.\n\n## Claims\n\n"+
		"| claim | measured | target |         met |\n|-------|---------:|-------:|------------:|\n| holds |        1 |      2 |         yes |\n"+
		"| fails |        3 |      2 | no: 1 short |\n\n## Pots\n\nall of them.\n\n### Pots | pans\n\n"+
		"| method |   n |\n|--------|----:|\n| a\\|b   |   1 |\n\nA note.\n\n### How n was chosen\n\n| n   | loss |\n|-----|-----:|\n| 1   |    2 |\n",
		kitchen().Markdown())
	assert.Nil(t, ClaimsTable(nil))
}

// The terminal shows no tables of how settings were chosen.
func TestDocumentAsText(t *testing.T) {
	text := kitchen().Text(80)
	assert.True(t, strings.HasPrefix(text, "Title *a* <b>\n\nClaims\n"), text)
	assert.Contains(t, text, "\nPots | pans\nmethod  n\n---------\na|b     1\n")
	assert.NotContains(t, text, "chosen")
}

// Several documents are one page of sound elements, with anchors of their own and no figure that
// has nothing to show.
func TestDocumentsAsAPage(t *testing.T) {
	data, err := Page([]*Document{kitchen(), kitchen()})
	require.NoError(t, err)
	page := string(data)
	for _, want := range []string{"<title>2 runs</title>", `id="run1-pots"`, `href="#run2-pots"`, "Title *a* &lt;b&gt;", "How many?", "fact &lt;1&gt; · fact 2", "a|b", "no: 1 short",
		`aria-label="A &#34;figure&#34;"`, "stroke:var(--mark2)", "--mark2:#009e73"} {
		assert.Contains(t, page, want)
	}
	svg := regexp.MustCompile(`(?s)<svg viewBox="0 0 .*?</svg>`).FindAllString(page, -1)
	require.Len(t, svg, 4)
	for _, one := range svg {
		require.NoError(t, xml.Unmarshal([]byte(one), new(struct{})))
	}
	one, err := Page([]*Document{kitchen()})
	require.NoError(t, err)
	assert.Contains(t, string(one), "<title>Title *a* &lt;b&gt;</title>")
}

func TestFiguresAreWrittenByTheirNames(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, kitchen().WriteFigures(dir))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	assert.Equal(t, []string{"pots-counts.png", "pots-counts.svg", "pots.png", "pots.svg"}, names)
	assert.Error(t, kitchen().WriteFigures(filepath.Join(dir, "nowhere")))
}
