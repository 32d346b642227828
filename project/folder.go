package project

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// The files of a model's folder.
const (
	tensorsName = "model.safetensors"
	onnxName    = "model.onnx"
	// stateDictName is a PyTorch state dict with the parameters of tensorsName.
	stateDictName = "state_dict.safetensors"
	networkName   = "network.yaml"
	dataName      = "data.yaml"
	changesName   = "changes.json"
	historyName   = "history.jsonl"
	saltName      = "secret.salt"
	ledgerName    = "certificate"
	htmlName      = "report.html"
	jsonName      = "report.json"
)

// draftSuffix ends the name of a folder that is being written beside the one that it will be.
const draftSuffix = ".lethe-draft"

// Files of a draft that do not stay.
const (
	lockName       = ".lock"
	checkpointName = "training.safetensors"
)

// draft is a folder that is being written. It becomes the folder asked for in one step, or goes
// away.
type draft struct {
	dir   string // where it is written
	out   string // what it will be
	force bool
	lock  *flock.Flock
	keeps string // file of a training that can be gone on with; "" = nothing can
}

// checkOut says whether a folder can be made there. It is asked before any work.
func checkOut(out string, force bool) error {
	if out == "" {
		return usage("name the new folder with --out")
	}
	if err := settleReplaced(out); err != nil {
		return err
	}
	info, err := os.Lstat(out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir() && !force:
		return &RefusedError{Reason: out + " exists and is not a folder", Next: "name another place: --force replaces folders of models only"}
	case !force:
		return &RefusedError{Reason: out + " exists", Next: "name another folder, or overwrite it with --force"}
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder: --force replaces folders of models only", out)
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(out, historyName)); err != nil && len(entries) > 0 {
		return fmt.Errorf("%s is not a model's folder (it has no %s): --force replaces folders of models only", out, historyName)
	}
	return nil
}

// newDraft makes the folder beside out in which the new one is written. What a kill left of an
// earlier one is removed, unless it is a training that can be gone on with.
func newDraft(out string, force, resume bool) (*draft, error) {
	if err := checkOut(out, force); err != nil {
		return nil, err
	}
	out = filepath.Clean(out)
	d := &draft{dir: out + draftSuffix, out: out, force: force}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return nil, fmt.Errorf("the folder %s cannot be made: %w", filepath.Dir(out), err)
	}
	_, missing := os.Stat(d.path(checkpointName))
	switch begun := missing == nil; {
	case begun && !resume && !force:
		return nil, &RefusedError{Reason: "a training of " + out + " was stopped, and what it did is kept in " + d.dir, Next: "continue it with --resume, or begin again with --force"}
	case !begun && resume:
		return nil, usage("there is no training of %s to go on with: leave --resume out", out)
	}
	if err := os.MkdirAll(d.dir, 0o755); err != nil {
		return nil, fmt.Errorf("nothing can be written beside %s: %w", out, err)
	}
	if resume { // whatever goes wrong from here on
		d.keeps = checkpointName
	}
	d.lock = flock.New(d.path(lockName))
	locked, err := d.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("nothing can be written beside %s: %w", out, err)
	}
	if !locked {
		return nil, fmt.Errorf("another process is writing %s: wait until it has ended", out)
	}
	if err := d.clear(resume); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// clear removes what is in the draft but its lock, and its checkpoint if that is to be kept.
func (d *draft) clear(keep bool) error {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == lockName || keep && e.Name() == checkpointName {
			continue
		}
		if err := os.RemoveAll(d.path(e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) path(name string) string { return filepath.Join(d.dir, name) }

// write writes a file of the draft.
func (d *draft) write(name string, data []byte, mode os.FileMode) error {
	return os.WriteFile(d.path(name), data, mode)
}

// commit makes the draft the folder asked for: everything is on disk before the name is.
func (d *draft) commit() error {
	if err := os.Remove(d.path(lockName)); err != nil {
		return err
	}
	if err := syncTree(d.dir); err != nil {
		return err
	}
	if err := d.rename(); err != nil {
		return err
	}
	return syncPath(filepath.Dir(d.out))
}

// rename puts the draft in its place. A folder that --force replaces is moved aside first, and back
// again if the draft cannot take its place.
func (d *draft) rename() error {
	aside := asideName(d.out)
	if !d.force {
		return renameNew(d.dir, d.out)
	}
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := os.Rename(d.out, aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(d.dir, d.out); err != nil {
		if back := os.Rename(aside, d.out); back != nil && !errors.Is(back, fs.ErrNotExist) {
			err = errors.Join(err, back)
		}
		return err
	}
	return os.RemoveAll(aside)
}

// asideName is what a folder that is being replaced is called until the new one is in its place.
func asideName(out string) string { return filepath.Clean(out) + ".lethe-old" }

// settleReplaced ends what a kill within rename left: the folder that was set aside goes, or goes
// back if the new one did not take its place.
func settleReplaced(out string) error {
	aside := asideName(out)
	if info, err := os.Lstat(aside); err != nil || !info.IsDir() {
		return nil
	}
	_, err := os.Lstat(out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.Rename(aside, out)
	case err == nil:
		err = os.RemoveAll(aside)
	}
	if err != nil {
		return fmt.Errorf("%s, which a command that was killed had set aside, is in the way: %w", aside, err)
	}
	return syncPath(filepath.Dir(filepath.Clean(out)))
}

// renameNew renames a folder to a name that is free. Without the look an empty folder that came
// there meanwhile would be replaced.
func renameNew(from, to string) error {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return &RefusedError{Reason: to + " exists by now", Next: "name another folder, or overwrite it with --force", err: err}
	}
	return os.Rename(from, to)
}

// close removes what was not committed, unless a training can be gone on with.
func (d *draft) close() error {
	var err error
	if d.resumable() {
		err = d.clear(true)
	} else {
		err = os.RemoveAll(d.dir)
	}
	return errors.Join(err, d.lock.Unlock())
}

// resumable reports whether the draft holds a training that can be gone on with.
func (d *draft) resumable() bool {
	if d.keeps == "" {
		return false
	}
	_, err := os.Stat(d.path(d.keeps))
	return err == nil
}

// syncTree brings the files and folders below dir to the disk.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncPath(path)
	})
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// copyTree copies the files and folders below from. Links are refused: what they name may be
// anywhere.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		info, err := e.Info()
		switch {
		case err != nil:
			return err
		case e.IsDir():
			return os.MkdirAll(target, info.Mode().Perm()|0o700)
		case !info.Mode().IsRegular():
			return fmt.Errorf("%s is neither a file nor a folder", path)
		}
		return copyFile(target, path, info.Mode().Perm())
	})
}

func copyFile(to, from string, mode os.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
