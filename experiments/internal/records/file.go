package records

import (
	"path/filepath"

	"github.com/google/renameio/v2"
)

// FileMode is the mode of all files of a run, which are for publication, as far as the user's umask
// allows.
const FileMode = 0o644

// WriteFile writes the file whole or not at all.
func WriteFile(path string, data []byte) error {
	return renameio.WriteFile(path, data, FileMode, renameio.WithTempDir(filepath.Dir(path)))
}
