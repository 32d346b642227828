//go:build unix

package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withCity takes the city away from a table of customers, or writes another one.
func withCity(table, city string) string {
	return regexp.MustCompile(`(?m)^([^,]*),[^,]*,`).ReplaceAllString(table, "$1,"+city)
}

// Data need not have a forgotten column, and may have any category in it: the answers are the same.
func TestAForgottenColumnIsOptional(t *testing.T) {
	dir := workshop(t)
	put(t, filepath.Join(dir, "r.yaml"), "forget_columns: [city]\n")
	table := customers(40, 3)
	put(t, filepath.Join(dir, "a.csv"), table)
	put(t, filepath.Join(dir, "b.csv"), strings.Replace(withCity(table, "Paris,"), "Paris", "city", 1))
	put(t, filepath.Join(dir, "c.csv"), withCity(table, ""))
	must(t, dir, unlearnIt+" --max-loss 50")
	_, _, err := call(t, in(dir, "predict --model @/model --data @/c.csv --out @/old.csv")...)
	require.ErrorContains(t, err, "city")
	var answers, scores []string
	for _, name := range []string{"a", "b", "c"} {
		must(t, dir, "predict --model @/new --data @/"+name+".csv --out @/"+name+"-out.csv")
		answers = append(answers, read(t, dir, name+"-out.csv"))
		scores = append(scores, must(t, dir, "evaluate --model @/new --data @/"+name+".csv"))
	}
	assert.Equal(t, answers[0], answers[1])
	assert.Equal(t, answers[0], answers[2])
	assert.Equal(t, scores[0], scores[1])
	assert.Equal(t, scores[0], scores[2])
	must(t, dir, "unlearn --model @/new --data @/train.csv --request @/one.yaml --out @/newer --test @/c.csv")
	put(t, filepath.Join(dir, "s.yaml"), "correct: [{id: u-5, column: city, value: Oslo}]\n")
	_, _, err = call(t, in(dir, "unlearn --model @/new --data @/train.csv --request @/s.yaml --out @/no")...)
	require.ErrorContains(t, err, "forgotten by an earlier request")
	assert.Equal(t, refused, exitCode(err))
}

// After a column was forgotten requests go on with what --write-data wrote, with or without that
// column, to the same bits as from the original file.
func TestRequestsGoOnAfterAForgottenColumn(t *testing.T) {
	dir := workshop(t)
	put(t, filepath.Join(dir, "r.yaml"), "forget_columns: [city]\n")
	must(t, dir, "unlearn --model @/model --data @/train.csv --request @/two.yaml --out @/m1 --write-data @/k1.csv")
	must(t, dir, "unlearn --model @/m1 --data @/k1.csv --request @/r.yaml --out @/m2 --write-data @/k2.csv --max-loss 50")
	assert.Contains(t, read(t, dir, "k2.csv"), "id,age,income,bought\n")
	assert.NotContains(t, read(t, dir, "k2.csv"), "Rome")
	put(t, filepath.Join(dir, "k3.csv"), withCity(read(t, dir, "k1.csv"), ""))
	assert.Equal(t, read(t, dir, "k3.csv"), read(t, dir, "k2.csv"), "columns can be taken out by hand")
	put(t, filepath.Join(dir, "s.yaml"), "remove: [{ids: [u-20]}]\ncorrect: [{id: u-3, column: age, value: 77}]\n")
	var models, files []string
	for _, from := range []string{"train", "k1", "k2"} {
		must(t, dir, "unlearn --model @/m2 --data @/"+from+".csv --request @/s.yaml --out @/m-"+from+" --write-data @/w-"+from+".csv")
		models, files = append(models, read(t, dir, "m-"+from+"/model.safetensors")), append(files, read(t, dir, "w-"+from+".csv"))
	}
	for i := range models {
		assert.Equal(t, models[0], models[i])
		assert.Equal(t, files[0], files[i])
	}
	assert.Contains(t, files[0], "u-3,77,")
	_, notes, err := call(t, in(dir, "unlearn --model @/m-k2 --data @/w-k2.csv --request @/one.yaml --out @/last")...)
	require.NoError(t, err)
	assert.Contains(t, strings.Join(strings.Fields(notes), " "), "the next request takes no others")
}
