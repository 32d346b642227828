package request_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/project/data"
	"lethe/project/request"
	"lethe/unlearn"
)

// people are the data of these tests: 8 samples with an id and a column that the model does not
// see.
const people = `uid,age,city,email,plan,paid
u-0,30,Ulm,a@b.org,free,no
u-1,40,Rom,c@b.org,free,no
u-2,50,Ulm,a@b.org,gold,yes
u-3,60,Bonn,d@b.org,gold,yes
0007,20,Rom,e@b.org,gold,no
u-5,35,Ulm,f@b.org,free,yes
u-6,45,Rom,g@b.org,free,maybe
u-7,25,Bonn,h@b.org,gold,no
`

func load(t *testing.T, text string, o data.Options) *data.Loaded {
	t.Helper()
	name := "people.csv"
	if o.Format == "text" {
		name = "diary.txt"
	}
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	d, err := data.Load(t.Context(), path, o)
	require.NoError(t, err)
	return d
}

func loadPeople(t *testing.T) *data.Loaded {
	return load(t, people, data.Options{Label: "paid", ID: "uid", Drop: []string{"email"}})
}

func parse(t *testing.T, text string) *request.File {
	t.Helper()
	f, err := request.Parse([]byte(text), "r.yaml")
	require.NoError(t, err, text)
	return f
}

// The corrected data of a request are those that a corrected file gives, read by the same coding.
func TestARequestGivesTheDataOfACorrectedFile(t *testing.T) {
	d := loadPeople(t)
	got, err := parse(t, `
remove:
  - rows: [1]
  - ids: [u-7]
  - where: {column: email, equals: a@b.org}
correct:
  - {id: u-3, column: age, value: 41}
  - {id: u-3, column: city, value: Rom}
  - {id: 0007, column: city, value: Ulm}
labels:
  - {row: 5, label: "no"}
`).Resolve(t.Context(), d)
	require.NoError(t, err)
	mended := "uid,age,city,email,plan,paid\nu-3,41,Rom,d@b.org,gold,yes\n0007,20,Ulm,e@b.org,gold,no\nu-5,35,Ulm,f@b.org,free,no\nu-6,45,Rom,g@b.org,free,maybe\n"
	want := load(t, mended, data.Options{Like: d.Description})
	applied, err := got.Request.Apply(d.Data)
	require.NoError(t, err)
	assert.Equal(t, datasets.Fingerprint(want.Data), datasets.Fingerprint(applied.Data))

	assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 7}, got.Rows)
	assert.Equal(t, applied.Rows, got.Rows, "as unlearn counts them")
	assert.InDelta(t, 7.0/8, got.Share, 1e-15)
	assert.Equal(t, []int{4, 3, 1, 3, 0}, []int{got.Removed, got.Corrected, got.Relabelled, got.Cells, got.Spans})
	assert.Equal(t, []request.Subject{{0, "u-0", "removed"}, {1, "u-1", "removed"}, {2, "u-2", "removed"}, {3, "u-3", "corrected"}, {4, "0007", "corrected"},
		{5, "u-5", "label corrected"}, {7, "u-7", "removed"}}, got.Subjects)
	assert.Equal(t, []string{"a@b.org", "u-0", "u-1", "u-2", "u-7"}, got.Secrets)
	assert.Empty(t, got.Warnings)
}

// Forgetting a column of categories makes all its features zero, and no other.
func TestAForgottenColumnIsZero(t *testing.T) {
	d := loadPeople(t)
	got, err := parse(t, "forget_columns: [city]\nremove: [{rows: [0]}]\n").Resolve(t.Context(), d)
	require.NoError(t, err)
	applied, err := got.Request.Apply(d.Data)
	require.NoError(t, err)
	features, err := d.Features("city")
	require.NoError(t, err)
	require.Len(t, features, 3)
	x := applied.Data.X.(*datasets.Dense)
	for i := range applied.Data.Len() {
		for j := range x.Cols {
			want := d.Data.X.(*datasets.Dense).Data[(i+1)*x.Cols+j]
			if slices.Contains(features, j) {
				want = 0
			}
			assert.Equal(t, want, x.Data[i*x.Cols+j])
		}
	}
	assert.Equal(t, []string{"city"}, got.Columns)
	assert.Equal(t, 7, got.Cells, "of the samples that stay")
	assert.Equal(t, applied.Rows, got.Rows)
}

