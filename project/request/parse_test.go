package request_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/project/request"
)

// everything asks for one of each, in each format.
var everything = map[string]string{
	"request.yaml": `
# what a person asked for
remove:
  - rows: [17, 203]
  - ids: [u-381, 0090]
  - where: {column: email, equals: a@b.org}
forget_columns: [marital-status, race]
correct:
  - {id: u-77, column: age, value: 41}
  - {row: 3, column: city, value: ""}
labels:
  - {id: u-12, label: "<=50K"}
replace_text:
  - {find: "078-05-1120", with: random-digits}
`,
	"request.json": `{
 "labels": [{"label": "<=50K", "id": "u-12"}],
 "remove": [{"ids": ["0090"]}, {"rows": [203]}, {"rows": [17]}, {"where": {"equals": "a@b.org", "column": "email"}}, {"ids": ["u-381"]}],
 "replace_text": [{"find": "078-05-1120", "with": "random-digits"}],
 "correct": [{"row": 3, "column": "city", "value": ""}, {"id": "u-77", "value": 41, "column": "age"}],
 "forget_columns": ["race", "marital-status"]
}`,
	"request.csv": `action,id,row,column,value,label,find,with
remove,,17,,,,,
remove,,203,,,,,
remove,u-381,,,,,,
remove,0090,,,,,,
remove,,,email,a@b.org,,,
forget_columns,,,race,,,,
forget_columns,,,marital-status,,,,
correct,u-77,,age,41,,,
correct,,3,city,,,,
labels,u-12,,,,<=50K,,
replace_text,,,,,,078-05-1120,random-digits
`,
}

func TestTheThreeFormatsSayTheSame(t *testing.T) {
	var first *request.File
	for _, name := range []string{"request.yaml", "request.json", "request.csv"} {
		f, err := request.Parse([]byte(everything[name]), name)
		require.NoError(t, err, name)
		if first == nil {
			first = f
			assert.Equal(t, []int{17, 203}, f.Remove[0].Rows)
			assert.Equal(t, []string{"u-381", "0090"}, f.Remove[1].IDs, "as it is written")
			assert.Equal(t, &request.Where{Column: "email", Equals: "a@b.org"}, f.Remove[2].Where)
			assert.Equal(t, []string{"marital-status", "race"}, f.ForgetColumns)
			assert.Equal(t, "41", f.Correct[0].Value)
			assert.Equal(t, 3, *f.Correct[1].Row)
			assert.Equal(t, "<=50K", f.Labels[0].Label)
			assert.Equal(t, request.RandomDigits, f.ReplaceText[0].With)
		}
		assert.Equal(t, first.Hash(), f.Hash(), name)
		assert.Equal(t, first.Salted([]byte("salt")), f.Salted([]byte("salt")), name)
		// With a mark and other line ends it is the same.
		text := "\ufeff" + strings.ReplaceAll(everything[name], "\n", "\r\n")
		again, err := request.Parse([]byte(text), strings.ToUpper(name))
		require.NoError(t, err, name)
		assert.Equal(t, f.Hash(), again.Hash(), name)
	}
	assert.NotEqual(t, first.Hash(), first.Salted(nil))
	assert.NotEqual(t, first.Salted([]byte("a")), first.Salted([]byte("b")))
}

// Every word of a request counts in its hash.
func TestTheHashIsOfAllThatIsAsked(t *testing.T) {
	base := everything["request.yaml"]
	seen := map[string]string{}
	for _, change := range [][2]string{{"", ""}, {"17", "18"}, {"u-381", "u-382"}, {"0090", "90"}, {"email", "mail"}, {"a@b.org", "a@b.com"}, {"race", "sex"},
		{"u-77", "u-78"}, {"age", "hours"}, {"41", "42"}, {"row: 3", "row: 4"}, {"row: 3", "id: 3"}, {`value: ""`, "value: x"}, {"u-12", "u-13"}, {"<=50K", ">50K"},
		{"078-05-1120", "078-05-1121"}, {"with: random-digits", "with: 111-11-1111"}, {"rows: [17, 203]", "ids: [17, 203]"}, {"[17, 203]", "[17]"}} {
		text := strings.Replace(base, change[0], change[1], 1)
		f, err := request.Parse([]byte(text), "r.yaml")
		require.NoError(t, err, change)
		before, twice := seen[f.Hash()]
		assert.False(t, twice, "%q and %q have one hash", change, before)
		seen[f.Hash()] = change[0] + " to " + change[1]
	}
}

