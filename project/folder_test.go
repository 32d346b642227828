package project

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/unlearn"
)

func TestADraftAppearsWholeOrNotAtAll(t *testing.T) {
	root := t.TempDir()
	out := filepath.Join(root, "model")
	d, err := newDraft(out, false, false)
	require.NoError(t, err)
	require.NoError(t, d.write(networkName, []byte("x"), 0o644))
	_, err = newDraft(out, false, false)
	require.ErrorContains(t, err, "another process is writing")
	require.NoError(t, d.close())
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	assert.Empty(t, entries, "nothing stays of a draft that was not committed")

	d, err = newDraft(out, false, false)
	require.NoError(t, err)
	require.NoError(t, d.write(historyName, []byte("x"), 0o644))
	require.NoError(t, d.commit())
	require.NoError(t, d.close())
	entries, err = os.ReadDir(out)
	require.NoError(t, err)
	assert.Len(t, entries, 1)

	_, err = newDraft(out, false, false)
	assert.True(t, Refused(err))
	d, err = newDraft(out, true, false)
	require.NoError(t, err)
	require.NoError(t, d.write(historyName, []byte("new"), 0o644))
	require.NoError(t, d.commit())
	require.NoError(t, d.close())
	text, err := os.ReadFile(filepath.Join(out, historyName))
	require.NoError(t, err)
	assert.Equal(t, "new", string(text))
	entries, err = os.ReadDir(root)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "the replaced folder is gone")
}

// What a kill left while --force replaced a folder is settled by the next command: the old folder
// goes if the new one is there, and comes back if not.
func TestAKilledReplacementIsSettled(t *testing.T) {
	for _, complete := range []bool{true, false} {
		out := filepath.Join(t.TempDir(), "model")
		folders := map[string]string{asideName(out): "old"}
		if complete {
			folders[out] = "new"
		}
		for dir, text := range folders {
			require.NoError(t, os.MkdirAll(dir, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, historyName), []byte(text), 0o600))
		}
		if !complete {
			_, err := Open(out)
			require.ErrorContains(t, err, "rename "+asideName(out)+" to it")
		}
		_, err := newDraft(out, false, false)
		require.True(t, Refused(err))
		assert.NoDirExists(t, asideName(out))
		text, err := os.ReadFile(filepath.Join(out, historyName))
		require.NoError(t, err)
		assert.Equal(t, map[bool]string{true: "new", false: "old"}[complete], string(text))
	}
}

// Every byte of a history counts.
func TestAHistoryWithAnotherByteIsRefused(t *testing.T) {
	h := &history{}
	for range 3 {
		require.NoError(t, h.add(Record{Kind: "unlearn", Files: map[string]string{"a": "b"}}))
	}
	read, err := decodeHistory(h.text, "history.jsonl")
	require.NoError(t, err)
	require.Len(t, read.records, 3)
	assert.Equal(t, h.last, read.last)
	for i := range h.text {
		damaged := append([]byte{}, h.text...)
		damaged[i] ^= 1
		_, err := decodeHistory(damaged, "history.jsonl")
		require.Error(t, err, "byte %d", i)
		require.True(t, Refused(err))
	}
	_, err = decodeHistory(h.text[:len(h.text)-5], "history.jsonl")
	require.ErrorContains(t, err, "cut off")
}

// After any order of requests the changes bring the data to where the requests did, and hold no
// correction of a sample that was removed later.
func TestChangesReplayRequests(t *testing.T) {
	x := make([]float64, 0, 40)
	for i := range 40 {
		x = append(x, float64(i+1))
	}
	base := &datasets.Dataset{Name: "d", X: &datasets.Dense{N: 10, Cols: 4, Data: x}, Y: []float64{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, Classes: 2}
	c := &Changes{Base: State{datasets.Fingerprint(base), 10}}
	now := base
	for _, r := range []unlearn.Request{
		unlearn.CorrectFeatures([]int{3, 5}, []int{1, 2}, [][]float64{{-1, -2}, {-3, -4}}),
		unlearn.CorrectLabels([]int{5, 6}, []float64{0, 1}),
		unlearn.RemoveSamples(5),
		unlearn.RemoveFeatures(1),
	} {
		current := r
		for i, change := range r.Changes {
			rows := append([]int{}, change.Rows...)
			for j, row := range rows {
				for k, then := range c.then() {
					if then == row {
						rows[j] = k
					}
				}
			}
			current.Changes[i].Rows = rows
		}
		applied, err := current.Apply(now)
		require.NoError(t, err)
		corrected, err := c.corrected(base)
		require.NoError(t, err)
		c, err = c.with(r, corrected, nil)
		require.NoError(t, err)
		now = applied.Data
		again, err := c.now(base)
		require.NoError(t, err)
		require.Equal(t, datasets.Fingerprint(now), datasets.Fingerprint(again))
	}
	assert.Equal(t, []CellChange{{Row: 3, Feature: 2, Value: -2}}, c.Cells)
	assert.Equal(t, []LabelChange{{Row: 6, Labels: []float64{1}}}, c.Labels)
	assert.Equal(t, []int{5}, c.Removed)
}

func TestAllOfAFolderIsCopied(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(from, "a", "b"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(from, "a", "b", "c"), []byte("x"), 0o600))
	require.NoError(t, copyTree(filepath.Join(to, "new"), from))
	info, err := os.Stat(filepath.Join(to, "new", "a", "b", "c"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.Symlink("/", filepath.Join(from, "link")))
	require.ErrorContains(t, copyTree(filepath.Join(to, "other"), from), "neither a file nor a folder")
}

func TestErrorsOfUpdatesAreRefusals(t *testing.T) {
	assert.True(t, Refused(refusal(&unlearn.WorseError{Method: "x", Before: 1, After: 2}, false)))
	refused := &unlearn.RefusedError{Reason: "a", Next: "train again (Retrain)"}
	assert.ErrorContains(t, refusal(refused, false), "train again (--method retrain)")
	assert.ErrorContains(t, refusal(refused, true), "train again in the program that trained it")
	assert.True(t, Refused(refusal(refused, true)))
	assert.False(t, Refused(refusal(errors.New("x"), false)))
}