// Nothing depends on the order in which a request stands.
func TestTheOrderOfARequestDoesNotMatter(t *testing.T) {
	d := loadPeople(t)
	entries := []string{"remove|  - rows: [1]", "remove|  - ids: [u-6]", "remove|  - where: {column: plan, equals: free}", "correct|  - {id: u-3, column: age, value: 41}",
		"correct|  - {id: 0007, column: age, value: 42}", "correct|  - {row: 3, column: city, value: Rom}", "labels|  - {id: u-3, label: maybe}", "labels|  - {id: 0007, label: maybe}",
		"forget_columns|  - plan"}
	var want *request.Resolved
	var hash string
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		rng.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		parts := map[string]string{}
		for _, e := range entries {
			key, entry, _ := strings.Cut(e, "|")
			parts[key] += entry + "\n"
		}
		var text string
		for key, entries := range parts { // in any order
			text += key + ":\n" + entries
		}
		f := parse(t, text)
		got, err := f.Resolve(t.Context(), d)
		require.NoError(t, err)
		got.Warnings, got.Named = nil, nil // they name lines
		if want == nil {
			want, hash = got, f.Hash()
		}
		assert.Equal(t, want, got)
		assert.Equal(t, hash, f.Hash())
	}
}

// unresolved has requests that do not fit the data, and what is said of them.
var unresolved = []struct{ text, want string }{
	{"remove: [{ids: [u-9]}]", `r.yaml, line 1: id "u-9" is not in`},
	{"remove: [{ids: [u-9]}]", "correct it, or leave it out if an earlier request removed it"},
	{"remove: [{ids: [7]}]", `id "7" is not in`},
	{"remove:\n - rows: [1]\n - rows: [8]", "r.yaml, line 3: row 8 is not in"},
	{"remove: [{rows: [8]}]", "which has the rows 0 to 7: they are counted from 0, below the heading where there is one"},
	{"remove: [{where: {column: email, equals: x@y.org}}]", "no sample of"},
	{"remove: [{where: {column: mail, equals: x@y.org}}]", "there is no such column"},
	{"remove: [{rows: [0, 1, 2, 3, 4, 5, 6, 7]}]", "the request removes all 8 samples"},
	{"remove: [{file: none.csv}]", "there is no file none.csv"},
	{"forget_columns: [town]", `there is no column "town".`},
	{"forget_columns: [cty]", `there is no column "cty". Did you mean city?`},
	{"forget_columns: [paid]", "paid is the label, not a feature: correct labels under labels"},
	{"forget_columns: [uid]", "uid is the id column, which the model never saw"},
	{"forget_columns: [email]", "the column email was left out when the model was trained"},
	{"forget_columns: [age, city, plan]", "the request forgets all 3 columns"},
	{"correct: [{id: u-1, column: paid, value: yes}]", "paid is the label, not a feature: correct labels under labels"},
	{"correct: [{id: u-1, column: uid, value: u-2}]", "uid is the id column"},
	{"correct: [{id: u-1, column: ag, value: 3}]", `there is no column "ag"`},
	{"correct: [{id: u-1, column: age, value: old}]", `r.yaml, line 1: column age: "old" is no finite number`},
	{"correct: [{id: u-1, column: city, value: Roma}]", "Did you mean Rom?"},
	{"correct: [{id: u-9, column: age, value: 3}]", `id "u-9" is not in`},
	{"correct:\n - {id: u-1, column: age, value: 3}\n - {row: 1, column: age, value: 4}", "r.yaml, line 3: column age of id \"u-1\" (row 1, line 3 of the data) is corrected twice, first at r.yaml, line 2, to another value"},
	{"remove: [{ids: [u-1]}]\ncorrect:\n - {row: 1, column: age, value: 3}", "is corrected here and removed at r.yaml, line 1: say once what shall become of it"},
	{"forget_columns: [age]\ncorrect:\n - {row: 1, column: age, value: 3}", "the column age is corrected here and forgotten at r.yaml, line 1"},
	{"correct: [{id: u-1, column: age, value: 40}]", "r.yaml: nothing would change: all that the request names is already so"},
	{"correct: [{id: u-1, column: age, value: 40}]", "r.yaml, line 1: id \"u-1\" (row 1, line 3 of the data) has that value in the column age already"},
	{"labels: [{id: u-1, label: perhaps}]", `the label "perhaps" is none of the classes maybe, no, yes.`},
	{"labels: [{id: u-1, label: mabe}]", "Did you mean maybe?"},
	{"labels: [{id: u-1, label: no}]", "has that label already"},
	{"labels:\n - {id: u-1, label: yes}\n - {row: 1, label: maybe}", "is corrected twice, first at r.yaml, line 2, to another label"},
	{"remove: [{ids: [u-1]}]\nlabels: [{id: u-1, label: yes}]", "the sample is removed at r.yaml, line 1"},
	{"replace_text: [{find: Ulm, with: Rom}]", "r.yaml, line 1: the data are not a text: ask for correct or remove"},
}

