package records

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Version is the version of config.yaml and records.jsonl that this program writes. It is a line of
// config.yaml; docs/records.md says what each version is.
const Version = 2

// versionKey is its name in config.yaml.
const versionKey = "records-version"

// VersionOf returns the version that a config.yaml states; a file that states none is of version 1.
// A version that this program does not know is an error, which begins with the path.
func VersionOf(path string, config []byte) (int, error) {
	var c struct {
		Version yaml.Node `yaml:"records-version"`
	}
	if yaml.Unmarshal(config, &c) != nil || c.Version.IsZero() {
		return 1, nil // what is no configuration at all is left to its reader
	}
	v, err := strconv.Atoi(c.Version.Value)
	switch {
	case err != nil || v < 1:
		return 0, fmt.Errorf("%s: line %d: %s is %q; it is a whole number from 1: restore the file", path, c.Version.Line, versionKey, c.Version.Value)
	case v > Version:
		return 0, fmt.Errorf("%s: the run was written by a newer version of this program: its records have version %d, and this program reads versions up to %d; use the newer one",
			path, v, Version)
	}
	return v, nil
}
