package report

import (
	"fmt"
	"slices"
	"strings"

	"lethe/experiments/internal/verdict"
)

// Answer is what a run says to one question: a sentence with its numbers, the comparisons that the
// sentence rests on, the targets, and what it does not show.
type Answer struct {
	Part     string // the experiment that asks
	Question string
	Text     string // a sentence or two; no verdict, which stands beside it
	Compared []Compared
	Targets  []Claim
	Limits   string // what the answer does not show, in a sentence or two
}

// Compared is one comparison of two methods over the draws of a run.
type Compared struct {
	Case  string // where: "10 features"; empty = everywhere
	What  string // the quantity with its unit: "gradient residual"
	Own   string // the method that the sentence is about
	Other string // its opponent
	// OtherLabel is the opponent as records name it.
	OtherLabel string
	Note       string // what has to be known of the opponent
	// Larger says that larger values are the better ones; Factor and Unit are those of differences:
	// 100 and "points" for shares.
	Larger bool
	Factor float64
	Unit   string
	verdict.Comparison
	None string // why there is no verdict; empty = there is one
}

// Compare compares two methods draw by draw; the values of a draw that only one has are left out. A
// method that failed in a draw has no verdict, nor do fewer draws than can decide.
func Compare(c Compared, own, other map[int]float64, failed, otherFailed int) Compared {
	var a, b []float64
	draws := make([]int, 0, len(own))
	for draw := range own {
		if _, ok := other[draw]; ok {
			draws = append(draws, draw)
		}
	}
	slices.Sort(draws)
	for _, draw := range draws {
		a, b = append(a, own[draw]), append(b, other[draw])
	}
	if c.Factor != 0 {
		c.Comparison = verdict.PairedDifference(a, b, !c.Larger)
	} else {
		c.Comparison = verdict.Paired(a, b, !c.Larger)
	}
	switch {
	case failed > 0:
		c.None = fmt.Sprintf("%s failed in %s", c.Own, Draws(failed))
	case otherFailed > 0 && len(a) == 0:
		c.None = fmt.Sprintf("%s failed in %s", c.Other, Draws(otherFailed))
	case len(a) < verdict.Fewest:
		c.None = fmt.Sprintf("%s; a verdict needs five", Draws(len(a)))
	}
	if otherFailed > 0 && len(a) > 0 {
		c.Note = strings.TrimPrefix(c.Note+" and which failed in "+Draws(otherFailed), " and ")
	}
	if c.None != "" {
		c.Verdict = ""
	}
	return c
}

// Draws counts draws in words.
func Draws(n int) string {
	if n == 1 {
		return "one draw"
	}
	return fmt.Sprintf("%d draws", n)
}

// Gain says how much better the first method is: of ratios a factor above 1, otherwise a difference
// in the unit above 0.
func (c *Compared) Gain() float64 { return c.gain(c.Median) }

// Remark is what has to be known of the opponent, behind its name; empty where there is nothing.
func (c *Compared) Remark() string {
	if c.Note == "" {
		return ""
	}
	return ", " + c.Note
}

// gain turns a value of the comparison so that more is better.
func (c *Compared) gain(v float64) float64 {
	switch {
	case c.Ratio && !c.Larger:
		return 1 / v
	case c.Ratio:
		return v
	case !c.Larger:
		v = -v
	}
	if c.Factor != 0 {
		v *= c.Factor
	}
	return v
}

// style says how a gain is written.
func (c *Compared) style() Style {
	f := Plain
	switch {
	case c.Ratio:
		f.Unit = "×"
	case c.Unit != "":
		f.Unit = " " + c.Unit
	}
	if !c.Ratio && c.Factor != 0 {
		f.Places = 2
	}
	return f
}

// written writes a gain.
func (c *Compared) written(v float64) string { return c.style().One(v) + c.style().Unit }

// value is the gain with its interval.
func (c *Compared) value() Value {
	if c.N == 0 {
		return Value{}
	}
	v := c.style().OneValue(c.Gain())
	if c.Confidence > 0 {
		a, b := c.gain(c.Low), c.gain(c.High)
		v.Statistic, v.Low, v.High = Shift, min(a, b), max(a, b)
	}
	v.N = c.N
	return v
}

// tone is the class of the verdict on pages.
func (c *Compared) tone() string {
	if c.None != "" {
		return string(verdict.Undecided)
	}
	return string(c.Verdict)
}

// gained writes the gain with its interval.
func (c *Compared) gained() (middle, low, high string) {
	if c.N == 0 {
		return "-", "-", "-"
	}
	middle = c.written(c.Gain())
	if c.Confidence == 0 {
		return middle, "-", "-"
	}
	a, b := c.gain(c.Low), c.gain(c.High)
	return middle, c.written(min(a, b)), c.written(max(a, b))
}

// word is the verdict, or why there is none, behind a word that says that.
func (c *Compared) word(none string) string {
	if c.None != "" {
		return none + ": " + c.None
	}
	return string(c.Verdict)
}