func TestRequestsThatDoNotFitTheDataAreRefused(t *testing.T) {
	d := loadPeople(t)
	for _, c := range unresolved {
		got, err := parse(t, c.text+"\n").Resolve(t.Context(), d)
		assert.ErrorContains(t, err, c.want, c.text)
		assert.Nil(t, got, c.text)
	}
	plain := load(t, people, data.Options{Label: "paid", Drop: []string{"email", "uid"}})
	_, err := parse(t, "remove: [{ids: [u-1]}]").Resolve(t.Context(), plain)
	assert.ErrorContains(t, err, "the data have no id column: give row numbers, or name the column by --id when the model is trained")
}

func TestAllFaultsOfARequestAreSaidAtOnce(t *testing.T) {
	_, err := parse(t, "remove: [{ids: [u-9, u-1, u-10]}]\nforget_columns: [town]\nlabels: [{id: u-11, label: no}]\n").Resolve(t.Context(), loadPeople(t))
	require.Error(t, err)
	for _, word := range []string{"u-9", "u-10", "town", "u-11"} {
		assert.ErrorContains(t, err, word)
	}
	assert.Len(t, strings.Split(err.Error(), "\n"), 4)
}

func TestWhatIsNamedTwiceOrAlreadySoIsAWarning(t *testing.T) {
	d := loadPeople(t)
	for _, c := range []struct{ text, want, id string }{
		{"remove:\n - rows: [1]\n - ids: [u-1]", "r.yaml, line 3: row 1, line 3 of the data is named twice, first at r.yaml, line 2: it is removed once", "u-1"},
		{"remove: [{rows: [1, 1]}]", "is named twice", "u-1"},
		{"forget_columns: [age, age]", "the column age is named twice", ""},
		{"remove: [{rows: [6]}]", "r.yaml: no sample of the class maybe stays", ""},
		{"correct:\n - {id: u-1, column: age, value: 41}\n - {row: 1, column: age, value: 41.0}", "is corrected twice, first at r.yaml, line 2, to the same value", "u-1"},
		{"correct:\n - {id: u-1, column: age, value: 41}\n - {id: u-2, column: city, value: Ulm}", "r.yaml, line 3: row 2, line 4 of the data has that value in the column city already", "u-2"},
		{"labels:\n - {id: u-1, label: yes}\n - {row: 1, label: yes}", "to the same label", "u-1"},
		{"labels:\n - {id: u-1, label: yes}\n - {id: u-2, label: yes}", "row 2, line 4 of the data has that label already", "u-2"},
	} {
		got, err := parse(t, c.text+"\n").Resolve(t.Context(), d)
		require.NoError(t, err, c.text)
		require.Len(t, got.Warnings, 1, c.text)
		assert.Contains(t, got.Warnings[0], c.want)
		require.Len(t, got.Named, 1, c.text)
		if c.id != "" {
			assert.NotContains(t, got.Warnings[0], c.id)
			assert.Contains(t, got.Named[0], fmt.Sprintf("id %q", c.id))
		}
	}
	// Conditions may meet in a sample.
	got, err := parse(t, "remove:\n - where: {column: city, equals: Bonn}\n - where: {column: plan, equals: gold}\n").Resolve(t.Context(), d)
	require.NoError(t, err)
	assert.Empty(t, got.Warnings)
	assert.Equal(t, 4, got.Removed)
}

