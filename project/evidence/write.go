package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Names of the files that Write makes.
const (
	PageName = "report.html"
	JSONName = "report.json"
)

// Write writes report.html and report.json into a folder. Each appears whole or not at all; both
// are made before the first is written.
func Write(dir string, r *Report) error {
	page, err := HTML(r)
	if err != nil {
		return err
	}
	text, err := JSON(r)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{PageName, page}, {JSONName, text}} {
		if err := renameio.WriteFile(filepath.Join(dir, f.name), f.text, 0o644, renameio.WithTempDir(dir)); err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
	}
	return nil
}

// HTML returns report.html: one page that needs nothing from elsewhere and has no scripts.
func HTML(r *Report) ([]byte, error) {
	shown, err := r.shown()
	if err != nil {
		return nil, err
	}
	return shown.html()
}

// JSON returns report.json. docs/evidence.md says what its fields mean.
func JSON(r *Report) ([]byte, error) {
	shown, err := r.shown()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(struct {
		Version int `json:"version"`
		*Report
	}{Version, shown}); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	return b.Bytes(), nil
}