// Verdict names the verdicts of the answer: one word where all comparisons agree, otherwise each
// with where it holds; empty where nothing is compared. One without a verdict says why.
func (a *Answer) Verdict() string {
	var words []string
	at := map[string][]string{}
	for i := range a.Compared {
		c := &a.Compared[i]
		w := c.word("no verdict")
		if !slices.Contains(words, w) {
			words = append(words, w)
		}
		at[w] = append(at[w], c.Case)
	}
	if len(words) == 1 {
		return words[0]
	}
	for i, w := range words {
		words[i] = fmt.Sprintf("%s (%s)", w, strings.Join(slices.Compact(at[w]), "; "))
	}
	return strings.Join(words, ", ")
}

// Tally counts the verdicts of all answers.
func Tally(answers []Answer) map[verdict.Verdict]int {
	out := map[verdict.Verdict]int{}
	for i := range answers {
		for _, c := range answers[i].Compared {
			if c.Verdict != "" {
				out[c.Verdict]++
			}
		}
	}
	return out
}

// Targets returns the targets of all answers.
func Targets(answers []Answer) []Claim {
	var out []Claim
	for i := range answers {
		out = append(out, answers[i].Targets...)
	}
	return out
}

// verdictNote explains the verdicts of the table.
const verdictNote = "A gain above 1×, or a difference above 0, favors the first method. It is the Hodges-Lehmann median over the draws that both methods share. " +
	"The interval is that of Wilcoxon's signed-rank test, with at most 5 % on each side. The verdict is \"undecided\" if the interval contains 0, or 1 for ratios. " +
	"The best other method has the best median in these same draws, which favors it. Retraining and the variants of the first method do not count as other methods."

// ComparedTable shows what the verdicts rest on; nil where nothing is compared.
func ComparedTable(compared []Compared) *Table {
	if len(compared) == 0 {
		return nil
	}
	t := &Table{Title: "Comparisons", Header: []string{"where", "verdict", "gain", "draws", "better in", "method", "compared with", "quantity"}, Note: verdictNote}
	for i := range compared {
		c := &compared[i]
		row := NewRow(c.Case, string(c.Verdict))
		if c.None != "" {
			row = NewRow(c.Case, "none").Remark(c.None)
		}
		row.Tone(c.tone()).Put(c.value()).Exactly(float64(c.N)).Exactly(float64(c.Wins)).Text(c.Own, c.Other)
		if c.Note != "" {
			row.Remark(c.Note)
		}
		t.Append(row.Text(c.What))
	}
	return t
}

// Times says how much better the comparisons find the first method, over all cases: "3.1 to 7.5
// times nearer", or with the other word where it is not better. The words are those for better and
// worse.
func Times(compared []Compared, better, worse string) string {
	var gains []float64
	for i := range compared {
		if compared[i].N > 0 {
			gains = append(gains, compared[i].Gain())
		}
	}
	if len(gains) == 0 {
		return "not measured"
	}
	low, high := slices.Min(gains), slices.Max(gains)
	if !compared[0].Ratio {
		c := &compared[0]
		switch {
		case c.written(low) == c.written(high) && low >= 0:
			return c.written(low) + " " + better
		case low >= 0:
			return fmt.Sprintf("%s to %s %s", strings.TrimSuffix(c.written(low), " "+c.Unit), c.written(high), better)
		case c.written(low) == c.written(high):
			return c.written(-low) + " " + worse
		case high <= 0:
			return fmt.Sprintf("%s to %s %s", strings.TrimSuffix(c.written(-high), " "+c.Unit), c.written(-low), worse)
		}
		return fmt.Sprintf("between %s %s and %s %s", c.written(-low), worse, c.written(high), better)
	}
	times := func(a, b float64, word string) string {
		x, y := Plain.One(a), Plain.One(b)
		if x == y {
			return x + " times " + word
		}
		return x + " to " + y + " times " + word
	}
	const even = 1.05 // what hardly differs from 1
	equalTo := func(v float64, word string) string {
		return "from about equal up to " + Plain.One(v) + " times " + word
	}
	switch {
	case low > 1/even && high < even:
		return fmt.Sprintf("less than %g times %s or %s", even, better, worse)
	case low >= even:
		return times(low, high, better)
	case high <= 1/even:
		return times(1/high, 1/low, worse)
	case low > 1/even:
		return equalTo(high, better)
	case high < even:
		return equalTo(1/low, worse)
	}
	return fmt.Sprintf("between %s times %s and %s times %s", Plain.One(1/low), worse, Plain.One(high), better)
}

// Opponents names the opponents of the comparisons, each once, with what has to be known of them.
func Opponents(compared []Compared) string {
	var out []string
	for i := range compared {
		c := &compared[i]
		name := c.Other + c.Remark()
		noted := func(o Compared) bool { return o.Other == c.Other && o.Note != "" }
		if c.Note == "" && slices.ContainsFunc(compared, noted) || slices.Contains(out, name) {
			continue
		}
		out = append(out, name)
	}
	return strings.Join(out, "; ")
}

// And joins names: "a, b and c".
func And(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
