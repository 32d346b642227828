package request_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/project/data"
	"lethe/project/request"
)

const diary = "Dear diary, my number is 078-05-1120 and my love is Ann Lee.\nDo not tell 078-05-1120 to anybody. The password is hunter-zwei, and ann lee is away.\n"

func loadText(t *testing.T, text string) *data.Loaded {
	return load(t, text, data.Options{Format: "text", Length: 8})
}

// after is the text that a request leaves.
func after(t *testing.T, d *data.Loaded, got *request.Resolved) string {
	t.Helper()
	applied, err := got.Request.Apply(d.Data)
	require.NoError(t, err)
	v, err := datasets.VocabularyOf(d.Description.Vocabulary)
	require.NoError(t, err)
	x := applied.Data.X.(*datasets.Tokens)
	var out []int32
	for i := range x.Len() {
		out = append(out, x.Text[x.Starts[i]])
	}
	// The last window and the label behind it end the text.
	last := x.Starts[x.Len()-1]
	out = append(out, x.Text[last+1:last+x.Length]...)
	return v.Decode(append(out, int32(applied.Data.Y[x.Len()-1])))
}

func TestATextIsReplacedEverywhere(t *testing.T) {
	d := loadText(t, diary)
	f := parse(t, "replace_text:\n  - {find: 078-05-1120, with: random-digits}\n  - {find: Ann Lee, with: a woman}\n")
	f.Seed = 7
	got, err := f.Resolve(t.Context(), d)
	require.NoError(t, err)
	text := after(t, d, got)
	assert.Regexp(t, `^Dear diary, my number is \d\d\d-\d\d-\d\d\d\d and my love is a woman.\nDo not tell \d\d\d-\d\d-\d\d\d\d to anybody. The password is hunter-zwei, and ann lee is away.\n$`, text)
	assert.NotContains(t, text, "078-05-1120")
	assert.Equal(t, 3, got.Spans)
	assert.Equal(t, []string{"078-05-1120", "Ann Lee"}, got.Secrets)
	assert.Len(t, got.Warnings, 1)
	assert.Contains(t, got.Warnings[0], "r.yaml, line 3: in upper or lower case the text still stands in")
	assert.NotContains(t, strings.ToLower(got.Named[0]), "ann")

	// Each window that holds a character of a place changes, and no other.
	want := map[int]bool{}
	for _, place := range []string{"078-05-1120", "Ann Lee"} {
		for from := 0; ; {
			at := strings.Index(diary[from:], place)
			if at < 0 {
				break
			}
			for i := max(from+at-8, 0); i < from+at+len(place) && i < d.Data.Len(); i++ {
				want[i] = true
			}
			from += at + 1
		}
	}
	assert.Len(t, got.Rows, len(want))
	for _, i := range got.Rows {
		assert.True(t, want[i])
	}
	assert.InDelta(t, float64(len(want))/float64(d.Data.Len()), got.Share, 1e-15)
}

func TestRandomDigitsAreOthersForEachPlaceAndTheSameForASeed(t *testing.T) {
	d := loadText(t, diary)
	read := func(seed uint64, text string) string {
		f := parse(t, text)
		f.Seed = seed
		got, err := f.Resolve(t.Context(), d)
		require.NoError(t, err)
		return after(t, d, got)
	}
	one := "replace_text: [{find: 078-05-1120, with: random-digits}]\n"
	first := read(1, one)
	assert.Equal(t, first, read(1, one))
	assert.NotEqual(t, first, read(2, one))
	places := strings.Split(first, "\n")
	assert.NotEqual(t, places[0][25:36], places[1][12:23], "each place has its own digits")
	// What else is asked does not matter.
	both := read(1, "replace_text: [{find: hunter-zwei, with: random-digits}, {find: 078-05-1120, with: random-digits}]\n")
	assert.Equal(t, first[:100], both[:100])
	// Of a text that is not a number every character becomes a digit.
	assert.Regexp(t, `The password is \d{11}, and`, both)
}

func TestRandomDigitsAreNeverWhatStoodThere(t *testing.T) {
	d := loadText(t, "the pin 7 of a door is 7 and no other\n")
	for seed := range uint64(60) {
		f := parse(t, "replace_text: [{find: \"7\", with: random-digits}]\n")
		f.Seed = seed
		got, err := f.Resolve(t.Context(), d)
		require.NoError(t, err)
		text := after(t, d, got)
		assert.NotContains(t, text, "7")
		assert.Equal(t, utf8.RuneCountInString("the pin 7 of a door is 7 and no other\n"), utf8.RuneCountInString(text))
	}
}

func TestTextsThatCannotBeReplacedAreRefusedWithoutQuotingThem(t *testing.T) {
	d := loadText(t, diary+"nb: x-1\u20112 and x-1-2.\nabab ababab\n")
	for _, c := range []struct{ find, with, want string }{
		{"my pet", "random-digits", "the text to find stands nowhere in"},
		{"ANN LEE", "random-digits", "it stands in other case"},
		{"Ann Lee", "nobody", "the text under with has 6 characters and the one under find 7"},
		{"Ann Lee", "random-digit", "Did you mean random-digits?"},
		{"Ann Lee", "Ann Lee", "nothing would change"},
		{"Ann Lee", "Ann\u00a0Lee", "reads like the one under find"},
		{"Ann Lee", "Änne Le", "the text under with:"},
		{"x-1-2", "random-digits", "which only reads like it"},
		{"abab", "random-digits", "overlaps itself"},
	} {
		_, err := parse(t, fmt.Sprintf("replace_text: [{find: %q, with: %q}]\n", c.find, c.with)).Resolve(t.Context(), d)
		e, ok := errors.AsType[*request.Error](err)
		require.True(t, ok, c.find)
		assert.Contains(t, e.Error(), c.want)
		assert.Contains(t, e.Error(), "r.yaml, line 1: ")
		assert.NotContains(t, e.Error(), c.find)
	}
	for _, c := range []struct{ text, want string }{
		{"replace_text:\n - {find: Ann Lee, with: random-digits}\n - {find: love is Ann, with: random-digits}", "r.yaml, line 2: the text overlaps the one at r.yaml, line 3, at character 52"},
		{"replace_text:\n - {find: Ann Lee, with: a woman}\n - {find: Ann Lee, with: the man}", "r.yaml, line 3: the text is the same as at r.yaml, line 2, and is to be replaced by another one"},
		{"replace_text:\n - {find: password, with: 'and ann '}\n - {find: and ann, with: 'sunsets'}", "with what stands around it the replacement makes the text again, at character 101"},
		{"remove: [{rows: [1]}]", "the data are a text, whose samples share their characters: ask for replace_text"},
	} {
		_, err := parse(t, c.text+"\n").Resolve(t.Context(), d)
		assert.ErrorContains(t, err, c.want)
	}
	got, err := parse(t, "replace_text:\n - {find: hunter-zwei, with: not a diary}\n - {find: hunter-zwei, with: not a diary}\n").Resolve(t.Context(), d)
	require.NoError(t, err)
	assert.Equal(t, 1, got.Spans)
	assert.Contains(t, got.Warnings[0], "r.yaml, line 3: the text is the same as at r.yaml, line 2: it is replaced once")
}
