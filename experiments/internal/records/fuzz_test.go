package records

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is read as records is written, and read back equal.
func FuzzRecords(f *testing.F) {
	for _, name := range []string{"alice-lstm-quick-1", "drebin-linear-quick-1"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "testdata", name, RecordsName))
		require.NoError(f, err)
		f.Add(data[:min(len(data), 2000)])
	}
	f.Add([]byte(`{"metric":"x","value":1e308,"settings":{"a":[1,{"b":null}],"c":"\u2028\ud800"}}` + "\n\n  \n{}"))
	f.Add([]byte("null\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var records []Record
		var err error
		took := allocated(func() { records, err = Decode(bytes.NewReader(data)) })
		require.Less(t, took, 1<<17+100*len(data))
		if err != nil {
			return
		}
		written, err := Encode(records)
		require.NoError(t, err)
		again, err := Decode(bytes.NewReader(written))
		require.NoError(t, err)
		require.Equal(t, records, again)
	})
}

// Whatever a kill leaves of a run's two files, the run resumes, and what it adds is read back after
// what it kept.
func FuzzProgress(f *testing.F) {
	record := `{"experiment":"","dataset":"","model":"","method":"","metric":"x","unit":"","value":1,"seed":0,"draw":0,"settings":null}` + "\n"
	f.Add([]byte(record+record), []byte(`{"unit":"a","end":118}`+"\n"+`{"unit":"b","end":236}`+"\n"))
	f.Add([]byte(record+record[:40]), []byte(`{"unit":"a","end":118}`+"\n"+`{"un`))
	f.Add([]byte(record), []byte(`{"unit":"a","end":-1}`+"\n"))
	f.Add([]byte(record), []byte(`{"unit":"a","end":5}`+"\n"))
	f.Fuzz(func(t *testing.T, records, progress []byte) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, ConfigName), configuration("c").Encode(), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, RecordsName), records, 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, ProgressName), progress, 0o644))
		folder, err := OpenFolder(dir, configuration("c"), Resume)
		if err != nil {
			return
		}
		kept, err := Read(dir)
		if err != nil {
			require.NotContains(t, err.Error(), "is incomplete", "that was cut off")
			require.NoError(t, folder.Close())
			return
		}
		require.NoError(t, folder.Append("new", []Record{{Metric: "y", Value: 2}}, 1))
		require.NoError(t, folder.Close())
		all, err := Read(dir)
		require.NoError(t, err)
		require.Len(t, all, len(kept)+1)
	})
}

// allocated returns how many bytes f takes, what it lets go again included.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}
