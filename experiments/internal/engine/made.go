package engine

import (
	"path/filepath"
	"strings"

	"lethe/experiments/internal/records"
	"lethe/internal/build"
)

// ownCommit is that of this program, with a remark where it was changed; "" where nobody knows.
func ownCommit() string { return strings.Replace(build.Commit(build.Info()), ", with", " with", 1) }

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
