//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const unlearnIt = "unlearn --model @/model --data @/train.csv --request @/r.yaml --out @/new"

// badInput is what a new user may try. Each has a message, an exit code, and leaves the disk as it
// was.
var badInput = []struct {
	name  string
	files map[string]string // written first
	spoil func(t *testing.T, dir string)
	line  string
	code  int
	want  string
}{
	{name: "unknown command", line: "forget", code: misused, want: "unexpected argument forget"},
	{name: "unknown flag", line: "unlearn --modle @/model", code: misused, want: "--model"},
	{name: "flag missing", line: "unlearn --model @/model --data @/train.csv --out @/new", code: misused, want: "--request"},
	{name: "flag twice", line: "verify @/model --quiet --quiet", code: misused, want: "given twice"},
	{name: "no such method", line: unlearnIt + " --method magic", code: misused, want: "choose auto"},
	{name: "setting of another method", line: unlearnIt + " --method second --rate 0.1", code: misused, want: "--rate is for"},
	{name: "certificate that is none", line: "train --data @/train.csv --label bought --out @/new --certify 1", code: misused, want: "EPSILON,DELTA"},
	{name: "certificate out of range", line: "train --data @/train.csv --label bought --out @/new --certify 1,2", code: misused, want: "delta between 0 and 1"},
	{name: "compare with something else", line: unlearnIt + " --compare magic", code: misused, want: "--compare takes retrain"},
	{name: "max-loss out of range", line: unlearnIt + " --max-loss 200", code: misused, want: "percentage points"},
	{name: "label is the id", line: "train --data @/train.csv --label id --out @/new", code: failed, want: "a label of its own"},
	{name: "file of a model's folder", line: "unlearn --model @/model/model.safetensors --data @/train.csv --request @/one.yaml --out @/new", code: misused, want: "name the folder"},
	{name: "answers as parquet", line: "predict --model @/model --data @/train.csv --out @/p.parquet", code: misused, want: "answers are written as csv or tsv"},
	{name: "out is a file", files: map[string]string{"f": ""}, line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/f", code: refused, want: "is not a folder: name another place"},
	{name: "data as parquet", line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/new --write-data @/k.parquet", code: misused, want: "not parquet"},
	{name: "row as a number with a point", files: map[string]string{"r.yaml": "remove: [{rows: [3.0]}]\n"}, line: unlearnIt, code: failed, want: "a row is a whole number"},
	{name: "column in other case", files: map[string]string{"r.yaml": "forget_columns: [City]\n"}, line: unlearnIt, code: failed, want: "Did you mean city?"},
	{name: "history as a request", line: "unlearn --model @/model --data @/train.csv --request @/model/history.jsonl --out @/new", code: failed, want: "name it .yaml, .json or .csv"},
	{name: "out is the model", line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/model --force", code: misused, want: "never changed"},
	{name: "out in the model", line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/model/new", code: misused, want: "never changed"},
	{name: "resume and force", line: "train --data @/train.csv --out @/new --resume --force", code: misused, want: "exclude each other"},
	{name: "resume of nothing", line: "train --data @/train.csv --label bought --out @/new --resume", code: misused, want: "no training"},
	{name: "no such trainer", line: "train --data @/train.csv --label bought --out @/new --trainer magic", code: misused, want: "choose lbfgs"},
	{name: "epochs of lbfgs", line: "train --data @/train.csv --label bought --id id --out @/new --epochs 3", code: misused, want: "adam and sgd"},
	{name: "no such schedule", line: "train --data @/train.csv --label bought --out @/new --schedule magic", code: misused, want: "constant or one-cycle"},
	{name: "schedule of lbfgs", line: "train --data @/train.csv --label bought --id id --out @/new --schedule one-cycle", code: misused, want: "adam and sgd"},
	{name: "no epochs", line: "train --data @/train.csv --label bought --id id --network mlp:4 --out @/new --epochs 0", code: misused, want: "--epochs is a whole number"},
	{name: "no batch", line: "train --data @/train.csv --label bought --id id --network mlp:4 --out @/new --batch 0", code: misused, want: "--batch is a whole number"},
	{name: "no rate", line: "train --data @/train.csv --label bought --id id --network mlp:4 --out @/new --rate 0", code: misused, want: "--rate is a number above 0"},
	{name: "no epochs of an update", line: "explain --model @/model --data @/train.csv --request @/one.yaml --method fine-tune --epochs 0", code: misused, want: "--epochs is a whole number"},
	{name: "labels of a table", line: "train --data @/train.csv --label bought --labels @/test.csv --out @/new", code: failed, want: "--labels does nothing"},
	{name: "labels of the table of an update", line: "explain --model @/model --data @/train.csv --labels @/test.csv --request @/one.yaml", code: failed, want: "--labels does nothing"},
	{name: "labels of the table of an evaluation", line: "evaluate --model @/model --data @/test.csv --labels @/test.csv", code: failed, want: "--labels does nothing"},
	{name: "length of a table", line: "train --data @/train.csv --label bought --length 5 --out @/new", code: failed, want: "--length does nothing"},
	{name: "columns of a text", files: map[string]string{"a.txt": "abcabcabc"}, line: "train --data @/a.txt --length 2 --drop a --out @/new", code: failed, want: "--drop does nothing"},
	{name: "label left out", line: "train --data @/train.csv --label bought --drop bought --out @/new", code: failed, want: "is the label and is to be left out"},
	{name: "id left out", line: "train --data @/train.csv --label bought --id id --drop id --out @/new", code: failed, want: "is the id and is to be left out"},
	{name: "id a category", line: "train --data @/train.csv --label bought --id id --categorical id --out @/new", code: failed, want: "named in --categorical"},
	{name: "negative L2", line: "train --data @/train.csv --label bought --out @/new --l2=-1", code: misused, want: "at least 0"},
	{name: "folder of flags", line: "explain --model @/model --data @/train.csv --request @/one.yaml --label bought", code: misused, want: "leave out the flags"},

	{name: "no data file", line: "train --data @/nowhere.csv --label bought --out @/new", code: failed, want: "nowhere.csv"},
	{name: "no test file", line: "train --data @/train.csv --label bought --id id --test @/nope.csv --out @/new", code: failed, want: "nope.csv: there is no such file"},
	{name: "open quote", files: map[string]string{"x.csv": "a,bought\n1,\"yes\n2,no\n"}, line: "train --data @/x.csv --label bought --out @/new", code: failed, want: "close the quote"},
	{name: "quote within", files: map[string]string{"x.csv": "a,bought\n1,ye\"s\n2,no\n"}, line: "train --data @/x.csv --label bought --out @/new", code: failed, want: "put quotes around"},
	{name: "name missing", files: map[string]string{"x.csv": "a,,bought\n1,2,yes\n"}, line: "train --data @/x.csv --label bought --out @/new", code: failed, want: "name it in the header"},
	{name: "one class only", files: map[string]string{"x.csv": "a,bought\n1,yes\n2,yes\n"}, line: "train --data @/x.csv --label bought --out @/new", code: failed, want: "all rows have the same label"},
	{name: "no label column", line: "train --data @/train.csv --label boughtt --out @/new", code: failed, want: "boughtt"},
	{name: "no id column", line: "train --data @/train.csv --label bought --id uid --out @/new", code: failed, want: "uid"},
	{name: "no network", line: "train --data @/train.csv --label bought --id id --network magic --out @/new", code: failed, want: "magic"},
	{name: "empty file", files: map[string]string{"empty.csv": ""}, line: "train --data @/empty.csv --label bought --out @/new", code: failed, want: "empty.csv"},
	{name: "heading only", files: map[string]string{"empty.csv": "id,city,bought\n"}, line: "train --data @/empty.csv --label bought --out @/new", code: failed, want: "empty.csv"},
	{name: "one class", files: map[string]string{"x.csv": "a,bought\n1,yes\n2,yes\n"}, line: "train --data @/x.csv --label bought --out @/new", code: failed, want: "class"},
	{name: "twins", files: map[string]string{"x.csv": "id,a,bought\nu,1,yes\nu,2,no\nv,3,no\n"}, line: "train --data @/x.csv --label bought --id id --out @/new", code: failed, want: "id"},
	{name: "short line", files: map[string]string{"x.csv": "a,b,bought\n1,2,yes\n2,no\n"}, line: "train --data @/x.csv --label bought --out @/new", code: failed, want: "x.csv"},
	{name: "certificate of a network", line: "train --data @/train.csv --label bought --id id --network mlp:4 --certify 1,1e-5 --out @/new", code: refused, want: "no certificate"},

	{name: "no model", line: "unlearn --model @/nowhere --data @/train.csv --request @/one.yaml --out @/new", code: failed, want: "no folder"},
	{name: "model is no folder", line: "unlearn --model @/train.csv --data @/train.csv --request @/one.yaml --out @/new", code: failed, want: "is a file"},
	{name: "half-written model", spoil: remove("model/history.jsonl"), line: unlearnIt, files: ask("remove: [{ids: [u-3]}]"), code: failed, want: "history.jsonl"},
	{name: "parameters missing", spoil: remove("model/model.safetensors"), line: unlearnIt, files: ask("remove: [{ids: [u-3]}]"), code: refused, want: "model.safetensors is missing"},
	{name: "parameters changed", spoil: flip("model/model.safetensors"), line: unlearnIt, files: ask("remove: [{ids: [u-3]}]"), code: refused, want: "model.safetensors was changed"},
	{name: "description changed", spoil: flip("model/data.yaml"), line: "evaluate --model @/model --data @/test.csv", code: refused, want: "data.yaml was changed"},
	{name: "history cut off", spoil: shorten("model/history.jsonl"), line: "verify @/model", code: refused, want: "cut off"},
	{name: "history changed", spoil: flip("model/history.jsonl"), line: "inspect @/model", code: refused, want: "line 1"},
	{name: "stranger in the folder", files: map[string]string{"model/notes.txt": "x"}, line: "verify @/model", code: refused, want: "notes.txt does not belong"},

	{name: "request missing", line: "unlearn --model @/model --data @/train.csv --request @/nowhere.yaml --out @/new", code: failed, want: "nowhere.yaml"},
	{name: "request empty", files: ask(""), line: unlearnIt, code: failed, want: "r.yaml"},
	{name: "request with an unknown key", files: ask("delete: [3]"), line: unlearnIt, code: failed, want: "delete"},
	{name: "request for another data set", files: ask("remove: [{ids: [x-1]}]"), line: unlearnIt, code: failed, want: "x-1"},
	{name: "row that is not there", files: ask("remove: [{rows: [200]}]"), line: unlearnIt, code: failed, want: "200"},
	{name: "removed and corrected", files: ask("remove: [{ids: [u-3]}]\nlabels: [{id: u-3, label: \"no\"}]"), line: unlearnIt, code: failed, want: "3"},
	{name: "column that is not there", files: ask("forget_columns: [shoe]"), line: unlearnIt, code: failed, want: "shoe"},
	{name: "value that is not there", files: ask("remove: [{where: {column: city, equals: Paris}}]"), line: unlearnIt, code: failed, want: "city"},
	{name: "correction that changes nothing", files: ask("labels: [{id: u-0, label: \"maybe\"}]"), line: unlearnIt, code: failed, want: "maybe"},
	{name: "everything removed", files: ask("remove: [{where: {column: bought, equals: \"no\"}}, {where: {column: bought, equals: \"yes\"}}]"), line: unlearnIt, code: failed, want: "all"},
	{name: "text in a table", files: ask("replace_text: [{find: abc, with: xyz}]"), line: unlearnIt, code: failed, want: "text"},

	{name: "other data", files: map[string]string{"other.csv": customers(200, 9)}, line: "unlearn --model @/model --data @/other.csv --request @/one.yaml --out @/new", code: refused, want: "--trust-data"},
	{name: "wrong columns", files: map[string]string{"other.csv": "id,town,bought\nu-1,Rome,yes\n"}, line: "evaluate --model @/model --data @/other.csv", code: failed, want: "city"},
	{name: "category never seen", files: map[string]string{"other.csv": "id,city,age,income,bought\nu-1,Paris,30,0,yes\n"}, line: "evaluate --model @/model --data @/other.csv", code: failed, want: "--unknown"},
	{name: "label never seen", files: map[string]string{"other.csv": "id,city,age,income,bought\nu-1,Rome,30,0,maybe\n"}, line: "evaluate --model @/model --data @/other.csv", code: failed, want: "maybe"},
	{name: "number that is none", files: map[string]string{"other.csv": "id,city,age,income,bought\nu-1,Rome,old,0,yes\n"}, line: "predict --model @/model --data @/other.csv --out @/answers.csv", code: failed, want: "age"},

	{name: "column that is too many", files: map[string]string{"other.csv": "id,city,age,income,shoe,bought\nu-1,Rome,30,0,44,yes\n"}, line: "predict --model @/model --data @/other.csv --out @/answers.csv", code: failed, want: "take it out of the file"},
	{name: "out exists", files: map[string]string{"new/x": "x"}, line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/new", code: refused, want: "--force"},
	{name: "force on something else", files: map[string]string{"new/x": "x"}, line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/new --force", code: failed, want: "not a model's folder"},
	{name: "answers exist", line: "predict --model @/model --data @/test.csv --out @/train.csv", code: refused, want: "--force"},
	{name: "answers over the data", line: "predict --model @/model --data @/test.csv --out @/test.csv --force", code: misused, want: "would change"},
	{name: "answers over the data by a link", spoil: link("test.csv", "link.csv"), line: "predict --model @/model --data @/link.csv --out @/test.csv --force", code: misused, want: "would change"},
	{name: "answers over the data by a hard link", spoil: hardLink("test.csv", "twin.csv"), line: "predict --model @/model --data @/test.csv --out @/twin.csv --force", code: misused, want: "would change"},
	{name: "answers in the model", line: "predict --model @/model --data @/test.csv --out @/model/a.csv", code: misused, want: "lies in the model's folder"},
	{name: "answers in the model by a link", spoil: link("model", "m"), line: "predict --model @/model --data @/test.csv --out @/m/a.csv", code: misused, want: "lies in the model's folder"},
	{name: "answers over a file of the model", line: "predict --model @/model --data @/test.csv --out @/model/history.jsonl --force", code: misused, want: "lies in the model's folder"},
	{name: "data in another model", spoil: copied("model", "mb"), line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/new --write-data @/mb/k.csv", code: misused, want: "lies in the model's folder"},
	{name: "data in the ledger of a model", spoil: copied("model", "mb"), files: map[string]string{"mb/certificate/x": "x"}, line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/new --write-data @/mb/certificate/k.csv", code: misused, want: "lies in the model's folder"},
	{name: "data over the data", line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/new --write-data @/train.csv --force", code: misused, want: "would change"},
	{name: "data over the test data", line: "unlearn --model @/model --data @/train.csv --test @/test.csv --request @/one.yaml --out @/new --write-data @/test.csv --force", code: misused, want: "would change"},
	{name: "data over the request", line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/new --write-data @/one.yaml --force", code: misused, want: "would change"},
	{name: "data over a file of the request", files: map[string]string{"r.yaml": "remove: [{file: gone.csv}]\n", "gone.csv": "id\nu-3\n"}, line: unlearnIt + " --write-data @/gone.csv --force", code: misused, want: "would change"},
	{name: "data in the new model", line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/new --write-data @/new/k.csv", code: misused, want: "name two"},
	{name: "new model in another model", spoil: copied("model", "mb"), line: "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/mb/new", code: misused, want: "lies in the model's folder"},
	{name: "training in a model", line: "train --data @/train.csv --label bought --id id --out @/model/new", code: misused, want: "lies in the model's folder"},
	{name: "training over its data", spoil: copied("model", "mb"), files: map[string]string{"mb/train.csv": "a,b\n"}, line: "train --data @/mb/train.csv --label b --out @/mb --force", code: misused, want: "would change"},
	{name: "import in a model", files: map[string]string{"m.onnx": "x"}, line: "import --model @/m.onnx --data @/train.csv --label bought --out @/model/new", code: misused, want: "lies in the model's folder"},
	{name: "answers nowhere", line: "predict --model @/model --data @/test.csv --out @/nowhere/a.csv", code: failed, want: "no folder"},
	{name: "out below a file", line: "train --data @/train.csv --label bought --id id --out @/train.csv/model", code: failed, want: "train.csv"},
	{name: "import of a table", line: "import --model @/train.csv --data @/train.csv --label bought --out @/new", code: misused, want: "neither"},
	{name: "import without network", files: map[string]string{"m.safetensors": "x"}, line: "import --model @/m.safetensors --data @/train.csv --label bought --out @/new", code: misused, want: "--network"},
	{name: "import of what is no ONNX", files: map[string]string{"m.onnx": "hello"}, line: "import --model @/m.onnx --data @/train.csv --label bought --out @/new", code: failed, want: "m.onnx"},
	{name: "inspect nothing", line: "inspect @/nowhere", code: failed, want: "no file or folder"},
	{name: "inspect a table", line: "inspect @/train.csv", code: misused, want: ".onnx or .safetensors"},
	{name: "verify a file", line: "verify @/train.csv", code: failed, want: "is a file"},
}

func ask(text string) map[string]string { return map[string]string{"r.yaml": text + "\n"} }

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, name))) }
}

func link(to, name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		require.NoError(t, os.Symlink(filepath.Join(dir, to), filepath.Join(dir, name)))
	}
}

func hardLink(to, name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		require.NoError(t, os.Link(filepath.Join(dir, to), filepath.Join(dir, name)))
	}
}

func copied(from, to string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, to), 0o755))
		for name, text := range state(t, filepath.Join(dir, from)) {
			if text != "folder" {
				put(t, filepath.Join(dir, to, filepath.Base(name)), text)
			}
		}
	}
}

