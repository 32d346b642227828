package settings

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// common is a group of settings that others embed.
type common struct {
	Rate Auto `set:"rate" doc:"step length" also:"lr,step_length"`
}

// recipe has a setting of each kind and each tag.
type recipe struct {
	Name   string    `set:"name" doc:"of the dish"`
	Heat   string    `set:"heat" doc:"how it is cooked" words:"pan|oven" was:"griddle=pan|stove=oven"`
	Guests []string  `set:"guests" doc:"who comes" words:"@people"`
	Spicy  bool      `set:"spicy" doc:"with pepper"`
	Eggs   int       `set:"eggs" doc:"how many" zero:"ok" max:"12" unit:"eggs"`
	Folds  int       `set:"folds" doc:"of the dough" min:"2" max:"1e3"`
	Share  float64   `set:"share" doc:"of the flour" below:"1" zero:"ok"`
	Salt   float64   `set:"salt" doc:"how much" max:"2.5"`
	Layers []int     `set:"layers" doc:"thickness of each" max:"10" repeat:"ok"`
	Tries  []float64 `set:"tries" doc:"what is tried" max:"1"`
	common
}

func form(t *testing.T) *Form[recipe] {
	t.Helper()
	f, err := New[recipe](map[string][]string{"people": {"ann", "bob"}})
	require.NoError(t, err)
	return f
}

func TestTagsAreRead(t *testing.T) {
	f := form(t)
	assert.Equal(t, []string{"name", "heat", "guests", "spicy", "eggs", "folds", "share", "salt", "layers", "tries", "rate"}, f.Names())
	eggs, ok := f.Field("eggs")
	require.True(t, ok)
	assert.Equal(t, []any{"how many", "eggs", true, 12.0, (*float64)(nil)}, []any{eggs.Doc, eggs.Unit, eggs.Zero, *eggs.Max, eggs.Min})
	guests, _ := f.Field("guests")
	assert.Equal(t, []string{"ann", "bob"}, guests.Words)
	for _, other := range []string{"lr", "step_length"} {
		rate, ok := f.Field(other)
		require.True(t, ok)
		assert.Equal(t, "rate", rate.Name)
	}
	_, ok = f.Field("nobody")
	assert.False(t, ok)
}

func TestSettingsAreReadAndWrittenAlike(t *testing.T) {
	f := form(t)
	for _, c := range []struct{ key, text, want string }{
		{"name", " stew ", "stew"}, {"heat", "oven", "oven"}, {"heat", "stove", "oven"}, {"guests", "bob, ann", "bob,ann"}, {"spicy", "1", "true"}, {"eggs", "0", "0"}, {"eggs", "1e1", "10"},
		{"folds", "1e3", "1000"}, {"share", "0.25", "0.25"}, {"salt", "2.5e-9", "2.5e-9"}, {"layers", "3, 3", "3,3"}, {"tries", "1,0.5", "1,0.5"},
		{"rate", "auto", "auto"}, {"lr", "1e-3", "0.001"},
	} {
		var s, again recipe
		require.NoError(t, f.Set(&s, c.key, c.text), c.key)
		field, ok := f.Field(c.key)
		require.True(t, ok, c.key)
		name := field.Name
		assert.Equal(t, c.want, f.Text(&s, name))
		require.NoError(t, f.Check(&s, name))
		require.NoError(t, f.Set(&again, name, c.want))
		assert.Equal(t, s, again)
	}
	assert.Empty(t, f.Text(&recipe{}, "nobody"))
}