func TestFilesOfARequestAreReadBesideIt(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("request.yaml", "remove: [{file: erased.csv}, {file: rows.csv}]\ncorrect: [{file: corrections.csv}]\nlabels: [{file: labels.csv}]\n")
	write("erased.csv", "u-1\n\"u,2\"\n\nu-3\n")
	write("rows.csv", "Row\n5\n7\n")
	write("corrections.csv", "id,column,value\nu-4,age,41\nu-5,city,\"Ulm, alt\"\n")
	write("labels.csv", "row,label\n12,yes\n")
	got, err := request.Read(filepath.Join(dir, "request.yaml"))
	require.NoError(t, err)

	write("inline.json", `{"remove": [{"ids": ["u-1", "u,2", "u-3"]}, {"rows": [5, 7]}], "labels": [{"row": 12, "label": "yes"}],
		"correct": [{"id": "u-4", "column": "age", "value": 41}, {"id": "u-5", "column": "city", "value": "Ulm, alt"}]}`)
	want, err := request.Read(filepath.Join(dir, "inline.json"))
	require.NoError(t, err)
	assert.Equal(t, want.Hash(), got.Hash())

	// Each of these files is a request by itself, too.
	for name, keys := range map[string]string{"erased.csv": "", "rows.csv": "remove", "corrections.csv": "correct", "labels.csv": "labels"} {
		f, err := request.Read(filepath.Join(dir, name))
		if keys == "" {
			assert.ErrorContains(t, err, `erased.csv, line 1: unknown column "u-1"`, "a request needs its heading")
			continue
		}
		require.NoError(t, err, name)
		text, err := json.Marshal(f)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(text), `{"`+keys+`":`), string(text))
	}
}

