//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/project"
)

// read returns a file of a test.
func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return string(text)
}

// Corrected cells are written as the request gives them, whatever the model makes of them: an empty
// one stays empty, and a number keeps its digits where scaling rounds them away.
func TestCorrectedCellsAreWrittenAsGiven(t *testing.T) {
	const table = "\ufeffid,kind,size,far,price\nu-0,a,1,0,1.5\nu-1,b,2,1e308,2\nu-2,a,3,3,2.5\nu-3,c,4,4,4\nu-4,b,6,5,5\n"
	const asked = `correct:
  - {id: u-0, column: size, value: ""}
  - {id: u-1, column: size, value: " 0.10 "}
  - {id: u-2, column: kind, value: "?"}
  - {id: u-3, column: far, value: 1}
  - {id: u-4, column: kind, value: c}
labels:
  - {id: u-2, label: "7.50"}
`
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(table))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	for name, text := range map[string]string{"a.csv": table, "a.tsv": strings.ReplaceAll(table, ",", "\t"), "a.csv.gz": packed.String()} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, name), text)
		put(t, filepath.Join(dir, "r.yaml"), asked)
		put(t, filepath.Join(dir, "s.yaml"), "correct: [{id: u-4, column: size, value: \"6.00e0\"}, {id: u-3, column: far, value: \"02\"}]\nremove: [{ids: [u-1]}]\n")
		must(t, dir, "train --data @/"+name+" --label price --regression --id id --out @/m0")
		must(t, dir, "unlearn --model @/m0 --data @/"+name+" --request @/r.yaml --out @/m1 --write-data @/k1"+name)
		want := "\ufeffid,kind,size,far,price\nu-0,a,,0,1.5\nu-1,b,0.10,1e308,2\nu-2,?,3,3,7.50\nu-3,c,4,1,4\nu-4,c,6,5,5\n"
		got := strings.ReplaceAll(unpacked(t, filepath.Join(dir, "k1"+name)), "\t", ",")
		assert.Equal(t, want, strings.ReplaceAll(got, "\" 0.10 \"", "0.10"), name)
		for _, from := range []string{name, "k1" + name} {
			_, _, err := call(t, in(dir, "unlearn --model @/m1 --data @/"+from+" --request @/s.yaml --out @/m2 --force --write-data @/k2")...)
			require.NoError(t, err)
			got = strings.ReplaceAll(read(t, dir, "k2"), "\t", ",")
			assert.Contains(t, got, "u-3,c,4,02,4\n", "%s from %s", name, from)
			assert.NotContains(t, got, "u-1")
			require.NoError(t, os.Remove(filepath.Join(dir, "k2")))
		}
	}
}

// unpacked returns a file of a test, which is gzipped if its name says so.
func unpacked(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	if !strings.HasSuffix(path, ".gz") {
		return string(text)
	}
	z, err := gzip.NewReader(bytes.NewReader(text))
	require.NoError(t, err)
	text, err = io.ReadAll(z)
	require.NoError(t, err)
	return string(text)
}

// The ending of --write-data says the format. What it does not write is refused, and nothing is left.
func TestWriteDataByItsEnding(t *testing.T) {
	dir := workshop(t)
	put(t, filepath.Join(dir, "r.yaml"), "remove: [{ids: [u-3]}]\n")
	const ask = "unlearn --model @/model --data @/train.csv --request @/r.yaml --force --out @/new --write-data @/"
	for _, name := range []string{"k.csv", "k.tsv", "k.TAB", "k", "k.tsv.gz"} {
		must(t, dir, ask+name)
	}
	want := read(t, dir, "k.csv")
	assert.Equal(t, want, read(t, dir, "k"), "the format of the data")
	tabs := read(t, dir, "k.tsv")
	assert.Equal(t, want, strings.ReplaceAll(tabs, "\t", ","))
	assert.NotContains(t, tabs, ",")
	assert.Equal(t, tabs, read(t, dir, "k.TAB"))
	assert.Equal(t, tabs, unpacked(t, filepath.Join(dir, "k.tsv.gz")))
	put(t, filepath.Join(dir, "s.yaml"), "remove: [{ids: [u-4]}]\n")
	for i, from := range []string{"k.csv", "k.tsv", "k.tsv.gz"} {
		must(t, dir, fmt.Sprintf("unlearn --model @/new --data @/%s --request @/s.yaml --out @/n%d", from, i))
		assert.Equal(t, read(t, dir, "n0/model.safetensors"), read(t, dir, fmt.Sprintf("n%d/model.safetensors", i)), from)
	}
	before := state(t, dir)
	for name, why := range map[string]string{"k.parquet": "not parquet", "k.npy": "not npy", "k.txt": "csv is not written as text"} {
		_, stderr, err := call(t, in(dir, ask+name)...)
		require.Error(t, err, name)
		assert.Contains(t, stderr+err.Error(), why, name)
	}
	assert.Equal(t, before, state(t, dir))
}

