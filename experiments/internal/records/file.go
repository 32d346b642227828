package records

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// FileMode is the mode of the files of a run, which are for publication, as far as the user's umask
// allows; PrivateMode is that of a run on a text or a secret of the user's own.
const (
	FileMode    fs.FileMode = 0o644
	PrivateMode fs.FileMode = 0o600
)

const (
	folderMode        fs.FileMode = 0o755
	privateFolderMode fs.FileMode = 0o700
)

// WriteFile writes the file whole or not at all. In a folder that only its owner may enter the file
// is for the owner only, too.
func WriteFile(path string, data []byte) error {
	mode := FileMode
	if closed(filepath.Dir(path)) {
		mode = PrivateMode
	}
	return renameio.WriteFile(path, data, mode, renameio.WithTempDir(filepath.Dir(path)))
}

// WritePrivate is [WriteFile] for a file that only its owner may read, whatever its folder is.
func WritePrivate(path string, data []byte) error {
	return renameio.WriteFile(path, data, PrivateMode, renameio.WithTempDir(filepath.Dir(path)))
}

// closed reports whether only the owner may enter a folder.
func closed(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.Mode().Perm()&0o077 == 0
}

// MakeFolder makes a folder within a run's, which is as open as that.
func MakeFolder(dir string) error {
	if closed(filepath.Dir(dir)) {
		return os.MkdirAll(dir, privateFolderMode)
	}
	return os.MkdirAll(dir, folderMode)
}

// ClosePrivate makes a run's folder one that only its owner may enter, and its files such that only
// the owner may read them.
func ClosePrivate(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil || info.Mode().Perm()&0o077 == 0 || e.Type()&fs.ModeSymlink != 0 {
			return err
		}
		if e.IsDir() {
			return os.Chmod(path, privateFolderMode)
		}
		return os.Chmod(path, PrivateMode)
	})
}
