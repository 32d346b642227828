package engine

import (
	"os"
	"path/filepath"
)

// absolute makes the paths of what is given independent of the folder that the command runs in.
func (o *Order) absolute() {
	for _, path := range []*string{&o.Text, &o.Checkpoint, &o.Networks} {
		if *path == "" {
			continue
		}
		if whole, err := filepath.Abs(*path); err == nil {
			*path = whole
		}
	}
}

// resolve takes relative paths of a configuration from its own folder, where they lead to a file;
// former versions wrote them as they were given.
func (g *Given) resolve(dir string) {
	for _, path := range []*string{&g.Text, &g.Checkpoint} {
		if *path == "" || filepath.IsAbs(*path) {
			continue
		}
		if beside := filepath.Join(dir, *path); fileExists(beside) {
			*path = beside
		}
	}
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
