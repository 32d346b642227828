package unlearn

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever stands in the two files of a ledger, opening it neither panics nor changes what it
// refuses; one that opens can be gone on with.
func FuzzLedgerFolder(f *testing.F) {
	line, hash, err := encodeLine(Entry{Kind: entryTrain, Added: 1, Total: 1, Exact: 1}, "")
	require.NoError(f, err)
	next, last, err := encodeLine(Entry{Number: 1, Kind: entryRequest, Added: 2, Total: 3, Changes: []EntryChange{{Kind: "remove samples", Rows: []int{1}}}}, hash)
	require.NoError(f, err)
	dir := f.TempDir()
	for lines, h := range map[int]string{1: hash, 2: last} {
		require.NoError(f, writeModel(dir, modelName, model{Lines: lines, Hash: h, theta: []float64{1, 2}}))
		m := must(os.ReadFile(filepath.Join(dir, modelName)))
		f.Add(line, m)
		f.Add(append(append([]byte{}, line...), next...), m)
		f.Add(append(append([]byte{}, line...), next[:30]...), m)
	}
	f.Add(line, []byte(`{"lines":1000000000000,"hash":"","theta":"","sha256":""}`))
	f.Fuzz(func(t *testing.T, ledger, model []byte) {
		path, beside := filepath.Join(dir, ledgerName), filepath.Join(dir, modelName)
		require.NoError(t, os.WriteFile(path, ledger, 0o600))
		require.NoError(t, os.WriteFile(beside, model, 0o600))
		l, err := OpenLedger(dir)
		if err != nil {
			require.Equal(t, ledger, must(os.ReadFile(path)))
			require.Equal(t, model, must(os.ReadFile(beside)))
			return
		}
		entries := l.Entries()
		e := Entry{Kind: entryRequest, Added: 1}
		if len(entries) == 0 {
			e.Kind = entryTrain
		}
		require.NoError(t, l.Append(e, []float64{3}))
		require.NoError(t, l.Close())
		l, err = OpenLedger(dir)
		require.NoError(t, err)
		require.Equal(t, entries, l.Entries()[:len(entries)])
		require.Len(t, l.Entries(), len(entries)+1)
		require.Equal(t, []float64{3}, l.Theta())
		require.NoError(t, l.Close())
	})
}