// Each bound refuses what lies beyond it, the value before it passes, and what is refused changes
// nothing.
func TestWrongValuesAreErrorsAndChangeNothing(t *testing.T) {
	f := form(t)
	for _, c := range []struct{ key, good, bad, want string }{
		{"heat", "pan", "fire", "setting heat=fire: must be one of pan, oven"}, {"guests", "ann", "ann,eve", "setting guests=ann,eve: eve must be one of ann, bob"},
		{"spicy", "false", "maybe", `setting spicy=maybe: "maybe" is not true or false`},
		{"eggs", "12", "13", "must be at most 12"}, {"eggs", "0", "-1", "must be above 0, or 0"}, {"eggs", "2", "2.5", "not a whole number"},
		{"folds", "2", "1", "must be at least 2"}, {"folds", "3", "0", "must be above 0"}, {"folds", "1000", "1001", "must be at most 1000"},
		{"share", "0.999", "1", "must be below 1"}, {"share", "0", "-0.1", "must be above 0, or 0"}, {"share", "0.5", "NaN", "finite"},
		{"salt", "2.5", "2.6", "must be at most 2.5"}, {"salt", "1e-300", "0", "must be above 0"}, {"salt", "1", "1e-400", "too small to be distinguished from 0"},
		{"salt", "1", "Inf", "finite"}, {"salt", "1", "", `"" is not a number`}, {"salt", "1", "1e400", `"1e400" is too large`},
		{"layers", "10,10", "10,11", "must be at most 10"}, {"layers", "1", "0", "must be above 0"},
		{"tries", "0.1,1", "1,0.1,1", "names 1 twice"}, {"tries", "1", "1.5", "must be at most 1"}, {"tries", "1", "0", "must be above 0"},
		{"rate", "1", "fast", "not a number"}, {"rate", "auto", "-1", "must be above 0"}, {"lr", "auto", "0", "setting rate=0: must be above 0"},
		{"heat", "pan", "ovne", "must be one of pan, oven. Did you mean oven?"}, {"guests", "bob", "ann,bbo", "bbo must be one of ann, bob. Did you mean bob?"},
		{"eegs", "", "3", `unknown setting "eegs": did you mean eggs?`},
		{"cook", "", "ann", `unknown setting "cook"; known: name, heat, guests`},
	} {
		var s recipe
		if c.good != "" {
			require.NoError(t, f.Set(&s, c.key, c.good), "%s=%s", c.key, c.good)
		}
		before := s
		require.ErrorContains(t, f.Set(&s, c.key, c.bad), c.want, "%s=%s", c.key, c.bad)
		assert.Equal(t, before, s)
	}
	require.ErrorContains(t, f.Check(&recipe{Eggs: 13}, "eggs"), "at most 12")
	require.ErrorContains(t, f.Check(&recipe{}, "cook"), "unknown setting")
}

// fault returns what New says about a struct of one field.
func fault[T any]() string {
	_, err := New[T](map[string][]string{})
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestTagsThatContradictThemselvesAreErrors(t *testing.T) {
	for want, got := range map[string]string{
		`its name ""`: fault[struct {
			A int `doc:"d" max:"1"`
		}](),
		`its name "Big"`: fault[struct {
			A int `set:"Big" doc:"d" max:"1"`
		}](),
		"it has no doc": fault[struct {
			A int `set:"a" max:"1"`
		}](),
		"a whole number has a max": fault[struct {
			A []int `set:"a" doc:"d"`
		}](),
		"unknown tag maximum; known: set, doc": fault[struct {
			A int `set:"a" doc:"d" maximum:"1"`
		}](),
		`"few" is not a number`: fault[struct {
			A int `set:"a" doc:"d" max:"few"`
		}](),
		"min is above max": fault[struct {
			A int `set:"a" doc:"d" min:"3" max:"2"`
		}](),
		"words are for texts, and need at least one": fault[struct {
			A string `set:"a" doc:"d" words:"@nowhere"`
		}](),
		"bounds and units are for numbers": fault[struct {
			A string `set:"a" doc:"d" max:"2"`
		}](),
		"zero, repeat, more and drawn are": fault[struct {
			A float64 `set:"a" doc:"d" zero:"yes"`
		}](),
		"repeat is for lists of numbers": fault[struct {
			A float64 `set:"a" doc:"d" repeat:"ok"`
		}](),
		`was has "b=c" in place of`: fault[struct {
			A string `set:"a" doc:"d" words:"b" was:"b=c"`
		}](),
		`was has "c" in place of`: fault[struct {
			A string `set:"a" doc:"d" words:"b" was:"c"`
		}](),
		"a uint cannot be read": fault[struct {
			A uint `set:"a" doc:"d"`
		}](),
		`fields A and B of struct`: fault[struct {
			A bool `set:"a" doc:"d"`
			B bool `set:"b" doc:"d" also:"a"`
		}](),
		"int is not a struct": fault[int](),
	} {
		assert.Contains(t, got, want)
	}
	_, err := New[recipe](map[string][]string{"people": {"ann"}, "pets": {"cat"}})
	assert.ErrorContains(t, err, `takes its words from the list "pets"`)
	assert.Panics(t, func() { MustNew[recipe](nil) })
}

func TestFieldsSayWhatTheirValuesAre(t *testing.T) {
	f := form(t)
	for name, want := range map[string]string{"name": "word", "guests": "words", "spicy": "true or false", "eggs": "whole number",
		"layers": "whole numbers", "share": "number", "tries": "numbers", "rate": "number or auto"} {
		field, ok := f.Field(name)
		require.True(t, ok)
		assert.Equal(t, want, field.Kind, name)
	}
}