// What is to be forgotten is in no message. Ids and new values are not in masked ones.
func TestMessagesDoNotQuoteWhatIsForgotten(t *testing.T) {
	d := loadPeople(t)
	for _, c := range []struct{ text, forgotten, named string }{
		{"remove: [{where: {column: email, equals: hidden@x.org}}]", "hidden@x.org", ""},
		{"remove: [{where: {column: hidden-column, equals: hidden@x.org}}]", "hidden@x.org", "hidden-column"},
		{"remove: [{ids: [hidden-id]}]", "", "hidden-id"},
		{"forget_columns: [hidden-column]", "", "hidden-column"},
		{"correct: [{id: u-1, column: age, value: hidden-value}]", "", "hidden-value"},
		{"correct: [{id: u-1, column: city, value: hidden-value}]", "", "hidden-value"},
		{"labels: [{id: u-1, label: hidden-value}]", "", "hidden-value"},
		{"labels: [{id: u-1, label: no}]", "", "u-1"},
		{"remove: [{ids: [u-1]}]\nlabels: [{id: u-1, label: yes}]", "", "u-1"},
	} {
		_, err := parse(t, c.text+"\n").Resolve(t.Context(), d)
		e, ok := errors.AsType[*request.Error](err)
		require.True(t, ok, c.text)
		if c.forgotten != "" {
			assert.NotContains(t, e.Error(), c.forgotten)
			assert.NotContains(t, e.Masked(), c.forgotten)
		}
		if c.named != "" {
			assert.Contains(t, e.Error(), c.named)
			assert.NotContains(t, e.Masked(), c.named)
		}
		assert.Contains(t, e.Masked(), "r.yaml", "where it is stays")
	}
}

// Rows that were left out of the data keep their numbers.
func TestRowsAreThoseOfTheFile(t *testing.T) {
	d := loadPeople(t)
	more := load(t, strings.Replace(people, "u-1,40,Rom", "u-1,40,Paris", 1), data.Options{Like: d.Description, Unknown: data.DropUnknown})
	require.Equal(t, 7, more.Data.Len())
	got, err := parse(t, "remove: [{rows: [2]}]\n").Resolve(t.Context(), more)
	require.NoError(t, err)
	assert.Equal(t, []request.Subject{{2, "u-2", "removed"}}, got.Subjects)
	assert.Equal(t, []int{1}, got.Rows, "counted in the data that are there")
	_, err = parse(t, "remove: [{rows: [1]}]\n").Resolve(t.Context(), more)
	assert.ErrorContains(t, err, "was left out because of an unknown category")
	_, err = parse(t, "remove: [{ids: [u-1]}]\n").Resolve(t.Context(), more)
	assert.ErrorContains(t, err, "(1 row of the file was left out because of an unknown category)")
}

func TestProgramsMayFillInARequest(t *testing.T) {
	d := loadPeople(t)
	two := 2
	got, err := (&request.File{Remove: []request.Removal{{IDs: []string{"u-1"}}}, Labels: []request.Label{{Row: &two, Label: "no"}}}).Resolve(t.Context(), d)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2}, got.Rows)
	for _, f := range []*request.File{{}, {Remove: []request.Removal{{}}}, {Labels: []request.Label{{Label: "no"}}}, {Labels: []request.Label{{Row: &two, ID: "u-1", Label: "no"}}},
		{Correct: []request.Correction{{Row: &two}}}, {Remove: []request.Removal{{Rows: []int{-1}}}}, {ForgetColumns: []string{""}}} {
		_, err := f.Resolve(t.Context(), d)
		assert.ErrorContains(t, err, "the request: ")
	}
}

func TestASearchCanBeStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := parse(t, "remove: [{where: {column: email, equals: a@b.org}}]\n").Resolve(ctx, loadPeople(t))
	assert.ErrorIs(t, err, context.Canceled)
}

// Cells of rows that are divided by their norm do not stand alone.
func TestUnitRowsHaveNoCells(t *testing.T) {
	d := load(t, people, data.Options{Label: "paid", ID: "uid", Drop: []string{"email"}, UnitRows: true})
	_, err := parse(t, "correct: [{id: u-1, column: age, value: 41}]\n").Resolve(t.Context(), d)
	assert.ErrorContains(t, err, "the model sees each row divided by its norm")
	got, err := parse(t, "remove: [{ids: [u-1]}]\nlabels: [{id: u-2, label: no}]\n").Resolve(t.Context(), d)
	require.NoError(t, err)
	assert.Equal(t, 1, got.Removed)
}

// Sparse rows are corrected like dense ones.
func TestSparseDataAreTheSame(t *testing.T) {
	d := loadPeople(t)
	text := "correct:\n - {id: u-3, column: city, value: Rom}\n - {id: u-1, column: city, value: Rom}\nremove: [{rows: [0]}]\n"
	dense, err := parse(t, text).Resolve(t.Context(), d)
	require.NoError(t, err)
	sparse := *d
	sparse.Data = datasets.Sparse(d.Data)
	got, err := parse(t, text).Resolve(t.Context(), &sparse)
	require.NoError(t, err)
	assert.Equal(t, dense, got)
	_, err = unlearn.Merge(got.Request)
	assert.NoError(t, err)
}
