package unlearn

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// checkSettings says which setting the training that began the ledger had otherwise. The ledger has
// entries.
func (l *Ledger) checkSettings(is map[string]string) error {
	was := l.Entries()[0].Settings
	for _, key := range slices.Sorted(maps.Keys(is)) {
		if was[key] != is[key] {
			return fmt.Errorf("unlearn: the ledger %s belongs to another training (%s was %s, is %s)", l.dir, key, cmp.Or(was[key], "none"), is[key])
		}
	}
	return nil
}
