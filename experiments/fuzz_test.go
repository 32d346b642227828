package experiments

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// allocated returns how many bytes f takes, what it lets go again included.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// What is read as records is written, and read back equal.
func FuzzRecords(f *testing.F) {
	for _, name := range []string{"alice-lstm-quick-1", "drebin-linear-quick-1"} {
		data, err := os.ReadFile(filepath.Join("testdata", name, recordsName))
		require.NoError(f, err)
		f.Add(data[:min(len(data), 2000)])
	}
	f.Add([]byte(`{"metric":"x","value":1e308,"settings":{"a":[1,{"b":null}],"c":"\u2028\ud800"}}` + "\n\n  \n{}"))
	f.Add([]byte("null\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var records []Record
		var err error
		took := allocated(func() { records, err = DecodeRecords(bytes.NewReader(data)) })
		require.Less(t, took, 1<<17+100*len(data))
		if err != nil {
			return
		}
		written, err := encodeRecords(records)
		require.NoError(t, err)
		again, err := DecodeRecords(bytes.NewReader(written))
		require.NoError(t, err)
		require.Equal(t, records, again)
	})
}

// What is read as a configuration is written, and read back equal.
func FuzzConfig(f *testing.F) {
	for _, name := range []string{"alice-lstm-quick-1", "drebin-linear-quick-1", "digits-cnn-quick-1"} {
		data, err := os.ReadFile(filepath.Join("testdata", name, configName))
		require.NoError(f, err)
		f.Add(data)
	}
	for _, s := range []string{"\ta\nb", "\xff", "a: b", "'"} {
		f.Add((&Config{Experiment: "memorization", Dataset: s, Command: s, Parts: []Part{{Experiment: "memorization"}}, Memory: &Memory{Secret: s}}).encode())
	}
	f.Add([]byte("experiment: &a residual\nparts: [{experiment: *a, settings: {draws: 1e3}}]\n---\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := decodeConfig("c", data)
		if err != nil {
			return
		}
		again, err := decodeConfig("c", first.encode())
		require.NoError(t, err, "%s", first.encode())
		require.Equal(t, first, again)
		require.NoError(t, first.sameRun(again))
		require.NotPanics(t, func() { _ = first.Name() })
	})
}

// Whatever a kill leaves of a run's two files, the run goes on, and what it adds is read back behind what it kept.
func FuzzProgress(f *testing.F) {
	record := `{"experiment":"","dataset":"","model":"","method":"","metric":"x","unit":"","value":1,"seed":0,"draw":0,"settings":null}` + "\n"
	f.Add([]byte(record+record), []byte(`{"unit":"a","end":118}`+"\n"+`{"unit":"b","end":236}`+"\n"))
	f.Add([]byte(record+record[:40]), []byte(`{"unit":"a","end":118}`+"\n"+`{"un`))
	f.Add([]byte(record), []byte(`{"unit":"a","end":-1}`+"\n"))
	f.Add([]byte(record), []byte(`{"unit":"a","end":5}`+"\n"))
	f.Fuzz(func(t *testing.T, records, progress []byte) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, configName), residualConfig(t).encode(), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, recordsName), records, 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, progressName), progress, 0o644))
		folder, err := OpenFolder(dir, residualConfig(t), Resume)
		if err != nil {
			return
		}
		kept, err := ReadRecords(dir)
		if err != nil {
			require.NotContains(t, err.Error(), "half a line", "that was cut off")
			require.NoError(t, folder.Close())
			return
		}
		require.NoError(t, folder.Append("new", []Record{{Metric: "y", Value: 2}}))
		require.NoError(t, folder.Close())
		all, err := ReadRecords(dir)
		require.NoError(t, err)
		require.Len(t, all, len(kept)+1)
	})
}
