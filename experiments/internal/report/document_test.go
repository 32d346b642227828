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

	"lethe/experiments/internal/verdict"
)

// kitchen is a document with one of everything, whose texts mean something to Markdown and HTML.
func kitchen() *Document {
	return &Document{
		Title: "Title *a* <b>", Summary: "Profile p, seed 1.", Command: "run `x`", Facts: []Fact{{"date", "fact <1>"}, {"machine", "fact 2"}},
		Answers: []Answer{{Question: "which is better?", Text: "A is <2> times nearer.", Limits: "All *else*.",
			Compared: []Compared{{Case: "10 rows", What: "distance", Own: "A", Other: "B",
				Comparison: verdict.Paired([]float64{1, 2, 3, 4, 5}, []float64{2, 4, 6, 8, 10}, true)}},
			Targets: []Claim{{Text: "holds", Measured: "1", Target: "2", Source: Ours, Met: true}, {Text: "fails", Measured: "3", Target: "2", Source: Paper, Short: "1 short"}}}},
		Sections: []Section{{
			ID: "pots", Title: "Pots", Question: "how many?", Settings: "all of them.",
			Tables: []Table{
				{Title: "Pots | pans", Header: []string{"method", "n"}, Rows: []Row{*NewRow("a|b").Exactly(1)}, Note: "A note."},
				{Title: "How n was chosen", Header: []string{"n", "loss"}, Rows: []Row{*new(Row).Exactly(1).Exactly(2)}, Tuning: true},
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
	text := kitchen().Markdown()
	for _, want := range []string{
		"# Title \\*a\\* \\<b\\>\n\nProfile p, seed 1. Made by `` run `x` ``.\n\n## What was found\n\n" +
			"*Which is better?* A is \\<2\\> times nearer. **Better.**\n\nNot shown: All \\*else\\*.\n",
		"| 10 rows | better  | 2.00× |    2.00× |   2.00× |     5 |         5 | A      | B             | distance |\n",
		"| holds | 1        |        | 2      | ours      | yes     |\n| fails | 3        |        | 2      | the paper | noᵃ     |\n\nᵃ 1 short.\n",
		"\n## Pots\n\nall of them.\n\n### Pots | pans\n\n| method |   n |\n|--------|----:|\n| a\\|b   |   1 |\n\nA note.\n",
		"\n### How n was chosen\n\n|   n | loss |\n|----:|-----:|\n|   1 |    2 |\n",
	} {
		assert.Contains(t, text, want)
	}
	assert.Nil(t, TargetsTable(nil))
	assert.Nil(t, ComparedTable(nil))
}

// The terminal shows no tables of how settings were chosen.
func TestDocumentAsText(t *testing.T) {
	text := kitchen().Text(80)
	assert.True(t, strings.HasPrefix(text, "Title *a* <b>\nA is <2> times nearer. Better.\n\nTargets\n"), text)
	assert.Contains(t, text, "\nPots | pans\nmethod  n\n---------\na|b     1\n")
	assert.NotContains(t, text, "chosen")
}

// Several documents are one page of sound elements, with anchors of their own and no figure that
// has nothing to show.
func TestDocumentsAsAPage(t *testing.T) {
	data, err := Page([]*Document{kitchen(), kitchen()})
	require.NoError(t, err)
	page := string(data)
	for _, want := range []string{"<title>2 runs</title>", `id="run1-pots"`, `href="#run2-pots"`, "Title *a* &lt;b&gt;", "How many?", "<dt>date</dt><dd>fact &lt;1&gt;</dd>", "a|b", "noᵃ", "Which is better?",
		"A is &lt;2&gt; times nearer.", `<li><b class="better">better</b>: 2.00× against B (in 5 of 5 draws)</li>`, `<button type="button" data-copy="run2-command" hidden>`, "<details><summary>",
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
	require.NoError(t, kitchen().WriteFigures(dir, func(string, int, int) {}))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	assert.Equal(t, []string{"pots-counts.png", "pots-counts.svg", "pots.png", "pots.svg"}, names)
	assert.Error(t, kitchen().WriteFigures(filepath.Join(dir, "nowhere"), func(string, int, int) {}))
}

// What a reader has to know first stands first: that units are missing, that a run is a smoke run.
func TestWhatHasToBeKnownFirst(t *testing.T) {
	d := kitchen()
	d.Unfinished, d.Smoke = "8 of 16 units.", true
	page, err := Page([]*Document{d})
	require.NoError(t, err)
	assert.Regexp(t, `(?s)role="note">8 of 16 units\..*role="note">A smoke run only shows.*Which is better`, string(page))
	assert.Contains(t, d.Markdown(), "\n8 of 16 units.\n")
	assert.Contains(t, d.Brief(80), "\n8 of 16 units.\nA smoke run only shows")
}

// Labels stand in words, with the numbers behind them, and only those that occur are explained.
func TestNamesInWords(t *testing.T) {
	terms := []Term{{Label: "sisa", Name: "SISA", Meaning: "shards", Counts: "shards"}, {Label: "a", Name: "first"}, {Label: "a, b", Name: "second", Meaning: "m"}, {Label: "c", Name: "C", Meaning: "m"}}
	for text, want := range map[string]string{"sisa": "SISA", "sisa-5": "SISA, 5 shards", "sisa-1": "SISA, 1 shard", "sisa-5, statistics kept": "SISA, 5 shards, statistics kept",
		"a": "first", "a, b": "second", "a, c": "first, c", "a (before)": "first (before)", "ab": "ab", "sisa-x": "sisa-x"} {
		assert.Equal(t, want, Named(terms, text))
	}
	d := &Document{Answers: []Answer{{Question: "q", Text: "Second is better in 2 of 2 draws."}}, Sections: []Section{{Tables: []Table{{Header: []string{"method", "n"}, Rows: []Row{*NewRow("a, b", "1"), *NewRow("sisa-20", "2")}}},
		Figures: []Figure{{Series: []Series{{Label: "a", Of: "a, b"}}, YNames: []string{"sisa"}, Marks: map[string]int{"a": 3}}}}}}
	d.Name(terms)
	assert.Equal(t, []Row{*NewRow("second", "1"), *NewRow("SISA, 20 shards", "2")}, d.Sections[0].Tables[0].Rows)
	f := d.Sections[0].Figures[0]
	assert.Equal(t, []string{"first", "second", "SISA"}, []string{f.Series[0].Label, f.Series[0].Of, f.YNames[0]})
	assert.Equal(t, map[string]int{"first": 3}, f.Marks)
	assert.Equal(t, []Term{terms[0], terms[2]}, d.Glossary)

	// What a draw is, and where names are explained, stands before the first answer.
	for _, text := range []string{d.Markdown(), string(must(Page([]*Document{d})))} {
		hint, answer := strings.Index(text, drawSays), strings.Index(text, "Second is better")
		assert.True(t, 0 < hint && hint < answer, text)
		assert.Regexp(t, `(#names|#run1-names")`, text[hint:answer])
	}
}

// Where nothing has a verdict, and for one reason, the page says it once.
func TestNoVerdictIsSaidOnce(t *testing.T) {
	a := Answer{Compared: []Compared{{Case: "1 row", None: "one draw; a verdict needs five"}, {Case: "9 rows", None: "one draw; a verdict needs five"}}}
	assert.Equal(t, []pageVerdict{{"none", "no verdict", "one draw; a verdict needs five"}}, a.verdicts())
	a.Compared[1].None, a.Compared[1].Verdict = "", verdict.Worse
	assert.Len(t, a.verdicts(), 2)
	for range chips { // of many each word once
		a.Compared = append(a.Compared, a.Compared[1])
	}
	assert.Equal(t, []pageVerdict{{"none", "no verdict (one draw; a verdict needs five)", "1 row"}, {"worse", "worse", "9 rows"}}, a.verdicts())
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
