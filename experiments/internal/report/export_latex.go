package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// LaTeX writes tables for the package booktabs, each in a table environment with its title as the
// caption and its note below. Columns of numbers are aligned to the right. It needs no
// package besides booktabs, and compiles with pdflatex.
func LaTeX(tables []Exported) []byte {
	var b strings.Builder
	b.WriteString("% needs \\usepackage{booktabs}\n")
	for _, e := range tables {
		e.latex(&b)
	}
	return []byte(b.String())
}

func (e Exported) latex(b *strings.Builder) {
	t := e.Table
	g := t.layout()
	lines := g.lines(true)
	columns := ""
	for _, h := range g.heads {
		if h.Numeric {
			columns += "r"
		} else {
			columns += "l"
		}
	}
	fmt.Fprintf(b, "\n\\begin{table}\n  \\centering\n  \\caption{%s}\n  \\label{tab:%s}\n", escapedLatex(t.Title), latexLabel(e.Section+" "+t.Title))
	fmt.Fprintf(b, "  \\begin{tabular}{%s}\n    \\toprule\n", columns)
	line := func(cells []string, write func(string) string) {
		out := make([]string, len(cells))
		for i, cell := range cells {
			out[i] = write(strings.TrimSpace(cell))
		}
		// A bracket or an asterisk behind \\ would belong to it.
		if strings.HasPrefix(out[0], "[") || strings.HasPrefix(out[0], "*") {
			out[0] = "{}" + out[0]
		}
		b.WriteString("    " + strings.Join(out, " & ") + ` \\` + "\n")
	}
	line(lines[0], escapedLatex)
	b.WriteString("    \\midrule\n")
	for _, row := range lines[1:] {
		line(row, latexCell)
	}
	b.WriteString("    \\bottomrule\n  \\end{tabular}\n")
	for _, paragraph := range strings.Split(strings.TrimSpace(t.Note+"\n\n"+t.footnote()), "\n\n") {
		if paragraph != "" {
			fmt.Fprintf(b, "  \\par\\smallskip\\footnotesize %s\n", escapedLatex(plainText(paragraph)))
		}
	}
	b.WriteString("\\end{table}\n")
}

// latexLabel makes a label of a title: letters, digits and hyphens.
func latexLabel(text string) string {
	return strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(text), "-"), "-")
}

// latexNumber is a number within a cell: a sign that is no hyphen of a word, digits, a point, an
// exponent.
var latexNumber = regexp.MustCompile(`(^|[ (×≈±;])(-?)(\d[\d,]*(?:\.\d+)?)(?:e(-?\d+))?($|[ ),;×%*` + markLetters + `])`)

// latexCell escapes a cell and writes its numbers as mathematics: a minus sign, and powers of ten. A
// hyphen alone, for what was not measured, is a dash.
func latexCell(text string) string {
	if text == "-" {
		return "--"
	}
	var b strings.Builder
	for text != "" {
		at := latexNumber.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		group := func(i int) string {
			if at[2*i] < 0 {
				return ""
			}
			return text[at[2*i]:at[2*i+1]]
		}
		b.WriteString(escapedLatex(text[:at[3]])) // with the sign before the number
		number := group(2) + group(3)
		if exponent := group(4); exponent != "" {
			number += `\cdot 10^{` + exponent + `}`
		}
		if group(2) != "" || group(4) != "" {
			number = "$" + number + "$"
		}
		b.WriteString(number)
		text = text[at[10]:] // the sign behind the number may stand before the next one
	}
	return b.String() + escapedLatex(text)
}

// latexSigns are the characters that mean something to TeX, or that its usual fonts lack.
var latexSigns = map[rune]string{
	'\\': `\textbackslash{}`, '{': `\{`, '}': `\}`, '$': `\$`, '&': `\&`, '#': `\#`, '%': `\%`, '_': `\_`,
	'^': `\textasciicircum{}`, '~': `\textasciitilde{}`, '|': `\textbar{}`, '<': `\textless{}`, '>': `\textgreater{}`, '"': `\char34{}`, '`': `\char96{}`, '\'': `\char39{}`,
	'±': `$\pm$`, '×': `$\times$`, '·': `$\cdot$`, '≈': `$\approx$`, '≤': `$\leq$`, '≥': `$\geq$`, '→': `$\rightarrow$`, '−': `$-$`, '∞': `$\infty$`,
	'–': `--`, '—': `---`, '…': `\dots{}`, '␣': `\textvisiblespace{}`, '’': `'`, '‘': "`", '“': "``", '”': `''`, '\u00a0': `~`, '\u2009': `\,`, '\u202f': `\,`,
}

// letterOf returns the letter that the mark of a footnote raises.
func letterOf(r rune) (letter string, raised bool) {
	const letters = "abcdefghijklmnoprstuvwxyz" // in the order of markLetters
	for i, m := range []rune(markLetters) {
		if m == r {
			return letters[i : i+1], true
		}
	}
	return "", false
}

// escapedLatex returns a text as TeX shows it, on one line. Letters of Latin alphabets stay as they
// are; what pdflatex has no sign for is its number.
func escapedLatex(text string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range text {
		sign, ok := latexSigns[r]
		if plain, raised := letterOf(r); raised {
			sign, ok = `\textsuperscript{`+plain+`}`, true
		}
		if r == '-' && last == '-' {
			b.WriteString("{}") // two hyphens would be one dash
		}
		last = r
		switch {
		case ok:
			b.WriteString(sign)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case r > ' ' && r < unicode.MaxASCII, r >= 0xc0 && r <= 0x17f:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "[U+%04X]", r)
		}
	}
	return b.String()
}
