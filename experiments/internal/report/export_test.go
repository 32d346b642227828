package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/records"
)

// exportable is a table with every kind of cell.
func exportable() []Exported {
	t := &Table{Title: "Residual & cost, 100 %", Header: []string{"method", "10_000 rows", "accuracy, %"}, Note: "||b - Ax|| < 1e-3 (--set force=false).\n\nSecond paragraph."}
	third := 1.0 / 3
	t.Append(NewRow("first-order, the paper's \"tau\"").Ends(Plain, records.Middle{N: 3, Median: third, Low: 1e-7, High: 2}).Spread(Percent, records.Spread{N: 2, Mean: 0.5, SD: 0.25}))
	t.Append(NewRow("[none]").Missing(1).One(Percent, math.NaN()))
	t.Append(NewRow("text alone", "5.83 (2.54 to 2.64e-7)", "-1.5"))
	t.Append(NewRow("last").One(Plain, -2.64e-7).One(Percent, 0.08).Remark("still near"))
	return []Exported{{"residual", t}}
}

// Numbers are those behind the cells, to the last bit and in the unit of the table; text has none.
func TestCSVHoldsTheNumbersBehindTheCells(t *testing.T) {
	data, err := CSV(exportable())
	require.NoError(t, err)
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)
	title := "Residual & cost, 100 %"
	assert.Equal(t, [][]string{
		csvHeader,
		{"residual", title, "first-order, the paper's \"tau\"", "10_000 rows", "0.3333333333333333", "1e-07", "2", "3", string(Ends), "0.333", ""},
		{"residual", title, "first-order, the paper's \"tau\"", "accuracy, %", "50", "25", "75", "2", string(Spread), "50.00", ""},
		{"residual", title, "[none]", "10_000 rows", "", "", "", "", "", "-", ""},
		{"residual", title, "[none]", "accuracy, %", "", "", "", "", "", "-", ""},
		{"residual", title, "text alone", "10_000 rows", "", "", "", "", "", "5.83 (2.54 to 2.64e-7)", ""},
		{"residual", title, "text alone", "accuracy, %", "", "", "", "", "", "-1.5", ""},
		{"residual", title, "last", "10_000 rows", "-2.64e-07", "-2.64e-07", "-2.64e-07", "1", string(Single), "-2.64e-7", ""},
		{"residual", title, "last", "accuracy, %", "8", "8", "8", "1", string(Single), "8.00", "still near"},
	}, lines)
}

func TestJSONOfTables(t *testing.T) {
	all := exportable()
	all[0].Table.Append(NewRow("no interval").Put(Value{Middle: records.Middle{N: 2, Median: 1, Low: math.Inf(-1), High: math.Inf(1)}, Statistic: Seeds, Style: Plain}).Text(""))
	data, err := JSON(all)
	require.NoError(t, err)
	var got []struct {
		Experiment, Title, Note string
		Columns                 []string
		Rows                    [][]struct {
			Text             string
			Value, Low, High *float64
			N                int
		}
	}
	require.NoError(t, json.Unmarshal(data, &got))
	require.Len(t, got, 1)
	assert.Equal(t, all[0].Table.Header, got[0].Columns)
	require.Len(t, got[0].Rows, 5)
	assert.Equal(t, 1.0/3, *got[0].Rows[0][1].Value)
	assert.Equal(t, 0.25*100, *got[0].Rows[0][2].Low)
	assert.Nil(t, got[0].Rows[1][1].Value)
	assert.Nil(t, got[0].Rows[4][1].Low, "an infinite end is none")
	assert.Equal(t, 2, got[0].Rows[4][1].N)
	empty, err := JSON(nil)
	require.NoError(t, err)
	assert.Equal(t, "[]\n", string(empty))
}

func TestNamedTables(t *testing.T) {
	all := append(exportable(), Exported{"runtime", &Table{Title: "Cost"}})
	for name, want := range map[string]int{"": 2, "COST": 2, "runtime": 1, "residual: residual": 1} {
		got, err := TablesNamed(all, name)
		require.NoError(t, err)
		assert.Len(t, got, want, name)
	}
	_, err := TablesNamed(all, "accuracy of what")
	require.EqualError(t, err, "no table is called \"accuracy of what\"; there are\n  residual: Residual & cost, 100 %\n  runtime: Cost")
}