// refused has requests that are not read, and what is said of them.
var refused = []struct{ name, text, want string }{
	{"r.yaml", "", "r.yaml: the request is empty: it asks for nothing"},
	{"r.yaml", "# nothing\n", "r.yaml: the request is empty"},
	{"r.yaml", "{}", "r.yaml: the request is empty"},
	{"r.json", " \n", "r.json: the request is empty"},
	{"r.json", "{}", "r.json: the request is empty"},
	{"r.txt", "remove: []", "the name of r.txt does not say what kind of request it is: name it .yaml, .json or .csv"},
	{"r.yaml", "remove: [1]\nremove: [2]\n", "r.yaml, line 2: the key remove comes twice"},
	{"r.json", "{\"remove\": [{\"rows\": [1]}],\n\"remove\": [{\"rows\": [2]}]}", "r.json, line 2: the key remove comes twice"},
	{"r.yaml", "\nremve:\n  - rows: [1]\n", `r.yaml, line 2: a request has no key "remve"; its keys are remove, forget_columns, correct, labels, replace_text. Did you mean remove?`},
	{"r.yaml", "forget-columns: [race]\n", "Did you mean forget_columns?"},
	{"r.yaml", "remove:\n  - row: [1]\n", `r.yaml, line 2: an entry of remove has no key "row"; its keys are rows, ids, where, file. Did you mean rows?`},
	{"r.yaml", "remove:\n  rows: [1]\n", `r.yaml, line 2: remove needs a list, and this is keys with values: begin each entry with a dash, as in "  - ids: [u-381]"`},
	{"r.yaml", "remove: u-381\n", "remove needs a list, and this is a text"},
	{"r.yaml", "remove:\n", "r.yaml, line 1: remove needs a list, and this is nothing"},
	{"r.yaml", "remove: []\n", "r.yaml, line 1: remove is an empty list"},
	{"r.yaml", "remove:\n  - rows: []\n", "r.yaml, line 2: rows is an empty list"},
	{"r.yaml", "remove:\n  - {rows: [1], ids: [a]}\n", "an entry of remove has one of rows, ids, where and file, and this has 2 of them"},
	{"r.yaml", "remove:\n  - {}\n", "this has 0 of them"},
	{"r.yaml", "remove:\n  - 17\n", "r.yaml, line 2: an entry of remove has the keys rows, ids, where, file; this is a whole number"},
	{"r.yaml", "remove:\n  - rows: [u-1]\n", "a row is a whole number, 0 for the first sample of the file, and this is a text; names of samples stand under ids or id"},
	{"r.yaml", "remove:\n  - rows: [1.5]\n", "this is a number"},
	{"r.yaml", "remove:\n  - rows: [0x10]\n", "in decimal digits, as 16, and this is written in another way"},
	{"r.yaml", "remove:\n  - rows: ['1']\n", "this is a text"},
	{"r.yaml", "remove:\n  - rows:\n    - 1\n    - -2\n", "r.yaml, line 4: row -2 is negative: rows are counted from 0"},
	{"r.yaml", "remove:\n  - rows: [99999999999999999999]\n", "is not a row's number"},
	{"r.yaml", "remove:\n  - ids: [~]\n", "an id is a text or a number, and this is nothing"},
	{"r.yaml", "remove:\n  - ids: [[a]]\n", "an id is a text or a number, and this is a list"},
	{"r.yaml", "remove:\n  - ids: ['']\n", "an id is empty"},
	{"r.yaml", "remove:\n  - where: {column: email}\n", "r.yaml, line 2: where lacks equals"},
	{"r.yaml", "remove:\n  - where: email = a\n", "where has the keys column, equals; this is a text"},
	{"r.yaml", "remove:\n  - where: {column: email, equal: a}\n", "Did you mean equals?"},
	{"r.yaml", "remove:\n  - file:\n", "the name of a file is a text or a number, and this is nothing"},
	{"r.yaml", "forget_columns: race\n", `forget_columns needs a list, and this is a text`},
	{"r.yaml", "correct:\n  - {id: u-1, column: age}\n", "r.yaml, line 2: an entry of correct lacks value"},
	{"r.yaml", "correct:\n  - {column: age, value: 1}\n", "an entry of correct does not say which sample: give id or row"},
	{"r.yaml", "correct:\n  - {id: a, row: 1, column: age, value: 1}\n", "names its sample by id and by row: give one of them"},
	{"r.yaml", "correct:\n  - {file: c.csv, id: a}\n", "an entry of correct with file has no other key, and this has id"},
	{"r.yaml", "correct:\n  - {id: a, column: age, value: }\n", "the corrected value is a text or a number, and this is nothing"},
	{"r.yaml", "labels:\n  - {id: a, value: x}\n", `an entry of labels has no key "value"; its keys are id, row, label, file`},
	{"r.yaml", "labels:\n  - {id: a}\n", "an entry of labels lacks label"},
	{"r.yaml", "labels:\n  - {id: a, label: ''}\n", "the corrected label is empty"},
	{"r.yaml", "replace_text:\n  - {find: a}\n", "an entry of replace_text lacks with"},
	{"r.yaml", "replace_text:\n  - {find: '', with: ''}\n", "the text under find is empty"},
	{"r.yaml", "remove: &a\n  - rows: [1]\nlabels: *a\n", "labels needs a list, and this is an alias"},
	{"r.yaml", "remove:\n  - ids: [!!binary aGk=]\n", "an id has the tag !!binary: write it as a plain text"},
	{"r.yaml", "remove:\n  - rows: [1]\n---\nremove:\n  - rows: [2]\n", "a second document begins here"},
	{"r.yaml", "remove: [\n", "this is not YAML"},
	{"r.yaml", "a: b: c\n", "r.yaml: this is not YAML: mapping values are not allowed"},
	{"r.yaml", "remove:\n  - ids: [\xff]\n", "r.yaml, line 2: this is not UTF-8: save the file as UTF-8"},
	{"r.json", "{\"remove\": [\n", "r.json, line 2: this is not JSON: the file ends too early"},
	{"r.json", "{\"remove\": [{\"rows\": [1]}]}\n{}", "r.json, line 2: this is not JSON: more follows behind its end"},
	{"r.json", "{\n\"remove\": [{\"rows\": [1.0]}]}", "r.json, line 2: a row is a whole number"},
	{"r.json", "{\n\"remove\" [1]}", "r.json, line 2: this is not JSON"},
	{"r.json", strings.Repeat("[", 100), "it is nested more than 16 levels deep"},
	{"r.csv", "", "r.csv: the file asks for nothing"},
	{"r.csv", "id\n", "r.csv: the file asks for nothing: it has no line, or only the heading"},
	{"r.csv", "name\nu-1\n", `r.csv, line 1: unknown column "name"; the first line of a request in CSV names the columns`},
	{"r.csv", "id,id\nu-1,2\n", "r.csv, line 1: the column id comes twice"},
	{"r.csv", "id,value\nu-1,2\n", "r.csv, line 1: these columns do not say what to do"},
	{"r.csv", "column,value\nage,2\n", "these columns do not say what to do"},
	{"r.csv", "action,id\nremove,u-1\ndelete,u-2\n", `r.csv, line 3: unknown action "delete": it is one of remove, forget_columns, correct, labels, replace_text`},
	{"r.csv", "action,id\nremov,u-1\n", "Did you mean remove?"},
	{"r.csv", "action,id\n,u-1\n", "the column action is empty"},
	{"r.csv", "action,id,label\nremove,u-1,yes\n", "r.csv, line 2: remove takes nothing in the column label"},
	{"r.csv", "action,id,column,value\nremove,u-1,age,4\n", "remove takes id, or row, or column and value"},
	{"r.csv", "id,row\nu-1,7\n", "names its sample by id and by row"},
	{"r.csv", "id,label\n,yes\n", "the line does not say which sample"},
	{"r.csv", "id,label\nu-1,\n", "labels needs the column label, which is empty or missing"},
	{"r.csv", "row\nx\n", `r.csv, line 2: "x" is not a row's number`},
	{"r.csv", "row\n-1\n", "row -1 is negative"},
	{"r.csv", "id,column,value\nu-1,age,41,2\n", "r.csv, line 2: 4 cells below 3 columns: a text with a comma needs double quotes"},
	{"r.csv", "id\n\"u-1\nu-2\n", "r.csv, line 3: this is not CSV"},
}

