package unlearn

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// SliceFolder is a [SliceStore] on disk: a folder, made where there is none, with a file for each
// slice of each shard. It is a [KeyedStore]: a file's name has a hash of what its parameters were
// trained on and of themselves, so that several trainings, and the models before and after a
// request, share a folder and none reads or writes over another's.
//
// The files of models that are no longer needed stay, and what they hold still knows the forgotten
// samples: [SliceFolder.Keep] removes them.
type SliceFolder string

// SaveKeyed writes the parameters whole or not at all.
func (f SliceFolder) SaveKeyed(shard, slice int, key string, theta []float64) error {
	err := os.MkdirAll(string(f), 0o755)
	if err == nil {
		err = writeModel(string(f), f.name(shard, slice, key), model{Hash: key, theta: theta})
	}
	if err != nil {
		return fmt.Errorf("unlearn: slice %d of shard %d could not be kept: %w", slice, shard, err)
	}
	return nil
}

// LoadKeyed reads what SaveKeyed wrote under that key.
func (f SliceFolder) LoadKeyed(shard, slice int, key string) ([]float64, error) {
	path := filepath.Join(string(f), f.name(shard, slice, key))
	m, err := readModel(path)
	if err == nil && m.Hash != key {
		err = fmt.Errorf("%s holds the parameters %q", path, m.Hash)
	}
	if err != nil {
		return nil, fmt.Errorf("unlearn: slice %d of shard %d is lost, so that the shard cannot be retrained from it: train SISA again (%w)",
			slice, shard, err)
	}
	return m.theta, nil
}

// Save writes the parameters under an empty key.
func (f SliceFolder) Save(shard, slice int, theta []float64) error {
	return f.SaveKeyed(shard, slice, "", theta)
}

// Load reads what Save wrote.
func (f SliceFolder) Load(shard, slice int) ([]float64, error) { return f.LoadKeyed(shard, slice, "") }

// Keep removes from the folder the files of all models but these: once a request was carried out,
// those of the models before it, which know what was to be forgotten. Files that are no slices
// stay.
func (f SliceFolder) Keep(models ...*Sharded) error {
	needed := map[string]bool{}
	for _, s := range models {
		for i := range s.shards {
			for slice, kept := range s.shards[i].kept {
				needed[f.name(i, slice, kept.key)] = true
			}
		}
	}
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return fmt.Errorf("unlearn: slices of earlier models could not be removed: %w", err)
	}
	for _, e := range entries {
		var shard, slice int
		n, _ := fmt.Sscanf(e.Name(), "shard-%d-slice-%d", &shard, &slice)
		if n != 2 || !strings.HasSuffix(e.Name(), ".json") || needed[e.Name()] {
			continue
		}
		err = errors.Join(err, os.Remove(filepath.Join(string(f), e.Name())))
	}
	return err
}

func (SliceFolder) name(shard, slice int, key string) string {
	if key != "" {
		key = "-" + key
	}
	return fmt.Sprintf("shard-%d-slice-%d%s.json", shard, slice, key)
}
