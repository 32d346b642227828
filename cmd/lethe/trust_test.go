//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parametersOf reads the parameters of a model's folder.
func parametersOf(t *testing.T, dir, model string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, model, "model.safetensors"))
	require.NoError(t, err)
	return string(text[len(text)-32:]) // the head names the data
}

// Other data that hold samples which earlier requests removed: they are left out again, and what
// was corrected is corrected again. So the model is that of the new data without them.
func TestTrustedDataBringNobodyBack(t *testing.T) {
	dir := workshop(t)
	put(t, filepath.Join(dir, "first.yaml"), "remove:\n  - ids: [u-3, u-77]\nlabels:\n  - {id: u-5, label: \"no\"}\n  - {id: u-6, label: \"yes\"}\n")
	must(t, dir, "unlearn --model @/model --data @/train.csv --request @/first.yaml --out @/m1")
	table := strings.Split(strings.TrimSpace(customers(200, 1)), "\n")
	// The new file is sorted otherwise, and one cell of it differs.
	other := append([]string{table[0]}, table[101:]...)
	other = append(other, table[1:101]...)
	other[1] = strings.Replace(other[1], "Rome", "Oslo", 1)
	other[2] = strings.Replace(other[2], "Rome", "Oslo", 1)
	other[3] = strings.Replace(other[3], "Rome", "Oslo", 1)
	var without []string
	for _, line := range other {
		switch id, _, _ := strings.Cut(line, ","); id {
		case "u-3", "u-77":
			continue
		case "u-5":
			line = line[:strings.LastIndex(line, ",")] + ",no"
		case "u-6":
			line = line[:strings.LastIndex(line, ",")] + ",yes"
		}
		without = append(without, line)
	}
	put(t, filepath.Join(dir, "other.csv"), strings.Join(other, "\n")+"\n")
	put(t, filepath.Join(dir, "without.csv"), strings.Join(without, "\n")+"\n")
	put(t, filepath.Join(dir, "next.yaml"), "remove:\n  - ids: [u-40]\n")
	const next = "unlearn --model @/m1 --request @/next.yaml --trust-data "
	out, notes, err := call(t, in(dir, next+"--data @/other.csv --out @/m2")...)
	require.NoError(t, err)
	assert.Contains(t, notes, "holds 2 samples that earlier requests removed")
	assert.Contains(t, strings.Join(strings.Fields(out), " "), "holds 2 samples that earlier requests removed")
	must(t, dir, next+"--data @/without.csv --out @/m2b")
	assert.Equal(t, parametersOf(t, dir, "m2b"), parametersOf(t, dir, "m2"))

	put(t, filepath.Join(dir, "next14.yaml"), "remove:\n  - ids: [u-14]\n")
	// The same holds of a third file, and of one made before the removal.
	must(t, dir, "unlearn --model @/m2b --data @/other.csv --request @/next14.yaml --out @/m3 --trust-data")
	_, _, err = call(t, in(dir, "unlearn --model @/m2b --data @/train.csv --request @/one.yaml --out @/m4 --trust-data")...)
	require.ErrorContains(t, err, "removed by an earlier request", "u-3 is not there to be removed a second time")
	for _, text := range state(t, filepath.Join(dir, "m2")) {
		assert.NotContains(t, text, "u-77")
	}
}

// Rows that have no names cannot be found again.
func TestTrustedDataWithoutIDsAreRefused(t *testing.T) {
	dir := workshop(t)
	must(t, dir, "train --data @/train.csv --label bought --drop id --out @/m0")
	put(t, filepath.Join(dir, "r.yaml"), "remove:\n  - rows: [3]\n")
	put(t, filepath.Join(dir, "s.yaml"), "remove:\n  - rows: [7]\n")
	put(t, filepath.Join(dir, "other.csv"), customers(200, 9))
	must(t, dir, "unlearn --model @/m0 --data @/other.csv --request @/r.yaml --out @/m1 --trust-data")
	_, _, err := call(t, in(dir, "unlearn --model @/m1 --data @/train.csv --request @/s.yaml --out @/m2 --trust-data")...)
	require.ErrorContains(t, err, "have no ids")
	assert.Equal(t, refused, exitCode(err))
	assert.NoDirExists(t, filepath.Join(dir, "m2"))
	must(t, dir, "unlearn --model @/m1 --data @/other.csv --request @/s.yaml --out @/m2")
}
