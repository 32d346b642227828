package engine

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime/debug"

	"lethe/experiments/internal/records"
)

// commit is that of the program, with a remark where it was changed; "" where it was built without
// one.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	revision, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with uncommitted changes"
		}
	}
	if revision == "" {
		return ""
	}
	return revision + changed
}

// note changes what the folder's configuration says of how the run was made.
func note(dir string, change func(*Machine)) error {
	path := filepath.Join(dir, records.ConfigName)
	c, err := ReadConfig(path)
	if err != nil {
		return err
	}
	change(&c.MadeOn)
	return records.WriteFile(path, c.Encode())
}

// finished counts the units in the folder that are finished; false where it does not say, as a
// packed run.
func finished(dir string) (int, bool) {
	data, err := os.ReadFile(filepath.Join(dir, records.ProgressName))
	if err != nil {
		return 0, false
	}
	n := 0
	for text := range bytes.Lines(data) {
		var line struct {
			Unit string `json:"unit"`
		}
		if !bytes.HasSuffix(text, []byte("\n")) || json.Unmarshal(text, &line) != nil || line.Unit == "" {
			break
		}
		n++
	}
	return n, true
}
