package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// pending is a file that is being written beside the one that it will be. What a kill left of an
// earlier one has the same name, and is overwritten.
type pending struct {
	*os.File
	out  string
	lock *flock.Flock
}

// privateMode is that of files that hold the data of people.
const privateMode = 0o600

// newPending makes the file that will be out. It has the mode of the one that it replaces, unless
// it is private.
func newPending(out string, mode os.FileMode) (*pending, error) {
	name := pendingName(out)
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is in the way, and is no file: move it away", name)
	}
	lock := flock.New(name, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(mode))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("nothing can be written beside %s: %w", out, err)
	}
	if !locked {
		return nil, fmt.Errorf("another process is writing %s: wait until it has ended", out)
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_TRUNC, mode)
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	p := &pending{f, out, lock}
	if info, err := os.Stat(out); err == nil && mode != privateMode {
		mode = info.Mode().Perm()
	} else if mode != privateMode {
		return p, nil // as the umask has it
	}
	if err := f.Chmod(mode); err != nil {
		return nil, errors.Join(err, p.cleanup())
	}
	return p, nil
}

// clearPending removes what a kill left of a file, unless a process is writing it.
func clearPending(out string) error {
	if out == "" || !isFile(pendingName(out)) {
		return nil
	}
	p, err := newPending(out, privateMode)
	if err != nil {
		return err
	}
	return p.cleanup()
}

// pendingName is what a file is called until it is complete.
func pendingName(out string) string { return filepath.Clean(out) + draftSuffix }

// commit puts the file in its place.
func (p *pending) commit() error {
	if err := p.Sync(); err != nil {
		return err
	}
	if err := os.Rename(p.Name(), p.out); err != nil {
		return err
	}
	return errors.Join(p.Close(), p.lock.Unlock(), syncPath(filepath.Dir(p.out)))
}

// cleanup removes the file, and does nothing to one that is in its place.
func (p *pending) cleanup() error {
	if !p.lock.Locked() {
		return nil
	}
	err := os.Remove(p.Name())
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, p.Close(), p.lock.Unlock())
}