// flip changes one byte in the middle of a file.
func flip(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		text[len(text)/2] ^= 1
		require.NoError(t, os.WriteFile(path, text, 0o600))
	}
}

func shorten(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, text[:len(text)-9], 0o600))
	}
}

func TestBadInput(t *testing.T) {
	require.GreaterOrEqual(t, len(badInput), 40)
	for _, c := range badInput {
		t.Run(c.name, func(t *testing.T) {
			dir := workshop(t)
			for name, text := range c.files {
				put(t, filepath.Join(dir, name), text)
			}
			if c.spoil != nil {
				c.spoil(t, dir)
			}
			before := state(t, dir)
			_, _, err := call(t, in(dir, c.line)...)
			require.Error(t, err)
			assert.Contains(t, message(err), c.want)
			assert.Equal(t, c.code, exitCode(err), message(err))
			assert.Equal(t, 1, strings.Count(message(err), "lethe: "), message(err))
			assert.Equal(t, before, state(t, dir), "the disk is as it was")
		})
	}
}

// A label of many different numbers is taken for classes, and the user is told what may be meant. A
// number of its own for each row is refused, with the same remedy.
func TestManyNumbersAsClasses(t *testing.T) {
	dir := t.TempDir()
	var b, own strings.Builder
	b.WriteString("a,price\n")
	own.WriteString("a,price\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%d,%d.5\n", i, i/2)
		fmt.Fprintf(&own, "%d,%d.5\n", i, i)
	}
	put(t, filepath.Join(dir, "x.csv"), b.String())
	put(t, filepath.Join(dir, "own.csv"), own.String())
	_, notes, err := call(t, in(dir, "train --data @/x.csv --label price --out @/new")...)
	require.NoError(t, err)
	assert.Contains(t, strings.Join(strings.Fields(notes), " "), "say --regression")
	_, _, err = call(t, in(dir, "train --data @/own.csv --label price --out @/none")...)
	require.ErrorContains(t, err, "or say --regression")
}

func TestFlagsInPlaceOfFields(t *testing.T) {
	assert.Equal(t, "lethe: name it by --output", message(errors.New("onnx: name it by Options.Output")))
}