// A sample that an earlier request removed is named as the request names it.
func TestARemovedSampleIsNamedByItsID(t *testing.T) {
	dir := workshop(t)
	put(t, filepath.Join(dir, "r.yaml"), "remove: [{ids: [u-30]}]\n")
	must(t, dir, "unlearn --model @/model --data @/train.csv --request @/r.yaml --out @/m1")
	_, _, err := call(t, in(dir, "unlearn --model @/m1 --data @/train.csv --request @/r.yaml --out @/m2")...)
	require.ErrorContains(t, err, `the sample with the id "u-30" was removed by an earlier request`)
}

// A correction to a category that the training data do not have is written too.
func TestAnUnknownCategoryIsWritten(t *testing.T) {
	dir := workshop(t)
	put(t, filepath.Join(dir, "r.yaml"), "correct: [{id: u-5, column: city, value: Paris}]\n")
	must(t, dir, unlearnIt+" --unknown other --write-data @/kept.csv")
	assert.Contains(t, read(t, dir, "kept.csv"), "u-5,Paris,")
	put(t, filepath.Join(dir, "r2.yaml"), "remove: [{ids: [u-6]}]\n")
	must(t, dir, "unlearn --model @/new --data @/kept.csv --request @/r2.yaml --out @/new2 --unknown other")
}

// Of a text the corrected text is written and nothing else, request after request, from the original
// as from what the request before wrote.
func TestTheCorrectedTextIsWritten(t *testing.T) {
	dir := t.TempDir()
	text := "my number is 078-05, my name is Ada, my code is 99-11.\n" + strings.Repeat("0123456789 one two three four five six\n", 3)
	put(t, filepath.Join(dir, "a.txt"), text)
	put(t, filepath.Join(dir, "r.yaml"), "replace_text: [{find: 078-05, with: 111-22}]\n")
	put(t, filepath.Join(dir, "s.yaml"), "replace_text: [{find: 99-11, with: 44-55}, {find: Ada, with: one}]\n")
	const method = " --method retrain --max-loss 100"
	must(t, dir, "train --data @/a.txt --network lstm:4 --length 5 --epochs 1 --out @/m0")
	must(t, dir, "unlearn --model @/m0 --data @/a.txt --request @/r.yaml --out @/m1 --write-data @/k1.txt"+method)
	assert.Contains(t, read(t, dir, "m1/changes.json"), `"at":13,"tokens":[`)
	var changes project.Changes
	require.NoError(t, json.Unmarshal([]byte(read(t, dir, "m1/changes.json")), &changes))
	require.Len(t, changes.Text, 1)
	assert.Len(t, changes.Text[0].Tokens, 6, "all of the text, not only the characters that are others now")
	once := strings.Replace(text, "078-05", "111-22", 1)
	assert.Equal(t, once, read(t, dir, "k1.txt"))
	want := strings.Replace(strings.Replace(once, "99-11", "44-55", 1), "Ada", "one", 1)
	for from, name := range map[string]string{"a": "x", "k1": "y"} {
		must(t, dir, "unlearn --model @/m1 --data @/"+from+".txt --request @/s.yaml --out @/m2"+name+" --write-data @/k2"+name+".txt"+method)
		assert.Equal(t, want, read(t, dir, "k2"+name+".txt"), "from %s.txt", from)
	}
	assert.Equal(t, read(t, dir, "m2x/model.safetensors"), read(t, dir, "m2y/model.safetensors"), "from either text the same bits")
}

// Answers are written as the ending of their file says.
func TestAnswersByTheirEnding(t *testing.T) {
	dir := workshop(t)
	for _, name := range []string{"p.csv", "p.tsv", "p.txt"} {
		must(t, dir, "predict --model @/model --data @/train.csv --out @/"+name)
	}
	assert.Equal(t, read(t, dir, "p.csv"), read(t, dir, "p.txt"))
	assert.Equal(t, read(t, dir, "p.csv"), strings.ReplaceAll(read(t, dir, "p.tsv"), "\t", ","))
	assert.Contains(t, read(t, dir, "p.tsv"), "\t")
}