func TestLaTeX(t *testing.T) {
	assert.Equal(t, `% needs \usepackage{booktabs}

\begin{table}
  \centering
  \caption{Residual \& cost, 100 \%}
  \label{tab:residual-residual-cost-100}
  \begin{tabular}{lrrrrr}
    \toprule
    method & 10\_000 rows & smallest & largest & accuracy, \% & standard deviation \\
    \midrule
    first-order, the paper\char39{}s \char34{}tau\char34{} & 0.333 & $1.00\cdot 10^{-7}$ & 2.00 & 50.00 & 25.00 \\
    {}[none] & -- &  &  & -- &  \\
    text alone & 5.83 (2.54 to $2.64\cdot 10^{-7}$) &  &  & $-1.5$ &  \\
    last & $-2.64\cdot 10^{-7}$ &  &  & 8.00\textsuperscript{a} &  \\
    \bottomrule
  \end{tabular}
  \par\smallskip\footnotesize \textbar{}\textbar{}b - Ax\textbar{}\textbar{} \textless{} 1e-3 (-{}-set force=false).
  \par\smallskip\footnotesize Second paragraph.
  \par\smallskip\footnotesize \textsuperscript{a} still near.
\end{table}
`, string(LaTeX(exportable())))
}

// unescaped reads what escapedLatex wrote as TeX would, and fails for a sign that TeX would take for
// something else.
func unescaped(t *testing.T, text string) string {
	t.Helper()
	back := map[string]string{"{}-": "-"}
	for r, sign := range latexSigns {
		back[sign] = string(r)
	}
	var b strings.Builder
next:
	for text != "" {
		longest := ""
		for sign := range back {
			if strings.HasPrefix(text, sign) && len(sign) > len(longest) {
				longest = sign
			}
		}
		if longest != "" {
			b.WriteString(back[longest])
			text = text[len(longest):]
			continue next
		}
		require.NotContains(t, `\{}$&#%_^~|<>"`+"`", text[:1], "in %q", text)
		b.WriteString(text[:1])
		text = text[1:]
	}
	return b.String()
}

// Every printable text survives, whatever stands in it; words are never taken for numbers.
func TestLaTeXEscapesEverySign(t *testing.T) {
	var signs []rune
	for r := ' '; r < 127; r++ {
		signs = append(signs, r)
	}
	signs = append(signs, '±', '×', '≈', '→', '␣', '∞', 'é', 'ß')
	rng := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		text := ""
		for range rng.IntN(12) {
			text += string(signs[rng.IntN(len(signs))])
		}
		assert.Equal(t, text, unescaped(t, escapedLatex(text)), "%q", text)
	}
	assert.Equal(t, "a b [U+1F600][U+0007][U+FFFD]", escapedLatex("a\nb 😀\a\xff"))
	for text, want := range map[string]string{
		"fine-tune-adam-1": "fine-tune-adam-1", "1e-6": `$1\cdot 10^{-6}$`, "-3 (-4 to 5)": "$-3$ ($-4$ to 5)", "1.51×": `1.51$\times$`, "x1e-6": "x1e-6",
		"1,234.5": "1,234.5", "a-5": "a-5", "5 %": `5 \%`, "10 -2": "10 $-2$", "": "", "-": "--",
	} {
		assert.Equal(t, want, latexCell(text), text)
	}
}

// A sentence has the whole of a cell.
func TestCellsInSentences(t *testing.T) {
	row := exportable()[0].Table.Rows[0]
	assert.Equal(t, "0.333 (1.00e-7 to 2.00)", row[1].String())
	assert.Equal(t, "50.00 ± 3.00 (forced in 1 of 2)", (*new(Row).Put(Percent.ErrorValue(0.5, 0.03)).Remark("forced in 1 of 2"))[0].String())
	assert.Equal(t, "failed", (*new(Row).Failed())[0].String())
	assert.Equal(t, "1.00 (failed in 1 of 3 draws)", WithFailures(CellOf(Plain.OneValue(1)), 1, 3).String())
	assert.Equal(t, "failed", WithFailures(CellOf(Value{}), 3, 3).String())
	assert.Equal(t, "-", WithFailures(CellOf(Value{}), 0, 3).String())
}

// pdflatex takes what LaTeX writes, with the signs that mean something to TeX.
func TestLaTeXCompiles(t *testing.T) {
	latex, err := exec.LookPath("pdflatex")
	if err != nil {
		t.Skip("there is no pdflatex")
	}
	dir := t.TempDir()
	var signs strings.Builder
	for r := range latexSigns {
		signs.WriteRune(r)
	}
	all := exportable()
	all[0].Table.Note += "\n\n" + signs.String()
	text := "\\documentclass{article}\\usepackage[utf8]{inputenc}\\usepackage[T1]{fontenc}\\usepackage{booktabs}\\begin{document}\n" + string(LaTeX(all)) + "\\end{document}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tables.tex"), []byte(text), 0o644))
	cmd := exec.CommandContext(t.Context(), latex, "-interaction=nonstopmode", "-halt-on-error", "tables.tex")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if bytes.Contains(out, []byte("booktabs.sty' not found")) {
		t.Skip("there is no booktabs")
	}
	require.NoError(t, err, "%s", out)
}
