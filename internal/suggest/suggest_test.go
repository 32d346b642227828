package suggest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestSlipsOfTheKeyboardAreFoundAndOtherWordsAreNot(t *testing.T) {
	known := []string{"features", "residual", "fidelity", "limits", "sigma", "tau", "tau-ft", "cg", "loss-budget", "loss-perturbation", "rows", "draws"}
	for word, want := range map[string][]string{
		"residaul": {"residual"}, "residul": {"residual"}, "Residual": {"residual"}, "resid": {"residual"}, "feature": {"features"},
		"limit": {"limits"}, "simga": {"sigma"}, "tua": {"tau"}, "tauft": {"tau-ft"}, "row": {"rows"}, "loss-bugdet": {"loss-budget"}, "loss-pertubration": {"loss-perturbation"},
		"loss":  {"loss-budget", "loss-perturbation"}, // the beginning of both
		"darws": {"draws"},
		// Further away than a slip: three wrong letters of eight, two of five, one of two.
		"residxyz": nil, "sixxa": nil, "cf": nil, "x": nil, "": nil, "mnist": nil, "taxes": nil,
	} {
		assert.Equal(t, want, Nearest(word, known), word)
	}
}

func TestAnUnknownWordIsAnsweredByTheNearestOrByAll(t *testing.T) {
	known := []string{"smoke", "quick", "paper"}
	assert.EqualError(t, Unknown("profile", "qiuck", known), `unknown profile "qiuck": did you mean quick?`)
	assert.EqualError(t, Unknown("profile", "slow", known), `unknown profile "slow"; known: smoke, quick, paper`)
	assert.Equal(t, " Did you mean paper?", DidYouMean("papr", known))
	assert.Empty(t, DidYouMean("slow", known))
}

// The distance is held against a search of all ways to turn one word into the other.
func TestDistanceAgainstASearch(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("abé")), 0, 5, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if got, want := Distance(a, b), search([]rune(a), []rune(b)); got != want {
			t.Fatalf("%q to %q: %d, not %d", a, b, got, want)
		}
	})
}

// search is the recursion that the distance is defined by, without a table.
func search(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	x, y := a[len(a)-1], b[len(b)-1]
	a1, b1 := a[:len(a)-1], b[:len(b)-1]
	change := search(a1, b1)
	if x != y {
		change++
	}
	best := min(change, search(a1, b)+1, search(a, b1)+1)
	if len(a) > 1 && len(b) > 1 && x == b[len(b)-2] && y == a[len(a)-2] {
		best = min(best, search(a[:len(a)-2], b[:len(b)-2])+1)
	}
	return best
}
