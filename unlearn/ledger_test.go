package unlearn

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// filled returns the folder of a closed ledger with a training and so many requests.
func filled(t *testing.T, requests int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	l, err := OpenLedger(dir)
	require.NoError(t, err)
	require.NoError(t, l.Append(Entry{Kind: entryTrain, Added: 0.25, Exact: 0.25}, []float64{1, 2}))
	for i := range requests {
		change := EntryChange{Kind: "remove samples", Rows: []int{i}}
		require.NoError(t, l.Append(Entry{Kind: entryRequest, Changes: []EntryChange{change}, Added: 0.5, Exact: 0.1}, []float64{float64(i), 1.0 / 3}))
	}
	require.NoError(t, l.Close())
	return dir
}

func TestLedgerKeepsWhatWasAppended(t *testing.T) {
	dir := filled(t, 3)
	l, err := OpenLedger(dir)
	require.NoError(t, err)
	require.Empty(t, l.Dropped)
	require.Len(t, l.Entries(), 4)
	require.Equal(t, []float64{2, 1.0 / 3}, l.Theta())
	require.Equal(t, 1.75, l.Total())
	require.Equal(t, 3, l.Requests())
	left, known := l.RequestsLeft(2.8)
	require.True(t, known)
	require.Equal(t, 2, left) // 1.05 left at 0.5 a request
	left, _ = l.RequestsLeft(1)
	require.Zero(t, left)
	require.NoError(t, l.Append(Entry{Kind: entryRetrain, Added: 0.125, Exact: 0.125}, []float64{3, 4}))
	require.Equal(t, 0.125, l.Total(), "training frees the budget")
	require.Zero(t, l.Requests())
	_, known = l.RequestsLeft(1)
	require.False(t, known)
	require.NoError(t, l.Close())
	require.Error(t, l.Append(Entry{Kind: entryRequest}, []float64{0, 0}), "closed")
}

func TestTheFirstEntryIsATraining(t *testing.T) {
	l, err := OpenLedger(t.TempDir())
	require.NoError(t, err)
	require.ErrorContains(t, l.Append(Entry{Kind: entryRequest}, nil), "has to be of a training")
	require.NoError(t, l.Close())
}

func TestSecondOpenerIsRefused(t *testing.T) {
	dir := filled(t, 1)
	l, err := OpenLedger(dir)
	require.NoError(t, err)
	_, err = OpenLedger(dir)
	require.ErrorIs(t, err, ErrLedgerLocked)
	require.NoError(t, l.Close())
	l, err = OpenLedger(dir)
	require.NoError(t, err)
	require.NoError(t, l.Close())
}