func TestBadRequestsAreRefusedWithPlaceAndRemedy(t *testing.T) {
	for _, c := range refused {
		f, err := request.Parse([]byte(c.text), c.name)
		assert.ErrorContains(t, err, c.want, "%q", c.text)
		assert.Nil(t, f, "%q", c.text)
	}
}

func TestFilesThatCannotBeReadAreNamed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "request.yaml")
	for _, c := range []struct{ text, erased, want string }{
		{"remove: [{file: none.csv}]\n", "", "request.yaml, line 1: there is no file " + filepath.Join(dir, "none.csv")},
		{"remove: [{file: erased.csv}]\n", "", "erased.csv: the file asks for nothing"},
		{"remove: [{file: erased.csv}]\n", "id,name\nu-1,Ann\n", `erased.csv, line 1: unknown column "name"; the file has the columns id, row`},
		{"remove: [{file: erased.csv}]\n", "u-1\nu-2,u-3\n", "erased.csv, line 2: 2 cells below 1 columns"},
		{"remove: [{file: erased.csv}]\n", "\xff\n", "erased.csv, line 1: this is not UTF-8"},
		{"correct: [{file: erased.csv}]\n", "id,value\nu-1,3\n", "erased.csv, line 2: correct needs the column column"},
		{"labels: [{file: erased.csv}]\n", "id,label,column\nu-1,3,x\n", `erased.csv, line 1: unknown column "column"; the file has the columns id, row, label`},
		{"labels: [{file: .}]\n", "", "is a directory"},
	} {
		require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "erased.csv"), []byte(c.erased), 0o600))
		_, err := request.Read(path)
		assert.ErrorContains(t, err, c.want, c.text+c.erased)
	}
	_, err := request.Read(filepath.Join(dir, "absent.yaml"))
	assert.ErrorContains(t, err, "there is no file")
}

func TestAllFaultsAreSaidAtOnceTheFirstTenByName(t *testing.T) {
	text := "correct:\n" + strings.Repeat("  - {id: a, column: age}\n", 13)
	_, err := request.Parse([]byte(text), "r.yaml")
	require.Error(t, err)
	lines := strings.Split(err.Error(), "\n")
	assert.Len(t, lines, 11)
	assert.Equal(t, "r.yaml, line 11: an entry of correct lacks value", lines[9])
	assert.Equal(t, "and 3 more", lines[10])
}

func TestMaskedErrorsQuoteNothing(t *testing.T) {
	for _, c := range []struct{ name, text, secret string }{
		{"r.yaml", "remove:\n  - {hidden-id: 1}\n", "hidden-id"}, {"r.yaml", "a: *hidden-id\n", "hidden-id"},
		{"r.csv", "hidden-id\n", "hidden-id"}, {"r.csv", "action\nhidden-id\n", "hidden-id"}, {"r.csv", "row\nhidden-id\n", "hidden-id"},
		{"r.yaml", "remove:\n  - ids: [!hidden-id x]\n", "hidden-id"},
	} {
		_, err := request.Parse([]byte(c.text), c.name)
		var e *request.Error
		require.ErrorAs(t, err, &e, c.text)
		assert.NotContains(t, e.Masked(), c.secret)
		assert.Contains(t, e.Masked(), "[masked]")
		assert.Contains(t, e.Masked(), c.name)
	}
}

func FuzzParse(f *testing.F) {
	for name, text := range everything {
		f.Add(text, name[len("request"):])
	}
	for _, c := range refused {
		f.Add(c.text, filepath.Ext(c.name))
	}
	f.Fuzz(func(t *testing.T, text, ext string) {
		if ext != ".yaml" && ext != ".json" && ext != ".csv" {
			ext = ".yaml"
		}
		got, err := request.Parse([]byte(text), "r"+ext)
		if err != nil {
			if got != nil || err.Error() == "" {
				t.Fatal("an error beside a request, or one without words")
			}
			return
		}
		for _, r := range got.Remove {
			if r.File != "" {
				return
			}
		}
		for _, c := range got.Correct {
			if c.File != "" {
				return
			}
		}
		// What was read can be written, and means the same again.
		written, err := json.Marshal(got)
		require.NoError(t, err)
		again, err := request.Parse(written, "again.json")
		require.NoError(t, err, string(written))
		require.Equal(t, got.Hash(), again.Hash(), string(written))
	})
}
