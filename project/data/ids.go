package data

import (
	"fmt"
	"hash/maphash"
)

// idIndex finds the row of an id: an open hash table of rows, which for 10 million rows takes 128
// MiB where a map of strings takes a gigabyte.
type idIndex struct {
	ids   []string
	seed  maphash.Seed // of no consequence for what is found
	slots []int32      // row+1; 0 = free
}

// indexed makes the table. Of two rows with one id the second is returned.
func indexed(ids []string) (x *idIndex, first, twin int) {
	size := 16
	for size < 2*len(ids) {
		size *= 2
	}
	x = &idIndex{ids: ids, seed: maphash.MakeSeed(), slots: make([]int32, size)}
	for row, id := range ids {
		slot := x.slot(id)
		if x.slots[slot] != 0 {
			return nil, int(x.slots[slot]) - 1, row
		}
		x.slots[slot] = int32(row) + 1
	}
	return x, 0, -1
}

// slot returns where an id stands, or the free place where it would.
func (x *idIndex) slot(id string) int {
	mask := len(x.slots) - 1
	at := int(maphash.String(x.seed, id)) & mask
	for x.slots[at] != 0 && x.ids[x.slots[at]-1] != id {
		at = (at + 1) & mask
	}
	return at
}

// setIDs gives the rows their names, each of which is one row's.
func (l *Loaded) setIDs(path string, ids []string, place func(row int) string) error {
	if ids == nil {
		return nil
	}
	index, first, twin := indexed(ids)
	if twin >= 0 {
		return wrong(path, "give each row its own id, or leave one of the two out",
			"the id %q is that of two rows, %s and %s", ids[twin], place(first), place(twin))
	}
	l.IDs, l.index = ids, index
	return nil
}

// RowOf returns the row of Data that has an id, as it is written in the file but for white space
// around it.
func (l *Loaded) RowOf(id string) (row int, ok bool) {
	if l.index == nil {
		return 0, false
	}
	at := l.index.slots[l.index.slot(id)]
	return int(at) - 1, at != 0
}

// place names a row in messages.
func (l *Loaded) place(row int) string {
	number := l.Data.Row(row)
	if line := l.Line(row); line > 0 {
		return fmt.Sprintf("row %d (line %d)", number, line)
	}
	return fmt.Sprintf("row %d", number)
}
