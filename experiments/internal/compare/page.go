package compare

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// ReadAll reads the folders of runs.
func ReadAll(dirs []string) ([]*Run, error) {
	if len(dirs) == 0 {
		return nil, errors.New("experiments: no folder to report on")
	}
	var out []*Run
	for _, dir := range dirs {
		r, err := Read(dir)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// Page writes one page of several runs, their overview first, and returns its path. Without one it
// is named by the content of the runs and lies in the folder that holds them all, so that only a
// page of the same runs in the same state has that name. A file of the path that is given is
// overwritten only by force. The runs are read and stay as they are.
func Page(dirs []string, path string, force bool) (string, error) {
	runs, err := ReadAll(dirs)
	if err != nil {
		return "", err
	}
	return page(runs, path, force)
}

// PageOf is [Page] of runs that are read already.
func PageOf(read []*engine.Saved) (string, error) {
	var runs []*Run
	for _, s := range read {
		runs = append(runs, &Run{s})
	}
	return page(runs, "", false)
}

func page(runs []*Run, path string, force bool) (string, error) {
	if path == "" {
		name, err := pageName(runs)
		if err != nil {
			return "", err
		}
		folder, err := commonFolder(runs)
		if err != nil {
			return "", err
		}
		path = filepath.Join(folder, name)
	} else if err := Free(path, force); err != nil {
		return "", err
	}
	return path, engine.Merge(Overview(runs), saved(runs), labels(runs, Differences(runs)), path)
}

// saved are the runs as the engine has them.
func saved(runs []*Run) []*engine.Saved {
	out := make([]*engine.Saved, len(runs))
	for i, r := range runs {
		out[i] = r.Saved
	}
	return out
}

// Free returns an error for a file that is there already, unless it may be overwritten.
func Free(path string, force bool) error {
	if _, err := os.Stat(path); err == nil && !force {
		return fmt.Errorf("experiments: %s is there already: name another file, or overwrite it with --force", path)
	}
	return nil
}

// pageName is the name of a page of these runs: another one for other records or settings.
func pageName(runs []*Run) (string, error) {
	sum := sha256.New()
	for _, r := range runs {
		data, err := records.Encode(r.Records)
		if err != nil {
			return "", err
		}
		sum.Write(r.Config.Encode())
		sum.Write(data)
	}
	return fmt.Sprintf("%d-runs-%s.html", len(runs), hex.EncodeToString(sum.Sum(nil))[:8]), nil
}

// commonFolder is the deepest folder that holds all of these, as a path from the present one where
// that is no longer.
func commonFolder(runs []*Run) (string, error) {
	out := ""
	for i, r := range runs {
		dir, err := filepath.Abs(r.Dir)
		if err != nil {
			return "", fmt.Errorf("experiments: %w", err)
		}
		if i == 0 {
			out = filepath.Dir(dir)
		}
		for !within(out, dir) && out != filepath.Dir(out) {
			out = filepath.Dir(out)
		}
	}
	here, err := filepath.Abs(".")
	if err != nil {
		return out, nil // an absolute path does as well
	}
	if rel, err := filepath.Rel(here, out); err == nil && len(rel) < len(out) {
		return rel, nil
	}
	return out, nil
}

// within reports whether a path leads into the folder.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Tables returns the tables of one run, or those of the overview of several.
func Tables(dirs []string) ([]report.Exported, error) {
	if len(dirs) == 1 {
		d, err := engine.Load(dirs[0])
		if err != nil {
			return nil, err
		}
		return d.Tables(), nil
	}
	runs, err := ReadAll(dirs)
	if err != nil {
		return nil, err
	}
	return Overview(runs).Tables(), nil
}
