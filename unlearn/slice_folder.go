package unlearn

import (
	"fmt"
	"os"
	"path/filepath"
)

// SliceFolder is a [SliceStore] on disk: a folder, made where there is none, with a file for each slice of each shard. It holds the slices
// of one division: SISA does not look at what an earlier training left there.
type SliceFolder string

// Save writes the parameters whole or not at all.
func (f SliceFolder) Save(shard, slice int, theta []float64) error {
	err := os.MkdirAll(string(f), 0o755)
	if err == nil {
		err = writeModel(string(f), f.name(shard, slice), model{theta: theta})
	}
	if err != nil {
		return fmt.Errorf("unlearn: slice %d of shard %d could not be kept: %w", slice, shard, err)
	}
	return nil
}

// Load reads what Save wrote.
func (f SliceFolder) Load(shard, slice int) ([]float64, error) {
	m, err := readModel(filepath.Join(string(f), f.name(shard, slice)))
	if err != nil {
		return nil, fmt.Errorf("unlearn: slice %d of shard %d is lost, so that the shard cannot be retrained from it: train SISA anew (%w)", slice, shard, err)
	}
	return m.theta, nil
}

func (SliceFolder) name(shard, slice int) string {
	return fmt.Sprintf("shard-%d-slice-%d.json", shard, slice)
}
