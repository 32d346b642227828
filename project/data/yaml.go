package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"go.yaml.in/yaml/v3"
)

// maxYAML bounds the size of a data.yaml in bytes.
const maxYAML = 64 << 20

// Read reads a data.yaml. Unknown keys, and what makes no description, are an error.
func Read(path string) (*Description, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxYAML+1))
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	const remedy = "take the file from a whole copy of the model's folder"
	if len(raw) > maxYAML {
		return nil, wrong(path, remedy, "more than %d MiB are no description of data", maxYAML>>20)
	}
	d := &Description{}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(d); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the file is empty")
		}
		return nil, wrong(path, remedy, "%v", err)
	}
	if err := decoder.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return nil, wrong(path, remedy, "there is more behind the description")
	}
	if err := d.check(); err != nil {
		return nil, wrong(path, remedy, "%v", err)
	}
	return d, nil
}

// Write writes a data.yaml under a temporary name and then renames it.
func (d *Description) Write(path string) error {
	if err := d.Check(); err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("# How the training data were read. Every later file is read by this.\n")
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(d); err != nil {
		return fmt.Errorf("data: %s: %w", path, err)
	}
	if err := renameio.WriteFile(path, b.Bytes(), 0o644, renameio.WithTempDir(filepath.Dir(path))); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	return nil
}
