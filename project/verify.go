package project

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Verification is what Verify found.
type Verification struct {
	Dir      string   `json:"dir"`
	Files    int      `json:"files"`    // that are as recorded
	Requests int      `json:"requests"` // carried out
	Last     string   `json:"last"`     // hash of the last line of the history
	Faults   []string `json:"faults,omitempty"`
}

// Err is a RefusedError that names every fault, nil where there is none.
func (v *Verification) Err() error {
	if len(v.Faults) == 0 {
		return nil
	}
	return &RefusedError{Reason: v.Dir + " is not what was written: " + strings.Join(v.Faults, "; "), Next: "restore the folder from a copy"}
}

// Verify recomputes the chain of the history and the hash of each file of a model's folder, and
// checks the ledger of a certified one. Faults name the file; an error is what kept Verify from
// looking.
func Verify(dir string) (*Verification, error) {
	v := &Verification{Dir: dir}
	h, err := readHistory(dir)
	var refused *RefusedError
	if errors.As(err, &refused) {
		v.Faults = append(v.Faults, refused.Reason)
		return v, nil
	}
	if err != nil {
		return nil, err
	}
	last := h.records[len(h.records)-1]
	v.Last = h.last
	for _, r := range h.records {
		if r.Request != nil {
			v.Requests++
		}
	}
	found, strange, err := hashes(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(last.Files)) {
		switch hash, there := found[name]; {
		case !there:
			v.Faults = append(v.Faults, name+" is missing")
		case hash != last.Files[name]:
			v.Faults = append(v.Faults, name+" was changed")
		default:
			v.Files++
		}
		delete(found, name)
	}
	for _, name := range append(slices.Sorted(maps.Keys(found)), strange...) {
		v.Faults = append(v.Faults, name+" does not belong to the folder")
	}
	return v, nil
}

// hashes returns the SHA-256 of each file below dir but the history, by its path with slashes; and
// the paths of what is neither a file nor a folder.
func hashes(dir string) (out map[string]string, strange []string, err error) {
	out = map[string]string{}
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case e.IsDir() || name == historyName:
			return nil
		case !e.Type().IsRegular():
			strange = append(strange, name)
			return nil
		}
		out[name], err = hashFile(path)
		return err
	})
	return out, strange, err
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