// Whatever is done to the files, the ledger says so and changes nothing; what was never
// acknowledged is dropped with a message.
func TestDamageIsToldAndUnacknowledgedLinesAreDropped(t *testing.T) {
	lines := func(data []byte) [][]byte {
		return bytes.SplitAfter(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	}
	for _, tt := range []struct {
		name          string
		ledger, model func(data []byte) []byte // nil result = the file is removed
		want          string                   // of the error; empty: opened
		dropped       string
	}{
		{"a byte in the middle", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, nil, "is damaged", ""},
		{"a number changed", func(b []byte) []byte { return bytes.Replace(b, []byte(`"added":0.5`), []byte(`"added":0.1`), 1) }, nil, "line 2 of", ""},
		{"a line removed", func(b []byte) []byte { l := lines(b); return slices.Concat(l[0], l[2], l[3], []byte("\n")) }, nil, "line 2 of", ""},
		{"lines exchanged", func(b []byte) []byte { l := lines(b); return slices.Concat(l[0], l[2], l[1], l[3], []byte("\n")) }, nil, "line 2 of", ""},
		{"the last line removed", func(b []byte) []byte { l := lines(b); return slices.Concat(l[0], l[1], l[2]) }, nil, "has been shortened: 3 whole lines", ""},
		{"the last newline removed", func(b []byte) []byte { return b[:len(b)-1] }, nil, "has been shortened", ""},
		{"emptied", func([]byte) []byte { return []byte{} }, nil, "has been shortened: 0 whole lines", ""},
		{"removed", func([]byte) []byte { return nil }, nil, "has been shortened", ""},
		{"an empty line", func(b []byte) []byte { return append(b, '\n') }, nil, "line 5 of", ""},
		{"spaces", func(b []byte) []byte { return bytes.Replace(b, []byte(`,"total"`), []byte(`, "total"`), 1) }, nil, "line 1 of", ""},
		{"half a line more", func(b []byte) []byte { return append(b, `{"entry":{"num`...) }, nil, "", "14 bytes were dropped"},
		{"a whole line more", addLine(t, 1), nil, "", "entry 4"},
		{"a whole line and a half more", func(b []byte) []byte { return append(addLine(t, 1)(b), `{"e`...) }, nil, "", "3 bytes were dropped"},
		{"two whole lines more", addLine(t, 2), nil, "do not belong together", ""},
		{"no model", nil, func([]byte) []byte { return nil }, "model.json with the parameters is missing", ""},
		{"half a model", nil, func(b []byte) []byte { return b[:len(b)/2] }, "is damaged", ""},
		{"another theta", nil, func(b []byte) []byte { return bytes.Replace(b, []byte(`"theta":"A`), []byte(`"theta":"B`), 1) }, "checksum", ""},
		{"another's model", nil, func([]byte) []byte { return must(os.ReadFile(filepath.Join(filled(t, 2), modelName))) }, "", "entry 3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filled(t, 3)
			change := func(name string, f func([]byte) []byte) []byte {
				path := filepath.Join(dir, name)
				data := must(os.ReadFile(path))
				if f == nil {
					return data
				}
				if data = f(data); data == nil {
					require.NoError(t, os.Remove(path))
					return nil
				}
				require.NoError(t, os.WriteFile(path, data, 0o644))
				return data
			}
			before := change(ledgerName, tt.ledger)
			change(modelName, tt.model)
			l, err := OpenLedger(dir)
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				after, _ := os.ReadFile(filepath.Join(dir, ledgerName))
				require.Equal(t, string(before), string(after), "nothing was changed")
				return
			}
			require.NoError(t, err)
			require.Contains(t, l.Dropped, tt.dropped)
			kept := len(l.Entries())
			require.NoError(t, l.Append(Entry{Kind: entryRequest, Added: 1}, []float64{0, 0}))
			require.NoError(t, l.Close())
			l, err = OpenLedger(dir)
			require.NoError(t, err)
			require.Empty(t, l.Dropped)
			require.Len(t, l.Entries(), kept+1)
			require.NoError(t, l.Close())
		})
	}
}

// addLine appends lines that continue the chain, as a kill before the model was written leaves one.
func addLine(t *testing.T, count int) func([]byte) []byte {
	return func(b []byte) []byte {
		all := bytes.Split(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))
		var last ledgerLine
		require.NoError(t, json.Unmarshal(all[len(all)-1], &last))
		hash := last.Hash
		for i := range count {
			line, next, err := encodeLine(Entry{Number: len(all) + i, Kind: entryRequest}, hash)
			require.NoError(t, err)
			b, hash = append(b, line...), next
		}
		return b
	}
}

func TestAFirstEntryWithoutItsModelIsDropped(t *testing.T) {
	dir := filled(t, 0)
	require.NoError(t, os.Remove(filepath.Join(dir, modelName)))
	l, err := OpenLedger(dir)
	require.NoError(t, err)
	require.Empty(t, l.Entries())
	require.Contains(t, l.Dropped, "never acknowledged")
	require.NoError(t, l.Close())
}

// Whatever stands in the file, opening it neither panics nor changes it unless it says what it
// dropped.
func FuzzLedger(f *testing.F) {
	line, hash, err := encodeLine(Entry{Kind: entryTrain, Added: 1, Total: 1, Exact: 1}, "")
	require.NoError(f, err)
	next, _, err := encodeLine(Entry{Number: 1, Kind: entryRequest}, hash)
	require.NoError(f, err)
	f.Add(line)
	f.Add(slices.Concat(line, next))
	f.Add(slices.Concat(line, next[:20]))
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"entry":null,"hash":""}` + "\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(dir, ledgerName)
		require.NoError(t, os.WriteFile(path, data, 0o644))
		l, err := OpenLedger(dir)
		after := must(os.ReadFile(path))
		if err != nil {
			require.Equal(t, data, after)
			return
		}
		require.Empty(t, l.Entries(), "nothing was acknowledged: there is no model")
		require.Equal(t, len(data) > 0, l.Dropped != "")
		require.NoError(t, l.Close())
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAClosedLedgerSaysSo(t *testing.T) {
	l, err := OpenLedger(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.ErrorContains(t, l.Append(Entry{Kind: entryTrain}, []float64{1}), "is closed: open it again")
}
